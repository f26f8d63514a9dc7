/* Changes of a service that take no site away, and reach all of them. */
#include <string.h>

#include "places.h"

#include "tap.h"

#define WEB ALPHA "/services/web"
#define DOCUMENT "{'listen': ['tcp/80', 'tcp/443']}"
#define OTHER "{'listen': ['tcp/443']}"
#define S INT64_C(1000000000)

static void
change(struct asker *a, unsigned status, const char *body)
{
	a->if_match = "*";
	ASK(a, status, OPERATOR, "PATCH", WEB, body);
}

static void
announce(struct asker *a)
{
	places_report(a, "am6-1", "preferred", "passing", NULL);
	places_report(a, "ny5-1", "preferred", "passing", NULL);
	places_report(a, "sg1-1", "withdrawn", "failing", NULL);
}

/* Nobody says a word for so long, while a controller listens. */
static void
fall_silent(struct asker *a, int64_t seconds)
{
	char sql[200];

	(void)snprintf(sql, sizeof(sql),
	    "INSERT INTO listening (name, since, until) VALUES ('controllers', %lld, %lld)",
	    (long long)(a->now - 3600 * S), (long long)(a->now + seconds * S));
	places_sql(a, sql);
	a->now += seconds * S;
}

TEST(a_document_goes_site_by_site)
{
	struct asker a;

	REQUIRE(places_init(&a));
	announce(&a);
	change(&a, 409, "{'document': " DOCUMENT "}");
	CHECK_STR(said(&a, "type"), "urn:nearcast:problem:at-once");
	CHECK_STR(said_error(&a),
	    "/document: it would reach am6, ny5: 2 of 2 sites at once, more than "
	    "max_change_percent "
	    "70; a rollout brings it to one after the other, override_reason says that it is meant "
	    "at once, and why");
	ASK(&a, 200, OPERATOR, "GET", WEB, NULL);
	CHECK_INT(said_int(&a, "document.listen"), 1);
	ASK(&a, 201, OPERATOR, "POST", ALPHA "/rollouts",
	    "{'kind': 'change', 'service': 'web', 'document': " DOCUMENT "}");
	asker_done(&a);
}

TEST(it_may_be_meant_at_once)
{
	struct asker a;

	REQUIRE(places_init(&a));
	announce(&a);
	change(&a, 200, "{'document': " DOCUMENT ", 'override_reason': 'all fail anyway'}");
	ASK(&a, 200, OPERATOR, "GET", "/api/v1/projects/alpha/audit?kind=service&limit=1", NULL);
	CHECK_STR(said(&a, "items.0.override_reason"), "all fail anyway");
	/* a service that is to be changed so says it itself, from then on */
	change(&a, 200, "{'max_change_percent': 100, 'override_reason': 'its owner says so'}");
	change(&a, 200, "{'document': " OTHER "}");
	asker_done(&a);
}

TEST(what_reaches_no_clients_needs_no_word)
{
	struct asker a;

	REQUIRE(places_init(&a));
	/* announced nowhere yet, then at one site */
	change(&a, 200, "{'document': " DOCUMENT "}");
	places_report(&a, "am6-1", "preferred", "passing", NULL);
	change(&a, 200, "{'document': " OTHER "}");
	announce(&a);
	/* the same document is no change, and what else there is goes to no client */
	change(&a, 200,
	    "{'document': " OTHER ", 'description': 'the shop', 'min_sites': 2,"
	    " 'lease_seconds': 60}");
	asker_done(&a);
}

/* Undone by the same rules: a way back that is wrong is as fast. */
TEST(an_undo_goes_everywhere_as_well)
{
	struct asker a;
	char path[160];

	REQUIRE(places_init(&a));
	change(&a, 200, "{'document': " DOCUMENT "}");
	ASK(&a, 200, OPERATOR, "GET", ALPHA "/audit?kind=service&limit=1", NULL);
	(void)snprintf(path, sizeof(path), ALPHA "/audit/%s/undo", said(&a, "items.0.id"));
	announce(&a);
	ASK(&a, 409, OPERATOR, "POST", path, "{}");
	CHECK_STR(said(&a, "type"), "urn:nearcast:problem:at-once");
	ASK(&a, 200, OPERATOR, "POST", path, "{'override_reason': 'it is worse than before'}");
	asker_done(&a);
}

