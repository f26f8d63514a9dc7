/* Undo: what was made goes, what was changed is as before, what was deleted is back, by the rules
 * of each. */
#include "places.h"

#include "tap.h"

#define WEB ALPHA "/services/web"

/* Asks to undo the newest change (of the project, or of all). */
static void
undo(struct asker *a, unsigned status, enum who who, const char *body)
{
	const char *of = who == ADMIN ? "/api/v1" : ALPHA;
	char path[160];

	(void)snprintf(path, sizeof(path), "%s/audit?limit=1", of);
	ASK(a, 200, who, "GET", path, NULL);
	(void)snprintf(path, sizeof(path), "%s/audit/%s/undo", of, said(a, "items.0.id"));
	ASK(a, status, who, "POST", path, body);
}

TEST(a_change_is_undone_and_that_too)
{
	char id[64];
	struct asker a;

	REQUIRE(places_init(&a));
	a.if_match = "*";
	ASK(&a, 200, OPERATOR, "PATCH", WEB, "{'description': 'new', 'min_sites': 2}");
	ASK(&a, 200, OPERATOR, "GET", ALPHA "/audit?limit=1", NULL);
	(void)snprintf(id, sizeof(id), "%s", said(&a, "items.0.id"));
	/* by the same rules: it loosens the guard */
	undo(&a, 409, OPERATOR, "{}");
	CHECK_STR(said(&a, "type"), "urn:nearcast:problem:guard");
	undo(&a, 200, OPERATOR, "{'override_reason': 'test'}");
	CHECK_STR(said(&a, "undone"), id);
	CHECK_STR(said(&a, "object.description"), "");
	CHECK_INT(said_int(&a, "object.min_sites"), 1);
	ASK(&a, 200, OPERATOR, "GET", ALPHA "/audit?limit=1", NULL);
	CHECK_STR(said(&a, "items.0.undo_of"), id);
	undo(&a, 200, OPERATOR, "{}");
	CHECK_STR(said(&a, "object.description"), "new");
	asker_done(&a);
}

TEST(what_was_changed_since_is_not_overwritten)
{
	char path[160];
	struct asker a;

	REQUIRE(places_init(&a));
	a.if_match = "*";
	ASK(&a, 200, OPERATOR, "PATCH", WEB, "{'description': 'mine'}");
	ASK(&a, 200, OPERATOR, "GET", ALPHA "/audit?limit=1", NULL);
	(void)snprintf(path, sizeof(path), ALPHA "/audit/%s/undo", said(&a, "items.0.id"));
	a.if_match = "*";
	ASK(&a, 200, OPERATOR, "PATCH", WEB, "{'lease_seconds': 60}");
	ASK(&a, 409, OPERATOR, "POST", path, "{}");
	CHECK_STR(said(&a, "detail"), "it was changed again since then");
	ASK(&a, 422, OPERATOR, "POST", path, "{'force': true}");
	ASK(&a, 403, VIEWER, "POST", path, "{}");
	ASK(&a, 404, STRANGER, "POST", "/api/v1/projects/beta/audit/x/undo", "{}");
	undo(&a, 200, OPERATOR, "{}");
	/* once is enough, and then it is another revision */
	ASK(&a, 409, OPERATOR, "POST", path, "{}");
	ASK(&a, 204, OPERATOR, "DELETE", WEB "?override_reason=x", NULL);
	ASK(&a, 409, OPERATOR, "POST", path, "{}");
	CHECK_STR(said(&a, "detail"), "what it was done to is not there any more");
	asker_done(&a);
}

TEST(a_service_that_was_deleted_is_made_again)
{
	struct asker a;

	REQUIRE(places_init(&a));
	ASK(&a, 204, OPERATOR, "DELETE", WEB "?override_reason=x", NULL);
	undo(&a, 200, OPERATOR, "{}");
	CHECK_STR(said(&a, "object.name"), "web");
	CHECK_INT(said_int(&a, "object.sites"), 3);
	CHECK_INT(said_int(&a, "object.max_change_percent"), 70);
	/* and the making undone: the rule for the last site is the same */
	undo(&a, 409, OPERATOR, "{}");
	CHECK_STR(said(&a, "type"), "urn:nearcast:problem:last-site");
	undo(&a, 200, OPERATOR, "{'override_reason': 'it was no good'}");
	ASK(&a, 404, OPERATOR, "GET", WEB, NULL);
	asker_done(&a);
}

TEST(orders_are_undone)
{
	struct asker a;

	REQUIRE(places_init(&a));
	ASK(&a, 201, OPERATOR, "POST", ALPHA "/orders",
	    "{'kind': 'drain', 'service': 'web', 'site': 'am6', 'expires_in_seconds': 600,"
	    " 'parameters': {'at_most_ms': 5000}, 'reason': 'x'}");
	undo(&a, 200, OPERATOR, "{}");
	ASK(&a, 200, OPERATOR, "GET", ALPHA "/orders", NULL);
	CHECK_INT(said_int(&a, "items"), 0);
	undo(&a, 200, OPERATOR, "{}");
	CHECK_STR(said(&a, "object.site"), "am6");
	CHECK_INT(said_int(&a, "object.parameters.at_most_ms"), 5000);
	CHECK(said(&a, "object.expires_at")[0] != '\0');
	CHECK_INT(places_desired(&a, "am6-1"), 5);
	ASK(&a, 201, ADMIN, "POST", "/api/v1/orders", "{'kind': 'hold', 'site': 'ny5'}");
	undo(&a, 200, ADMIN, "{}");
	ASK(&a, 200, ADMIN, "GET", "/api/v1/orders", NULL);
	CHECK_INT(said_int(&a, "items"), 1);
	asker_done(&a);
}

