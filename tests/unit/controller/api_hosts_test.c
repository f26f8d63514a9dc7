/* Hosts: made, joined, described; and what they read about themselves. */
#include "ask.h"

#include "tap.h"

#define NETWORK                                                                                    \
	"{'addresses': [{'address': '198.51.100.31', 'cidr': 31, 'gateway': '198.51.100.30',"      \
	" 'public': true, 'management': true}, {'address': '10.1.2.3', 'cidr': 31,"                \
	" 'gateway': '10.1.2.2', 'public': false, 'management': true}],"                           \
	" 'bgp_neighbors': [{'address_family': 4, 'customer_as': 65000, 'customer_ip': "           \
	"'10.1.2.3',"                                                                              \
	" 'md5_enabled': true, 'md5_password': 'secret', 'multihop': true, 'peer_as': 65530,"      \
	" 'peer_ips': ['169.254.255.1', '169.254.255.2'],"                                         \
	" 'routes_in': [{'route': '203.0.113.0/24', 'exact': false}], 'routes_out': []}]}"

static bool
init(struct asker *a)
{
	if (!asker_init(a))
		return false;
	ASK(a, 201, ADMIN, "POST", "/api/v1/sites", "{'name': 'am6'}");
	ASK(a, 201, ADMIN, "POST", "/api/v1/sites", "{'name': 'sg1'}");
	return tap_failures == 0;
}

/* A join token; the request to join with it goes to body. */
static void
make_join_token(struct asker *a, const char *request, const char *name, char body[256])
{
	ASK(a, 201, ADMIN, "POST", "/api/v1/join-tokens", request);
	(void)snprintf(body, 256, "{'token': '%s', 'name': '%s', 'agent_version': '0.1.0'}",
	    said(a, "token"), name);
}

TEST(a_host_joins_once)
{
	char body[256], credential[64];
	struct asker a;

	REQUIRE(init(&a));
	make_join_token(&a, "{'site': 'am6'}", "h1", body);
	ASK(&a, 201, NOBODY, "POST", "/agent/v1/join", body);
	CHECK_STR(said(&a, "site"), "am6");
	(void)snprintf(credential, sizeof(credential), "%s", said(&a, "credential"));
	CHECK(strncmp(credential, "nch_", 4) == 0);
	ASK(&a, 422, NOBODY, "POST", "/agent/v1/join", body);
	CHECK_STR(said_error(&a), "/token: was used already: each works once");
	a.token = credential;
	ASK(&a, 200, NOBODY, "GET", "/api/v1/caller", NULL);
	CHECK_STR(said(&a, "role"), "host");
	a.token = credential;
	ASK(&a, 403, NOBODY, "GET", "/api/v1/hosts", NULL);
	ASK(&a, 200, OPERATOR, "GET", "/api/v1/hosts/h1", NULL);
	CHECK(json_is_true(json_object_get(a.response.body, "joined")));
	CHECK_STR(said(&a, "agent_version"), "0.1.0");
	ASK(&a, 200, ADMIN, "GET", "/api/v1/audit?kind=host", NULL);
	CHECK_STR(said(&a, "items.0.actor_kind"), "host");
	CHECK_STR(said(&a, "items.0.after.credential"), "");
	ASK(&a, 200, ADMIN, "GET", "/api/v1/join-tokens", NULL);
	CHECK_STR(said(&a, "items.0.used_by"), "h1");
	CHECK_STR(said(&a, "items.0.token"), "");
	asker_done(&a);
}

