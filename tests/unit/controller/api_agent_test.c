/* What hosts are told to do, when they are told again, and who is told nothing. */
#include "agents.h"

#include "base/attr.h"
#include "tap.h"

TEST(what_a_host_is_to_do)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	AGENT(&g, 200, 0, "GET", "desired", NULL);
	CHECK_STR(said(&g.a, "host.name"), "am6-1");
	CHECK_STR(said(&g.a, "host.id"), g.ids[0]);
	CHECK_STR(said(&g.a, "site.name"), "am6");
	CHECK_INT(said_int(&g.a, "services"), 1);
	CHECK_STR(said(&g.a, "services.0.name"), "alpha.web");
	CHECK_STR(said(&g.a, "services.0.global-ips.0"), "192.0.2.2/31");
	CHECK_STR(said(&g.a, "services.0.listen.0"), "tcp/80");
	CHECK_INT(said_int(&g.a, "services.0.guard.min-sites"), 1);
	CHECK_INT(said_int(&g.a, "orders"), 0);
	CHECK_STR(g.a.response.host, g.ids[0]);
	ASK(&g.a, 401, NOBODY, "GET", "/agent/v1/desired", NULL);
	ASK(&g.a, 403, ADMIN, "GET", "/agent/v1/desired", NULL);
	ASK(&g.a, 403, OPERATOR, "GET", "/agent/v1/desired", NULL);
	agents_done(&g);
}

TEST(nothing_is_new)
{
	struct agents g;
	char etag[32], topic[TOPIC_SIZE];

	REQUIRE(agents_init(&g));
	AGENT(&g, 200, 0, "GET", "desired", NULL);
	(void)snprintf(etag, sizeof(etag), "%s", g.a.response.etag);
	(void)snprintf(topic, sizeof(topic), "host:%s", g.ids[0]);
	g.a.if_none_match = etag;
	AGENT(&g, 304, 0, "GET", "desired", NULL);
	CHECK_STR(g.a.response.wait_topic, "");
	g.a.if_none_match = etag;
	g.a.wait = 50;
	AGENT(&g, 304, 0, "GET", "desired", NULL);
	CHECK_STR(g.a.response.wait_topic, topic);
	CHECK_STR(g.a.response.etag, etag);
	/* the tag of a life before: a store that was restored is behind */
	g.a.if_none_match = "\"9999\"";
	g.a.wait = 50;
	AGENT(&g, 200, 0, "GET", "desired", NULL);
	CHECK_STR(g.a.response.wait_topic, "");
	agents_done(&g);
}

TEST(what_changes_it_rings_those_it_concerns)
{
	char path[120];
	struct agents g;

	REQUIRE(agents_init(&g));
	g.a.if_match = "*";
	ASK(&g.a, 200, OPERATOR, "PATCH", ALPHA "/services/web",
	    "{'sites': ['am6', 'ny5'], 'override_reason': 'test'}");
	for (unsigned i = 0; i < HOSTS; i++)
		CHECK(agent_was_rung(&g, i)); /* whoever loses it, too */
	AGENT(&g, 200, 2, "GET", "desired", NULL);
	CHECK_INT(said_int(&g.a, "services"), 0);
	ASK(&g.a, 201, OPERATOR, "POST", ALPHA "/orders",
	    "{'kind': 'drain', 'service': 'web', 'site': 'am6', 'reason': 'kernel'}");
	CHECK(agent_was_rung(&g, 0));
	CHECK(!agent_was_rung(&g, 1));
	(void)snprintf(path, sizeof(path), ALPHA "/orders/%s", said(&g.a, "id"));
	ASK(&g.a, 204, OPERATOR, "DELETE", path, NULL);
	CHECK(agent_was_rung(&g, 0));
	g.a.if_match = "*";
	ASK(&g.a, 200, ADMIN, "PATCH", "/api/v1/sites/sg1", "{'city': 'Singapore'}");
	CHECK(agent_was_rung(&g, 2));
	CHECK(!agent_was_rung(&g, 0));
	AGENT(&g, 200, 2, "GET", "desired", NULL);
	CHECK_STR(said(&g.a, "site.city"), "Singapore");
	ASK(&g.a, 204, ADMIN, "DELETE", "/api/v1/hosts/sg1-1", NULL);
	CHECK(agent_was_rung(&g, 2));
	AGENT(&g, 401, 2, "GET", "desired", NULL);
	agents_done(&g);
}

TEST(what_is_refused_rings_nobody)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	g.a.if_match = "*";
	ASK(&g.a, 409, OPERATOR, "PATCH", ALPHA "/services/web", "{'sites': []}");
	CHECK_INT(g.a.response.topics.count, 0);
	agents_done(&g);
}

TEST(orders_of_a_site_are_one_for_each_service)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	ASK(&g.a, 201, OPERATOR, "POST", ALPHA "/services",
	    "{'name': 'api', 'document': {'listen': ['tcp/81']}, 'sites': ['am6']}");
	ASK(&g.a, 201, ADMIN, "POST", "/api/v1/orders",
	    "{'kind': 'drain', 'site': 'am6', 'reason': 'power', 'expires_in_seconds': 60,"
	    " 'override_reason': 'test'}");
	AGENT(&g, 200, 0, "GET", "desired", NULL);
	CHECK_INT(said_int(&g.a, "services"), 1); /* api has no Global IP yet */
	CHECK_INT(said_int(&g.a, "orders"), 2);
	CHECK_STR(said(&g.a, "orders.0.service"), "alpha.api");
	CHECK_STR(said(&g.a, "orders.1.service"), "alpha.web");
	CHECK_STR(said(&g.a, "orders.1.kind"), "drain");
	CHECK_STR(said(&g.a, "orders.1.reason"), "power");
	CHECK_STR(said(&g.a, "orders.1.by"), "root");
	AGENT(&g, 200, 1, "GET", "desired", NULL);
	CHECK_INT(said_int(&g.a, "orders"), 0);
	g.a.now += INT64_C(61) * 1000000000;
	AGENT(&g, 200, 0, "GET", "desired", NULL);
	CHECK_INT(said_int(&g.a, "orders"), 0);
	agents_done(&g);
}

