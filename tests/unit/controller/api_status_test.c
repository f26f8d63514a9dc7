/* How everything stands, and who sees it. */
#include "agents.h"

#include "base/attr.h"
#include "tap.h"

static void
report(struct agents *g, unsigned host, const char *stage)
{
	char body[900];

	(void)snprintf(body, sizeof(body),
	    "{'run': 'r', 'agent_version': '1', 'applied_revision': 3, 'services': ["
	    "{'name': 'alpha.web', 'from': 'controller', 'detail': {'checks': [{'name': 'c'}],"
	    " 'drain': {'phase': 'waiting'}}, 'addresses': ["
	    "{'prefix': '192.0.2.2/32', 'stage': '%s', 'verdict': 'passing', 'reason': 'ok',"
	    " 'since': '2026-11-29T16:42:57.125Z'},"
	    "{'prefix': '192.0.2.3/32', 'stage': '%s', 'verdict': 'passing',"
	    " 'since': '2026-11-29T16:42:57Z'}]},"
	    "{'name': 'local', 'from': 'file', 'addresses': ["
	    "{'prefix': '198.51.100.1/32', 'stage': 'preferred', 'verdict': 'passing',"
	    " 'since': '2026-11-29T16:42:57Z'}]}],"
	    " 'neighbors': [{'name': 'r1', 'address': '192.0.2.254', 'peer_as': 64500,"
	    " 'state': 'established', 'since': '2026-11-29T16:42:57Z'}]}",
	    stage, stage);
	AGENT(g, 200, host, "POST", "report", body);
}

TEST(all_sites)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	ASK(&g.a, 201, ADMIN, "POST", "/api/v1/sites",
	    "{'name': 'empty', 'latitude': 1.5, 'longitude': 2}");
	report(&g, 0, "preferred");
	report(&g, 1, "backup");
	ASK(&g.a, 200, ADMIN, "GET", "/api/v1/status", NULL);
	CHECK_INT(said_int(&g.a, "sites"), 4);
	CHECK_STR(said(&g.a, "sites.0.name"), "am6");
	CHECK_STR(said(&g.a, "sites.0.hosts.0.name"), "am6-1");
	CHECK_INT(said_int(&g.a, "sites.0.hosts.0.applied_revision"), 3);
	CHECK_INT(said_int(&g.a, "sites.0.hosts.0.services"), 2);
	CHECK_STR(said(&g.a, "sites.0.hosts.0.services.0.name"), "alpha.web");
	CHECK_STR(said(&g.a, "sites.0.hosts.0.services.0.service"), "web");
	CHECK_STR(said(&g.a, "sites.0.hosts.0.services.0.project"), "alpha");
	CHECK_INT(said_int(&g.a, "sites.0.hosts.0.services.0.addresses"), 2);
	CHECK_STR(said(&g.a, "sites.0.hosts.0.services.0.addresses.0.stage"), "preferred");
	CHECK_STR(
	    said(&g.a, "sites.0.hosts.0.services.0.addresses.0.since"), "2026-11-29T16:42:57.125Z");
	CHECK_STR(said(&g.a, "sites.0.hosts.0.services.0.detail.drain.phase"), "waiting");
	CHECK_INT(said_int(&g.a, "sites.0.hosts.0.services.0.detail.checks"), 0);
	CHECK_STR(said(&g.a, "sites.0.hosts.0.services.1.from"), "file");
	CHECK_STR(said(&g.a, "sites.0.hosts.0.neighbors.0.state"), "established");
	CHECK_STR(said(&g.a, "sites.1.name"), "empty");
	CHECK_INT(said_int(&g.a, "sites.1.hosts"), 0);
	CHECK_STR(said(&g.a, "sites.2.hosts.0.services.0.addresses.1.stage"), "backup");
	CHECK_INT(said_int(&g.a, "sites.3.hosts.0.services"), 0);
	/* of a project: its own services alone */
	ASK(&g.a, 200, STRANGER, "GET", "/api/v1/status", NULL);
	CHECK_INT(said_int(&g.a, "sites.0.hosts.0.services"), 0);
	ASK(&g.a, 200, VIEWER, "GET", "/api/v1/status", NULL);
	CHECK_INT(said_int(&g.a, "sites.0.hosts.0.services"), 1);
	ASK(&g.a, 401, NOBODY, "GET", "/api/v1/status", NULL);
	agents_done(&g);
}

