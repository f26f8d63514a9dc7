/* What all requests have in common, and tokens, audit, sites. */
#include "ask.h"

#include "tap.h"

TEST(addresses_and_methods)
{
	struct asker a;

	REQUIRE(asker_init(&a));
	ASK(&a, 404, ADMIN, "GET", "/", NULL);
	ASK(&a, 404, ADMIN, "GET", "/api/v1/projects/", NULL);
	ASK(&a, 404, ADMIN, "GET", "/api/v1//projects", NULL);
	ASK(&a, 404, ADMIN, "GET", "/api/v1/projects/alpha/x", NULL);
	CHECK(a.response.is_problem);
	ASK(&a, 405, ADMIN, "PUT", "/api/v1/projects", "{}");
	CHECK_STR(a.response.allow, "GET, POST");
	ASK(&a, 200, NOBODY, "GET", "/healthz", NULL);
	CHECK_STR(said(&a, "status"), "ok");
	ASK(&a, 400, ADMIN, "GET", "/api/v1/projects", "{}");
	asker_done(&a);
}

TEST(whose_token_it_is)
{
	struct asker a;

	REQUIRE(asker_init(&a));
	ASK(&a, 200, OPERATOR, "GET", "/api/v1/caller", NULL);
	CHECK_STR(said(&a, "role"), "operator");
	CHECK_STR(said(&a, "project"), "alpha");
	ASK(&a, 401, NOBODY, "GET", "/api/v1/caller", NULL);
	a.token = "nct_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
	ASK(&a, 401, NOBODY, "GET", "/api/v1/caller", NULL);
	a.token = "x";
	ASK(&a, 401, NOBODY, "GET", "/healthz", NULL);
	asker_done(&a);
}

TEST(tokens_are_made_and_revoked)
{
	struct asker a;
	char path[128], text[64];

	REQUIRE(asker_init(&a));
	ASK(&a, 422, ADMIN, "POST", "/api/v1/tokens", "{'name': 't', 'role': 'operator'}");
	CHECK_STR(said_error(&a), "/project: is missing: an operator works in one project");
	ASK(&a, 422, ADMIN, "POST", "/api/v1/tokens",
	    "{'name': 't', 'role': 'administrator', 'project': 'alpha'}");
	ASK(&a, 422, ADMIN, "POST", "/api/v1/tokens", "{'name': 't', 'role': 'host'}");
	ASK(&a, 403, OPERATOR, "POST", "/api/v1/tokens", "{'name': 't', 'role': 'administrator'}");
	a.key = "k";
	ASK(&a, 201, ADMIN, "POST", "/api/v1/tokens",
	    "{'name': 't', 'role': 'viewer', 'expires_in_seconds': 60}");
	(void)snprintf(text, sizeof(text), "%s", said(&a, "token"));
	(void)snprintf(path, sizeof(path), "/api/v1/tokens/%s", said(&a, "id"));
	CHECK_INT(strlen(text), 47);
	/* a secret is shown once, also to who has a key */
	a.key = "k";
	ASK(&a, 201, ADMIN, "POST", "/api/v1/tokens",
	    "{'name': 't', 'role': 'viewer', 'expires_in_seconds': 60}");
	CHECK_STR(said(&a, "token"), "");
	ASK(&a, 200, ADMIN, "GET", path, NULL);
	CHECK_STR(said(&a, "token"), "");
	a.token = text;
	ASK(&a, 200, NOBODY, "GET", "/api/v1/global-ips", NULL);
	a.now += INT64_C(61) * 1000000000;
	a.token = text;
	ASK(&a, 401, NOBODY, "GET", "/api/v1/global-ips", NULL);
	ASK(&a, 204, ADMIN, "DELETE", path, NULL);
	ASK(&a, 204, ADMIN, "DELETE", path, NULL);
	asker_done(&a);
}

