/* What a rollout may not get around: the share of sites that may be touched at once, sites that
 * come while it runs, and the service that it works on. */
#include <string.h>

#include "places.h"

#include "tap.h"

#define ROLLOUTS ALPHA "/rollouts"
#define WEB ALPHA "/services/web"
#define CHANGE "'kind': 'change', 'service': 'web', 'document': {'listen': ['tcp/81']}"
#define DRAIN "'kind': 'drain', 'service': 'web'"

static char path[128];

static void
start(struct asker *a, unsigned status, const char *body)
{
	places_all_well(a);
	ASK(a, status, OPERATOR, "POST", ROLLOUTS, body);
	if (status == 201)
		(void)snprintf(path, sizeof(path), ROLLOUTS "/%s", said(a, "id"));
}

static void
tell(struct asker *a, const char *body)
{
	a->if_match = "*";
	ASK(a, 200, OPERATOR, "PATCH", path, body);
}

static void
change(struct asker *a, unsigned status, const char *body)
{
	a->if_match = "*";
	ASK(a, status, OPERATOR, "PATCH", WEB, body);
}

/* "running: am6 running, ny5 waiting" */
static const char *
stands(struct asker *a)
{
	static char text[300];
	size_t len, count;

	ASK(a, 200, VIEWER, "GET", path, NULL);
	count = (size_t)said_int(a, "steps");
	len = (size_t)snprintf(text, sizeof(text), "%s:", said(a, "state"));
	for (size_t i = 0; i < count && len < sizeof(text); i++) {
		char site[32], state[32];

		(void)snprintf(site, sizeof(site), "steps.%zu.site", i);
		(void)snprintf(state, sizeof(state), "steps.%zu.state", i);
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s %s %s",
		    i > 0 ? "," : "", said(a, site), said(a, state));
	}
	return text;
}

static const char *
override_of_last(struct asker *a, const char *kind)
{
	char list[96];

	(void)snprintf(list, sizeof(list), ALPHA "/audit?kind=%s&limit=1", kind);
	ASK(a, 200, OPERATOR, "GET", list, NULL);
	return said(a, "items.0.override_reason");
}

TEST(at_once_is_held_to_the_share)
{
	static const char *const bodies[] = { "{" CHANGE ", 'at_once': 1000}",
		"{" DRAIN ", 'at_once': 3}" };
	struct asker a;

	REQUIRE(places_init(&a));
	for (size_t i = 0; i < 2; i++) {
		start(&a, 409, bodies[i]);
		CHECK_STR(said(&a, "type"), "urn:nearcast:problem:at-once");
		CHECK_STR(said_error(&a), "/at_once: 3 sites at once, and max_change_percent 70 of "
					  "the 3 that stand allows "
					  "2; override_reason says that it is meant, and why");
	}
	/* there are no more than two to be touched */
	start(&a, 201, "{" DRAIN ", 'at_once': 1000, 'sites': ['ny5', 'am6']}");
	CHECK_STR(stands(&a), "running: ny5 running, am6 running");
	tell(&a, "{'state': 'taken-back'}");
	start(&a, 201, "{" CHANGE ", 'at_once': 2}");
	CHECK_STR(stands(&a), "running: am6 running, ny5 running, sg1 waiting");
	asker_done(&a);
}

TEST(more_at_once_may_be_meant)
{
	struct asker a;

	REQUIRE(places_init(&a));
	change(&a, 200, "{'max_change_percent': 40}");
	start(&a, 409, "{" CHANGE ", 'at_once': 2}");
	start(&a, 201, "{" CHANGE ", 'at_once': 2, 'override_reason': 'it is broken anyway'}");
	CHECK_STR(stands(&a), "running: am6 running, ny5 running, sg1 waiting");
	CHECK_STR(said(&a, "why"), "");
	CHECK_STR(override_of_last(&a, "rollout"), "it is broken anyway");
	asker_done(&a);
}

/* One site has to be possible: there is no smaller step. */
TEST(one_at_a_time_is_always_allowed)
{
	struct asker a;

	REQUIRE(places_init(&a));
	change(&a, 200, "{'max_change_percent': 0}");
	start(&a, 409, "{" CHANGE ", 'at_once': 2}");
	CHECK(strstr(said_error(&a), "of the 3 that stand allows 1;") != NULL);
	start(&a, 201, "{" CHANGE "}");
	CHECK_STR(stands(&a), "running: am6 running, ny5 waiting, sg1 waiting");
	asker_done(&a);
}

TEST(the_share_is_kept_when_it_becomes_less)
{
	struct asker a;

	REQUIRE(places_init(&a));
	start(&a, 201, "{" DRAIN ", 'at_once': 2}");
	CHECK_STR(stands(&a), "running: am6 running, ny5 running, sg1 waiting");
	tell(&a, "{'state': 'stopped'}");
	change(&a, 200, "{'max_change_percent': 40}");
	tell(&a, "{'state': 'running'}");
	places_all_well(&a);
	places_look(&a, 1);
	CHECK_STR(stands(&a), "running: am6 running, ny5 waiting, sg1 waiting");
	CHECK_STR(said(&a, "why"), "1 at a time: max_change_percent 40 of 3 sites allows no more");
	asker_done(&a);
}

