/* Orders of operators: what they may be, whose they are, what they touch, and what has to be meant.
 */
#include "places.h"

#include "tap.h"

#define ORDERS ALPHA "/orders"
#define DRAIN_AM6 "{'kind': 'drain', 'service': 'web', 'site': 'am6'}"

TEST(a_drain_is_given_and_ended)
{
	char path[128];
	struct asker a;

	REQUIRE(places_init(&a));
	ASK(&a, 201, OPERATOR, "POST", ORDERS,
	    "{'kind': 'drain', 'service': 'web', 'site': 'am6', 'reason': 'new kernel',"
	    " 'parameters': {'until_connections': 3, 'at_most_ms': 60000}}");
	CHECK_STR(said(&a, "kind"), "drain");
	CHECK_STR(said(&a, "project"), "alpha");
	CHECK_STR(said(&a, "site"), "am6");
	CHECK_STR(said(&a, "by"), "op");
	CHECK_INT(said_int(&a, "parameters.at_most_ms"), 60000);
	(void)snprintf(path, sizeof(path), ORDERS "/%s", said(&a, "id"));
	CHECK_INT(places_desired(&a, "am6-1"), 3);
	CHECK_INT(places_desired(&a, "ny5-1"), 2);
	ASK(&a, 409, OPERATOR, "POST", ORDERS, DRAIN_AM6);
	ASK(&a, 200, VIEWER, "GET", ORDERS "?site=am6&kind=drain", NULL);
	CHECK_INT(said_int(&a, "items"), 1);
	ASK(&a, 200, VIEWER, "GET", ORDERS "?site=sg1", NULL);
	CHECK_INT(said_int(&a, "items"), 0);
	ASK(&a, 200, VIEWER, "GET", path, NULL);
	ASK(&a, 404, STRANGER, "GET", path, NULL);
	ASK(&a, 403, VIEWER, "DELETE", path, NULL);
	ASK(&a, 204, OPERATOR, "DELETE", path, NULL);
	CHECK_INT(places_desired(&a, "am6-1"), 4);
	ASK(&a, 404, OPERATOR, "DELETE", path, NULL);
	ASK(&a, 200, OPERATOR, "GET", ALPHA "/audit?kind=order", NULL);
	CHECK_INT(said_int(&a, "items"), 2);
	CHECK_STR(said(&a, "items.0.action"), "delete");
	ASK(&a, 200, OPERATOR, "GET", ALPHA "/events?site=am6&kind=order-created", NULL);
	CHECK_INT(said_int(&a, "items"), 1);
	CHECK_STR(said(&a, "items.0.service"), "web");
	CHECK_STR(said(&a, "items.0.host"), "");
	ASK(&a, 201, ADMIN, "POST", "/api/v1/orders", "{'kind': 'drain', 'host': 'sg1-1'}");
	ASK(&a, 200, ADMIN, "GET", "/api/v1/events?site=sg1&kind=order-created", NULL);
	CHECK_INT(said_int(&a, "items"), 1);
	CHECK_STR(said(&a, "items.0.host"), "sg1-1");
	CHECK_STR(said(&a, "items.0.service"), "");
	asker_done(&a);
}

TEST(what_is_wrong_is_named)
{
	static const struct {
		const char *body, *error;
	} rows[] = {
		{ "{'service': 'web'}", "/kind: is missing" },
		{ "{'kind': 'stop', 'service': 'web'}", "/kind: expected one of drain, hold" },
		{ "{'kind': 'drain', 'site': 'am6'}", "/service: is missing: all services of a "
						      "site or host are an administrator's, at "
						      "/api/v1/orders" },
		{ "{'kind': 'drain', 'service': 'api'}", "/service: there is no service \"api\"" },
		{ "{'kind': 'drain', 'service': 'web', 'site': 'x'}",
		    "/site: there is no site \"x\"" },
		{ "{'kind': 'drain', 'service': 'web', 'site': 'am6', 'host': 'am6-1'}",
		    "/host: is more than the site: one of them is enough" },
		{ "{'kind': 'drain', 'service': 'web', 'site': 'la1'}",
		    "/site: no host of it has service web" },
		{ "{'kind': 'drain', 'service': 'web', 'parameters': {'at_most': 3}}",
		    "/parameters/at_most: unknown field of a drain" },
		{ "{'kind': 'drain', 'service': 'web', 'parameters': {'at_most_ms': 3}}",
		    "/parameters/at_most_ms: expected 1000 to 86400000" },
		{ "{'kind': 'hold', 'service': 'web', 'parameters': {'at_most_ms': 3000}}",
		    "/parameters: a hold has none" },
		{ "{'kind': 'hold', 'service': 'web', 'expires_in_seconds': 0}",
		    "/expires_in_seconds: expected 1 to 31622400" },
	};
	struct asker a;

	REQUIRE(places_init(&a));
	ASK(&a, 201, ADMIN, "POST", "/api/v1/sites", "{'name': 'la1'}");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ASK(&a, 422, OPERATOR, "POST", ORDERS, rows[i].body);
		CHECK_STR(said_error(&a), rows[i].error);
	}
	ASK(&a, 422, ADMIN, "POST", "/api/v1/orders", DRAIN_AM6);
	ASK(&a, 422, ADMIN, "POST", "/api/v1/orders", "{'kind': 'drain'}");
	CHECK_STR(said_error(&a), "/site: is missing, or a host");
	asker_done(&a);
}