TEST(names_of_valid_tokens_are_unique_in_a_project)
{
	static const char viewer[] = "{'name': 't', 'role': 'viewer', 'expires_in_seconds': 60}";
	struct asker a;
	char path[128];

	REQUIRE(asker_init(&a));
	ASK(&a, 201, ADMIN, "POST", "/api/v1/tokens", viewer);
	ASK(&a, 409, ADMIN, "POST", "/api/v1/tokens", viewer);
	CHECK_STR(said(&a, "type"), "urn:nearcast:problem:conflict");
	CHECK_STR(said(&a, "errors.0.field"), "/name");
	ASK(&a, 201, ADMIN, "POST", "/api/v1/tokens",
	    "{'name': 't', 'role': 'viewer', 'project': 'alpha'}");
	(void)snprintf(path, sizeof(path), "/api/v1/tokens/%s", said(&a, "id"));
	ASK(&a, 409, ADMIN, "POST", "/api/v1/tokens",
	    "{'name': 't', 'role': 'operator', 'project': 'alpha'}");
	ASK(&a, 201, ADMIN, "POST", "/api/v1/tokens",
	    "{'name': 't', 'role': 'operator', 'project': 'beta'}");
	/* who cannot be meant any more is in nobody's way */
	ASK(&a, 204, ADMIN, "DELETE", path, NULL);
	ASK(&a, 201, ADMIN, "POST", "/api/v1/tokens",
	    "{'name': 't', 'role': 'operator', 'project': 'alpha'}");
	a.now += INT64_C(61) * 1000000000;
	ASK(&a, 201, ADMIN, "POST", "/api/v1/tokens", viewer);
	asker_done(&a);
}

TEST(the_last_administrator_stays)
{
	struct asker a;
	char path[128], other[64];

	REQUIRE(asker_init(&a));
	ASK(&a, 200, ADMIN, "GET", "/api/v1/caller", NULL);
	(void)snprintf(path, sizeof(path), "/api/v1/tokens/%s", said(&a, "id"));
	ASK(&a, 409, ADMIN, "DELETE", path, NULL);
	ASK(&a, 201, ADMIN, "POST", "/api/v1/tokens", "{'name': 'b', 'role': 'administrator'}");
	(void)snprintf(other, sizeof(other), "%s", said(&a, "token"));
	ASK(&a, 204, ADMIN, "DELETE", path, NULL);
	ASK(&a, 401, ADMIN, "GET", path, NULL);
	a.token = other;
	ASK(&a, 200, NOBODY, "GET", path, NULL);
	asker_done(&a);
}

TEST(every_change_is_in_the_audit)
{
	struct asker a;

	REQUIRE(asker_init(&a));
	CHECK_INT(ip_parse("198.51.100.7", &a.peer), 0);
	ASK(&a, 201, ADMIN, "POST", "/api/v1/sites", "{'name': 'am6', 'city': 'Amsterdam'}");
	a.if_match = "\"1\"";
	ASK(&a, 200, ADMIN, "PATCH", "/api/v1/sites/am6", "{'city': 'Haarlem'}");
	ASK(&a, 204, ADMIN, "DELETE", "/api/v1/sites/am6", NULL);
	ASK(&a, 200, ADMIN, "GET", "/api/v1/audit?kind=site", NULL);
	CHECK_INT(said_int(&a, "items"), 3);
	CHECK_STR(said(&a, "items.0.action"), "delete");
	CHECK_STR(said(&a, "items.1.action"), "change");
	CHECK_STR(said(&a, "items.1.before.city"), "Amsterdam");
	CHECK_STR(said(&a, "items.1.after.city"), "Haarlem");
	CHECK_STR(said(&a, "items.1.actor_name"), "root");
	CHECK_STR(said(&a, "items.1.source_address"), "198.51.100.7");
	CHECK_STR(said(&a, "items.2.name"), "am6");
	ASK(&a, 200, ADMIN, "GET", "/api/v1/audit?kind=token&limit=1", NULL);
	CHECK_STR(said(&a, "items.0.after.token"), "");
	ASK(&a, 200, OPERATOR, "GET", "/api/v1/projects/alpha/audit", NULL);
	CHECK_STR(said(&a, "items.0.kind"), "project");
	ASK(&a, 403, OPERATOR, "GET", "/api/v1/audit", NULL);
	ASK(&a, 404, STRANGER, "GET", "/api/v1/projects/alpha/audit", NULL);
	asker_done(&a);
}

