/* What becomes of a report: rows that are there, events once, and who is rung. */
#include "agents.h"

#include "base/attr.h"
#include "tap.h"

#define ADDRESS(stage, verdict)                                                                    \
	"{'prefix': '192.0.2.2/32', 'stage': '" stage "', 'verdict': '" verdict                    \
	"', 'reason': 'ok',"                                                                       \
	" 'since': '2026-11-29T16:42:57Z'}"
#define WEB(stage, verdict)                                                                        \
	"{'name': 'alpha.web', 'from': 'controller', 'detail': {'n': 1}, 'addresses': [" ADDRESS(  \
	    stage, verdict) "]}"
#define REPORT(services, more)                                                                     \
	"{'run': 'r1', 'agent_version': '2', 'services': [" services "]" more "}"

static int64_t
count(struct agents *g, const char *sql)
{
	struct store_rows rows = { 0 };
	struct err e = { 0 };
	int64_t n = -1;

	if (store_query(g->a.store, &rows, &e, sql) >= 0 && store_next(&rows))
		n = store_int(&rows, 0);
	else
		tap_fail(__FILE__, __LINE__, "%s", e.message);
	store_rows_done(&rows);
	return n;
}

TEST(what_it_says_is_replaced)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	AGENT(&g, 200, 0, "POST", "report",
	    REPORT(WEB("preferred", "passing"),
		", 'applied_revision': 2,"
		" 'neighbors': [{'name': 'a', 'address': '192.0.2.254', 'state':"
		" 'Established', 'since': '2026-11-29T16:42:57Z'}]"));
	CHECK_INT(said_int(&g.a, "events_taken"), 0);
	CHECK_INT(said_topic(&g.a, "objects:status"), 1);
	CHECK_INT(said_topic(&g.a, "events"), 0);
	CHECK_INT(
	    count(&g,
		"SELECT count(*) FROM reports WHERE service IS NOT NULL AND stage = 'preferred'"),
	    1);
	CHECK_INT(count(&g, "SELECT count(*) FROM neighbor_reports"), 1);
	CHECK_INT(
	    count(&g,
		"SELECT count(*) FROM hosts WHERE applied_revision = 2 AND agent_version = '2'"
		" AND seen_at IS NOT NULL"),
	    1);
	AGENT(&g, 200, 0, "POST", "report",
	    REPORT(WEB("preferred", "passing"), ", 'applied_revision': 2"));
	CHECK_INT(said_topic(&g.a, "objects:status"), 1); /* the neighbor is gone */
	AGENT(&g, 200, 0, "POST", "report",
	    REPORT(WEB("preferred", "passing"), ", 'applied_revision': 2"));
	CHECK_INT(g.a.response.topics.count, 0);
	AGENT(&g, 200, 0, "POST", "report",
	    REPORT(WEB("withdrawn", "failing"), ", 'applied_revision': 2"));
	CHECK_INT(said_topic(&g.a, "objects:status"), 1);
	CHECK_INT(count(&g, "SELECT count(*) FROM reports WHERE stage = 'withdrawn'"), 1);
	AGENT(&g, 200, 0, "POST", "report", REPORT("", ", 'applied_revision': null"));
	CHECK_INT(count(&g, "SELECT count(*) FROM reports"), 0);
	CHECK_INT(count(&g, "SELECT count(*) FROM hosts WHERE applied_revision IS NOT NULL"), 0);
	agents_done(&g);
}

TEST(what_still_holds_stays_fresh)
{
	struct agents g;
	int64_t before;

	REQUIRE(agents_init(&g));
	AGENT(&g, 200, 0, "POST", "report", REPORT(WEB("preferred", "passing"), ""));
	before = count(&g, "SELECT seen_at FROM reports");
	g.a.now += INT64_C(10) * 1000000000;
	AGENT(&g, 200, 0, "POST", "report", REPORT(WEB("preferred", "passing"), ""));
	CHECK_INT(count(&g, "SELECT seen_at FROM reports"), before);
	g.a.now += INT64_C(50) * 1000000000;
	AGENT(&g, 200, 0, "POST", "report", REPORT(WEB("preferred", "passing"), ""));
	CHECK(count(&g, "SELECT seen_at FROM reports") > before);
	/* it was away, and is back */
	CHECK_INT(said_topic(&g.a, "objects:status"), 1);
	CHECK_INT(g.a.response.topics.count, 1);
	agents_done(&g);
}