TEST(a_whole_site_is_the_administrators)
{
	char path[128];
	struct asker a;

	REQUIRE(places_init(&a));
	ASK(&a, 403, OPERATOR, "POST", "/api/v1/orders", "{'kind': 'drain', 'site': 'am6'}");
	ASK(&a, 201, ADMIN, "POST", "/api/v1/orders", "{'kind': 'drain', 'site': 'am6'}");
	(void)snprintf(path, sizeof(path), ORDERS "/%s", said(&a, "id"));
	CHECK_INT(places_desired(&a, "am6-1"), 3);
	/* who has a service there sees it, and cannot end it */
	ASK(&a, 200, OPERATOR, "GET", ORDERS, NULL);
	CHECK_INT(said_int(&a, "items"), 1);
	ASK(&a, 200, STRANGER, "GET", "/api/v1/projects/beta/orders", NULL);
	CHECK_INT(said_int(&a, "items"), 0);
	ASK(&a, 403, OPERATOR, "DELETE", path, NULL);
	ASK(&a, 403, OPERATOR, "GET", "/api/v1/orders", NULL);
	ASK(&a, 200, AUDITOR, "GET", "/api/v1/orders", NULL);
	CHECK_INT(said_int(&a, "items"), 1);
	asker_done(&a);
}

/* Who asks for the orders of a service wants to know all that drain it. */
TEST(a_service_has_the_orders_of_its_places)
{
	struct asker a;

	REQUIRE(places_init(&a));
	ASK(&a, 201, OPERATOR, "POST", ORDERS, DRAIN_AM6);
	CHECK_STR(said(&a, "through"), "service");
	ASK(&a, 201, ADMIN, "POST", "/api/v1/orders",
	    "{'kind': 'hold', 'site': 'ny5', 'override_reason': 'test'}");
	CHECK_STR(said(&a, "through"), "site");
	ASK(&a, 201, ADMIN, "POST", "/api/v1/orders",
	    "{'kind': 'drain', 'host': 'sg1-1', 'override_reason': 'test'}");
	ASK(&a, 201, ADMIN, "POST", "/api/v1/sites", "{'name': 'la1'}");
	ASK(&a, 201, ADMIN, "POST", "/api/v1/orders",
	    "{'kind': 'hold', 'site': 'la1', 'override_reason': 'nothing is there'}");
	ASK(&a, 200, VIEWER, "GET", ORDERS "?service=web", NULL);
	CHECK_INT(said_int(&a, "items"), 3);
	CHECK_STR(said(&a, "items.0.through"), "service");
	CHECK_STR(said(&a, "items.1.through"), "site");
	CHECK_STR(said(&a, "items.1.site"), "ny5");
	CHECK_STR(said(&a, "items.2.through"), "host");
	ASK(&a, 200, VIEWER, "GET", ORDERS "?service=web&site=ny5", NULL);
	CHECK_INT(said_int(&a, "items"), 1);
	ASK(&a, 200, AUDITOR, "GET", "/api/v1/orders?service=web", NULL);
	CHECK_INT(said_int(&a, "items"), 3);
	ASK(&a, 400, VIEWER, "GET", ORDERS "?service=other", NULL);
	ASK(&a, 200, AUDITOR, "GET", "/api/v1/audit?kind=order&limit=1", NULL);
	CHECK_STR(said(&a, "items.0.name"), "hold all services at la1");
	asker_done(&a);
}