/* What it takes away is the address, at all sites. */
TEST(an_address_is_not_withdrawn_everywhere_by_the_way)
{
	struct asker a;
	char body[200], first[64], second[64];

	REQUIRE(places_init(&a));
	ASK(&a, 201, ADMIN, "POST", "/api/v1/pools", "{'name': 'p4', 'prefix': '203.0.113.0/24'}");
	ASK(&a, 201, OPERATOR, "POST", ALPHA "/global-ips", "{}");
	(void)snprintf(first, sizeof(first), "%s", said(&a, "id"));
	ASK(&a, 201, OPERATOR, "POST", ALPHA "/global-ips", "{}");
	(void)snprintf(second, sizeof(second), "%s", said(&a, "id"));
	(void)snprintf(body, sizeof(body), "{'global_ips': ['%s']}", first);
	change(&a, 200, body);
	announce(&a);
	/* one more takes nothing away */
	(void)snprintf(body, sizeof(body), "{'global_ips': ['%s', '%s']}", first, second);
	change(&a, 200, body);
	(void)snprintf(body, sizeof(body), "{'global_ips': ['%s']}", second);
	change(&a, 409, body);
	CHECK_STR(said(&a, "type"), "urn:nearcast:problem:last-site");
	CHECK_STR(said_error(&a),
	    "/global_ips: 1 Global IP would be left with no site: withdrawn at "
	    "am6, ny5; override_reason says that it is meant, and why");
	change(&a, 409, "{'global_ips': []}");
	fall_silent(&a, 3600);
	change(&a, 409, "{'global_ips': []}");
	CHECK(strstr(said_error(&a), "withdrawn at am6 (silent since 20") != NULL);
	change(&a, 200, "{'global_ips': [], 'override_reason': 'the end of the shop'}");
	asker_done(&a);
}

/* A cable between all agents and the controller was cut an hour ago. They announce; and would lose
 * it all when they are back. */
TEST(what_is_silent_is_reached)
{
	struct asker a;

	REQUIRE(places_init(&a));
	announce(&a);
	fall_silent(&a, 3600);
	change(&a, 409, "{'document': " DOCUMENT "}");
	CHECK_STR(said(&a, "type"), "urn:nearcast:problem:at-once");
	CHECK(strstr(said_error(&a), "it would reach am6 (silent since 20") != NULL);
	CHECK(strstr(said_error(&a), "Z), ny5 (silent since 20") != NULL);
	CHECK(strstr(said_error(&a), "Z): 2 of 2 sites at once") != NULL);
	/* one is heard of again */
	places_report(&a, "am6-1", "preferred", "passing", NULL);
	change(&a, 409, "{'document': " DOCUMENT "}");
	CHECK(strstr(said_error(&a), "it would reach am6, ny5 (silent since 20") != NULL);
	/* and the other says that it has withdrawn */
	places_report(&a, "ny5-1", "withdrawn", "failing", NULL);
	change(&a, 200, "{'document': " DOCUMENT "}");
	asker_done(&a);
}

TEST(what_fails_and_is_announced_is_reached)
{
	struct asker a;

	REQUIRE(places_init(&a));
	places_report(&a, "am6-1", "backup", "failing", NULL);
	places_report(&a, "ny5-1", "preferred", "failing", NULL);
	change(&a, 409, "{'document': " DOCUMENT "}");
	CHECK_STR(said(&a, "type"), "urn:nearcast:problem:at-once");
	asker_done(&a);
}

/* Whatever takes a service away everywhere, while nobody is heard of. */
TEST(what_is_silent_is_not_taken_away_by_the_way)
{
	static const char drain[] = "{'kind': 'drain', 'service': 'web', 'site': 'am6'}";
	struct asker a;

	REQUIRE(places_init(&a));
	announce(&a);
	fall_silent(&a, 3600);
	change(&a, 409, "{'sites': []}");
	CHECK_STR(said(&a, "type"), "urn:nearcast:problem:last-site");
	CHECK(strstr(said(&a, "detail"), "service web: no site would be left of 2; silent: am6 "
					 "since 20") != NULL);
	CHECK(strstr(said(&a, "detail"), "Z, ny5 since 20") != NULL);
	ASK(&a, 409, OPERATOR, "DELETE", WEB, NULL);
	ASK(&a, 409, OPERATOR, "POST", ALPHA "/orders", "{'kind': 'drain', 'service': 'web'}");
	/* who is silent stands in for nobody */
	ASK(&a, 409, OPERATOR, "POST", ALPHA "/orders", drain);
	ASK(&a, 409, ADMIN, "DELETE", "/api/v1/hosts/am6-1", NULL);
	places_report(&a, "ny5-1", "preferred", "passing", NULL);
	ASK(&a, 201, OPERATOR, "POST", ALPHA "/orders", drain);
	/* it may not have heard of its drain: it is reached by a document all the same */
	change(&a, 409, "{'document': " DOCUMENT "}");
	CHECK(strstr(said_error(&a), "am6 (silent since 20") != NULL);
	asker_done(&a);
}

/* Of two hosts of the last site the one that answers is not drained for the other's sake. */
TEST(a_silent_host_is_no_site_that_answers)
{
	struct asker a;

	REQUIRE(places_init(&a));
	ASK(&a, 201, ADMIN, "POST", "/api/v1/hosts", "{'name': 'am6-2', 'site': 'am6'}");
	places_report(&a, "am6-2", "preferred", "passing", NULL);
	fall_silent(&a, 60);
	places_report(&a, "am6-1", "preferred", "passing", NULL);
	ASK(&a, 409, OPERATOR, "POST", ALPHA "/orders",
	    "{'kind': 'drain', 'service': 'web', 'host': 'am6-1'}");
	ASK(&a, 201, OPERATOR, "POST", ALPHA "/orders",
	    "{'kind': 'drain', 'service': 'web', 'host': 'am6-2'}");
	asker_done(&a);
}
