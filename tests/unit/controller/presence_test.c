/* What presence writes, by two controllers and over a gap in which there was none. */
#include "controller/presence.h"

#include <string.h>

#include "base/utf8.h"
#include "places.h"

#include "tap.h"

#define S INT64_C(1000000000)
#define ORDERS ALPHA "/orders"
#define DRAIN_AM6 "{'kind': 'drain', 'service': 'web', 'site': 'am6'}"

/* A round of a controller: a host that it sees, one that left before some time, or NULL. */
static void
round_of(struct asker *a, const char *seen, const char *left, int64_t left_at)
{
	struct presence_round round = { .now = a->now };
	struct err e = { 0 };

	if (seen != NULL)
		sightings_add(&round.seen, seen, (struct instant){ a->now });
	if (left != NULL)
		departures_add(&round.left, left, (struct instant){ left_at });
	if (presence_write(a->store, &round, &e) < 0)
		tap_fail(__FILE__, __LINE__, "%s", e.message);
	presence_round_done(&round);
}

/* The first round of a controller. */
static void
starts(struct asker *a)
{
	const struct presence_round round = { .now = a->now, .is_first = true };
	struct err e = { 0 };

	if (presence_write(a->store, &round, &e) < 0)
		tap_fail(__FILE__, __LINE__, "%s", e.message);
}

static void
id_of(struct asker *a, const char *host, char id[static STORE_ID_MAX])
{
	char path[80];

	(void)snprintf(path, sizeof(path), "/api/v1/hosts/%s", host);
	ASK(a, 200, ADMIN, "GET", path, NULL);
	utf8_format(id, STORE_ID_MAX, "%s", said(a, "id"));
}

static bool
is_present(struct asker *a, const char *host)
{
	char path[80];

	(void)snprintf(path, sizeof(path), "/api/v1/hosts/%s/status", host);
	ASK(a, 200, ADMIN, "GET", path, NULL);
	return json_is_true(json_object_get(a->response.body, "present"));
}

/* When it asked, and not when that is written; what is known of before makes nobody younger. */
TEST(who_was_seen_was_seen_when_it_asked)
{
	struct asker a;
	struct presence_round round = { .is_of_hosts = true };
	struct err e = { 0 };
	char am6[STORE_ID_MAX], ny5[STORE_ID_MAX];

	REQUIRE(places_init(&a));
	id_of(&a, "am6-1", am6);
	id_of(&a, "ny5-1", ny5);
	round.now = a.now;
	sightings_add(&round.seen, am6, (struct instant){ a.now - 2 * S });
	sightings_add(&round.seen, ny5, (struct instant){ a.now });
	CHECK_INT(presence_write(a.store, &round, &e), 0);
	round.seen.items[1].at.ns -= 9 * S;
	CHECK_INT(presence_write(a.store, &round, &e), 0);
	presence_round_done(&round);
	a.now += 13 * S;
	CHECK(is_present(&a, "am6-1") && is_present(&a, "ny5-1"));
	a.now += 1 * S;
	CHECK(!is_present(&a, "am6-1") && is_present(&a, "ny5-1"));
	a.now += 2 * S;
	CHECK(!is_present(&a, "ny5-1"));
	asker_done(&a);
}

TEST(who_left_stands_in_for_nobody_until_it_is_seen)
{
	struct asker a;
	char ny5[STORE_ID_MAX];

	REQUIRE(places_init(&a));
	id_of(&a, "ny5-1", ny5);
	places_report(&a, "am6-1", "preferred", "passing", NULL);
	places_report(&a, "ny5-1", "preferred", "passing", NULL);
	a.now += 5 * S;
	round_of(&a, NULL, ny5, a.now - 4 * S);
	CHECK(!is_present(&a, "ny5-1"));
	ASK(&a, 409, OPERATOR, "POST", ORDERS, DRAIN_AM6);
	CHECK(strstr(said(&a, "detail"), "no site would be left of 2") != NULL);
	/* another controller sees it */
	round_of(&a, ny5, NULL, 0);
	CHECK(is_present(&a, "ny5-1"));
	/* and it is not what the first one still says of before */
	round_of(&a, NULL, ny5, a.now - 1 * S);
	CHECK(is_present(&a, "ny5-1"));
	ASK(&a, 201, OPERATOR, "POST", ORDERS, DRAIN_AM6);
	asker_done(&a);
}