#define EVENT(seq, service)                                                                        \
	"{'seq': " #seq ", 'at': '2026-11-29T16:42:57Z', 'kind': 'verdict', 'severity': 'info',"   \
	" 'service': " service ", 'message': 'm', 'detail': {}}"

TEST(events_are_there_once)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	AGENT(&g, 200, 0, "POST", "report",
	    REPORT("", ", 'events': [" EVENT(1, "'alpha.web'") ", " EVENT(2, "null") "]"));
	CHECK_INT(said_int(&g.a, "events_taken"), 2);
	CHECK_INT(said_topic(&g.a, "events"), 1);
	AGENT(&g, 200, 0, "POST", "report",
	    REPORT("", ", 'events': [" EVENT(2, "null") ", " EVENT(3, "'other'") "]"));
	CHECK_INT(said_int(&g.a, "events_taken"), 3);
	AGENT(&g, 200, 0, "POST", "report", REPORT("", ", 'events': [" EVENT(3, "null") "]"));
	CHECK_INT(said_topic(&g.a, "events"), 0);
	CHECK_INT(count(&g, "SELECT count(*) FROM events WHERE origin IS NOT NULL"), 3);
	CHECK_INT(
	    count(&g, "SELECT count(*) FROM events WHERE origin IS NOT NULL AND service IS NOT NULL"
		      " AND project IS NOT NULL"),
	    1);
	CHECK_INT(
	    count(&g, "SELECT count(*) FROM events WHERE origin IS NOT NULL AND host IS NOT NULL"
		      " AND site IS NOT NULL"),
	    3);
	/* of another run, and of another host: others */
	AGENT(&g, 200, 0, "POST", "report",
	    "{'run': 'r2', 'services': [], 'events': [" EVENT(3, "null") "]}");
	AGENT(&g, 200, 1, "POST", "report", REPORT("", ", 'events': [" EVENT(3, "null") "]"));
	CHECK_INT(count(&g, "SELECT count(*) FROM events WHERE origin IS NOT NULL"), 5);
	agents_done(&g);
}

TEST(a_host_says_nothing_of_what_it_is_not_to_have)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	g.a.if_match = "*";
	ASK(&g.a, 200, OPERATOR, "PATCH", ALPHA "/services/web", "{'sites': ['ny5', 'sg1']}");
	AGENT(&g, 200, 0, "POST", "report",
	    REPORT(WEB("preferred", "passing"), ", 'events': [" EVENT(1, "'alpha.web'") "]"));
	CHECK_INT(count(&g, "SELECT count(*) FROM reports WHERE service IS NULL"), 1);
	CHECK_INT(
	    count(&g, "SELECT count(*) FROM events WHERE origin IS NOT NULL AND service IS NULL"),
	    1);
	AGENT(&g, 200, 1, "POST", "report",
	    REPORT("{'name': 'alpha.web', 'from': 'file', 'addresses': [" ADDRESS(
		       "preferred", "passing") "]}",
		""));
	CHECK_INT(count(&g, "SELECT count(*) FROM reports WHERE service IS NULL"), 2);
	ASK(&g.a, 403, ADMIN, "POST", "/agent/v1/report", REPORT("", ""));
	agents_done(&g);
}

TEST(a_store_that_was_restored_passes_by_its_hosts)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	AGENT(&g, 200, 0, "POST", "report", REPORT("", ", 'applied_revision': 50"));
	CHECK(agent_was_rung(&g, 0));
	CHECK_INT(places_desired(&g.a, "am6-1"), 51);
	agents_done(&g);
}
