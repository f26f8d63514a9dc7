/* A host that moves to another site: when it may, and what comes of it. */
#include "agents.h"

#include <string.h>

#include "tap.h"

#define S INT64_C(1000000000)
#define AM6 "/api/v1/hosts/am6-1"
#define DRAIN "{'kind': 'drain', 'host': 'am6-1'}"

/* A host says how its addresses are, and that it does all that it was told. */
static void
report(struct agents *g, unsigned host, const char *name, const char *stage)
{
	char body[500];
	int64_t desired = places_desired(&g->a, name);

	(void)snprintf(body, sizeof(body),
	    "{'run': 'r', 'agent_version': '1', 'applied_revision': %d, 'services': ["
	    "{'name': 'alpha.web', 'from': 'controller', 'addresses': ["
	    "{'prefix': '192.0.2.2/32', 'stage': '%s', 'verdict': 'passing',"
	    " 'since': '2026-11-29T16:42:57Z'}]}], 'neighbors': []}",
	    (int)desired, stage);
	AGENT(g, 200, host, "POST", "report", body);
}

static void
move(struct agents *g, unsigned status, const char *site)
{
	char body[60];

	(void)snprintf(body, sizeof(body), "{'site': '%s'}", site);
	g->a.if_match = "*";
	ASK(&g->a, status, ADMIN, "PATCH", AM6, body);
}

static void
announce_all(struct agents *g)
{
	report(g, 0, "am6-1", "preferred");
	report(g, 1, "ny5-1", "preferred");
	report(g, 2, "sg1-1", "preferred");
}

TEST(a_drained_host_moves)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	announce_all(&g);
	ASK(&g.a, 201, ADMIN, "POST", "/api/v1/orders", DRAIN);
	report(&g, 0, "am6-1", "withdrawn");
	move(&g, 200, "sg1");
	CHECK_STR(said(&g.a, "site"), "sg1");
	CHECK(agent_was_rung(&g, 0));
	AGENT(&g, 200, 0, "GET", "desired", NULL);
	CHECK_STR(said(&g.a, "site.name"), "sg1");
	/* the order is the host's, and goes with it */
	CHECK_INT(said_int(&g.a, "orders"), 1);
	CHECK_INT(said_int(&g.a, "services"), 1);
	ASK(&g.a, 200, ADMIN, "GET", "/api/v1/audit?kind=host&limit=1", NULL);
	CHECK_STR(said(&g.a, "items.0.before.site"), "am6");
	CHECK_STR(said(&g.a, "items.0.after.site"), "sg1");
	asker_done(&g.a);
}

TEST(what_announces_stays)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	announce_all(&g);
	move(&g, 409, "sg1");
	CHECK_STR(said(&g.a, "type"), "urn:nearcast:problem:conflict");
	CHECK_STR(said_error(&g.a),
	    "am6-1 announces 192.0.2.2/32 at am6: first `nearcast drain --host am6-1`, and "
	    "wait until it is withdrawn");
	/* told, and not done yet */
	ASK(&g.a, 201, ADMIN, "POST", "/api/v1/orders", DRAIN);
	move(&g, 409, "sg1");
	report(&g, 0, "am6-1", "backup");
	move(&g, 409, "sg1");
	ASK(&g.a, 200, ADMIN, "GET", AM6, NULL);
	CHECK_STR(said(&g.a, "site"), "am6");
	/* where it is, it may stay, and be described */
	move(&g, 200, "am6");
	move(&g, 422, "xx1");
	CHECK_STR(said_error(&g.a), "/site: there is no site \"xx1\"");
	asker_done(&g.a);
}

/* Its checks alone keep it down: it could come up at any moment. */
TEST(what_could_announce_stays)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	announce_all(&g);
	report(&g, 0, "am6-1", "withdrawn");
	move(&g, 409, "sg1");
	CHECK(strstr(said_error(&g.a), "has service alpha.web, and may announce it") != NULL);
	/* drained, and it has not said since then that it knows */
	ASK(&g.a, 201, ADMIN, "POST", "/api/v1/orders", DRAIN);
	move(&g, 409, "sg1");
	CHECK(strstr(said_error(&g.a), "does what it was told last") != NULL);
	report(&g, 0, "am6-1", "withdrawn");
	/* an order that is over keeps it from nothing */
	places_sql(&g.a, "UPDATE operator_orders SET expires_at = 1");
	move(&g, 409, "sg1");
	places_sql(&g.a, "UPDATE operator_orders SET expires_at = NULL");
	move(&g, 200, "sg1");
	asker_done(&g.a);
}

/* It may be cut off, and announce what it announced. */
TEST(what_is_silent_stays)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	announce_all(&g);
	g.a.now += 3600 * S;
	report(&g, 1, "ny5-1", "preferred");
	move(&g, 409, "sg1");
	CHECK(strstr(said_error(&g.a), "am6-1 is silent since 20") != NULL);
	CHECK(strstr(said_error(&g.a), "remove it and have it join at the other site") != NULL);
	asker_done(&g.a);
}

TEST(who_has_nothing_moves)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	ASK(&g.a, 201, ADMIN, "POST", "/api/v1/sites", "{'name': 'la1'}");
	/* made at the wrong site, and never joined */
	ASK(&g.a, 201, ADMIN, "POST", "/api/v1/hosts", "{'name': 'h9', 'site': 'am6'}");
	g.a.if_match = "*";
	ASK(&g.a, 200, ADMIN, "PATCH", "/api/v1/hosts/h9", "{'site': 'la1'}");
	/* joined, and nothing is placed there */
	announce_all(&g);
	g.a.if_match = "*";
	ASK(&g.a, 200, OPERATOR, "PATCH", ALPHA "/services/web", "{'sites': ['ny5', 'sg1']}");
	move(&g, 409, "la1");
	AGENT(&g, 200, 0, "POST", "report",
	    "{'run': 'r', 'agent_version': '1', 'services': [], 'neighbors': []}");
	move(&g, 200, "la1");
	ASK(&g.a, 200, ADMIN, "GET", "/api/v1/audit?kind=host&limit=1", NULL);
	/* and back, as it was */
	{
		char body[80];

		(void)snprintf(
		    body, sizeof(body), "/api/v1/audit/%s/undo", said(&g.a, "items.0.id"));
		ASK(&g.a, 200, ADMIN, "POST", body, "{}");
	}
	ASK(&g.a, 200, ADMIN, "GET", AM6, NULL);
	CHECK_STR(said(&g.a, "site"), "am6");
	asker_done(&g.a);
}

TEST(no_rollout_is_disturbed)
{
	char path[100];
	struct agents g;

	REQUIRE(agents_init(&g));
	announce_all(&g);
	ASK(&g.a, 201, OPERATOR, "POST", "/api/v1/projects/alpha/rollouts",
	    "{'kind': 'drain', 'service': 'web'}");
	(void)snprintf(path, sizeof(path), "/api/v1/projects/alpha/rollouts/%s", said(&g.a, "id"));
	move(&g, 409, "sg1");
	CHECK_STR(said(&g.a, "type"), "urn:nearcast:problem:conflict");
	CHECK(strstr(said(&g.a, "detail"), strrchr(path, '/') + 1) != NULL);
	CHECK(strstr(said(&g.a, "detail"), "of service alpha.web is under way") != NULL);
	g.a.if_match = "*";
	ASK(&g.a, 200, OPERATOR, "PATCH", path, "{'state': 'stopped'}");
	/* from then on it is what announces that is in the way */
	move(&g, 409, "sg1");
	CHECK(strstr(said(&g.a, "detail"), "am6-1 announces") != NULL);
	asker_done(&g.a);
}