TEST(a_block_that_rests_is_taken_back)
{
	char path[128];
	struct asker a;

	REQUIRE(places_init(&a));
	ASK(&a, 201, ADMIN, "POST", "/api/v1/pools", "{'name': 'p4', 'prefix': '203.0.113.0/24'}");
	ASK(&a, 201, OPERATOR, "POST", ALPHA "/global-ips", "{'quantity': 2}");
	(void)snprintf(path, sizeof(path), ALPHA "/global-ips/%s", said(&a, "id"));
	ASK(&a, 200, OPERATOR, "DELETE", path, NULL);
	undo(&a, 200, OPERATOR, "{}");
	CHECK_STR(said(&a, "object.state"), "active");
	ASK(&a, 200, OPERATOR, "DELETE", path, NULL);
	a.if_match = "*";
	ASK(&a, 200, ADMIN, "PATCH", "/api/v1/projects/alpha", "{'max_ipv4': 1}");
	ASK(&a, 200, OPERATOR, "GET", ALPHA "/audit?kind=global-ip&limit=1", NULL);
	(void)snprintf(path, sizeof(path), "/api/v1/audit/%s/undo", said(&a, "items.0.id"));
	ASK(&a, 409, ADMIN, "POST", path, "{}");
	CHECK_STR(said(&a, "type"), "urn:nearcast:problem:limit");
	asker_done(&a);
}

TEST(places_are_undone_by_who_may)
{
	struct asker a;

	REQUIRE(places_init(&a));
	a.if_match = "*";
	ASK(&a, 200, ADMIN, "PATCH", "/api/v1/sites/am6", "{'latitude': 52.3, 'longitude': 4.9}");
	undo(&a, 200, ADMIN, "{}");
	ASK(&a, 200, ADMIN, "GET", "/api/v1/sites/am6", NULL);
	CHECK(json_is_null(json_object_get(a.response.body, "latitude")));
	/* a site with hosts stays */
	ASK(&a, 201, ADMIN, "POST", "/api/v1/sites", "{'name': 'la1'}");
	undo(&a, 200, ADMIN, "{}");
	undo(&a, 200, ADMIN, "{}");
	CHECK_STR(said(&a, "object.name"), "la1");
	ASK(&a, 201, ADMIN, "POST", "/api/v1/tokens", "{'name': 't', 'role': 'viewer'}");
	undo(&a, 200, ADMIN, "{}");
	undo(&a, 409, ADMIN, "{}");
	CHECK_STR(said(&a, "detail"), "its secret may be known to others: make another token");
	/* a project's own change, undone by its operator: the limits are not his */
	a.if_match = "*";
	ASK(&a, 200, ADMIN, "PATCH", "/api/v1/projects/alpha", "{'max_ipv4': 1}");
	undo(&a, 403, OPERATOR, "{}");
	asker_done(&a);
}

#define NETWORK(peer, password)                                                                    \
	"{'addresses': [{'address': '10.1.2.3', 'cidr': 31, 'gateway': '10.1.2.2', 'public': "     \
	"false, 'management': true}], 'bgp_neighbors': [{'address_family': 4, 'customer_as': "     \
	"65001, 'customer_ip': '10.1.2.3', 'md5_enabled': " password ", 'multihop': false, "       \
	"'peer_as': 64601, 'peer_ips': ['" peer "']}]}"

static void
put(struct asker *a, const char *body)
{
	a->if_match = "*";
	ASK(a, 200, ADMIN, "PUT", "/api/v1/hosts/am6-1/network", body);
}

TEST(a_network_without_passwords_is_undone)
{
	char path[160];
	struct asker a;

	REQUIRE(places_init(&a));
	put(&a, NETWORK("10.1.2.2", "false"));
	put(&a, NETWORK("10.1.2.9", "false"));
	undo(&a, 200, ADMIN, "{}");
	CHECK_STR(said(&a, "object.bgp_neighbors.0.peer_ips.0"), "10.1.2.2");
	CHECK_STR(said(&a, "object.addresses.0.gateway"), "10.1.2.2");
	undo(&a, 200, ADMIN, "{}");
	CHECK_STR(said(&a, "object.bgp_neighbors.0.peer_ips.0"), "10.1.2.9");
	/* whoever changed the host since is not overwritten */
	ASK(&a, 200, ADMIN, "GET", "/api/v1/audit?limit=1", NULL);
	(void)snprintf(path, sizeof(path), "/api/v1/audit/%s/undo", said(&a, "items.0.id"));
	put(&a, NETWORK("10.1.2.8", "false"));
	ASK(&a, 409, ADMIN, "POST", path, "{}");
	CHECK_STR(said(&a, "detail"), "it was changed again since then");
	/* a password is kept nowhere else */
	put(&a, NETWORK("10.1.2.2", "true, 'md5_password': 'secret'"));
	undo(&a, 409, ADMIN, "{}");
	CHECK(strstr(said(&a, "detail"), "has no BGP passwords") != NULL);
	asker_done(&a);
}