/* A canary: the others follow, in order, watched as well. */
TEST(a_change_begins_with_the_sites_that_are_named)
{
	struct asker a;

	REQUIRE(places_init(&a));
	start(&a, 201, "{" CHANGE ", 'sites': ['sg1'], 'settle_seconds': 1}");
	CHECK_STR(stands(&a), "running: sg1 running, am6 waiting, ny5 waiting");
	for (int i = 0; i < 3; i++) {
		ASK(&a, 200, OPERATOR, "GET", WEB, NULL);
		CHECK_STR(said(&a, "document.listen.0"), "tcp/80");
		places_all_well(&a);
		places_look(&a, 3);
	}
	CHECK_STR(stands(&a), "done: sg1 done, am6 done, ny5 done");
	ASK(&a, 200, OPERATOR, "GET", WEB, NULL);
	CHECK_STR(said(&a, "document.listen.0"), "tcp/81");
	asker_done(&a);
}

static void
add_host(struct asker *a, const char *host, const char *site)
{
	char body[120];

	(void)snprintf(body, sizeof(body), "{'name': '%s', 'site': '%s'}", host, site);
	ASK(a, 201, ADMIN, "POST", "/api/v1/hosts", body);
}

TEST(a_site_that_comes_while_it_runs_has_its_turn)
{
	struct asker a;

	REQUIRE(places_init(&a));
	ASK(&a, 201, ADMIN, "POST", "/api/v1/sites", "{'name': 'da3'}");
	add_host(&a, "da3-1", "da3");
	start(&a, 201, "{" CHANGE ", 'settle_seconds': 1}");
	change(&a, 200, "{'sites': ['am6', 'da3', 'ny5', 'sg1']}");
	for (int i = 0; i < 3; i++) {
		places_all_well(&a);
		places_report(&a, "da3-1", "preferred", "passing", NULL);
		places_look(&a, 3);
	}
	CHECK_STR(stands(&a), "running: am6 done, ny5 done, sg1 done, da3 running");
	ASK(&a, 200, OPERATOR, "GET", WEB, NULL);
	CHECK_STR(said(&a, "document.listen.0"), "tcp/80");
	places_all_well(&a);
	places_report(&a, "da3-1", "preferred", "passing", NULL);
	places_look(&a, 3);
	CHECK_STR(stands(&a), "done: am6 done, ny5 done, sg1 done, da3 done");
	asker_done(&a);
}

/* Away for a moment is no reason to be passed by. */
TEST(a_site_that_comes_again_has_its_turn)
{
	struct asker a;

	REQUIRE(places_init(&a));
	start(&a, 201, "{" CHANGE ", 'settle_seconds': 1, 'sites': ['sg1', 'ny5']}");
	CHECK_STR(stands(&a), "running: sg1 running, ny5 waiting, am6 waiting");
	change(&a, 200, "{'sites': ['am6'], 'override_reason': 'test'}");
	places_all_well(&a);
	places_look(&a, 1);
	CHECK_STR(stands(&a), "running: sg1 waiting, ny5 waiting, am6 running");
	change(&a, 200, "{'sites': ['am6', 'ny5', 'sg1']}");
	for (int i = 0; i < 3; i++) {
		places_all_well(&a);
		places_look(&a, 3);
	}
	CHECK_STR(stands(&a), "done: sg1 done, ny5 done, am6 done");
	CHECK_STR(said(&a, "steps.0.why"), "");
	asker_done(&a);
}

/* Two requests without a word, and the service would be at one site. */
TEST(the_guard_is_not_loosened_without_a_word)
{
	struct asker a;

	REQUIRE(places_init(&a));
	places_all_well(&a);
	change(&a, 409, "{'max_change_percent': 100, 'min_sites': 0}");
	CHECK_STR(said(&a, "type"), "urn:nearcast:problem:guard");
	CHECK_STR(said(&a, "errors.0.field"), "/min_sites");
	CHECK_STR(said(&a, "errors.0.detail"),
	    "from 1 to 0 loosens what guards the service; override_reason says that it is meant, "
	    "and why");
	CHECK_STR(said(&a, "errors.1.field"), "/max_change_percent");
	change(&a, 409, "{'max_change_percent': 71}");
	change(&a, 409, "{'min_sites': 0}");
	/* tighter is free, and back is not */
	change(&a, 200, "{'max_change_percent': 50, 'min_sites': 2}");
	change(&a, 409, "{'max_change_percent': 70}");
	change(&a, 200, "{'max_change_percent': 70, 'override_reason': 'so agreed'}");
	CHECK_STR(override_of_last(&a, "service"), "so agreed");
	asker_done(&a);
}

TEST(a_service_is_not_deleted_under_its_rollout)
{
	char want[300];
	struct asker a;

	REQUIRE(places_init(&a));
	start(&a, 201, "{" CHANGE "}");
	/* nothing of it is announced: only the rollout is in the way */
	places_sql(&a, "UPDATE reports SET stage = 'withdrawn', verdict = 'failing'");
	change(&a, 200, "{'sites': ['am6']}");
	ASK(&a, 409, OPERATOR, "DELETE", WEB, NULL);
	CHECK_STR(said(&a, "type"), "urn:nearcast:problem:conflict");
	(void)snprintf(want, sizeof(want),
	    "rollout %s of the service is under way; let it end, or take it back (`nearcast "
	    "rollout "
	    "take-back %s`); override_reason says that it is to go with the service, and why",
	    path + strlen(ROLLOUTS "/"), path + strlen(ROLLOUTS "/"));
	CHECK_STR(said(&a, "detail"), want);
	ASK(&a, 200, VIEWER, "GET", path, NULL);
	ASK(&a, 204, OPERATOR, "DELETE", WEB "?override_reason=gone", NULL);
	ASK(&a, 404, VIEWER, "GET", path, NULL);
	CHECK_STR(override_of_last(&a, "rollout"), "gone");
	CHECK_STR(said(&a, "items.0.action"), "delete");
	CHECK_STR(said(&a, "items.0.before.document.listen.0"), "tcp/81");
	asker_done(&a);
}
