/* A host says goodbye. */
#include "agents.h"

#include <string.h>

#include "controller/presence.h"
#include "tap.h"

#define S INT64_C(1000000000)
#define WEB                                                                                        \
	"{'run': 'r', 'agent_version': '1', 'services': [{'name': 'alpha.web',"                    \
	" 'from': 'controller', 'addresses': [{'prefix': '192.0.2.2/32', 'stage': 'preferred',"    \
	" 'verdict': 'passing', 'since': '2026-11-29T16:42:57Z'}]}], 'neighbors': []}"

#define WITHDRAWN                                                                                  \
	"{'run': 'r', 'agent_version': '1', 'services': [{'name': 'alpha.web',"                    \
	" 'from': 'controller', 'addresses': [{'prefix': '192.0.2.2/32', 'stage': 'withdrawn',"    \
	" 'verdict': 'passing', 'since': '2026-11-29T16:42:57Z'}]}], 'neighbors': []}"

static void
drain(struct agents *g, unsigned status, const char *site)
{
	char body[100];

	(void)snprintf(
	    body, sizeof(body), "{'kind': 'drain', 'service': 'web', 'site': '%s'}", site);
	ASK(&g->a, status, OPERATOR, "POST", ALPHA "/orders", body);
}

TEST(who_left_is_counted_on_no_more)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	AGENT(&g, 200, 0, "POST", "report", WEB);
	AGENT(&g, 200, 1, "POST", "report", WEB);
	AGENT(&g, 204, 0, "POST", "leave", NULL);
	CHECK_INT(said_topic(&g.a, "objects:status"), 1);
	/* at once, and not after the silence of minutes */
	drain(&g, 409, "ny5");
	CHECK(strstr(said(&g.a, "detail"), "no site would be left of 1") != NULL);
	CHECK(strstr(said(&g.a, "detail"), "silent") == NULL);
	ASK(&g.a, 200, ADMIN, "GET", "/api/v1/hosts/am6-1/status", NULL);
	CHECK(json_is_false(json_object_get(g.a.response.body, "present")));
	CHECK_INT(said_int(&g.a, "services"), 0);
	/* and nobody is it: a report that comes late is no host's */
	AGENT(&g, 401, 0, "POST", "report", WEB);
	AGENT(&g, 401, 0, "POST", "leave", NULL);
	ASK(&g.a, 200, ADMIN, "GET", "/api/v1/events?kind=host-left", NULL);
	CHECK_STR(said(&g.a, "items.0.host"), "am6-1");
	ASK(&g.a, 204, ADMIN, "DELETE", "/api/v1/hosts/am6-1", NULL);
	agents_done(&g);
}

/* The last that serves: it takes the service away, as a drain would. */
TEST(the_last_that_serves_leaves_with_a_reason)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	AGENT(&g, 200, 0, "POST", "report", WEB);
	AGENT(&g, 409, 0, "POST", "leave", NULL);
	CHECK_STR(said(&g.a, "type"), "urn:nearcast:problem:last-site");
	CHECK(strstr(said(&g.a, "detail"), "service web: no site would be left of 1") != NULL);
	/* nothing has happened to it */
	AGENT(&g, 200, 0, "POST", "report", WEB);
	ASK(&g.a, 200, ADMIN, "GET", "/api/v1/hosts/am6-1/status", NULL);
	CHECK_INT(said_int(&g.a, "services"), 1);
	AGENT(&g, 204, 0, "POST", "leave?override_reason=ends", NULL);
	ASK(&g.a, 200, ADMIN, "GET", "/api/v1/audit?kind=host&limit=1", NULL);
	CHECK_STR(said(&g.a, "items.0.action"), "leave");
	CHECK_STR(said(&g.a, "items.0.override_reason"), "ends");
	agents_done(&g);
}

TEST(who_has_withdrawn_leaves_without_one)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	AGENT(&g, 200, 0, "POST", "report", WEB);
	AGENT(&g, 200, 0, "POST", "report", WITHDRAWN);
	AGENT(&g, 204, 0, "POST", "leave", NULL);
	agents_done(&g);
}

/* What was seen of it in the last seconds is written when it is gone already. */
TEST(who_left_is_not_seen_any_more)
{
	struct agents g;
	struct presence_round round = { 0 };
	struct err e = { 0 };

	REQUIRE(agents_init(&g));
	AGENT(&g, 200, 0, "POST", "report", WEB);
	AGENT(&g, 204, 0, "POST", "leave?override_reason=ends", NULL);
	g.a.now += 1 * S;
	round.now = g.a.now;
	sightings_add(&round.seen, g.ids[0], (struct instant){ g.a.now });
	sightings_add(&round.seen, g.ids[1], (struct instant){ g.a.now });
	CHECK_INT(presence_write(g.a.store, &round, &e), 0);
	presence_round_done(&round);
	ASK(&g.a, 200, ADMIN, "GET", "/api/v1/hosts/am6-1/status", NULL);
	CHECK(json_is_false(json_object_get(g.a.response.body, "present")));
	ASK(&g.a, 200, ADMIN, "GET", "/api/v1/hosts/ny5-1/status", NULL);
	CHECK(json_is_true(json_object_get(g.a.response.body, "present")));
	agents_done(&g);
}

TEST(who_left_joins_again)
{
	struct agents g;
	char body[160];

	REQUIRE(agents_init(&g));
	AGENT(&g, 204, 0, "POST", "leave", NULL);
	ASK(&g.a, 200, ADMIN, "GET", "/api/v1/audit?kind=host&limit=1", NULL);
	CHECK_STR(said(&g.a, "items.0.action"), "leave");
	CHECK_STR(said(&g.a, "items.0.actor_kind"), "host");
	(void)snprintf(body, sizeof(body), "/api/v1/audit/%s/undo", said(&g.a, "items.0.id"));
	ASK(&g.a, 409, ADMIN, "POST", body, "{}");
	ASK(&g.a, 201, ADMIN, "POST", "/api/v1/join-tokens", "{'site': 'am6', 'host': 'am6-1'}");
	(void)snprintf(body, sizeof(body), "{'token': '%s', 'name': 'am6-1'}", said(&g.a, "token"));
	ASK(&g.a, 201, NOBODY, "POST", "/agent/v1/join", body);
	(void)snprintf(g.tokens[0], sizeof(g.tokens[0]), "%s", said(&g.a, "credential"));
	AGENT(&g, 200, 0, "POST", "report", WEB);
	drain(&g, 201, "ny5");
	agents_done(&g);
}
