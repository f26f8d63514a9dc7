/* Global IPs as a provider's scripts order and list them. */
#include "ask.h"

#include "store/id.h"
#include "tap.h"

#define IPS "/projects/alpha/ips"

TEST(ordered_and_listed_in_the_providers_shape)
{
	struct asker a;
	char path[64];

	REQUIRE(asker_init(&a));
	ASK(&a, 201, ADMIN, "POST", "/api/v1/pools", "{'name': 'p4', 'prefix': '203.0.113.0/24'}");
	ASK(&a, 201, OPERATOR, "POST", IPS,
	    "{'type': 'global_ipv4', 'quantity': 4, 'details': 'web', 'tags': ['x'],"
	    " 'fail_on_approval_required': true, 'metro': null}");
	CHECK_STR(said(&a, "state"), "created");
	CHECK_STR(said(&a, "address"), "203.0.113.4");
	CHECK_STR(said(&a, "netmask"), "255.255.255.252");
	CHECK_INT(said_int(&a, "cidr"), 30);
	CHECK_INT(said_int(&a, "quantity"), 4);
	CHECK(json_is_true(json_object_get(a.response.body, "global_ip")));
	ASK(&a, 200, VIEWER, "GET", IPS, NULL);
	CHECK_INT(said_int(&a, "ip_addresses"), 1);
	CHECK_STR(said(&a, "ip_addresses.0.details"), "web");
	CHECK_STR(said(&a, "ip_addresses.0.tags.0"), "x");
	CHECK_INT(said_int(&a, "meta.total"), 1);
	/* it is the same address as everywhere else */
	ASK(&a, 200, OPERATOR, "GET", "/api/v1/projects/alpha/global-ips?address=203.0.113.6",
	    NULL);
	CHECK_INT(said_int(&a, "items"), 1);
	ASK(&a, 422, OPERATOR, "POST", IPS, "{'type': 'public_ipv4', 'quantity': 1}");
	CHECK_STR(said_error(&a), "/type: expected one of global_ipv4, global_ipv6");
	ASK(&a, 422, OPERATOR, "POST", IPS, "{'type': 'global_ipv4', 'quantity': 3}");
	ASK(&a, 404, STRANGER, "GET", IPS, NULL);
	/* one of them by itself, at the provider's address, which names no project */
	ASK(&a, 200, OPERATOR, "GET", IPS, NULL);
	(void)snprintf(path, sizeof(path), "/ips/%s", said(&a, "ip_addresses.0.id"));
	ASK(&a, 200, VIEWER, "GET", path, NULL);
	CHECK_STR(said(&a, "network"), "203.0.113.4");
	ASK(&a, 404, STRANGER, "GET", path, NULL);
	CHECK_STR(said(&a, "detail"), "there is no such object");
	ASK(&a, 404, STRANGER, "DELETE", path, NULL);
	ASK(&a, 403, VIEWER, "DELETE", path, NULL);
	ASK(&a, 204, OPERATOR, "DELETE", path, NULL);
	ASK(&a, 404, OPERATOR, "GET", path, NULL);
	ASK(&a, 409, OPERATOR, "DELETE", path, NULL);
	ASK(&a, 200, OPERATOR, "GET", IPS, NULL);
	CHECK_INT(said_int(&a, "meta.total"), 0);
	ASK(&a, 403, VIEWER, "POST", IPS, "{'type': 'global_ipv4', 'quantity': 1}");
	asker_done(&a);
}

/* As the provider's clients ask: for parts that are not here, and page by page. */
TEST(listed_page_by_page)
{
	char first[STORE_ID_MAX], path[96];
	struct asker a;

	REQUIRE(asker_init(&a));
	ASK(&a, 200, VIEWER, "GET", IPS "?include=assignments&per_page=1&page=1", NULL);
	CHECK_INT(said_int(&a, "meta.total"), 0);
	CHECK_INT(said_int(&a, "meta.last_page"), 1);
	ASK(&a, 201, ADMIN, "POST", "/api/v1/pools", "{'name': 'p4', 'prefix': '203.0.113.0/24'}");
	for (int i = 0; i < 3; i++)
		ASK(&a, 201, OPERATOR, "POST", IPS "?include=metro",
		    "{'type': 'global_ipv4', 'quantity': 1}");
	ASK(&a, 200, VIEWER, "GET", IPS "?include=assignments&exclude=x&per_page=2&page=1", NULL);
	CHECK_INT(said_int(&a, "ip_addresses"), 2);
	CHECK_INT(said_int(&a, "meta.total"), 3);
	CHECK_INT(said_int(&a, "meta.current_page"), 1);
	CHECK_INT(said_int(&a, "meta.last_page"), 2);
	CHECK_STR(said(&a, "meta.self.href"), IPS "?page=1&per_page=2");
	CHECK_STR(said(&a, "meta.next.href"), IPS "?page=2&per_page=2");
	CHECK_STR(said(&a, "meta.last.href"), IPS "?page=2&per_page=2");
	CHECK(json_is_null(json_object_get(json_object_get(a.response.body, "meta"), "previous")));
	(void)snprintf(first, sizeof(first), "%s", said(&a, "ip_addresses.0.id"));
	ASK(&a, 200, VIEWER, "GET", IPS "?page=2&per_page=2", NULL);
	CHECK_INT(said_int(&a, "ip_addresses"), 1);
	CHECK(strcmp(said(&a, "ip_addresses.0.id"), first) > 0);
	CHECK_STR(said(&a, "meta.previous.href"), IPS "?page=1&per_page=2");
	CHECK(json_is_null(json_object_get(json_object_get(a.response.body, "meta"), "next")));
	/* behind the last page there is nothing, and no error */
	ASK(&a, 200, VIEWER, "GET", IPS "?page=9&per_page=2", NULL);
	CHECK_INT(said_int(&a, "ip_addresses"), 0);
	/* all of them, without a page */
	ASK(&a, 200, VIEWER, "GET", IPS, NULL);
	CHECK_INT(said_int(&a, "ip_addresses"), 3);
	(void)snprintf(path, sizeof(path), "/ips/%s?include=assignments", first);
	ASK(&a, 200, VIEWER, "GET", path, NULL);
	ASK(&a, 400, VIEWER, "GET", IPS "?per_page=0", NULL);
	CHECK_STR(said_error(&a), "per_page: expected 1 to 1000");
	ASK(&a, 400, VIEWER, "GET", IPS "?page=x", NULL);
	ASK(&a, 400, VIEWER, "GET", IPS "?per_page=1001", NULL);
	ASK(&a, 400, VIEWER, "GET", IPS "?limit=1", NULL);
	asker_done(&a);
}
