/* Duties: what is due is done, by one of several controllers, and goes on when that one is gone. */
#include "controller/duty.h"

#include "controller/presence.h"

#include "places.h"

#include "tap.h"

#define S INT64_C(1000000000)
#define KEPT (INT64_C(86400) * S)
#define ORDERS ALPHA "/orders"

/* One round of the controller of that name, now; how many topics it rings. */
static size_t
do_round(struct asker *a, const char *holder)
{
	struct duty_round r = { .holder = holder, .now = a->now, .events_kept = KEPT };
	size_t n;

	duties_do(a->store, &r);
	CHECK_STR(r.why, "");
	n = r.topics.count;
	topics_done(&r.topics);
	return n;
}

static void
drain(struct asker *a, unsigned seconds)
{
	char body[160];

	(void)snprintf(body, sizeof(body),
	    "{'kind': 'drain', 'service': 'web', 'site': 'am6', 'expires_in_seconds': %u}",
	    seconds);
	ASK(a, 201, OPERATOR, "POST", ORDERS, body);
}

static int64_t
orders_left(struct asker *a)
{
	ASK(a, 200, OPERATOR, "GET", ORDERS, NULL);
	return said_int(a, "items");
}

TEST(an_order_ends_by_itself)
{
	struct asker a;

	REQUIRE(places_init(&a));
	drain(&a, 60);
	CHECK_INT(do_round(&a, "one"), 0);
	CHECK_INT(orders_left(&a), 1);
	a.now += 61 * S;
	/* the host, objects:order, and events */
	CHECK_INT(do_round(&a, "one"), 3);
	CHECK_INT(orders_left(&a), 0);
	CHECK_INT(places_desired(&a, "am6-1"), 4);
	CHECK_INT(places_desired(&a, "ny5-1"), 2);
	ASK(&a, 200, OPERATOR, "GET", ALPHA "/audit?kind=order&limit=1", NULL);
	CHECK_STR(said(&a, "items.0.action"), "expire");
	CHECK_STR(said(&a, "items.0.actor_kind"), "controller");
	CHECK_STR(said(&a, "items.0.actor_name"), "nearcast-controller");
	asker_done(&a);
}

TEST(another_takes_over_when_one_is_gone)
{
	struct asker a;

	REQUIRE(places_init(&a));
	drain(&a, 1);
	a.now += 2 * S;
	CHECK_INT(do_round(&a, "one"), 3);
	drain(&a, 1);
	a.now += 2 * S;
	CHECK_INT(do_round(&a, "two"), 0);
	CHECK_INT(orders_left(&a), 1);
	a.now += DUTY_TTL_NS;
	CHECK_INT(do_round(&a, "two"), 3);
	CHECK_INT(orders_left(&a), 0);
	/* and at once when it has left */
	drain(&a, 1);
	a.now += 2 * S;
	duties_leave(a.store, "two");
	CHECK_INT(do_round(&a, "one"), 3);
	asker_done(&a);
}

TEST(hosts_that_fall_silent_are_told_of)
{
	struct duty_round r = { .holder = "one", .events_kept = KEPT };
	struct asker a;
	int64_t seen;

	REQUIRE(places_init(&a));
	seen = a.now;
	{
		char sql[120];

		(void)snprintf(sql, sizeof(sql),
		    "UPDATE hosts SET seen_at = %lld WHERE name = 'am6-1'", (long long)seen);
		places_sql(&a, sql);
	}
	for (int64_t i = 0; i < 40; i++) {
		r.before = r.now;
		r.now = seen + i * S;
		duties_do(a.store, &r);
		CHECK_STR(r.why, "");
		/* in the round after its time, and in no other */
		CHECK_INT(r.topics.count, i * S == PRESENT_NS + S ? 1 : 0);
		if (r.topics.count > 0)
			CHECK_STR(r.topics.texts[0], "objects:status");
		topics_done(&r.topics);
	}
	asker_done(&a);
}

struct taking {
	const char *holder;
	int64_t now;
	int got;
};

static int
take(struct store *s, void *arg, struct err *e)
{
	struct taking *t = arg;

	t->got = duty_take(s, "x", t->holder, t->now, e);
	return t->got < 0 ? t->got : 0;
}

static int
takes(struct asker *a, const char *holder, int64_t now)
{
	struct taking t = { holder, now, -1 };
	struct err e = { 0 };

	CHECK_INT(store_transaction(a->store, take, &t, &e), 0);
	return t.got;
}

TEST(a_clock_that_was_stepped_keeps_no_duty_for_ever)
{
	int64_t now = INT64_C(1800000000) * S;
	struct asker a;

	REQUIRE(asker_init(&a));
	CHECK_INT(takes(&a, "one", now), 1);
	CHECK_INT(takes(&a, "two", now), 0);
	/* a clock that is a minute behind waits; one that was set back by an hour does not */
	CHECK_INT(takes(&a, "two", now - 60 * S), 0);
	CHECK_INT(takes(&a, "two", now - 3600 * S), 1);
	CHECK_INT(takes(&a, "one", now - 3600 * S), 0);
	/* its own clock, set back: it holds for no longer than otherwise */
	CHECK_INT(takes(&a, "two", now - 3700 * S), 1);
	CHECK_INT(takes(&a, "one", now - 3700 * S + DUTY_TTL_NS), 1);
	asker_done(&a);
}

TEST(what_is_kept_for_a_time_is_forgotten)
{
	struct asker a;

	REQUIRE(places_init(&a));
	ASK(&a, 201, ADMIN, "POST", "/api/v1/pools",
	    "{'name': 'p4', 'prefix': '203.0.113.0/24', 'quarantine_seconds': 60}");
	a.key = "k";
	ASK(&a, 201, OPERATOR, "POST", ALPHA "/global-ips", "{}");
	{
		char path[128];

		(void)snprintf(path, sizeof(path), ALPHA "/global-ips/%s", said(&a, "id"));
		ASK(&a, 200, OPERATOR, "DELETE", path, NULL);
		a.now += 50 * S;
		(void)do_round(&a, "one");
		ASK(&a, 200, OPERATOR, "GET", path, NULL);
		a.now += 20 * S;
		(void)do_round(&a, "one");
		ASK(&a, 404, OPERATOR, "GET", path, NULL);
	}
	places_sql(&a, "INSERT INTO events (number, at, received_at, kind, severity, message)"
		       " VALUES (1000001, 1, 1, 'x', 'info', 'old')");
	(void)do_round(&a, "one");
	places_sql(&a, "INSERT INTO events (number, at, received_at, kind, severity, message)"
		       " VALUES (1000001, 1, 1, 'x', 'info', 'its number is free')");
	asker_done(&a);
}
