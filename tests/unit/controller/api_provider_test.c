/* Global IPs as a provider's scripts order and list them. */
#include "ask.h"

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
