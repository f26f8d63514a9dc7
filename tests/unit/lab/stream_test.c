#include "lab/stream.h"

#include "tap.h"

static void
add(struct stream *s, const char *line)
{
	stream_add_line(s, line, strlen(line));
}

TEST(reads_requests_and_who_answers_in_a_row)
{
	struct stream s = { .child = LAB_CHILD_INIT, .names = arena_new() };

	add(&s, "{\"at_wall_ns\": 1763868000000000001, \"total_ms\": 75.25, \"ok\": true, "
		"\"served_by\": \"sg1-a\", \"site\": \"sg1\", \"error\": null}");
	CHECK_STR(s.last_host, "sg1-a");
	CHECK_INT(s.in_a_row, 1);
	add(&s, "{\"at_wall_ns\": 1763868000010000000, \"total_ms\": 74, \"ok\": true, "
		"\"served_by\": \"sg1-a\", \"site\": \"sg1\"}");
	CHECK_INT(s.in_a_row, 2);
	add(&s, "{\"at_wall_ns\": 1763868000020000000, \"total_ms\": 0.5, \"ok\": false, "
		"\"served_by\": null, \"site\": null, \"error\": \"refused\"}");
	CHECK(s.last_host == NULL);
	CHECK_INT(s.in_a_row, 1);
	/* An error page names its host too, and is no answer of it. */
	add(&s, "{\"at_wall_ns\": 1763868000030000000, \"total_ms\": 0.5, \"ok\": false, "
		"\"served_by\": \"sg1-a\", \"site\": \"sg1\"}");
	CHECK(s.last_host == NULL);
	CHECK_INT(s.in_a_row, 2);
	add(&s, "{\"at_wall_ns\": 1763868000040000000, \"total_ms\": 300, \"ok\": true, "
		"\"served_by\": \"am6-a\", \"site\": \"am6\"}");
	CHECK_STR(s.last_host, "am6-a");
	CHECK_INT(s.in_a_row, 1);

	REQUIRE(s.count == 5);
	CHECK_INT(s.requests[0].start_ns, INT64_C(1763868000000000001));
	CHECK_INT(s.requests[0].total.ns, 75250000);
	CHECK(s.requests[0].ok);
	CHECK_STR(s.requests[0].site, "sg1");
	CHECK(!s.requests[2].ok);
	CHECK(s.requests[2].site == NULL);
	CHECK_INT(s.bad_lines, 0);
	stream_done(&s);
}

TEST(what_is_no_request_is_counted)
{
	static const char *const lines[] = { "", "{", "[]", "null", "{}", "{\"at_wall_ns\": 1}",
		"{\"at_wall_ns\": \"1\", \"total_ms\": 1}", "{\"at_wall_ns\": 1.5, \"total_ms\": 1}" };
	struct stream s = { .child = LAB_CHILD_INIT, .names = arena_new() };

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		add(&s, lines[i]);
	CHECK_INT(s.count, 0);
	CHECK_INT(s.bad_lines, ARRAY_SIZE(lines));
	stream_done(&s);
}
