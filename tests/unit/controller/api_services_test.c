/* Services: written in the agent's language, placed, changed within what is safe. */
#include "ask.h"

#include "tap.h"

#define SERVICES "/api/v1/projects/alpha/services"
#define DOCUMENT                                                                                   \
	"{'listen': ['tcp/80'], 'checks': {'front': {'type': 'http', 'interval': '1s', 'fall': "   \
	"3}}}"

static char ip[64];

static bool
init(struct asker *a)
{
	static const char *const sites[] = { "am6", "sg1", "ny5", "da3" };
	char body[80];

	if (!asker_init(a))
		return false;
	for (size_t i = 0; i < sizeof(sites) / sizeof(sites[0]); i++) {
		(void)snprintf(body, sizeof(body), "{'name': '%s'}", sites[i]);
		ASK(a, 201, ADMIN, "POST", "/api/v1/sites", body);
		(void)snprintf(
		    body, sizeof(body), "{'name': '%s-h', 'site': '%s'}", sites[i], sites[i]);
		ASK(a, 201, ADMIN, "POST", "/api/v1/hosts", body);
	}
	ASK(a, 201, ADMIN, "POST", "/api/v1/pools", "{'name': 'p4', 'prefix': '203.0.113.0/24'}");
	ASK(a, 201, OPERATOR, "POST", "/api/v1/projects/alpha/global-ips", "{'quantity': 2}");
	(void)snprintf(ip, sizeof(ip), "%s", said(a, "id"));
	return tap_failures == 0;
}

/* Creates service web with the Global IP and further fields. */
static void
create(struct asker *a, unsigned status, const char *more)
{
	char body[600];

	(void)snprintf(body, sizeof(body),
	    "{'name': 'web', 'document': " DOCUMENT ", 'global_ips': ['%s']%s}", ip, more);
	ASK(a, status, OPERATOR, "POST", SERVICES, body);
}

static int64_t
desired(struct asker *a, const char *host)
{
	char path[80];

	(void)snprintf(path, sizeof(path), "/api/v1/hosts/%s", host);
	ASK(a, 200, ADMIN, "GET", path, NULL);
	return said_int(a, "desired_revision");
}

TEST(a_service_is_placed)
{
	struct asker a;

	REQUIRE(init(&a));
	create(&a, 201, ", 'sites': ['am6', 'sg1'], 'hosts': ['ny5-h']");
	CHECK_STR(said(&a, "prefixes.0"), "203.0.113.2/31");
	CHECK_STR(said(&a, "sites.1"), "sg1");
	CHECK_STR(said(&a, "hosts.0"), "ny5-h");
	CHECK_STR(said(&a, "document.listen.0"), "tcp/80");
	CHECK_INT(desired(&a, "am6-h"), 2);
	CHECK_INT(desired(&a, "ny5-h"), 2);
	CHECK_INT(desired(&a, "da3-h"), 1);
	a.if_match = "\"1\"";
	ASK(&a, 200, OPERATOR, "PATCH", SERVICES "/web",
	    "{'sites': ['am6', 'da3'], 'hosts': ['ny5-h']}");
	CHECK_INT(desired(&a, "sg1-h"), 3);
	CHECK_INT(desired(&a, "da3-h"), 2);
	ASK(&a, 200, VIEWER, "GET", SERVICES, NULL);
	CHECK_INT(said_int(&a, "items"), 1);
	ASK(&a, 404, STRANGER, "GET", SERVICES "/web", NULL);
	asker_done(&a);
}

TEST(its_addresses_are_the_projects_and_its_own)
{
	char body[400], path[128];
	struct asker a;

	REQUIRE(init(&a));
	create(&a, 201, "");
	(void)snprintf(path, sizeof(path), "/api/v1/projects/alpha/global-ips/%s", ip);
	ASK(&a, 200, OPERATOR, "GET", path, NULL);
	CHECK_STR(said(&a, "service"), "web");
	ASK(&a, 409, OPERATOR, "DELETE", path, NULL);
	(void)snprintf(body, sizeof(body),
	    "{'name': 'api', 'document': " DOCUMENT ", 'global_ips': ['%s']}", ip);
	ASK(&a, 422, OPERATOR, "POST", SERVICES, body);
	CHECK_STR(said_error(&a), "/global_ips/0: belongs to service web");
	ASK(&a, 422, STRANGER, "POST", "/api/v1/projects/beta/services", body);
	CHECK(strstr(said_error(&a), "/global_ips/0: there is no Global IP") != NULL);
	create(&a, 422, "");
	CHECK_STR(said_error(&a), "/name: another service of the project is called so");
	asker_done(&a);
}

