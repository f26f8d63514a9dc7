/* Rollouts through the API and the duty: orders given and taken back, documents site by site, and
 * what is told. */
#include <string.h>

#include "places.h"

#include "tap.h"

#define ROLLOUTS ALPHA "/rollouts"
#define S INT64_C(1000000000)

static char path[128];

static void
start(struct asker *a, const char *body)
{
	places_all_well(a);
	ASK(a, 201, OPERATOR, "POST", ROLLOUTS, body);
	(void)snprintf(path, sizeof(path), ROLLOUTS "/%s", said(a, "id"));
}

/* "running: running waiting waiting" */
static const char *
stands(struct asker *a)
{
	static char text[200];

	ASK(a, 200, VIEWER, "GET", path, NULL);
	(void)snprintf(text, sizeof(text), "%s:", said(a, "state"));
	for (int i = 0; i < 3; i++) {
		char key[32];
		size_t len = strlen(text);

		(void)snprintf(key, sizeof(key), "steps.%d.state", i);
		(void)snprintf(text + len, sizeof(text) - len, " %s", said(a, key));
	}
	return text;
}

static int64_t
orders(struct asker *a)
{
	ASK(a, 200, OPERATOR, "GET", ALPHA "/orders", NULL);
	return said_int(a, "items");
}

#define DRAIN "{'kind': 'drain', 'service': 'web', 'settle_seconds': 2, 'reason': 'new kernels'}"
#define DONE "{'drain': {'phase': 'done'}}"

TEST(a_drain_goes_over_all_sites)
{
	static const char *const hosts[] = { "am6-1", "ny5-1", "sg1-1" };
	struct asker a;

	REQUIRE(places_init(&a));
	start(&a, DRAIN);
	CHECK_STR(said(&a, "by"), "op");
	CHECK_STR(stands(&a), "running: running waiting waiting");
	for (int i = 0; i < 3; i++) {
		char order[128];

		CHECK_INT(orders(&a), 1);
		CHECK_STR(said(&a, "items.0.by"), "op");
		CHECK_STR(said(&a, "items.0.reason"), "new kernels");
		(void)snprintf(order, sizeof(order), ALPHA "/orders/%s", said(&a, "items.0.id"));
		ASK(&a, 409, OPERATOR, "DELETE", order, NULL);
		places_all_well(&a);
		places_look(&a, 1);
		CHECK_INT(orders(&a), 1);
		places_all_well(&a);
		places_report(&a, hosts[i], "withdrawn", "passing", DONE);
		places_look(&a, 4);
		CHECK_INT(orders(&a), 0);
		places_all_well(&a);
		places_look(&a, 1);
	}
	CHECK_STR(stands(&a), "done: done done done");
	ASK(&a, 200, OPERATOR, "GET", ALPHA "/audit?kind=rollout", NULL);
	CHECK_STR(said(&a, "items.0.action"), "done");
	CHECK_STR(said(&a, "items.0.actor_kind"), "controller");
	a.if_match = "*";
	ASK(&a, 409, OPERATOR, "PATCH", path, "{'state': 'running'}");
	CHECK_STR(said(&a, "detail"), "it is done: it cannot become running");
	asker_done(&a);
}

TEST(it_stops_when_another_site_fails)
{
	struct asker a;

	REQUIRE(places_init(&a));
	start(&a, DRAIN);
	places_all_well(&a);
	places_report(&a, "sg1-1", "withdrawn", "failing", NULL);
	places_look(&a, 1);
	CHECK_STR(stands(&a), "stopped: stopped waiting waiting");
	CHECK_STR(said(&a, "why"), "site sg1 does not stand any more: sg1-1 fails");
	CHECK_INT(orders(&a), 0);
	/* without the one that is gone it may go on */
	a.if_match = "*";
	ASK(&a, 200, OPERATOR, "PATCH", path, "{'state': 'running'}");
	places_all_well(&a);
	places_report(&a, "sg1-1", "withdrawn", "failing", NULL);
	places_look(&a, 1);
	CHECK_STR(stands(&a), "running: running waiting waiting");
	a.if_match = "*";
	ASK(&a, 200, OPERATOR, "PATCH", path, "{'state': 'stopped', 'reason': 'lunch'}");
	CHECK_STR(said(&a, "why"), "stopped by op: lunch");
	CHECK_INT(orders(&a), 0);
	asker_done(&a);
}

/* That it may withdraw says less than what for. */
TEST(what_a_host_says_goes_before_its_lease)
{
	struct asker a;

	REQUIRE(places_init(&a));
	start(&a, DRAIN);
	places_all_well(&a);
	places_report(&a, "sg1-1", "preferred", "failing", NULL);
	places_sql(&a, "UPDATE reports SET reason = 'check front fails' WHERE verdict = 'failing'");
	places_sql(&a, "INSERT INTO leases (id, service, host, prefix, site, evidence, granted_at,"
		       " expires_at) SELECT 'lse_1', s.id, h.id, '192.0.2.1/32', h.site, '503', 0,"
		       " 9000000000000000000 FROM services s, hosts h WHERE h.name = 'sg1-1'");
	places_look(&a, 1);
	CHECK_STR(stands(&a), "stopped: stopped waiting waiting");
	CHECK_STR(
	    said(&a, "why"), "site sg1 does not stand any more: sg1-1 fails: check front fails");
	asker_done(&a);
}

