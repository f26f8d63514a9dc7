/* A catchment of a controller, as people read it. */
#include "cli/catchments_text.h"

#include "tap.h"

static void
check_text(const char *json, bool is_over, bool is_whole, const char *want)
{
	json_auto_t *catchment = json_loads(json, 0, NULL);
	struct strbuf out = { 0 };

	REQUIRE(catchment != NULL);
	catchments_text(catchment, (struct table_look){ 0 }, &out);
	CHECK_STR(strbuf_get(&out), want);
	CHECK_INT(catchments_is_over(catchment), is_over);
	CHECK_INT(catchments_is_whole(catchment), is_whole);
	strbuf_done(&out);
}

#define HEAD "{\"id\":\"cmt_1\",\"address\":\"203.0.113.10\",\"site\":\"fra1\",\"target_count\":4,"

TEST(under_way)
{
	check_text(HEAD "\"state\":\"running\",\"why\":\"\",\"ended_at\":null,\"result\":null,"
			"\"progress\":{\"sent\":3,\"not_sent\":1,\"landed\":2,\"forged\":0},"
			"\"parts\":[{\"host\":\"a\",\"why\":\"\",\"counts\":{\"dropped\":5}}]}",
	    false, true,
	    "cmt_1  203.0.113.10 from fra1: running\n"
	    "4 targets, 3 requests sent, 2 replies landed\n"
	    "1 requests could not be sent\n"
	    "incomplete: a: up to 5 replies came faster than they could be taken\n");
}

TEST(over_with_something_missing)
{
	check_text(HEAD
	    "\"state\":\"stopped\",\"why\":\"stopped by op\",\"ended_at\":\"2026\","
	    "\"progress\":{\"sent\":4,\"landed\":3,\"forged\":2},"
	    "\"result\":{\"complete\":false,"
	    "\"sites\":[{\"site\":\"fra1\",\"targets\":2,\"share\":66.6667,"
	    "\"rtt\":{\"median_ms\":12.34}},"
	    "{\"site\":\"lon1\",\"targets\":1,\"share\":33.3333,\"rtt\":{}}],"
	    "\"flipping\":{\"targets\":0,\"share\":0},"
	    "\"inflation\":{\"compared\":{\"targets\":3},\"at_best_site\":{\"targets\":2}}},"
	    "\"parts\":[{\"host\":\"a\",\"why\":\"\"},"
	    "{\"host\":\"b\",\"why\":\"\",\"restarted\":true},"
	    "{\"host\":\"c\",\"why\":\"it went \\u001b[1maway\"}]}",
	    true, false,
	    "cmt_1  203.0.113.10 from fra1: stopped, stopped by op\n"
	    "4 targets, 4 requests sent, 3 replies landed\n"
	    "2 forged replies did not count\n"
	    "site        targets              rtt\n"
	    "fra1              2  66.7 %  12.3 ms\n"
	    "lon1              1  33.3 %\n"
	    "(flipping)        0   0.0 %\n"
	    "at their best site: 2 of 3 targets\n"
	    "incomplete: b: nearcastd was started anew, or upgraded, meanwhile\n"
	    "incomplete: c: it went ?[1maway\n");
}
