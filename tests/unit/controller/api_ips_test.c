/* Projects, pools, and Global IPs: ordered, listed, changed, released, ordered again. */
#include "ask.h"

#include "tap.h"

#define IPS "/api/v1/projects/alpha/global-ips"
#define DAY (INT64_C(86400) * 1000000000)

/* How many keys are kept whose time is over. */
static int64_t
stale_keys(struct asker *a)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	struct err e = { 0 };

	CHECK_INT(store_query(a->store, &rows, &e,
		      "SELECT count(*) FROM idempotency_keys WHERE expires_at <= $1",
		      SQL_INT(a->now)),
	    0);
	return store_next(&rows) ? store_int(&rows, 0) : -1;
}

/* A pool of 8 addresses for host routes, so that all of them are given out. */
static bool
init(struct asker *a)
{
	if (!asker_init(a))
		return false;
	ASK(a, 201, ADMIN, "POST", "/api/v1/pools",
	    "{'name': 'p4', 'prefix': '192.0.2.0/29', 'announced_as': 'host-routes',"
	    " 'quarantine_seconds': 86400}");
	ASK(a, 201, ADMIN, "POST", "/api/v1/pools", "{'name': 'p6', 'prefix': '2001:db8::/64'}");
	return tap_failures == 0;
}

static void
order(struct asker *a, const char *body, const char *prefix)
{
	ASK(a, 201, OPERATOR, "POST", IPS, body);
	CHECK_STR(said(a, "prefix"), prefix);
}

TEST(one_two_and_four_are_ordered)
{
	struct asker a;

	REQUIRE(init(&a));
	order(&a, "{}", "192.0.2.0/32");
	CHECK_STR(said(&a, "state"), "active");
	CHECK_STR(said(&a, "project"), "alpha");
	CHECK_STR(said(&a, "pool"), "p4");
	CHECK_STR(said(&a, "addresses.0"), "192.0.2.0");
	CHECK_STR(a.response.etag, "\"1\"");
	CHECK(strncmp(a.response.location, IPS "/ip_", strlen(IPS "/ip_")) == 0);
	order(&a, "{'quantity': 2, 'tags': ['web', 'am6'], 'customdata': {'ticket': 7}}",
	    "192.0.2.2/31");
	CHECK_INT(said_int(&a, "addresses"), 2);
	CHECK_STR(said(&a, "tags.0"), "am6");
	CHECK_INT(said_int(&a, "customdata.ticket"), 7);
	order(&a, "{'quantity': 4, 'family': 'ipv4'}", "192.0.2.4/30");
	order(&a, "{'quantity': 1}", "192.0.2.1/32");
	ASK(&a, 409, OPERATOR, "POST", IPS, "{}");
	CHECK_STR(said(&a, "type"), "urn:nearcast:problem:pool-full");
	order(&a, "{'family': 'ipv6'}", "2001:db8::1/128");
	order(&a, "{'family': 'ipv6', 'quantity': 4}", "2001:db8::4/126");
	asker_done(&a);
}

TEST(bad_orders_name_the_field)
{
	struct asker a;

	REQUIRE(init(&a));
	ASK(&a, 422, OPERATOR, "POST", IPS, "{'quantity': 3}");
	CHECK_STR(said_error(&a), "/quantity: expected 1, 2 or 4");
	ASK(&a, 422, OPERATOR, "POST", IPS, "{'pool': 'p6'}");
	CHECK_STR(said_error(&a),
	    "/pool: there is no pool \"p6\" of IPv4 that takes orders of this project");
	ASK(&a, 422, OPERATOR, "POST", IPS, "{'tags': ['']}");
	ASK(&a, 422, OPERATOR, "POST", IPS, "{");
	ASK(&a, 422, OPERATOR, "POST", IPS, NULL);
	a.content_type = "text/plain";
	ASK(&a, 415, OPERATOR, "POST", IPS, "{}");
	ASK(&a, 400, OPERATOR, "POST", IPS "?x=1", "{}");
	ASK(&a, 404, ADMIN, "POST", "/api/v1/projects/gamma/global-ips", "{}");
	ASK(&a, 200, OPERATOR, "GET", IPS, NULL);
	CHECK_INT(said_int(&a, "items"), 0);
	asker_done(&a);
}

TEST(a_project_has_a_limit)
{
	struct asker a;

	REQUIRE(init(&a));
	a.if_match = "*";
	ASK(&a, 200, ADMIN, "PATCH", "/api/v1/projects/alpha", "{'max_ipv4': 3}");
	order(&a, "{'quantity': 2}", "192.0.2.0/31");
	ASK(&a, 409, OPERATOR, "POST", IPS, "{'quantity': 2}");
	CHECK_STR(said(&a, "type"), "urn:nearcast:problem:limit");
	CHECK_STR(said(&a, "detail"), "the project has 2 of 3 IPv4 addresses, and asks for 2 more");
	order(&a, "{}", "192.0.2.2/32");
	asker_done(&a);
}