TEST(sites_are_on_the_map)
{
	struct asker a;

	REQUIRE(asker_init(&a));
	ASK(&a, 201, ADMIN, "POST", "/api/v1/sites",
	    "{'name': 'sg1', 'latitude': 1.2966, 'longitude': 103.85}");
	CHECK(json_real_value(json_object_get(a.response.body, "latitude")) == 1.2966);
	ASK(&a, 422, ADMIN, "POST", "/api/v1/sites", "{'name': 'x', 'latitude': 1}");
	CHECK_STR(said_error(&a), "/longitude: is missing: latitude and longitude go together");
	ASK(&a, 422, ADMIN, "POST", "/api/v1/sites",
	    "{'name': 'x', 'latitude': 91, 'longitude': 0}");
	CHECK_STR(said_error(&a), "/latitude: expected -90 to 90");
	ASK(&a, 422, ADMIN, "POST", "/api/v1/sites", "{'name': 'sg1'}");
	a.if_match = "*";
	ASK(&a, 200, ADMIN, "PATCH", "/api/v1/sites/sg1", "{'latitude': null, 'longitude': null}");
	CHECK(json_is_null(json_object_get(a.response.body, "latitude")));
	ASK(&a, 200, OPERATOR, "GET", "/api/v1/sites/sg1", NULL);
	ASK(&a, 403, OPERATOR, "DELETE", "/api/v1/sites/sg1", NULL);
	asker_done(&a);
}

TEST(a_change_rings_once_it_is_made)
{
	struct asker a;

	REQUIRE(asker_init(&a));
	ASK(&a, 201, ADMIN, "POST", "/api/v1/sites", "{'name': 'am6'}");
	CHECK_INT(a.response.topics.count, 2);
	CHECK_INT(said_topic(&a, "objects:site"), 1);
	CHECK_INT(said_topic(&a, "events"), 1);
	ASK(&a, 422, ADMIN, "POST", "/api/v1/sites", "{'name': 'am6'}");
	CHECK_INT(a.response.topics.count, 0);
	ASK(&a, 200, ADMIN, "GET", "/api/v1/sites/am6", NULL);
	CHECK_INT(a.response.topics.count, 0);
	asker_done(&a);
}

TEST(what_is_wrong_beside_the_body_is_named)
{
	struct asker a;

	REQUIRE(asker_init(&a));
	ASK(&a, 400, ADMIN, "GET", "/api/v1/pools?limit=0", NULL);
	CHECK_STR(said_error(&a), "limit: expected 1 to 1000");
	CHECK_STR(said(&a, "detail"), "limit: expected 1 to 1000");
	ASK(&a, 400, ADMIN, "GET", "/api/v1/pools?limi=1", NULL);
	CHECK_STR(said(&a, "errors.0.field"), "limi");
	ASK(&a, 201, ADMIN, "POST", "/api/v1/pools", "{'name': 'p', 'prefix': '192.0.2.0/24'}");
	a.if_match = "junk";
	ASK(&a, 400, ADMIN, "PATCH", "/api/v1/pools/p", "{'open': false}");
	CHECK_STR(said(&a, "errors.0.field"), "If-Match");
	a.if_match = "\"7\"";
	ASK(&a, 412, ADMIN, "PATCH", "/api/v1/pools/p", "{'open': false}");
	a.if_match = "*";
	ASK(&a, 422, ADMIN, "PATCH", "/api/v1/pools/p", "{'prefix': '198.51.100.0/24'}");
	CHECK_STR(said_error(&a), "/prefix: cannot be changed");
	asker_done(&a);
}

TEST(a_change_of_nothing_is_none)
{
	struct asker a;

	REQUIRE(asker_init(&a));
	ASK(&a, 201, ADMIN, "POST", "/api/v1/sites", "{'name': 'am6'}");
	a.if_match = "*";
	ASK(&a, 200, ADMIN, "PATCH", "/api/v1/sites/am6", "{}");
	CHECK_INT(said_int(&a, "revision"), 1);
	CHECK_STR(said(&a, "name"), "am6");
	ASK(&a, 200, ADMIN, "GET", "/api/v1/audit?kind=site", NULL);
	CHECK_INT(said_int(&a, "items"), 1);
	asker_done(&a);
}
