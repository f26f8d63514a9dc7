/* What people read, made from a step's document: compared whole. */

#include "lab/run_internal.h"
#include "lab/run_summary.h"
#include "lab/step_fail.h"
#include "tap.h"

static const struct look plain = { 0 };

static void
check_print(
    void (*print)(const json_t *, struct look, struct strbuf *), const char *json, const char *want)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	json_error_t e;
	_cleanup_(freep) char *text = xstrdup(json);

	for (char *c = text; *c; c++) /* quotes that need no escape in C */
		if (*c == '\'')
			*c = '"';

	json_t *j = json_loads(text, 0, &e);

	if (!j)
		tap_fail(__FILE__, __LINE__, "the test's JSON: %s, line %d", e.text, e.line);
	print(j, plain, &out);
	(void)tap_check_str(__FILE__, __LINE__, "text", strbuf_get(&out), want);
	json_decref(j);
}

TEST(unicast)
{
	check_print(run_step_unicast.print,
	    "{'commands': ['nearcast lab exec edinburgh -- nearcast probe http://192.0.2.1/'], 'rows': ["
	    " {'client': 'edinburgh', 'site': 'am6', 'family': 'ipv4', 'timings': {"
	    "   'namelookup_ms': {'median': 0.03}, 'connect_ms': {'median': 14.2}, 'appconnect_ms': {'median': 0},"
	    "   'pretransfer_ms': {'median': 14.3}, 'redirect_ms': {'median': 0},"
	    "   'starttransfer_ms': {'median': 28.61}, 'total_ms': {'median': 28.66}}},"
	    " {'client': 'edinburgh', 'site': 'sg1', 'family': 'ipv4', 'timings': null},"
	    " {'client': 'edinburgh', 'site': 'am6', 'family': 'ipv6', 'timings': {'total_ms': null}}]}",
	    "  nearcast lab exec edinburgh -- nearcast probe http://192.0.2.1/\n"
	    "\n"
	    "  IPv4, ms   site  name lookup  connect  TLS  pretransfer  redirect  first byte  total\n"
	    "  edinburgh  am6           0.0     14.2  0.0         14.3       0.0        28.6   28.7\n"
	    "             sg1             -        -    -            -         -           -      -\n"
	    "\n"
	    "  IPv6, ms   site  name lookup  connect  TLS  pretransfer  redirect  first byte  total\n"
	    "  edinburgh  am6             -        -    -            -         -           -      -\n");
}

TEST(anycast)
{
	check_print(run_step_anycast.print,
	    "{'rows': ["
	    " {'client': 'edinburgh', 'service': 'web', 'family': 'ipv4', 'host': 'am6-a', 'site': 'am6',"
	    "  'city': 'Amsterdam', 'timings': {'total_ms': {'min': 39, 'median': 39.4, 'p95': 41.26}},"
	    "  'best_site': 'am6', 'best_ms': 39.1, 'over_best_ms': 0.3, 'expected_site': 'am6', 'held': true},"
	    " {'client': 'hong-kong', 'service': 'web', 'family': 'ipv6', 'host': '', 'site': '',"
	    "  'timings': null, 'expected_site': 'sg1', 'held': false}]}",
	    "\n"
	    "  client     asks      answered by  site            median ms   min   p95  best site  over it  expected\n"
	    "  edinburgh  web IPv4  am6-a        am6, Amsterdam       39.4  39.0  41.3   am6 39.1     +0.3  ok am6\n"
	    "  hong-kong  web IPv6  nobody                               -     -     -          -        -  NO sg1\n");
}

TEST(routes)
{
	check_print(run_step_routes.print,
	    "{'rows': ["
	    " {'router': 'lon.northwind', 'prefix': '203.0.113.10/32', 'routes': ["
	    "  {'best': true, 'as_path': [64510, 65001], 'networks': ['am6-net', 'host'], 'via': 'ams.northwind'},"
	    "  {'best': false, 'as_path': [64497, 64511, 65001], 'networks': ['eastern', 'sg1-net', 'host'],"
	    "   'via': null}]},"
	    " {'router': 'lon.northwind', 'prefix': '2001:db8:f00d::10/128', 'routes': []}]}",
	    "\n"
	    "  router         route to                  AS path            through                   via\n"
	    "  lon.northwind  203.0.113.10/32        *  64510 65001        am6-net > host            ams.northwind\n"
	    "                                           64497 64511 65001  eastern > sg1-net > host\n"
	    "                 2001:db8:f00d::10/128     no route\n");
}

TEST(trace)
{
	check_print(run_step_trace.print,
	    "{'rows': [{'client': 'edinburgh', 'target': '203.0.113.10', 'reached': true, 'answered_by': 'am6-a',"
	    " 'held': true, 'hops': ["
	    "  {'ttl': 1, 'lost': 0, 'replies': ["
	    "   {'address': '198.51.100.1', 'name': 'edi.scotnet', 'city': 'edi', 'city_name': 'Edinburgh',"
	    "    'network': 'scotnet', 'asn': 64500, 'rtt_ms': 6.1}, {'address': '198.51.100.1', 'rtt_ms': 6.25}]},"
	    "  {'ttl': 2, 'lost': 3, 'replies': []},"
	    "  {'ttl': 3, 'lost': 1, 'replies': ["
	    "   {'address': '203.0.113.10', 'name': 'am6-a', 'city': null, 'network': null, 'rtt_ms': 39.04}]}]},"
	    " {'client': 'hong-kong', 'target': '203.0.113.10', 'held': false}]}",
	    "\n"
	    "  edinburgh > 203.0.113.10: ok am6-a\n"
	    "     router       city       network            address       ms\n"
	    "  1  edi.scotnet  Edinburgh  scotnet (AS64500)  198.51.100.1  6.1  6.2\n"
	    "  2  *                                                        *  *  *\n"
	    "  3  am6-a                                      203.0.113.10  39.0  *\n"
	    "\n"
	    "  hong-kong > 203.0.113.10: NO not reached, no trace\n"
	    "  router  city  network  address  ms\n");
}

