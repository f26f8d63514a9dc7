#include "base/rng.h"

#include "tap.h"

TEST(jitter_stays_in_its_range)
{
	struct rng r = { .state = 1 };
	int64_t lowest = INT64_MAX, highest = 0;

	for (int i = 0; i < 10000; i++) {
		int64_t ns = rng_jitter(&r, DURATION_S(100), 75, 100).ns;

		lowest = MIN(lowest, ns);
		highest = MAX(highest, ns);
	}
	CHECK(lowest >= 75 * NS_PER_S && lowest < 76 * NS_PER_S);
	CHECK(highest <= 100 * NS_PER_S && highest > 99 * NS_PER_S);
	CHECK_INT(rng_below(&r, 0), 0);
}

TEST(same_seed_same_world)
{
	struct rng a = { .state = 7 }, b = { .state = 7 };

	for (int i = 0; i < 100; i++)
		CHECK(rng_next(&a) == rng_next(&b));
}