/* The rules are the agent's own; the place is that of the JSON. */
TEST(the_agents_schema_checks_the_document)
{
	static const struct {
		const char *document, *error;
	} rows[] = {
		{ "{'listen': ['tcp/80', 'tcp/0']}",
		    "/document/listen/1: not a socket; expected tcp/PORT or udp/PORT" },
		{ "{'checks': {'front': {'type': 'http', 'fall': 0}}}",
		    "/document/checks/front/fall: 0 is not allowed; expected a number from 1 "
		    "to 1000" },
		{ "{'listen': ['tcp/80'], 'when-failng': 'backup'}",
		    "/document/when-failng: unknown key \"when-failng\" of a service; did you mean "
		    "\"when-failing\"?" },
		{ "{'checks': {'run': {'type': 'exec', 'command': ['/bin/true']}}}",
		    "/document/checks/run/type: only a host's own file may have such a check" },
		{ "{'listen': ['tcp/80'], 'drain-file': '/etc/shadow'}",
		    "/document/drain-file: only a host's own file may say this" },
		{ "{'global-ips': ['192.0.2.1/32'], 'listen': ['tcp/80']}",
		    "/document/global-ips: stand beside the document, in global_ips" },
		{ "{'listen': ['tcp/80'], 'description\\\": {}, \\\"x': 1}", "" },
	};
	char body[600];
	struct asker a;

	REQUIRE(init(&a));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		(void)snprintf(
		    body, sizeof(body), "{'name': 'web', 'document': %s}", rows[i].document);
		ASK(&a, 422, OPERATOR, "POST", SERVICES, body);
		if (rows[i].error[0] != '\0')
			CHECK_STR(said_error(&a), rows[i].error);
	}
	ASK(&a, 422, OPERATOR, "POST", SERVICES, "{'name': 'web', 'document': {}}");
	CHECK(strstr(said_error(&a), "neither checks nor listen") != NULL);
	asker_done(&a);
}

TEST(a_change_that_loses_too_much_has_to_be_meant)
{
	struct asker a;

	REQUIRE(init(&a));
	create(&a, 201, ", 'sites': ['am6', 'sg1', 'ny5', 'da3'], 'min_sites': 2");
	a.if_match = "*";
	ASK(&a, 409, OPERATOR, "PATCH", SERVICES "/web", "{'sites': []}");
	CHECK_STR(said(&a, "type"), "urn:nearcast:problem:last-site");
	CHECK_STR(said(&a, "detail"), "service web: no site would be left of 4; override_reason "
				      "says that it is meant, and why");
	a.if_match = "*";
	ASK(&a, 409, OPERATOR, "PATCH", SERVICES "/web", "{'sites': ['am6']}");
	/* a host of the site is as good as the site */
	a.if_match = "*";
	ASK(&a, 200, OPERATOR, "PATCH", SERVICES "/web", "{'sites': ['am6'], 'hosts': ['sg1-h']}");
	ASK(&a, 409, OPERATOR, "DELETE", SERVICES "/web", NULL);
	a.if_match = "*";
	ASK(&a, 200, OPERATOR, "PATCH", SERVICES "/web",
	    "{'hosts': [], 'override_reason': 'sg1 is sold'}");
	ASK(&a, 200, OPERATOR, "GET", "/api/v1/projects/alpha/audit?kind=service&limit=1", NULL);
	CHECK_STR(said(&a, "items.0.override_reason"), "sg1 is sold");
	ASK(&a, 204, OPERATOR, "DELETE", SERVICES "/web?override_reason=gone", NULL);
	ASK(&a, 404, OPERATOR, "GET", SERVICES "/web", NULL);
	asker_done(&a);
}

/* What refers to it is named, so that it can be removed first. */
TEST(what_is_in_use_is_not_deleted)
{
	struct asker a;

	REQUIRE(init(&a));
	create(&a, 201, ", 'sites': ['sg1'], 'hosts': ['ny5-h']");
	ASK(&a, 409, ADMIN, "DELETE", "/api/v1/sites/sg1", NULL);
	CHECK_STR(
	    said(&a, "detail"), "other objects still refer to it: host sg1-h; service alpha.web");
	ASK(&a, 409, ADMIN, "DELETE", "/api/v1/hosts/ny5-h?override_reason=sold", NULL);
	CHECK_STR(said(&a, "detail"), "other objects still refer to it: service alpha.web");
	ASK(&a, 409, ADMIN, "DELETE", "/api/v1/pools/p4", NULL);
	CHECK_STR(said(&a, "detail"), "other objects still refer to it: Global IP 203.0.113.2/31");
	for (int i = 1; i <= 4; i++) {
		char body[80];

		(void)snprintf(body, sizeof(body), "{'name': 'h%d', 'site': 'da3'}", i);
		ASK(&a, 201, ADMIN, "POST", "/api/v1/hosts", body);
	}
	ASK(&a, 409, ADMIN, "DELETE", "/api/v1/sites/da3", NULL);
	CHECK_STR(
	    said(&a, "detail"), "other objects still refer to it: hosts da3-h, h1, h2 and 2 more");
	ASK(&a, 409, ADMIN, "DELETE", "/api/v1/projects/alpha", NULL);
	CHECK(strstr(said(&a, "detail"), "service web; Global IP 203.0.113.2/31") != NULL);
	asker_done(&a);
}