TEST(a_host_joins_again_only_by_name)
{
	char body[256], first[64];
	struct asker a;

	REQUIRE(init(&a));
	make_join_token(&a, "{'site': 'am6'}", "h1", body);
	ASK(&a, 201, NOBODY, "POST", "/agent/v1/join", body);
	(void)snprintf(first, sizeof(first), "%s", said(&a, "credential"));
	make_join_token(&a, "{'site': 'am6'}", "h1", body);
	ASK(&a, 422, NOBODY, "POST", "/agent/v1/join", body);
	make_join_token(&a, "{'site': 'am6', 'host': 'h1'}", "h2", body);
	ASK(&a, 422, NOBODY, "POST", "/agent/v1/join", body);
	CHECK_STR(said_error(&a), "/name: the token is for another host");
	make_join_token(&a, "{'site': 'am6', 'host': 'h1'}", "h1", body);
	ASK(&a, 201, NOBODY, "POST", "/agent/v1/join", body);
	a.token = first;
	ASK(&a, 401, NOBODY, "GET", "/api/v1/caller", NULL);
	asker_done(&a);
}

TEST(a_join_token_has_its_time)
{
	char body[256];
	struct asker a;

	REQUIRE(init(&a));
	make_join_token(&a, "{'site': 'am6', 'expires_in_seconds': 60}", "h1", body);
	a.now += INT64_C(60) * 1000000000;
	ASK(&a, 422, NOBODY, "POST", "/agent/v1/join", body);
	CHECK_STR(said_error(&a), "/token: its time is over");
	ASK(&a, 422, NOBODY, "POST", "/agent/v1/join", "{'token': 'x', 'name': 'h1'}");
	CHECK_STR(said_error(&a), "/token: is not known");
	ASK(&a, 422, ADMIN, "POST", "/api/v1/join-tokens", "{'site': 'xx'}");
	CHECK_STR(said_error(&a), "/site: there is no site \"xx\"");
	ASK(&a, 403, OPERATOR, "POST", "/api/v1/join-tokens", "{'site': 'am6'}");
	asker_done(&a);
}

TEST(metadata_has_the_providers_shape)
{
	static const char *const keys[] = { "address_family", "customer_as", "customer_ip",
		"md5_enabled", "md5_password", "multihop", "peer_as", "peer_ips", "routes_in",
		"routes_out" };
	struct asker a;
	json_t *neighbor;

	REQUIRE(init(&a));
	ASK(&a, 201, ADMIN, "POST", "/api/v1/hosts",
	    "{'name': 'h1', 'site': 'am6', 'tags': ['x'], 'metadata': {'plan': 'c3'}}");
	a.if_match = "\"1\"";
	ASK(&a, 200, ADMIN, "PUT", "/api/v1/hosts/h1/network", NETWORK);
	CHECK_STR(a.response.etag, "\"2\"");
	ASK(&a, 401, NOBODY, "GET", "/metadata", NULL);
	CHECK_INT(ip_parse("10.1.2.3", &a.peer), 0);
	ASK(&a, 200, NOBODY, "GET", "/metadata", NULL);
	CHECK_STR(said(&a, "hostname"), "h1");
	CHECK_STR(said(&a, "facility"), "am6");
	CHECK_STR(said(&a, "plan"), "c3");
	CHECK(strncmp(said(&a, "id"), "hst_", 4) == 0);
	CHECK_INT(said_int(&a, "network.addresses"), 2);
	CHECK_STR(said(&a, "network.addresses.1.gateway"), "10.1.2.2");
	CHECK_STR(said(&a, "bgp_neighbors.0.md5_password"), "secret");
	neighbor = json_array_get(json_object_get(a.response.body, "bgp_neighbors"), 0);
	CHECK_INT(json_object_size(neighbor), 10);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		CHECK(json_object_get(neighbor, keys[i]) != NULL);
	/* who looks at it for the host sees the same, but for what is secret */
	ASK(&a, 200, VIEWER, "GET", "/api/v1/hosts/h1/metadata", NULL);
	CHECK_STR(said(&a, "hostname"), "h1");
	CHECK_STR(said(&a, "bgp_neighbors.0.md5_password"), "");
	ASK(&a, 404, VIEWER, "GET", "/api/v1/hosts/h2/metadata", NULL);
	ASK(&a, 401, NOBODY, "GET", "/api/v1/hosts/h1/metadata", NULL);
	asker_done(&a);
}

