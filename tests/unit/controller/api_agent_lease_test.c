/* May the last sites withdraw: through the API, with what hosts reported. */
#include "agents.h"

#include "base/attr.h"
#include "tap.h"

#define S INT64_C(1000000000)
#define LEASE "{'service': 'alpha.web', 'prefix': '192.0.2.2/32', 'evidence': '503 of 5'}"

static void
report(struct agents *g, unsigned host, const char *stage, const char *verdict)
{
	char body[400];

	(void)snprintf(body, sizeof(body),
	    "{'run': 'r', 'services': [{'name': 'alpha.web', 'from': 'controller', 'addresses': ["
	    "{'prefix': '192.0.2.2/32', 'stage': '%s', 'verdict': '%s', 'since': "
	    "'2026-11-29T16:42:57Z'}]}]}",
	    stage, verdict);
	AGENT(g, 200, host, "POST", "report", body);
}

static bool
is_granted(struct agents *g, unsigned host)
{
	AGENT(g, 200, host, "POST", "leases", LEASE);
	return json_is_true(json_object_get(g->a.response.body, "granted"));
}

TEST(the_last_one_is_refused)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	CHECK(!is_granted(&g, 0)); /* nobody has said anything */
	for (unsigned i = 0; i < HOSTS; i++)
		report(&g, i, "preferred", "failing");
	CHECK(is_granted(&g, 0));
	CHECK_INT(said_int(&g.a, "seconds"), 30);
	CHECK_STR(said(&g.a, "why"),
	    "2 sites stand without am6-1, 1 needed; 0 may withdraw already, 0 not heard of lately");
	CHECK_INT(said_topic(&g.a, "events"), 1);
	CHECK(is_granted(&g, 1));
	CHECK(!is_granted(&g, 2));
	CHECK_INT(said_int(&g.a, "seconds"), 5);
	CHECK_INT(said_topic(&g.a, "events"), 1);
	CHECK(!is_granted(&g, 2));
	CHECK_INT(said_topic(&g.a, "events"), 0); /* the same was told already */
	CHECK(is_granted(&g, 1));                 /* who has one may go on */
	agents_done(&g);
}

TEST(a_lease_ends_with_its_time_or_when_all_is_well)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	for (unsigned i = 0; i < 2; i++)
		report(&g, i, "preferred", "failing");
	CHECK(is_granted(&g, 0));
	CHECK(!is_granted(&g, 1));
	report(&g, 0, "preferred", "passing"); /* on its way when the lease was granted */
	CHECK(!is_granted(&g, 1));
	g.a.now += 3 * S;
	report(&g, 0, "withdrawn", "passing");
	CHECK(!is_granted(&g, 1));
	report(&g, 0, "preferred", "passing");
	CHECK(is_granted(&g, 1));
	CHECK(!is_granted(&g, 0));
	g.a.now += 31 * S;
	report(&g, 0, "preferred", "failing");
	report(&g, 1, "preferred", "failing");
	CHECK(is_granted(&g, 0));
	agents_done(&g);
}

TEST(who_is_not_heard_of_is_not_counted_on)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	report(&g, 0, "preferred", "failing");
	report(&g, 1, "preferred", "passing");
	g.a.now += 16 * S;
	report(&g, 0, "preferred", "failing");
	CHECK(!is_granted(&g, 0));
	/* its poll is open, and what it said still holds */
	places_sql(&g.a, "UPDATE hosts SET seen_at = (SELECT max(seen_at) FROM hosts)");
	CHECK(is_granted(&g, 0));
	g.a.now += 200 * S;
	report(&g, 0, "preferred", "failing");
	places_sql(&g.a, "UPDATE hosts SET seen_at = (SELECT max(seen_at) FROM hosts)");
	CHECK(!is_granted(&g, 0)); /* it is there, but has said nothing for too long */
	agents_done(&g);
}

TEST(who_drains_is_not_counted_on)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	for (unsigned i = 0; i < 2; i++)
		report(&g, i, "preferred", "passing");
	ASK(&g.a, 201, OPERATOR, "POST", ALPHA "/orders",
	    "{'kind': 'drain', 'service': 'web', 'site': 'ny5', 'override_reason': 'test'}");
	CHECK(!is_granted(&g, 0));
	agents_done(&g);
}

TEST(a_clock_that_was_stepped_back_grants_nothing)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	for (unsigned i = 0; i < 2; i++)
		report(&g, i, "preferred", "passing");
	g.a.now -= 3600 * S;
	CHECK(!is_granted(&g, 0));
	report(&g, 0, "preferred", "failing");
	report(&g, 1, "preferred", "passing");
	CHECK(is_granted(&g, 0));
	agents_done(&g);
}

TEST(what_is_no_question)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	AGENT(&g, 422, 0, "POST", "leases", "{'service': 'alpha.api', 'prefix': '192.0.2.2/32'}");
	CHECK_STR(said_error(&g.a), "/service: this host is to have no service \"alpha.api\"");
	AGENT(&g, 422, 0, "POST", "leases", "{'service': 'alpha.web', 'prefix': 'x'}");
	AGENT(&g, 422, 0, "POST", "leases", "{'service': 'alpha.web'}");
	ASK(&g.a, 403, OPERATOR, "POST", "/agent/v1/leases", LEASE);
	ASK(&g.a, 401, NOBODY, "POST", "/agent/v1/leases", LEASE);
	agents_done(&g);
}

#define DRAIN "{'kind': 'drain', 'service': 'web', 'site': '%s'}"

static void
drain(struct agents *g, unsigned status, const char *site)
{
	char body[120];

	(void)snprintf(body, sizeof(body), DRAIN, site);
	ASK(&g->a, status, OPERATOR, "POST", ALPHA "/orders", body);
}

/* Two sites are left. One may withdraw by itself; were the other drained, both could be gone. */
TEST(a_drain_looks_at_leases)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	report(&g, 0, "preferred", "passing");
	report(&g, 1, "preferred", "passing");
	CHECK(is_granted(&g, 1));
	drain(&g, 409, "am6");
	CHECK_STR(said(&g.a, "detail"), "service web: no site would be left of 1; override_reason "
					"says that it is meant, and why");
	/* who may withdraw may be drained */
	drain(&g, 201, "ny5");
	agents_done(&g);
}

TEST(a_lease_that_is_over_is_none)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	report(&g, 0, "preferred", "passing");
	report(&g, 1, "preferred", "passing");
	CHECK(is_granted(&g, 1));
	g.a.now += 31 * S;
	report(&g, 0, "preferred", "passing");
	report(&g, 1, "preferred", "passing");
	drain(&g, 201, "am6");
	/* and the other way round */
	CHECK(!is_granted(&g, 1));
	agents_done(&g);
}

/* Nor does a rolling drain begin. */
TEST(a_rollout_looks_at_leases)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	report(&g, 0, "preferred", "passing");
	report(&g, 1, "preferred", "passing");
	CHECK(is_granted(&g, 1));
	ASK(&g.a, 201, OPERATOR, "POST", ALPHA "/rollouts",
	    "{'kind': 'drain', 'service': 'web', 'sites': ['am6']}");
	CHECK_STR(said(&g.a, "steps.0.state"), "waiting");
	ASK(&g.a, 200, OPERATOR, "GET", ALPHA "/orders", NULL);
	CHECK_INT(said_int(&g.a, "items"), 0);
	agents_done(&g);
}