/* Of a host that serves others: nobody can lose what is announced nowhere. */
TEST(what_was_never_announced_keeps_no_host)
{
	struct asker a;

	REQUIRE(places_init(&a));
	places_report(&a, "am6-1", "preferred", "passing", NULL);
	places_report(&a, "ny5-1", "preferred", "passing", NULL);
	places_report(&a, "sg1-1", "preferred", "passing", NULL);
	ASK(&a, 201, OPERATOR, "POST", ALPHA "/services",
	    "{'name': 'idle', 'document': {'listen': ['tcp/81']}, 'hosts': ['am6-1']}");
	/* who means the idle one itself has to say so */
	ASK(&a, 409, OPERATOR, "POST", ORDERS,
	    "{'kind': 'drain', 'service': 'idle', 'host': 'am6-1'}");
	ASK(&a, 201, ADMIN, "POST", "/api/v1/orders", "{'kind': 'drain', 'host': 'am6-1'}");
	/* the one that is announced is held to its rules as ever */
	ASK(&a, 201, ADMIN, "POST", "/api/v1/orders", "{'kind': 'drain', 'host': 'ny5-1'}");
	ASK(&a, 409, ADMIN, "POST", "/api/v1/orders", "{'kind': 'drain', 'host': 'sg1-1'}");
	CHECK(strstr(said(&a, "detail"), "service web: ") != NULL);
	asker_done(&a);
}

TEST(a_drain_of_too_much_has_to_be_meant)
{
	struct asker a;

	REQUIRE(places_init(&a));
	ASK(&a, 201, OPERATOR, "POST", ORDERS, DRAIN_AM6);
	ASK(&a, 201, ADMIN, "POST", "/api/v1/orders", "{'kind': 'drain', 'host': 'sg1-1'}");
	ASK(&a, 409, OPERATOR, "POST", ORDERS,
	    "{'kind': 'drain', 'service': 'web', 'site': 'ny5'}");
	CHECK_STR(said(&a, "type"), "urn:nearcast:problem:last-site");
	CHECK_STR(said(&a, "detail"), "service web: no site would be left of 1; override_reason "
				      "says that it is meant, and why");
	places_report(&a, "ny5-1", "preferred", "passing", NULL);
	ASK(&a, 409, ADMIN, "POST", "/api/v1/orders", "{'kind': 'drain', 'site': 'ny5'}");
	ASK(&a, 409, ADMIN, "DELETE", "/api/v1/hosts/ny5-1", NULL);
	/* one that is drained anyway may go; a hold takes nothing away */
	ASK(&a, 204, ADMIN, "DELETE", "/api/v1/hosts/sg1-1", NULL);
	ASK(&a, 201, OPERATOR, "POST", ORDERS, "{'kind': 'hold', 'service': 'web', 'site': 'ny5'}");
	ASK(&a, 409, OPERATOR, "POST", ORDERS,
	    "{'kind': 'drain', 'service': 'web', 'site': 'ny5'}");
	CHECK(strstr(said(&a, "detail"), "to be ended first: hold web at ny5 (ord_") != NULL);
	CHECK_STR(said(&a, "order.site"), "ny5");
	CHECK_STR(said(&a, "order.kind"), "hold");
	ASK(&a, 201, ADMIN, "POST", "/api/v1/orders",
	    "{'kind': 'drain', 'site': 'ny5', 'override_reason': 'the city has no power'}");
	ASK(&a, 200, ADMIN, "GET", "/api/v1/audit?kind=order&limit=1", NULL);
	CHECK_STR(said(&a, "items.0.override_reason"), "the city has no power");
	asker_done(&a);
}

/* Without a word of the operator the last site that is well is not drained, though others are
 * placed. */
