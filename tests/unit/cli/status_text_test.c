#include "cli/status_text.h"

#include "tap.h"

static void
check_text(const char *json, size_t events, const char *want)
{
	struct strbuf out = { 0 };
	json_error_t error;
	json_t *status = json_loads(json, 0, &error);

	REQUIRE(status != NULL);
	status_text(status, events, (struct table_look){ 0 }, &out);
	CHECK_STR(strbuf_get(&out), want);
	strbuf_done(&out);
	json_decref(status);
}

TEST(all_of_it)
{
	check_text(
	    "{\"host\":\"h1\",\"site\":\"ams\",\"pid\":7,\"version\":\"0.1.0\",\"uptime_ms\":"
	    "192500.5,\"stopping\":true,"
	    "\"services\":[{\"name\":\"web\",\"global_ips\":["
	    "{\"prefix\":\"203.0.113.10/"
	    "32\",\"stage\":\"preferred\",\"since_ms\":3600000,\"why\":\"all well\"},"
	    "{\"prefix\":\"2001:db8::1/"
	    "128\",\"stage\":\"withdrawn\",\"since_ms\":12.7,\"why\":\"nothing listens\"}],"
	    "\"listeners\":[{\"listen\":\"tcp/"
	    "80\",\"address\":\"203.0.113.10\",\"state\":\"present\",\"since_ms\":0}],"
	    "\"checks\":[{\"name\":\"front\",\"address\":null,\"verdict\":\"passing\",\"since_ms\":"
	    "90000000,"
	    "\"why\":\"status 200\",\"last_ms\":1.25,\"last_ago_ms\":400,\"last_why\":\"status "
	    "200\"},"
	    "{\"name\":\"deep\",\"address\":\"203.0.113.10\",\"verdict\":\"unknown\",\"since_ms\":"
	    "1,"
	    "\"why\":\"not run yet\",\"last_ms\":null}]}],"
	    "\"neighbors\":[{\"name\":\"r4\",\"address\":\"192.0.2.2\",\"peer_as\":4200000001,"
	    "\"state\":\"Idle\","
	    "\"since_ms\":2000,\"announced\":0,\"last_error\":null}],"
	    "\"events\":[{\"at\":\"2026-11-23T04:05:06.123456789Z\",\"what\":\"first\",\"why\":"
	    "\"a\"},"
	    "{\"at\":\"2026-11-23T04:05:07.000000001Z\",\"what\":\"second\",\"why\":\"b\"}]}",
	    1,
	    "h1 at ams: nearcastd 0.1.0, pid 7, up 3m12s, stopping\n"
	    "\n"
	    "service  global ip        stage      since  why\n"
	    "web      203.0.113.10/32  preferred  1h     all well\n"
	    "         2001:db8::1/128  withdrawn  12ms   nothing listens\n"
	    "\n"
	    "check              at            verdict    since  why          last run\n"
	    "web/listen tcp/80  203.0.113.10  listening  0\n"
	    "web/front          the service   passing    1d1h   status 200   400ms ago, took 1.2 "
	    "ms: status 200\n"
	    "web/deep           203.0.113.10  unknown    1ms    not run yet\n"
	    "\n"
	    "neighbor  address    as          state  up/down  announced  last error\n"
	    "r4        192.0.2.2  4200000001  Idle   2s       0\n"
	    "\n"
	    "event                             why\n"
	    "2026-11-23T04:05:07.000Z  second  b\n");
}

TEST(what_is_missing_is_left_out)
{
	check_text("{}", 10, " at : nearcastd , pid 0, up \n");
}

/* Of what passes, nobody wants to read it. */
TEST(what_commands_wrote)
{
	check_text(
	    "{\"services\":[{\"name\":\"web\",\"checks\":["
	    "{\"name\":\"a\",\"verdict\":\"failing\",\"output\":\"one\\n\\n\\u001b[2Jtwo\"},"
	    "{\"name\":\"b\",\"verdict\":\"failing\",\"output\":null},"
	    "{\"name\":\"c\",\"verdict\":\"passing\",\"output\":\"fine\\n\"},"
	    "{\"name\":\"d\",\"verdict\":\"unknown\",\"output\":\"end\\n\"}]}]}",
	    10,
	    " at : nearcastd , pid 0, up \n\n"
	    "service  global ip  stage  since  why\n\n"
	    "check  at           verdict  since  why  last run\n"
	    "web/a  the service  failing\n"
	    "web/b  the service  failing\n"
	    "web/c  the service  passing\n"
	    "web/d  the service  unknown\n"
	    "\nweb/a wrote:\n  one\n  \n  ?[2Jtwo\n"
	    "\nweb/d wrote:\n  end\n");
}

TEST(nothing_moves_the_cursor)
{
	check_text("{\"host\":\"a\\u001b[2Jb\",\"events\":[{\"at\":\"x\",\"what\":\"\\u001b[1m\","
		   "\"why\":\"\\n\"}]}",
	    10, "a?[2Jb at : nearcastd , pid 0, up \n\nevent        why\nxZ     ?[1m  ?\n");
}
