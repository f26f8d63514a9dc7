/* A wall clock that is set, beside one that goes on. */
#include "controller/clock_step.h"

#include "tap.h"

#define S NS_PER_S

/* Looks after so many seconds, at a wall clock that is ahead by ns. */
static int64_t
look(struct clock_step *c, int64_t seconds, int64_t ahead)
{
	return clock_step_look(c, (struct instant){ seconds * S }, seconds * S + ahead).ns;
}

TEST(each_step_once)
{
	struct clock_step c = { 0 };

	CHECK_INT(look(&c, 10, 1000 * S), 0);
	CHECK_INT(look(&c, 12, 1000 * S), 0);
	CHECK_INT(look(&c, 14, 4600 * S), 3600 * S);
	CHECK_INT(look(&c, 16, 4600 * S), 0);
	CHECK_INT(look(&c, 18, 1000 * S), -3600 * S);
	CHECK_INT(look(&c, 20, 1000 * S), 0);
}

/* As a daemon that disciplines it does: 500 ppm, for ever. */
TEST(a_slow_correction_is_none)
{
	struct clock_step c = { 0 };

	for (int64_t i = 0; i < 10000; i++)
		CHECK_INT(look(&c, 2 * i, i * S / 1000), 0);
}

TEST(in_words)
{
	char text[CLOCK_STEP_TEXT];

	clock_step_text(DURATION_S(3600), 7200 * S, text);
	CHECK_STR(text, "the wall clock was set 3600 s forward, from 1970-01-01T01:00:00.000Z");
	clock_step_text(DURATION_S(-90), 10 * S, text);
	CHECK_STR(text, "the wall clock was set 90 s back, from 1970-01-01T00:01:40.000Z");
}