/* What is placed on one host, or ordered of it, is no affair of its site's other hosts. */
TEST(what_is_one_hosts_own)
{
	struct agents g;
	char path[120];

	REQUIRE(agents_init(&g));
	ASK(&g.a, 201, OPERATOR, "POST", ALPHA "/services",
	    "{'name': 'api', 'document': {'listen': ['tcp/81']}, 'hosts': ['am6-1']}");
	places_sql(&g.a, "UPDATE hosts SET site = (SELECT site FROM hosts WHERE name = 'am6-1')"
			 " WHERE name = 'ny5-1'");
	ASK(&g.a, 201, OPERATOR, "POST", ALPHA "/orders",
	    "{'kind': 'drain', 'service': 'web', 'host': 'am6-1', 'reason': 'disk',"
	    " 'override_reason': 'test'}");
	(void)snprintf(path, sizeof(path), ALPHA "/orders/%s", said(&g.a, "id"));
	for (unsigned i = 0; i < 2; i++) { /* put together, and found again */
		AGENT(&g, 200, 1, "GET", "desired", NULL);
		CHECK_INT(said_int(&g.a, "services"), 1);
		CHECK_INT(said_int(&g.a, "orders"), 0);
		CHECK_STR(said(&g.a, "host.name"), "ny5-1");
		AGENT(&g, 200, 0, "GET", "desired", NULL);
		CHECK_INT(said_int(&g.a, "orders"), 1);
		CHECK_STR(said(&g.a, "orders.0.reason"), "disk");
		CHECK_STR(said(&g.a, "host.name"), "am6-1");
	}
	ASK(&g.a, 204, OPERATOR, "DELETE", path, NULL);
	AGENT(&g, 200, 0, "GET", "desired", NULL);
	CHECK_INT(said_int(&g.a, "orders"), 0);
	agents_done(&g);
}

TEST(names_on_hosts_stay)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	g.a.if_match = "*";
	ASK(&g.a, 200, ADMIN, "PATCH", "/api/v1/projects/alpha", "{'name': 'omega'}");
	AGENT(&g, 200, 0, "GET", "desired", NULL);
	CHECK_STR(said(&g.a, "services.0.name"), "alpha.web");
	ASK(&g.a, 200, ADMIN, "GET", "/api/v1/projects/omega/services/web", NULL);
	CHECK_STR(said(&g.a, "host_name"), "alpha.web");
	ASK(&g.a, 201, ADMIN, "POST", "/api/v1/projects", "{'name': 'alpha'}");
	ASK(&g.a, 422, ADMIN, "POST", ALPHA "/services",
	    "{'name': 'web', 'document': {'listen': ['tcp/80']}}");
	CHECK_STR(said_error(&g.a),
	    "/name: hosts know another service by the name of this project and "
	    "it: one of a project that was called so");
	agents_done(&g);
}

TEST(a_host_of_a_project_has_no_other_services)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	places_sql(&g.a, "UPDATE hosts SET project = (SELECT id FROM projects WHERE name = 'beta')"
			 " WHERE name = 'am6-1'");
	AGENT(&g, 200, 0, "GET", "desired", NULL);
	CHECK_INT(said_int(&g.a, "services"), 0);
	agents_done(&g);
}

/* A change that goes from site to site: hosts have it once it has come to their site, and until it
 * is taken back. */
TEST(a_change_comes_site_by_site)
{
	static const char *const hosts[HOSTS] = { "am6-1", "ny5-1", "sg1-1" };
	char path[120];
	struct agents g;

	REQUIRE(agents_init(&g));
	for (size_t i = 0; i < HOSTS; i++)
		places_report(&g.a, hosts[i], "preferred", "passing", NULL);
	ASK(&g.a, 201, OPERATOR, "POST", ALPHA "/rollouts",
	    "{'kind': 'change', 'service': 'web', 'document': {'listen': ['tcp/81']}}");
	(void)snprintf(path, sizeof(path), ALPHA "/rollouts/%s", said(&g.a, "id"));
	CHECK(agent_was_rung(&g, 0));
	CHECK(!agent_was_rung(&g, 1));
	AGENT(&g, 200, 0, "GET", "desired", NULL);
	CHECK_STR(said(&g.a, "services.0.listen.0"), "tcp/81");
	AGENT(&g, 200, 1, "GET", "desired", NULL);
	CHECK_STR(said(&g.a, "services.0.listen.0"), "tcp/80");
	g.a.if_match = "*";
	ASK(&g.a, 200, OPERATOR, "PATCH", path, "{'state': 'stopped'}");
	AGENT(&g, 200, 0, "GET", "desired", NULL);
	CHECK_STR(said(&g.a, "services.0.listen.0"), "tcp/81");
	g.a.if_match = "*";
	ASK(&g.a, 200, OPERATOR, "PATCH", path, "{'state': 'taken-back'}");
	CHECK(agent_was_rung(&g, 0));
	AGENT(&g, 200, 0, "GET", "desired", NULL);
	CHECK_STR(said(&g.a, "services.0.listen.0"), "tcp/80");
	agents_done(&g);
}