TEST(the_same_key_is_the_same_order)
{
	struct asker a;
	char id[64];

	REQUIRE(init(&a));
	a.key = "order-1";
	order(&a, "{'tags': ['x']}", "192.0.2.0/32");
	(void)snprintf(id, sizeof(id), "%s", said(&a, "id"));
	a.key = "order-1";
	order(&a, "{'tags': ['x']}", "192.0.2.0/32");
	CHECK_STR(said(&a, "id"), id);
	CHECK_STR(a.response.etag, "\"1\"");
	a.key = "order-1";
	ASK(&a, 422, OPERATOR, "POST", IPS, "{'tags': ['y']}");
	CHECK_STR(said(&a, "type"), "urn:nearcast:problem:key-reused");
	/* a key belongs to its token */
	a.key = "order-1";
	ASK(&a, 201, ADMIN, "POST", IPS, "{'tags': ['y']}");
	CHECK_STR(said(&a, "prefix"), "192.0.2.1/32");
	/* what was refused is not kept */
	a.key = "order-2";
	ASK(&a, 422, OPERATOR, "POST", IPS, "{'quantity': 3}");
	a.key = "order-2";
	order(&a, "{'quantity': 2}", "192.0.2.2/31");
	/* a week later it is another order */
	a.now += 8 * DAY;
	CHECK_INT(stale_keys(&a), 3);
	a.key = "order-1";
	order(&a, "{'tags': ['x']}", "192.0.2.4/32");
	CHECK_INT(stale_keys(&a), 0);
	a.key = "";
	ASK(&a, 400, OPERATOR, "POST", IPS, "{}");
	asker_done(&a);
}

TEST(a_released_block_rests)
{
	struct asker a;
	char path[128];

	REQUIRE(init(&a));
	order(&a, "{'quantity': 4}", "192.0.2.0/30");
	(void)snprintf(path, sizeof(path), IPS "/%s", said(&a, "id"));
	order(&a, "{'quantity': 2}", "192.0.2.4/31");
	ASK(&a, 404, STRANGER, "DELETE", path, NULL);
	ASK(&a, 403, VIEWER, "DELETE", path, NULL);
	ASK(&a, 200, OPERATOR, "DELETE", path, NULL);
	CHECK_STR(said(&a, "state"), "quarantined");
	CHECK(strncmp(said(&a, "quarantined_until"), "2027-01-16T08:00", 16) == 0);
	ASK(&a, 409, OPERATOR, "DELETE", path, NULL);
	ASK(&a, 200, OPERATOR, "GET", path, NULL);
	ASK(&a, 200, OPERATOR, "GET", IPS, NULL);
	CHECK_INT(said_int(&a, "items"), 1);
	ASK(&a, 200, OPERATOR, "GET", IPS "?state=quarantined", NULL);
	CHECK_INT(said_int(&a, "items"), 1);
	/* it is not given out, and then it is */
	order(&a, "{}", "192.0.2.6/32");
	ASK(&a, 409, OPERATOR, "POST", IPS, "{'quantity': 4}");
	a.now += DAY;
	order(&a, "{'quantity': 2}", "192.0.2.0/31");
	ASK(&a, 404, OPERATOR, "GET", path, NULL);
	order(&a, "{'quantity': 2}", "192.0.2.2/31");
	asker_done(&a);
}

TEST(a_full_pool_has_room_again)
{
	struct asker a;
	char path[128];

	REQUIRE(init(&a));
	a.if_match = "*";
	ASK(&a, 200, ADMIN, "PATCH", "/api/v1/pools/p4", "{'quarantine_seconds': 0}");
	order(&a, "{'quantity': 4}", "192.0.2.0/30");
	order(&a, "{'quantity': 4}", "192.0.2.4/30");
	(void)snprintf(path, sizeof(path), IPS "/%s", said(&a, "id"));
	ASK(&a, 409, OPERATOR, "POST", IPS, "{}");
	ASK(&a, 200, OPERATOR, "DELETE", path, NULL);
	order(&a, "{}", "192.0.2.4/32");
	asker_done(&a);
}