/* By the rule of presence.h: who left is not there, and who is silent for 15 s. */
TEST(it_waits_for_who_is_not_there)
{
	static const char *const waits = "waits for site ny5, which is not heard of";
	struct asker a;

	REQUIRE(places_init(&a));
	start(&a, DRAIN);
	places_sql(&a, "UPDATE hosts SET left_at = seen_at WHERE name = 'ny5-1'");
	places_look(&a, 1);
	CHECK_STR(stands(&a), "running: running waiting waiting");
	CHECK_STR(said(&a, "why"), waits);
	places_all_well(&a);
	places_look(&a, 1);
	ASK(&a, 200, VIEWER, "GET", path, NULL);
	CHECK_STR(said(&a, "why"), "");
	a.now += 15 * S;
	places_heard(&a, "am6-1");
	places_heard(&a, "sg1-1");
	places_look(&a, 1);
	CHECK_STR(stands(&a), "running: running waiting waiting");
	CHECK_STR(said(&a, "why"), waits);
	asker_done(&a);
}

#define CHANGE                                                                                     \
	"{'kind': 'change', 'service': 'web', 'settle_seconds': 1, 'document': {'listen': "        \
	"['tcp/81']}}"

static const char *
listens(struct asker *a)
{
	ASK(a, 200, OPERATOR, "GET", ALPHA "/services/web", NULL);
	return said(a, "document.listen.0");
}

TEST(a_change_goes_over_all_sites)
{
	struct asker a;

	REQUIRE(places_init(&a));
	start(&a, CHANGE);
	CHECK_INT(places_desired(&a, "am6-1"), 3);
	CHECK_INT(places_desired(&a, "ny5-1"), 2);
	a.if_match = "*";
	ASK(&a, 409, OPERATOR, "PATCH", ALPHA "/services/web",
	    "{'document': {'listen': ['tcp/82']}}");
	a.if_match = "*";
	ASK(&a, 200, OPERATOR, "PATCH", ALPHA "/services/web", "{'description': 'x'}");
	ASK(&a, 409, OPERATOR, "POST", ROLLOUTS, DRAIN);
	for (int i = 0; i < 3; i++) {
		CHECK_STR(listens(&a), "tcp/80");
		places_all_well(&a);
		places_look(&a, 3);
	}
	CHECK_STR(stands(&a), "done: done done done");
	CHECK_STR(listens(&a), "tcp/81");
	CHECK_INT(said_int(&a, "revision"), 3);
	ASK(&a, 200, OPERATOR, "GET", ALPHA "/audit?kind=service&limit=1", NULL);
	CHECK_STR(said(&a, "items.0.action"), "change");
	CHECK_STR(said(&a, "items.0.actor_name"), "op");
	CHECK_STR(said(&a, "items.0.actor_kind"), "token");
	CHECK(*said(&a, "items.0.rollout") != '\0' &&
	      strstr(path, said(&a, "items.0.rollout")) != NULL);
	ASK(&a, 200, OPERATOR, "GET", ALPHA "/events?kind=service-changed&limit=1", NULL);
	CHECK_STR(said(&a, "items.0.detail.by"), "op");
	CHECK(strstr(path, said(&a, "items.0.detail.rollout")) != NULL);
	CHECK(strstr(said(&a, "items.0.message"), "service web changed by op, rollout ") != NULL);
	asker_done(&a);
}

TEST(a_change_is_taken_back)
{
	struct asker a;

	REQUIRE(places_init(&a));
	start(&a, CHANGE);
	places_report(&a, "am6-1", "withdrawn", "failing", NULL);
	places_look(&a, 1);
	CHECK_STR(stands(&a), "stopped: failed waiting waiting");
	CHECK_INT(places_desired(&a, "am6-1"), 3);
	a.if_match = "*";
	ASK(&a, 200, OPERATOR, "PATCH", path, "{'state': 'taken-back'}");
	CHECK_STR(stands(&a), "taken-back: taken-back waiting waiting");
	CHECK_INT(places_desired(&a, "am6-1"), 4);
	CHECK_INT(places_desired(&a, "ny5-1"), 2);
	CHECK_STR(listens(&a), "tcp/80");
	asker_done(&a);
}

TEST(what_is_wrong_is_named)
{
	static const struct {
		unsigned status;
		const char *body, *error;
	} rows[] = {
		{ 422, "{'kind': 'change', 'service': 'web'}",
		    "/document: is missing: the service as it shall be" },
		{ 422, "{'kind': 'drain', 'service': 'web', 'document': {}}",
		    "/document: is only of a change" },
		{ 422, "{'kind': 'change', 'service': 'web', 'document': {'listen': ['tcp/0']}}",
		    "/document/listen/0: not a socket; expected tcp/PORT or udp/PORT" },
		{ 422, "{'kind': 'drain', 'service': 'web', 'sites': ['am6', 'la1']}",
		    "/sites/1: no host of \"la1\" has service web" },
		{ 422, "{'kind': 'drain', 'service': 'web', 'at_once': 0}",
		    "/at_once: expected 1 to 1000" },
		{ 422, "{'kind': 'drain', 'service': 'web', 'parameters': {'x': 1}}",
		    "/parameters/x: unknown field of a drain" },
		{ 404, "{'kind': 'drain', 'service': 'api'}", "there is no service \"api\"" },
	};
	struct asker a;

	REQUIRE(places_init(&a));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ASK(&a, rows[i].status, OPERATOR, "POST", ROLLOUTS, rows[i].body);
		CHECK_STR(said_error(&a), rows[i].error);
	}
	a.if_match = "*";
	ASK(&a, 200, OPERATOR, "PATCH", ALPHA "/services/web", "{'min_sites': 3}");
	ASK(&a, 409, OPERATOR, "POST", ROLLOUTS, DRAIN);
	CHECK_STR(said(&a, "detail"),
	    "service web has 3 sites, of which 3 have to stand: none could be drained");
	asker_done(&a);
}