TEST(a_bgp_password_is_for_the_host_alone)
{
	struct asker a;

	REQUIRE(init(&a));
	ASK(&a, 201, ADMIN, "POST", "/api/v1/hosts", "{'name': 'h1', 'site': 'am6'}");
	a.if_match = "*";
	ASK(&a, 200, ADMIN, "PUT", "/api/v1/hosts/h1/network", NETWORK);
	CHECK_STR(said(&a, "bgp_neighbors.0.md5_password"), "");
	ASK(&a, 200, ADMIN, "GET", "/api/v1/audit?kind=network", NULL);
	CHECK_STR(said(&a, "items.0.name"), "h1");
	CHECK_STR(said(&a, "items.0.after.bgp_neighbors.0.md5_password"), "");
	/* what was read can be written back: the password stays */
	a.if_match = "*";
	ASK(&a, 200, ADMIN, "PUT", "/api/v1/hosts/h1/network",
	    "{'addresses': [{'address': '10.1.2.3', 'cidr': 31, 'gateway': null, 'public': false,"
	    " 'management': true}], 'bgp_neighbors': [{'address_family': 4, 'customer_as': 65000,"
	    " 'customer_ip': '10.1.2.3', 'md5_enabled': true, 'md5_password': null,"
	    " 'multihop': false, 'peer_as': 65530, 'peer_ips': ['10.1.2.2']}]}");
	CHECK_INT(ip_parse("10.1.2.3", &a.peer), 0);
	ASK(&a, 200, NOBODY, "GET", "/metadata", NULL);
	CHECK_STR(said(&a, "bgp_neighbors.0.md5_password"), "secret");
	asker_done(&a);
}

TEST(a_wrong_network_names_its_fields)
{
	struct asker a;

	REQUIRE(init(&a));
	ASK(&a, 201, ADMIN, "POST", "/api/v1/hosts", "{'name': 'h1', 'site': 'am6'}");
	a.if_match = "*";
	ASK(&a, 422, ADMIN, "PUT", "/api/v1/hosts/h1/network",
	    "{'addresses': [{'address': '10.1.2.3', 'cidr': 33, 'public': false,"
	    " 'management': true}], 'bgp_neighbors': [{'address_family': 5, 'customer_as': 0,"
	    " 'customer_ip': '::1', 'md5_enabled': true, 'multihop': false, 'peer_as': 65530,"
	    " 'peer_ips': ['x'], 'routes_in': [{'route': '10.0.0.1/8'}], 'asn': 1}]}");
	CHECK_STR(said_error(&a), "/addresses/0/cidr: expected at most 32 for this address");
	CHECK_STR(said(&a, "errors.1.field"), "/bgp_neighbors/0/customer_as");
	CHECK_STR(said(&a, "errors.2.field"), "/bgp_neighbors/0/peer_ips/0");
	CHECK_STR(said(&a, "errors.3.detail"), "unknown field of a BGP neighbor");
	/* and two of the route inside it */
	CHECK_INT(said_int(&a, "errors"), 6);
	ASK(&a, 428, ADMIN, "PUT", "/api/v1/hosts/h1/network", NETWORK);
	ASK(&a, 403, OPERATOR, "PUT", "/api/v1/hosts/h1/network", NETWORK);
	ASK(&a, 200, OPERATOR, "GET", "/api/v1/hosts/h1/network", NULL);
	CHECK_INT(said_int(&a, "addresses"), 0);
	asker_done(&a);
}