TEST(changes_are_made_to_what_was_seen)
{
	struct asker a;
	char path[128];

	REQUIRE(init(&a));
	order(&a, "{'tags': ['a'], 'description': 'one'}", "192.0.2.0/32");
	(void)snprintf(path, sizeof(path), IPS "/%s", said(&a, "id"));
	ASK(&a, 428, OPERATOR, "PATCH", path, "{'tags': ['b']}");
	a.if_match = "\"2\"";
	ASK(&a, 412, OPERATOR, "PATCH", path, "{'tags': ['b']}");
	a.if_match = "1";
	ASK(&a, 400, OPERATOR, "PATCH", path, "{'tags': ['b']}");
	a.if_match = "\"1\"";
	ASK(&a, 200, OPERATOR, "PATCH", path, "{'tags': ['b', 'c']}");
	CHECK_STR(a.response.etag, "\"2\"");
	CHECK_INT(said_int(&a, "tags"), 2);
	CHECK_STR(said(&a, "description"), "one");
	a.if_none_match = "\"2\"";
	ASK(&a, 304, OPERATOR, "GET", path, NULL);
	CHECK(a.response.body == NULL);
	a.if_match = "\"2\"";
	ASK(&a, 422, OPERATOR, "PATCH", path, "{'prefix': '192.0.2.7/32'}");
	asker_done(&a);
}

TEST(lists_have_pages_and_filters)
{
	struct asker a;
	char next[256], path[320];

	REQUIRE(init(&a));
	order(&a, "{'tags': ['odd']}", "192.0.2.0/32");
	order(&a, "{'quantity': 2}", "192.0.2.2/31");
	order(&a, "{'family': 'ipv6', 'tags': ['odd']}", "2001:db8::1/128");
	ASK(&a, 200, OPERATOR, "GET", IPS "?limit=2", NULL);
	CHECK_INT(said_int(&a, "items"), 2);
	(void)snprintf(next, sizeof(next), "%s", said(&a, "next"));
	(void)snprintf(path, sizeof(path), IPS "?limit=2&cursor=%s", next);
	ASK(&a, 200, OPERATOR, "GET", path, NULL);
	CHECK_INT(said_int(&a, "items"), 1);
	CHECK_STR(said(&a, "items.0.prefix"), "2001:db8::1/128");
	CHECK_STR(said(&a, "next"), "");
	ASK(&a, 400, OPERATOR, "GET", IPS "?limit=0", NULL);
	ASK(&a, 400, OPERATOR, "GET", IPS "?cursor=x", NULL);
	ASK(&a, 200, OPERATOR, "GET", IPS "?tag=odd", NULL);
	CHECK_INT(said_int(&a, "items"), 2);
	ASK(&a, 200, OPERATOR, "GET", IPS "?tag=odd&family=ipv6", NULL);
	CHECK_INT(said_int(&a, "items"), 1);
	ASK(&a, 200, OPERATOR, "GET", IPS "?pool=p4", NULL);
	CHECK_INT(said_int(&a, "items"), 2);
	ASK(&a, 200, OPERATOR, "GET", IPS "?address=192.0.2.3", NULL);
	CHECK_INT(said_int(&a, "items"), 1);
	ASK(&a, 200, OPERATOR, "GET", IPS "?tag=' OR 1=1 --", NULL);
	CHECK_INT(said_int(&a, "items"), 0);
	ASK(&a, 400, OPERATOR, "GET", IPS "?family=4", NULL);
	ASK(&a, 403, OPERATOR, "GET", "/api/v1/global-ips", NULL);
	ASK(&a, 200, AUDITOR, "GET", "/api/v1/global-ips", NULL);
	CHECK_INT(said_int(&a, "items"), 3);
	asker_done(&a);
}

TEST(pools_do_not_overlap)
{
	struct asker a;

	REQUIRE(init(&a));
	ASK(&a, 422, ADMIN, "POST", "/api/v1/pools", "{'name': 'x', 'prefix': '192.0.2.0/24'}");
	CHECK_STR(said_error(&a), "/prefix: overlaps with pool p4, 192.0.2.0/29");
	ASK(&a, 422, ADMIN, "POST", "/api/v1/pools", "{'name': 'x', 'prefix': '192.0.2.4/32'}");
	ASK(&a, 422, ADMIN, "POST", "/api/v1/pools", "{'name': 'p4', 'prefix': '198.51.100.0/24'}");
	CHECK_STR(said_error(&a), "/name: another pool is called so");
	ASK(&a, 422, ADMIN, "POST", "/api/v1/pools", "{'name': 'x', 'prefix': '127.0.0.0/8'}");
	CHECK_STR(said_error(&a), "/prefix: expected unicast addresses that others can route to");
	ASK(&a, 201, ADMIN, "POST", "/api/v1/pools", "{'name': 'x', 'prefix': '192.0.2.8/29'}");
	ASK(&a, 403, OPERATOR, "POST", "/api/v1/pools", "{'name': 'y', 'prefix': '10.0.0.0/8'}");
	asker_done(&a);
}