TEST(what_is_down_is_not_counted_on)
{
	struct asker a;

	REQUIRE(places_init(&a));
	places_report(&a, "am6-1", "preferred", "passing", NULL);
	places_report(&a, "ny5-1", "backup", "failing", NULL);
	places_report(&a, "sg1-1", "withdrawn", "unknown", NULL);
	ASK(&a, 409, OPERATOR, "POST", ORDERS, DRAIN_AM6);
	CHECK(strstr(said(&a, "detail"), "no site would be left of 1") != NULL);
	ASK(&a, 409, ADMIN, "DELETE", "/api/v1/hosts/am6-1", NULL);
	/* what fails may be drained without a word */
	ASK(&a, 201, OPERATOR, "POST", ORDERS,
	    "{'kind': 'drain', 'service': 'web', 'site': 'ny5'}");
	/* and another one again, once two are left */
	places_report(&a, "sg1-1", "preferred", "passing", NULL);
	ASK(&a, 201, OPERATOR, "POST", ORDERS,
	    "{'kind': 'drain', 'service': 'web', 'site': 'sg1'}");
	asker_done(&a);
}

/* Where one site answers, hosts that never joined, or do not have the service yet, do not stand in
 * for it. */
TEST(who_has_not_reported_stands_in_for_nobody)
{
	struct asker a;

	REQUIRE(places_init(&a));
	places_report(&a, "am6-1", "preferred", "passing", NULL);
	places_heard(&a, "sg1-1");
	ASK(&a, 409, OPERATOR, "POST", ORDERS, DRAIN_AM6);
	CHECK(strstr(said(&a, "detail"), "no site would be left of 1") != NULL);
	a.if_match = "*";
	ASK(&a, 409, OPERATOR, "PATCH", ALPHA "/services/web", "{'sites': ['ny5', 'sg1']}");
	ASK(&a, 409, ADMIN, "DELETE", "/api/v1/hosts/am6-1", NULL);
	a.if_match = NULL;
	places_report(&a, "ny5-1", "preferred", "passing", NULL);
	ASK(&a, 201, OPERATOR, "POST", ORDERS, DRAIN_AM6);
	asker_done(&a);
}

/* A change is held to the min_sites that it brings with it, too. */
TEST(min_sites_are_raised_and_sites_taken_in_one_change)
{
	struct asker a;

	REQUIRE(places_init(&a));
	places_report(&a, "am6-1", "preferred", "passing", NULL);
	places_report(&a, "ny5-1", "preferred", "passing", NULL);
	places_report(&a, "sg1-1", "withdrawn", "failing", NULL);
	a.if_match = "*";
	ASK(&a, 409, OPERATOR, "PATCH", ALPHA "/services/web",
	    "{'sites': ['am6', 'sg1'], 'min_sites': 2}");
	CHECK(strstr(said(&a, "detail"), "1 of 2 sites would be left, fewer than min_sites 2") !=
	      NULL);
	asker_done(&a);
}

/* None answers at this moment, so none would be lost: and yet the order would stay. */
TEST(all_that_is_down_is_not_drained_without_a_word)
{
	struct asker a;

	REQUIRE(places_init(&a));
	places_report(&a, "am6-1", "withdrawn", "failing", NULL);
	places_report(&a, "ny5-1", "withdrawn", "failing", NULL);
	places_report(&a, "sg1-1", "withdrawn", "failing", NULL);
	ASK(&a, 409, OPERATOR, "POST", ORDERS, "{'kind': 'drain', 'service': 'web'}");
	CHECK(strstr(said(&a, "detail"), "though none of them answers now") != NULL);
	ASK(&a, 201, OPERATOR, "POST", ORDERS, DRAIN_AM6);
	asker_done(&a);
}

TEST(of_several_hosts_at_a_site_one_may_go)
{
	struct asker a;

	REQUIRE(places_init(&a));
	ASK(&a, 201, ADMIN, "POST", "/api/v1/hosts", "{'name': 'am6-2', 'site': 'am6'}");
	a.if_match = "*";
	ASK(&a, 200, OPERATOR, "PATCH", ALPHA "/services/web",
	    "{'sites': ['am6'], 'override_reason': 'one is enough', 'max_change_percent': 100}");
	ASK(&a, 201, OPERATOR, "POST", ORDERS,
	    "{'kind': 'drain', 'service': 'web', 'host': 'am6-1'}");
	ASK(&a, 409, OPERATOR, "POST", ORDERS,
	    "{'kind': 'drain', 'service': 'web', 'host': 'am6-2'}");
	ASK(&a, 409, OPERATOR, "POST", ORDERS, DRAIN_AM6);
	asker_done(&a);
}
