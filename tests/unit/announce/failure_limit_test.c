#include "announce/failure_limit.h"
#include "tap.h"

TEST(the_same_failure_is_logged_once)
{
	struct failure_limit l = { 0 };
	struct instant now = { NS_PER_S };
	uint64_t left_out = 99;

	CHECK(failure_limit_take(&l, "refused", now, &left_out));
	CHECK_INT(left_out, 0);
	for (int i = 0; i < 1000; i++, now = instant_add(now, DURATION_S(5)))
		CHECK(!failure_limit_take(&l, "refused", now, &left_out));
	CHECK(failure_limit_take(&l, "timed out", now, &left_out));
	CHECK_INT(left_out, 1000);
}

TEST(failures_in_turns_are_few_lines)
{
	static const char *const whys[] = { "reset", "closed", "reset again" };
	struct failure_limit l = { 0 };
	struct instant now = { NS_PER_S };
	uint64_t left_out = 0, counted = 0;
	int lines = 0, failures = 0;

	for (; now.ns < 602 * NS_PER_S; now = instant_add(now, DURATION_MS(10)), failures++) {
		if (failure_limit_take(&l, whys[failures % 3], now, &left_out)) {
			lines++;
			counted += left_out;
		}
	}
	/* the burst, and then one in each of the ten minutes */
	CHECK_INT(lines, FAILURE_LIMIT_BURST + 10);
	CHECK_INT(counted + (uint64_t)lines + l.left_out, failures);
}

TEST(ends_are_said_as_often_as_failures)
{
	struct failure_limit l = { 0 };
	struct instant now = { NS_PER_S };
	uint64_t left_out;
	int failures = 0, ends = 0;

	CHECK(failure_limit_take_end(&l)); /* the first time */
	CHECK(!failure_limit_take_end(&l));
	for (int i = 0; i < 100; i++) {
		bool said = failure_limit_take(&l, "detection time expired", now, &left_out);

		failures += said;
		CHECK_INT(failure_limit_take_end(&l), said);
		ends += said;
	}
	CHECK_INT(failures, FAILURE_LIMIT_BURST); /* the same one, but each time anew */
	CHECK_INT(ends, FAILURE_LIMIT_BURST);
}

TEST(what_was_left_out_in_a_line)
{
	char buf[FAILURE_LIMIT_NOTE_MAX];

	CHECK_STR(failure_limit_note(0, buf), "");
	CHECK_STR(failure_limit_note(3, buf), " not_logged=3");
	CHECK_STR(failure_limit_note(UINT64_MAX, buf), " not_logged=18446744073709551615");
}