TEST(of_a_service)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	report(&g, 0, "preferred");
	g.a.if_match = "*";
	ASK(&g.a, 200, OPERATOR, "PATCH", ALPHA "/services/web",
	    "{'sites': ['am6', 'ny5'], 'override_reason': 't'}");
	report(&g, 1, "preferred");
	AGENT(&g, 200, 0, "POST", "leases",
	    "{'service': 'alpha.web', 'prefix': '192.0.2.2/32', 'evidence': 'e'}");
	ASK(&g.a, 200, VIEWER, "GET", ALPHA "/services/web/status", NULL);
	CHECK_INT(said_int(&g.a, "sites"), 2);
	CHECK_INT(said_int(&g.a, "sites.0.hosts.0.services"), 1);
	CHECK_STR(said(&g.a, "sites.0.hosts.0.services.0.detail.checks.0.name"), "c");
	CHECK_STR(said(&g.a, "sites.0.hosts.0.services.0.leases.0.prefix"), "192.0.2.2/32");
	CHECK_INT(said_int(&g.a, "sites.1.hosts.0.services"), 1);
	/* a site that it is to be at, and where no host is */
	ASK(&g.a, 201, ADMIN, "POST", "/api/v1/sites", "{'name': 'empty'}");
	ASK(&g.a, 201, ADMIN, "POST", "/api/v1/sites", "{'name': 'other'}");
	g.a.if_match = "*";
	ASK(&g.a, 200, OPERATOR, "PATCH", ALPHA "/services/web",
	    "{'sites': ['am6', 'ny5', 'empty'], 'override_reason': 't'}");
	ASK(&g.a, 200, VIEWER, "GET", ALPHA "/services/web/status", NULL);
	CHECK_INT(said_int(&g.a, "sites"), 3);
	CHECK_STR(said(&g.a, "sites.1.name"), "empty");
	CHECK_INT(said_int(&g.a, "sites.1.hosts"), 0);
	ASK(&g.a, 404, STRANGER, "GET", ALPHA "/services/web/status", NULL);
	ASK(&g.a, 404, VIEWER, "GET", ALPHA "/services/other/status", NULL);
	agents_done(&g);
}

TEST(of_a_host_and_whether_it_is_there)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	ASK(&g.a, 200, ADMIN, "GET", "/api/v1/hosts/sg1-1/status", NULL);
	CHECK(json_is_false(json_object_get(g.a.response.body, "present")));
	CHECK_STR(said(&g.a, "site"), "sg1");
	report(&g, 2, "preferred");
	ASK(&g.a, 200, OPERATOR, "GET", "/api/v1/hosts/sg1-1/status", NULL);
	CHECK(json_is_true(json_object_get(g.a.response.body, "present")));
	CHECK_INT(said_int(&g.a, "services"), 1);
	CHECK_INT(said_int(&g.a, "services.0.detail.checks"), 1);
	g.a.now += INT64_C(16) * 1000000000;
	ASK(&g.a, 200, ADMIN, "GET", "/api/v1/hosts/sg1-1/status", NULL);
	CHECK(json_is_false(json_object_get(g.a.response.body, "present")));
	CHECK_INT(said_int(&g.a, "services"), 2);
	ASK(&g.a, 404, ADMIN, "GET", "/api/v1/hosts/none/status", NULL);
	agents_done(&g);
}

/* It would go on, and nobody would know: the controller forgets it, and it hears nothing more. */
TEST(a_host_that_announces_is_not_removed_unsaid)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	report(&g, 0, "preferred");
	report(&g, 1, "preferred");
	report(&g, 2, "preferred");
	ASK(&g.a, 409, ADMIN, "DELETE", "/api/v1/hosts/am6-1", NULL);
	CHECK_STR(said(&g.a, "type"), "urn:nearcast:problem:announcing");
	CHECK(strstr(said(&g.a, "detail"), "am6-1 announces 192.0.2.2/32 and 1 more") != NULL);
	CHECK(strstr(said(&g.a, "detail"), "nearcast drain --host am6-1") != NULL);
	/* it could be told nothing */
	g.a.now += INT64_C(16) * 1000000000;
	ASK(&g.a, 409, ADMIN, "DELETE", "/api/v1/hosts/am6-1", NULL);
	CHECK_STR(said(&g.a, "type"), "urn:nearcast:problem:announcing");
	CHECK(strstr(said(&g.a, "detail"),
		  "am6-1 announced 192.0.2.2/32 and 1 more when it was heard of last, is silent "
		  "since 20") != NULL);
	CHECK(strstr(said(&g.a, "detail"), "--override REASON") != NULL);
	CHECK(strstr(said(&g.a, "detail"), "nearcast drain") == NULL);
	/* what stands in its own file goes on as it should */
	report(&g, 0, "withdrawn");
	ASK(&g.a, 204, ADMIN, "DELETE", "/api/v1/hosts/am6-1", NULL);
	ASK(&g.a, 409, ADMIN, "DELETE", "/api/v1/hosts/ny5-1", NULL);
	ASK(&g.a, 204, ADMIN, "DELETE", "/api/v1/hosts/ny5-1?override_reason=it%20burns", NULL);
	agents_done(&g);
}
