/* The filters of lists: what is misspelt is refused, since an empty list looks like an answer. */
#include "base/attr.h"
#include "places.h"
#include "tap.h"

static struct asker a;

/* Who asks, for what, and what the problem says. */
static const struct {
	enum who who;
	const char *path, *want;
} refused[] = {
	{ ADMIN, "/api/v1/global-ips?pool=nosuch", "pool: there is no pool \"nosuch\"" },
	{ ADMIN, "/api/v1/global-ips?family=ipv5", "family: expected ipv4 or ipv6" },
	{ OPERATOR, ALPHA "/global-ips?state=x", "state: expected active, quarantined or all" },
	{ OPERATOR, ALPHA "/global-ips?pool=of-beta", "pool: there is no pool \"of-beta\"" },
	{ ADMIN, "/api/v1/events?site=nope", "site: there is no site \"nope\"" },
	{ ADMIN, "/api/v1/events?host=nope", "host: there is no host \"nope\"" },
	{ ADMIN, "/api/v1/events?service=nope", "service: there is no service \"nope\"" },
	{ OPERATOR, ALPHA "/events?service=of-beta", "service: there is no service \"of-beta\"" },
	{ ADMIN, "/api/v1/events?kind=site-create",
	    "kind: there are no events of kind \"site-create\"; did you mean site-created?" },
	{ ADMIN, "/api/v1/events?kind=foo", "kind: there are no events of kind \"foo\"" },
	{ ADMIN, "/api/v1/events?severity=bad",
	    "severity: expected debug, info, notice, warning or error, the least that is shown" },
	{ ADMIN, "/api/v1/audit?kind=foo",
	    "kind: expected catchment, global-ip, host, join-token, network, order, pool, project, "
	    "rollout, "
	    "service, session, site or token" },
	{ ADMIN, "/api/v1/audit?object=nope", "object: the audit log names no object \"nope\"" },
	{ ADMIN, "/api/v1/audit?actor=nope", "actor: the audit log has nothing by \"nope\"" },
	{ OPERATOR, ALPHA "/audit?object=beta", "object: the audit log names no object \"beta\"" },
	{ ADMIN, "/api/v1/orders?kind=foo", "kind: expected drain or hold" },
	{ ADMIN, "/api/v1/orders?service=nope", "service: there is no service \"nope\"" },
	{ VIEWER, ALPHA "/orders?site=nope", "site: there is no site \"nope\"" },
	{ VIEWER, ALPHA "/orders?host=nope", "host: there is no host \"nope\"" },
	{ ADMIN, "/api/v1/hosts?site=nope", "site: there is no site \"nope\"" },
	{ VIEWER, ALPHA "/rollouts?service=nope", "service: there is no service \"nope\"" },
	{ VIEWER, ALPHA "/rollouts?state=foo",
	    "state: expected running, paused, stopped, done or taken-back" },
};

TEST(what_is_misspelt_is_refused)
{
	REQUIRE(places_init(&a));
	ASK(&a, 201, STRANGER, "POST", "/api/v1/projects/beta/services",
	    "{'name': 'of-beta', 'document': {'listen': ['tcp/80']}}");
	ASK(&a, 201, ADMIN, "POST", "/api/v1/pools",
	    "{'name': 'of-beta', 'prefix': '192.0.2.0/24', 'project': 'beta'}");
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		ASK(&a, 400, refused[i].who, "GET", refused[i].path, NULL);
		CHECK_STR(said_error(&a), refused[i].want);
	}
	asker_done(&a);
}

TEST(what_there_is_may_be_asked_for)
{
	static const char *const paths[] = { "/api/v1/global-ips?pool=of-all&family=ipv4&tag=x",
		"/api/v1/global-ips?pool=&family=&tag=&state=&address=",
		"/api/v1/events?site=am6&host=am6-1&service=web&kind=verdict&severity=",
		"/api/v1/audit?kind=order&object=am6&actor=root",
		"/api/v1/audit?kind=&object=&actor=",
		"/api/v1/orders?kind=hold&site=am6&host=am6-1&service=web",
		"/api/v1/hosts?site=am6", ALPHA "/rollouts?service=web&state=taken-back",
		ALPHA "/rollouts?service=&state=" };

	REQUIRE(places_init(&a));
	ASK(&a, 201, ADMIN, "POST", "/api/v1/pools",
	    "{'name': 'of-all', 'prefix': '192.0.2.0/24'}");
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		ASK(&a, 200, ADMIN, "GET", paths[i], NULL);
	asker_done(&a);
}

/* By its id; its name may be another's by now. */
TEST(what_is_gone_has_its_events)
{
	char path[200], id[64];

	REQUIRE(places_init(&a));
	ASK(&a, 201, ADMIN, "POST", "/api/v1/sites", "{'name': 'old'}");
	(void)snprintf(id, sizeof(id), "%s", said(&a, "id"));
	ASK(&a, 204, ADMIN, "DELETE", "/api/v1/sites/old", NULL);
	(void)snprintf(path, sizeof(path), "/api/v1/events?site=%s", id);
	ASK(&a, 200, ADMIN, "GET", path, NULL);
	CHECK_INT(said_int(&a, "items"), 2);
	ASK(&a, 400, ADMIN, "GET", "/api/v1/events?site=old", NULL);
	ASK(&a, 200, ADMIN, "GET", "/api/v1/audit?object=old", NULL);
	CHECK_INT(said_int(&a, "items"), 2);
	/* and a stream that is about it goes on */
	a.streams = true;
	a.stream_from = 0;
	ASK(&a, 200, ADMIN, "GET", "/api/v1/events?site=old", NULL);
	a.streams = true;
	a.stream_from = STREAM_BEGINS;
	ASK(&a, 400, ADMIN, "GET", "/api/v1/events?site=old", NULL);
	asker_done(&a);
}

/* A kind that only an agent of another version has. */
TEST(a_kind_that_came_is_known)
{
	REQUIRE(places_init(&a));
	places_sql(&a, "INSERT INTO events (number, at, received_at, kind, severity, message)"
		       " VALUES (10000, 1, 1, 'new-thing', 'info', 'x')");
	ASK(&a, 200, ADMIN, "GET", "/api/v1/events?kind=new-thing", NULL);
	CHECK_INT(said_int(&a, "items"), 1);
	asker_done(&a);
}
