/* What is kept of an hour of runs, and what is forgotten. */
#include "service/check_history.h"

#include "tap.h"

static struct instant
at(int64_t seconds)
{
	return (struct instant){ seconds * NS_PER_S };
}

TEST(nothing_was_run)
{
	struct check_history h = { 0 };
	struct check_minute m[CHECK_HISTORY_MAX];

	CHECK_INT(check_history_get(&h, at(0), m), 0);
	CHECK_INT(check_history_get(&h, at(100000), m), 0);
}

TEST(a_minute_has_the_longest_pass_and_counts_failures)
{
	struct check_history h = { 0 };
	struct check_minute m[CHECK_HISTORY_MAX];

	check_history_add(&h, true, DURATION_MS(3), at(0));
	check_history_add(&h, true, DURATION_MS(7), at(20));
	check_history_add(&h, true, DURATION_MS(5), at(40));
	check_history_add(&h, false, DURATION_S(9), at(59));
	CHECK_INT(check_history_get(&h, at(59), m), 1);
	CHECK_INT(m[0].passes, 3);
	CHECK_INT(m[0].failures, 1);
	CHECK_INT(m[0].longest.ns, DURATION_MS(7).ns);
}

TEST(minutes_without_a_run_are_empty)
{
	struct check_history h = { 0 };
	struct check_minute m[CHECK_HISTORY_MAX];

	check_history_add(&h, true, DURATION_MS(1), at(60));
	check_history_add(&h, true, DURATION_MS(2), at(240));
	CHECK_INT(check_history_get(&h, at(310), m), 5);
	CHECK_INT(m[0].passes, 1);
	CHECK_INT(m[1].passes + m[2].passes, 0);
	CHECK_INT(m[3].longest.ns, DURATION_MS(2).ns);
	CHECK_INT(m[4].passes, 0);
}

TEST(of_another_clock_it_is_forgotten)
{
	struct check_history h = { .first = 1, .last = UINT64_MAX - 1 };
	struct check_minute m[CHECK_HISTORY_MAX];

	CHECK(check_history_get(&h, at(86400), m) <= CHECK_HISTORY_MAX);
	check_history_add(&h, true, DURATION_MS(1), at(86400));
	CHECK_INT(check_history_get(&h, at(86400), m), 1);
}

TEST(an_hour_is_kept)
{
	struct check_history h = { 0 };
	struct check_minute m[CHECK_HISTORY_MAX];

	for (int64_t i = 0; i < 200; i++)
		check_history_add(&h, true, DURATION_MS(i + 1), at(i * 60 + 30));
	CHECK_INT(check_history_get(&h, at(199 * 60 + 31), m), CHECK_HISTORY_MAX);
	CHECK_INT(m[0].longest.ns, DURATION_MS(141).ns);
	CHECK_INT(m[CHECK_HISTORY_MAX - 1].longest.ns, DURATION_MS(200).ns);
	/* half an hour without runs */
	CHECK_INT(check_history_get(&h, at(229 * 60), m), CHECK_HISTORY_MAX);
	CHECK_INT(m[0].longest.ns, DURATION_MS(171).ns);
	CHECK_INT(m[CHECK_HISTORY_MAX - 1].passes, 0);
	/* and more than one */
	CHECK_INT(check_history_get(&h, at(300 * 60), m), 0);
	check_history_add(&h, false, DURATION_MS(1), at(300 * 60));
	CHECK_INT(check_history_get(&h, at(300 * 60), m), 1);
	CHECK_INT(m[0].failures, 1);
}