TEST(a_pool_can_belong_to_a_project_and_be_closed)
{
	struct asker a;

	REQUIRE(init(&a));
	ASK(&a, 201, ADMIN, "POST", "/api/v1/pools",
	    "{'name': 'mine', 'prefix': '198.51.100.0/24', 'project': 'alpha'}");
	CHECK_STR(said(&a, "project"), "alpha");
	order(&a, "{}", "198.51.100.1/32");
	ASK(&a, 201, STRANGER, "POST", "/api/v1/projects/beta/global-ips", "{}");
	CHECK_STR(said(&a, "prefix"), "192.0.2.0/32");
	ASK(&a, 422, STRANGER, "POST", "/api/v1/projects/beta/global-ips", "{'pool': 'mine'}");
	a.if_match = "*";
	ASK(&a, 200, ADMIN, "PATCH", "/api/v1/pools/mine", "{'open': false}");
	order(&a, "{}", "192.0.2.1/32");
	/* what somebody has is not taken away */
	ASK(&a, 409, ADMIN, "DELETE", "/api/v1/pools/p4", NULL);
	CHECK_STR(said(&a, "type"), "urn:nearcast:problem:conflict");
	ASK(&a, 204, ADMIN, "DELETE", "/api/v1/pools/p6", NULL);
	ASK(&a, 404, ADMIN, "GET", "/api/v1/pools/p6", NULL);
	ASK(&a, 409, ADMIN, "DELETE", "/api/v1/projects/alpha", NULL);
	asker_done(&a);
}

TEST(others_projects_are_not_there)
{
	struct asker a;
	char path[128];

	REQUIRE(init(&a));
	order(&a, "{}", "192.0.2.0/32");
	(void)snprintf(path, sizeof(path), IPS "/%s", said(&a, "id"));
	ASK(&a, 404, STRANGER, "GET", path, NULL);
	ASK(&a, 404, STRANGER, "GET", IPS, NULL);
	ASK(&a, 404, STRANGER, "POST", IPS, "{}");
	(void)snprintf(path, sizeof(path), "/api/v1/projects/beta/global-ips/%s", said(&a, "id"));
	ASK(&a, 404, ADMIN, "GET", path, NULL);
	ASK(&a, 401, NOBODY, "GET", IPS, NULL);
	ASK(&a, 401, NOBODY, "GET", "/api/v1/projects/gamma", NULL);
	ASK(&a, 200, STRANGER, "GET", "/api/v1/projects", NULL);
	CHECK_INT(said_int(&a, "items"), 1);
	CHECK_STR(said(&a, "items.0.name"), "beta");
	asker_done(&a);
}

/* What the project is told that it has, and what it has. */
static void
check_counts(struct asker *a)
{
	static const char *const families[] = { "ipv4", "ipv6" };
	char path[96];

	for (size_t i = 0; i < 2; i++) {
		int64_t sum = 0;
		json_t *ip;
		size_t j;

		(void)snprintf(path, sizeof(path),
		    "/api/v1/projects/alpha/global-ips?limit=1000&family=%s", families[i]);
		ASK(a, 200, OPERATOR, "GET", path, NULL);
		json_array_foreach (json_object_get(a->response.body, "items"), j, ip)
			sum += json_integer_value(json_object_get(ip, "quantity"));
		ASK(a, 200, OPERATOR, "GET", "/api/v1/projects/alpha", NULL);
		CHECK_INT(said_int(a, families[i]), sum);
	}
}

TEST(addresses_are_counted_as_they_come_and_go)
{
	char path[128], body[64];
	struct asker a;

	REQUIRE(asker_init(&a));
	ASK(&a, 201, ADMIN, "POST", "/api/v1/pools", "{'name': 'p4', 'prefix': '192.0.2.0/24'}");
	ASK(&a, 201, ADMIN, "POST", "/api/v1/pools", "{'name': 'p6', 'prefix': '2001:db8::/64'}");
	for (int i = 0; i < 12; i++) {
		(void)snprintf(body, sizeof(body), "{'quantity': %d, 'family': 'ipv%d'}",
		    1 << i % 3, i % 2 == 0 ? 4 : 6);
		ASK(&a, 201, OPERATOR, "POST", "/api/v1/projects/alpha/global-ips", body);
		check_counts(&a);
		if (i % 3 == 0)
			continue;
		ASK(&a, 200, OPERATOR, "GET", "/api/v1/projects/alpha/global-ips?limit=1", NULL);
		(void)snprintf(path, sizeof(path), "/api/v1/projects/alpha/global-ips/%s",
		    said(&a, "items.0.id"));
		ASK(&a, 200, OPERATOR, "DELETE", path, NULL);
		check_counts(&a);
		ASK(&a, 200, ADMIN, "GET", "/api/v1/audit?kind=global-ip&limit=1", NULL);
		(void)snprintf(path, sizeof(path), "/api/v1/audit/%s/undo", said(&a, "items.0.id"));
		(void)ask(&a, ADMIN, "POST", path, "{}");
		check_counts(&a);
	}
	asker_done(&a);
}