/* What has another shape than it should hides nothing of the rest. */
TEST(a_wrong_shape_hides_no_other_error)
{
	struct asker a;

	REQUIRE(init(&a));
	ASK(&a, 201, ADMIN, "POST", "/api/v1/hosts", "{'name': 'h1', 'site': 'am6'}");
	a.if_match = "*";
	ASK(&a, 422, ADMIN, "PUT", "/api/v1/hosts/h1/network",
	    "{'addresses': [{'address': '10.1.2.3', 'cidr': 33, 'public': false,"
	    " 'management': true}], 'bgp_neighbors': {'r1': {}}}");
	CHECK_INT(said_int(&a, "errors"), 2);
	CHECK_STR(said(&a, "errors.0.field"), "/bgp_neighbors");
	CHECK_STR(said(&a, "errors.1.field"), "/addresses/0/cidr");
	a.if_match = "*";
	ASK(&a, 422, ADMIN, "PUT", "/api/v1/hosts/h1/network",
	    "{'addresses': [], 'bgp_neighbors': ['r1', {'address_family': 4, 'customer_as': 0,"
	    " 'customer_ip': '10.0.0.1', 'md5_enabled': false, 'multihop': false, 'peer_as': 65530,"
	    " 'peer_ips': ['10.0.0.2'], 'routes_in': [{'route': '10.0.0.1/8', 'exact': true}]}]}");
	CHECK_INT(said_int(&a, "errors"), 3);
	CHECK_STR(said(&a, "errors.0.field"), "/bgp_neighbors/0");
	CHECK_STR(said(&a, "errors.1.field"), "/bgp_neighbors/1/customer_as");
	CHECK_STR(said(&a, "errors.2.field"), "/bgp_neighbors/1/routes_in/0/route");
	asker_done(&a);
}

TEST(a_join_token_that_could_never_be_used)
{
	char body[256], request[128];
	struct asker a;

	REQUIRE(init(&a));
	ASK(&a, 201, ADMIN, "POST", "/api/v1/hosts", "{'name': 'h1', 'site': 'am6'}");
	(void)snprintf(request, sizeof(request), "{'site': 'am6', 'host': '%s'}", said(&a, "id"));
	ASK(&a, 201, ADMIN, "POST", "/api/v1/hosts",
	    "{'name': 'h2', 'site': 'am6', 'project': 'alpha'}");
	ASK(&a, 422, ADMIN, "POST", "/api/v1/join-tokens", "{'site': 'sg1', 'host': 'h1'}");
	CHECK_STR(said_error(&a),
	    "/site: is not the site of host h1, which is am6: the token could never be used");
	ASK(&a, 422, ADMIN, "POST", "/api/v1/join-tokens",
	    "{'site': 'am6', 'host': 'h1', 'project': 'alpha'}");
	CHECK_STR(said_error(&a),
	    "/project: is not the project of host h1, which is none: the token could never be "
	    "used");
	ASK(&a, 422, ADMIN, "POST", "/api/v1/join-tokens",
	    "{'site': 'am6', 'host': 'h2', 'project': 'beta'}");
	CHECK_STR(said(&a, "errors.0.field"), "/project");
	/* a host that is there may be named by its id */
	make_join_token(&a, request, "h1", body);
	CHECK_STR(said(&a, "host"), "h1");
	ASK(&a, 201, NOBODY, "POST", "/agent/v1/join", body);
	/* of a host that is made meanwhile, it is said when it joins */
	make_join_token(&a, "{'site': 'am6', 'host': 'h3', 'project': 'beta'}", "h3", body);
	ASK(&a, 201, ADMIN, "POST", "/api/v1/hosts",
	    "{'name': 'h3', 'site': 'am6', 'project': 'alpha'}");
	ASK(&a, 422, NOBODY, "POST", "/agent/v1/join", body);
	CHECK_STR(said_error(&a), "/token: is for another project than the host's");
	make_join_token(&a, "{'site': 'am6', 'host': 'h2', 'project': 'alpha'}", "h2", body);
	ASK(&a, 201, NOBODY, "POST", "/agent/v1/join", body);
	make_join_token(&a, "{'site': 'sg1', 'host': 'h4'}", "h4", body);
	ASK(&a, 201, ADMIN, "POST", "/api/v1/hosts", "{'name': 'h4', 'site': 'am6'}");
	ASK(&a, 422, NOBODY, "POST", "/agent/v1/join", body);
	CHECK_STR(said_error(&a), "/token: is for another site than the host's");
	asker_done(&a);
}