/* More sites than there are could never stand: the guard would let nobody withdraw. */
TEST(min_sites_are_sites_that_it_has)
{
	struct asker a;

	REQUIRE(init(&a));
	create(&a, 422, ", 'sites': ['am6'], 'hosts': ['am6-h', 'sg1-h'], 'min_sites': 3");
	CHECK_STR(said_error(&a), "/min_sites: is more than the 2 sites that the service is placed at: "
				  "no check could ever withdraw it");
	/* placed later */
	create(&a, 201, ", 'min_sites': 3");
	a.if_match = "*";
	ASK(&a, 200, OPERATOR, "PATCH", SERVICES "/web", "{'sites': ['am6', 'sg1', 'ny5']}");
	a.if_match = "*";
	ASK(&a, 422, OPERATOR, "PATCH", SERVICES "/web", "{'min_sites': 4}");
	/* what is meant goes, also below what it says: by the rule of sites that are taken */
	a.if_match = "*";
	ASK(&a, 409, OPERATOR, "PATCH", SERVICES "/web", "{'sites': ['am6', 'sg1']}");
	CHECK(strstr(said(&a, "detail"), "fewer than min_sites 3") != NULL);
	a.if_match = "*";
	ASK(&a, 200, OPERATOR, "PATCH", SERVICES "/web",
	    "{'sites': ['am6', 'sg1'], 'override_reason': 'ny5 is sold'}");
	asker_done(&a);
}

TEST(metadata_names_the_global_ips_of_the_host)
{
	struct asker a;

	REQUIRE(init(&a));
	create(&a, 201, ", 'sites': ['am6']");
	a.if_match = "*";
	ASK(&a, 200, ADMIN, "PUT", "/api/v1/hosts/am6-h/network",
	    "{'addresses': [{'address': '10.1.2.3', 'cidr': 31, 'public': false,"
	    " 'management': true}], 'bgp_neighbors': []}");
	CHECK_INT(ip_parse("10.1.2.3", &a.peer), 0);
	ASK(&a, 200, NOBODY, "GET", "/metadata", NULL);
	CHECK_INT(said_int(&a, "network.addresses"), 3);
	CHECK_STR(said(&a, "network.addresses.1.address"), "203.0.113.2");
	CHECK_INT(said_int(&a, "network.addresses.1.cidr"), 32);
	asker_done(&a);
}

TEST(all_that_is_wrong_is_said_at_once)
{
	struct asker a;

	REQUIRE(init(&a));
	ASK(&a, 422, OPERATOR, "POST", SERVICES,
	    "{'name': 'web', 'document': {'listen': ['tcp/80', 'tcp/99999']}, 'global_ips': "
	    "['foo'],"
	    " 'sites': ['am6', 'xx1'], 'hosts': ['am6-h', 'xx1-h', 'xx2-h']}");
	CHECK_INT(said_int(&a, "errors"), 5);
	CHECK_STR(said(&a, "errors.0.field"), "/global_ips/0");
	CHECK_STR(said(&a, "errors.0.detail"), "there is no Global IP \"foo\"");
	CHECK_STR(said(&a, "errors.1.field"), "/document/listen/1");
	CHECK_STR(said(&a, "errors.2.field"), "/sites/1");
	CHECK_STR(said(&a, "errors.2.detail"), "there is no site \"xx1\"");
	CHECK_STR(said(&a, "errors.3.field"), "/hosts/1");
	CHECK_STR(said(&a, "errors.4.field"), "/hosts/2");
	asker_done(&a);
}

