#include "service/stall.h"

#include "tap.h"

#define LIMIT DURATION_MS(800) /* looked at each 100 ms */

/* Looks each `step` for `span`, with a beat each time or never; whether it was found stalled. */
static bool
look(struct stall *s, struct instant *now, uint64_t *beats, int step, int span, bool beating)
{
	bool stalled = false;

	for (int at = 0; at < span; at += step) {
		*now = instant_add(*now, DURATION_MS(step));
		*beats += beating;
		stalled |= stall_look(s, *beats, *now);
	}
	return stalled;
}

TEST(silence_for_the_limit_is_a_stall)
{
	struct stall s = stall_init(LIMIT);
	struct instant now = { 0 };
	uint64_t beats = 0;

	CHECK_INT(stall_period(&s).ns, 100 * NS_PER_MS);
	CHECK(!look(&s, &now, &beats, 100, 60000, true));
	CHECK(!look(&s, &now, &beats, 100, 700, false));
	CHECK(look(&s, &now, &beats, 100, 100, false));
	/* once */
	CHECK(!look(&s, &now, &beats, 100, 5000, false));
}

TEST(a_beat_starts_anew)
{
	struct stall s = stall_init(LIMIT);
	struct instant now = { 0 };
	uint64_t beats = 1;

	for (int i = 0; i < 20; i++) {
		CHECK(!look(&s, &now, &beats, 100, 700, false));
		CHECK(!look(&s, &now, &beats, 100, 100, true));
	}
	CHECK(look(&s, &now, &beats, 100, 800, false));
}

/* A program that is still starting does not beat. */
TEST(nothing_counts_before_the_first_beat)
{
	struct stall s = stall_init(LIMIT);
	struct instant now = { 0 };
	uint64_t beats = 0;

	CHECK(!look(&s, &now, &beats, 100, 60000, false));
	CHECK(!look(&s, &now, &beats, 100, 100, true));
	CHECK(look(&s, &now, &beats, 100, 800, false));
}

/* SIGSTOP for an hour: neither ran, and the loop has its limit from here on. */
TEST(time_in_which_nobody_looked_does_not_count)
{
	struct stall s = stall_init(LIMIT);
	struct instant now = { 0 };
	uint64_t beats = 1;

	CHECK(!look(&s, &now, &beats, 100, 400, false));
	CHECK(!look(&s, &now, &beats, 3600000, 3600000, false));
	CHECK(!look(&s, &now, &beats, 100, 300, false));
	CHECK(look(&s, &now, &beats, 100, 200, false));
}

/* On a busy host looks are late, and a stall is found all the same. */
TEST(late_looks_count)
{
	struct stall s = stall_init(LIMIT);
	struct instant now = { 0 };
	uint64_t beats = 0;

	CHECK(!look(&s, &now, &beats, 190, 190, true));
	CHECK(!look(&s, &now, &beats, 190, 760, false));
	CHECK(look(&s, &now, &beats, 190, 190, false));
}