TEST(failure)
{
	check_print(fail_print,
	    "{'host': 'sg1-a', 'process': 'nginx', 'client': 'hong-kong', 'prefix': "
	    "'203.0.113.10/32',"
	    " 'interval_ms': 10, 'killed_at': '2026-11-23T04:05:06.000007Z', 'withdraw_ms': 1.234,"
	    " 'moved_to': 'am6', 'first_answer_ms': 420.5, 'outage_ms': 500.25, 'requests': 61, "
	    "'failed': 5, 'failed_after_move': 2, 'first_failure_ms': -20.4,"
	    " 'last_failure_ms': 55.1, 'restarted_at': '2026-11-23T04:05:08.000007Z', "
	    "'announce_ms': 1012.5,"
	    " 'returned_to': 'sg1', 'return_ms': 1220.25, 'failed_returning': 3, "
	    "'failed_after_return': 1}",
	    "\n"
	    "  nginx of sg1-a is killed at 2026-11-23T04:05:06.000007Z\n"
	    "    withdraw on the wire     +1.23 ms  203.0.113.10/32\n"
	    "    first answer from am6  +420.50 ms\n"
	    "    requests that failed      5 of 61  from -20.4 to +55.1 ms, one begins every 10 "
	    "ms; 2 after that answer\n"
	    "    steady again           +500.25 ms  the outage: none failed behind that answer\n"
	    "  it is started again at 2026-11-23T04:05:08.000007Z\n"
	    "    announcement on the wire  +1012.50 ms\n"
	    "    first answer from sg1     +1220.25 ms\n"
	    "    requests that failed                3  1 of them begun after that answer\n");
	check_print(fail_print,
	    "{'host': 'sg1-a', 'process': 'nginx', 'client': 'hong-kong', 'prefix': "
	    "'203.0.113.10/32',"
	    " 'interval_ms': 10, 'killed_at': '2026-11-23T04:05:06.000007Z', 'withdraw_ms': null,"
	    " 'moved_to': null, 'first_answer_ms': null, 'outage_ms': null, 'requests': 61, "
	    "'failed': 0, 'first_failure_ms': null,"
	    " 'last_failure_ms': null, 'restarted_at': '2026-11-23T04:05:08.000007Z', "
	    "'announce_ms': null,"
	    " 'returned_to': null, 'return_ms': null, 'failed_returning': 40}",
	    "\n"
	    "  nginx of sg1-a is killed at 2026-11-23T04:05:06.000007Z\n"
	    "    withdraw on the wire           never  203.0.113.10/32\n"
	    "    first answer from elsewhere    never  the outage\n"
	    "    requests that failed         0 of 61\n"
	    "  it is started again at 2026-11-23T04:05:08.000007Z\n"
	    "    announcement on the wire    never\n"
	    "    first answer from it again  never\n"
	    "    requests that failed           40\n");
	check_print(fail_print, "{}", "");
}

TEST(summary)
{
	check_print(run_summary_print,
	    "[{'step': 'Anycast', 'expected': 'a lands at x', 'seen': 'x, 5 of 5', 'held': true},"
	    " {'step': 'Anycast', 'expected': 'b lands at y', 'seen': 'x, 5 of 5', 'held': false},"
	    " {'step': 'fail', 'expected': 'c', 'seen': 'd', 'held': true}]",
	    "      step     expected      seen\n"
	    "  ok  Anycast  a lands at x  x, 5 of 5\n"
	    "  NO           b lands at y  x, 5 of 5\n"
	    "  ok  fail     c             d\n"
	    "\n"
	    "  1 of 3 expectations did not hold.\n");
	check_print(run_summary_print,
	    "[{'step': 'Anycast', 'expected': 'a', 'seen': 'b', 'held': true}]",
	    "      step     expected  seen\n"
	    "  ok  Anycast  a         b\n"
	    "\n"
	    "  The one expectation held.\n");
	check_print(run_summary_print, "[]",
	    "\n"
	    "  Nothing was expected, so nothing was shown.\n");
}

TEST(a_withdraw_in_time)
{
	static const struct {
		struct duration within;
		double after_ms;
		const char *want;
	} rows[] = {
		{ { 0 }, 99999, "true the withdraw is on the wire: 99999.00 ms after the kill" },
		{ { 0 }, -1, "false the withdraw is on the wire: none was seen" },
		{ { 5 * NS_PER_MS }, 5, "true the withdraw is on the wire within 5ms: 5.00 ms after the kill" },
		{ { 5 * NS_PER_MS }, 5.01, "false the withdraw is on the wire within 5ms: 5.01 ms after the kill" },
		{ { 5 * NS_PER_MS }, -1, "false the withdraw is on the wire within 5ms: none was seen" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct expect_list list = { 0 };
		_cleanup_(strbuf_done) struct strbuf got = { 0 };

		fail_expect_withdraw(&list, "step", rows[i].within, rows[i].after_ms);
		json_t *all = expect_to_json(&list);
		const json_t *row = json_array_get(all, 0);
		strbuf_addf(&got, "%s %s: %s",
		    json_is_true(json_object_get(row, "held")) ? "true" : "false",
		    json_string_value(json_object_get(row, "expected")),
		    json_string_value(json_object_get(row, "seen")));
		CHECK_STR(strbuf_get(&got), rows[i].want);
		json_decref(all);
		expect_list_done(&list);
	}
}