TEST(what_is_wrong_beside_what_nobody_knows_is_said_too)
{
	struct asker a;

	REQUIRE(init(&a));
	ASK(&a, 422, OPERATOR, "POST", SERVICES,
	    "{'name': 'w b', 'nosuch': 1, 'document': {'global-ips': [], 'listn': ['tcp/80'],"
	    " 'weight': 1, 'drain-time': 'x', 'checks': {'web': {'type': 'http', 'uri': 'ftp://127.0.0.1/',"
	    " 'fall': 3}}}, 'min_sites': 'x', 'sites': ['xx1']}");
	CHECK_INT(said_int(&a, "errors"), 10);
	CHECK_STR(said(&a, "errors.0.field"), "/name");
	CHECK_STR(said(&a, "errors.1.field"), "/nosuch");
	CHECK_STR(said(&a, "errors.2.field"), "/min_sites");
	CHECK_STR(said(&a, "errors.3.field"), "/document/global-ips");
	CHECK_STR(said(&a, "errors.4.field"), "/document/listn");
	CHECK_STR(said(&a, "errors.5.field"), "/document/weight");
	CHECK_STR(said(&a, "errors.6.field"), "/document/drain-time");
	CHECK_STR(said(&a, "errors.7.field"), "/document/checks/web/uri");
	CHECK_STR(said(&a, "errors.8.field"), "/document/checks/web/uri");
	CHECK_STR(said(&a, "errors.9.field"), "/sites/0");
	asker_done(&a);
}

TEST(what_is_announced_nowhere_is_told)
{
	struct asker a;

	REQUIRE(init(&a));
	ASK(&a, 201, OPERATOR, "POST", SERVICES, "{'name': 'bare', 'document': {'listen': ['tcp/80']}}");
	CHECK_INT(said_int(&a, "warnings"), 2);
	CHECK_STR(said(&a, "warnings.0"), "it has no site and no host: nothing announces it");
	CHECK_STR(said(&a, "warnings.1"), "it has no Global IP: there is nothing to announce");
	ASK(&a, 200, OPERATOR, "GET", SERVICES "/bare/status", NULL);
	CHECK_INT(said_int(&a, "warnings"), 2);
	ASK(&a, 200, OPERATOR, "GET", SERVICES, NULL);
	CHECK_INT(said_int(&a, "items.0.warnings"), 2);
	a.if_match = "*";
	ASK(&a, 200, OPERATOR, "PATCH", SERVICES "/bare", "{'hosts': ['am6-h']}");
	CHECK_INT(said_int(&a, "warnings"), 1);
	create(&a, 201, ", 'sites': ['am6']");
	CHECK_INT(said_int(&a, "warnings"), 0);
	/* the log says what was done, and not what comes of it */
	ASK(&a, 200, ADMIN, "GET", "/api/v1/audit?kind=service&limit=1", NULL);
	CHECK_STR(said(&a, "items.0.after.warnings"), "");
	asker_done(&a);
}

TEST(what_is_only_tried_is_refused_alike_and_changes_nothing)
{
	struct asker a;

	REQUIRE(init(&a));
	ASK(&a, 422, OPERATOR, "POST", SERVICES "?dry_run=true",
	    "{'name': 'web', 'document': {'listen': ['tcp/99999']}}");
	ASK(&a, 200, OPERATOR, "POST", SERVICES "?dry_run=true",
	    "{'name': 'web', 'document': {'listen': ['tcp/80']}}");
	CHECK_STR(said(&a, "name"), "web");
	CHECK_STR(a.response.location, "");
	ASK(&a, 404, OPERATOR, "GET", SERVICES "/web", NULL);
	create(&a, 201, ", 'sites': ['am6', 'sg1']");
	CHECK_INT(desired(&a, "am6-h"), 2);
	a.if_match = "*";
	ASK(&a, 409, OPERATOR, "PATCH", SERVICES "/web?dry_run=true", "{'sites': []}");
	CHECK_STR(said(&a, "type"), "urn:nearcast:problem:last-site");
	a.if_match = "*";
	ASK(&a, 200, OPERATOR, "PATCH", SERVICES "/web?dry_run=true", "{'min_sites': 2}");
	CHECK_INT(said_int(&a, "min_sites"), 2);
	CHECK_STR(a.response.etag, "");
	ASK(&a, 200, OPERATOR, "GET", SERVICES "/web", NULL);
	CHECK_INT(said_int(&a, "min_sites"), 1);
	CHECK_INT(desired(&a, "am6-h"), 2);
	ASK(&a, 200, OPERATOR, "GET", "/api/v1/projects/alpha/audit?kind=service", NULL);
	CHECK_INT(said_int(&a, "items"), 1);
	a.if_match = "*";
	ASK(&a, 400, OPERATOR, "PATCH", SERVICES "/web?dry_run=yes", "{'min_sites': 2}");
	asker_done(&a);
}