/* What is asked in the first seconds behind a restart is answered when the hosts are back. */
TEST(who_is_on_its_way_back_is_waited_for)
{
	struct asker a;

	REQUIRE(places_init(&a));
	places_report(&a, "am6-1", "preferred", "passing", NULL);
	places_report(&a, "ny5-1", "preferred", "passing", NULL);
	round_of(&a, NULL, NULL, 0);
	/* 20 s without a controller; before its first round, and after it */
	a.now += 20 * S;
	ASK(&a, 503, OPERATOR, "POST", ORDERS, DRAIN_AM6);
	CHECK_STR(said(&a, "type"), "urn:nearcast:problem:awaited");
	CHECK(strstr(said(&a, "detail"), "no site would be left of 2") != NULL);
	CHECK(strstr(said(&a, "detail"), "has not heard since of am6, ny5,") != NULL);
	CHECK_INT(a.response.retry_after, 2);
	starts(&a);
	ASK(&a, 503, OPERATOR, "POST", ORDERS, DRAIN_AM6);
	/* what no host that comes back makes good is refused at once */
	ASK(&a, 409, OPERATOR, "POST", ORDERS, "{'kind': 'drain', 'service': 'web'}");
	a.now += 10 * S;
	round_of(&a, NULL, NULL, 0);
	places_report(&a, "ny5-1", "preferred", "passing", NULL);
	ASK(&a, 201, OPERATOR, "POST", ORDERS, DRAIN_AM6);
	asker_done(&a);
}

TEST(who_does_not_come_back_is_waited_for_no_longer)
{
	struct asker a;

	REQUIRE(places_init(&a));
	places_report(&a, "am6-1", "preferred", "passing", NULL);
	places_report(&a, "ny5-1", "preferred", "passing", NULL);
	a.now += 1 * S;
	starts(&a);
	for (int i = 0; i < 9; i++) {
		a.now += 5 * S;
		round_of(&a, NULL, NULL, 0);
	}
	ASK(&a, 503, OPERATOR, "POST", ORDERS, DRAIN_AM6);
	a.now += 5 * S;
	round_of(&a, NULL, NULL, 0);
	ASK(&a, 409, OPERATOR, "POST", ORDERS, DRAIN_AM6);
	CHECK(strstr(said(&a, "detail"), "; silent: am6 since 20") != NULL);
	asker_done(&a);
}

/* A restart that takes a few seconds: the hosts were seen just now, but try again later than that.
 */
TEST(a_short_restart_is_none_for_them)
{
	struct asker a;

	REQUIRE(places_init(&a));
	round_of(&a, NULL, NULL, 0);
	places_report(&a, "am6-1", "preferred", "passing", NULL);
	places_report(&a, "ny5-1", "preferred", "passing", NULL);
	a.now += 6 * S;
	starts(&a);
	ASK(&a, 200, OPERATOR, "GET", ALPHA "/services/web", NULL);
	a.now += 12 * S;
	round_of(&a, NULL, NULL, 0);
	ASK(&a, 503, OPERATOR, "POST", ORDERS, DRAIN_AM6);
	places_report(&a, "am6-1", "preferred", "passing", NULL);
	places_report(&a, "ny5-1", "preferred", "passing", NULL);
	ASK(&a, 201, OPERATOR, "POST", ORDERS, DRAIN_AM6);
	asker_done(&a);
}

/* Nobody listened for an hour: those that are not back yet are missed when they are drained. */
TEST(a_gap_without_a_controller_makes_nobody_down)
{
	struct asker a;

	REQUIRE(places_init(&a));
	places_report(&a, "am6-1", "preferred", "passing", NULL);
	places_report(&a, "ny5-1", "preferred", "passing", NULL);
	a.if_match = "*";
	ASK(&a, 200, OPERATOR, "PATCH", ALPHA "/services/web", "{'max_change_percent': 50}");
	a.if_match = NULL;
	round_of(&a, NULL, NULL, 0);
	a.now += 3600 * S;
	/* before and after the first round of the controller that has started */
	ASK(&a, 409, OPERATOR, "POST", ORDERS, "{'kind': 'drain', 'service': 'web'}");
	round_of(&a, NULL, NULL, 0);
	a.now += 5 * S;
	places_report(&a, "sg1-1", "preferred", "passing", NULL);
	a.if_match = "*";
	ASK(&a, 409, OPERATOR, "PATCH", ALPHA "/services/web", "{'sites': ['sg1']}");
	a.if_match = NULL;
	/* they did not come, and announced it when they were last heard of: that they are silent is
	 * no withdraw; one that says so is none of them any more */
	for (int i = 0; i < 32; i++) {
		a.now += 5 * S;
		round_of(&a, NULL, NULL, 0);
	}
	places_report(&a, "sg1-1", "preferred", "passing", NULL);
	a.if_match = "*";
	ASK(&a, 409, OPERATOR, "PATCH", ALPHA "/services/web", "{'sites': ['sg1']}");
	CHECK(strstr(said(&a, "detail"), "; silent: am6 since 20") != NULL);
	a.if_match = "*";
	ASK(&a, 200, OPERATOR, "PATCH", ALPHA "/services/web", "{'sites': ['ny5', 'sg1']}");
	asker_done(&a);
}
