#include "base/shuffle.h"

#include <stdlib.h>

#include "tap.h"

#define MOST 5000

TEST(every_value_comes_once)
{
	static const uint64_t sizes[] = { 1, 2, 3, 4, 5, 16, 17, 100, 1023, 1024, 1025, MOST };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct shuffle s = shuffle_init(sizes[i], 42 + i);
		bool came[MOST] = { 0 };

		for (uint64_t place = 0; place < sizes[i]; place++) {
			uint64_t value = shuffle_at(&s, place);

			REQUIRE(value < sizes[i]);
			CHECK(!came[value]);
			came[value] = true;
		}
	}
}

TEST(the_seed_says_the_order)
{
	struct shuffle a = shuffle_init(1000, 1), b = shuffle_init(1000, 1),
		       c = shuffle_init(1000, 2);
	unsigned same = 0, sorted = 0;

	for (uint64_t place = 0; place < 1000; place++) {
		CHECK_INT(shuffle_at(&a, place), shuffle_at(&b, place));
		same += shuffle_at(&a, place) == shuffle_at(&c, place);
		sorted += shuffle_at(&a, place) == place;
	}
	/* of a random order, one in each is expected */
	CHECK(same < 10);
	CHECK(sorted < 10);
}

/* Neighbors in the list, which are often behind one router, are asked far apart. */
TEST(neighbors_are_far_apart)
{
	struct shuffle s = shuffle_init(1 << 20, 7);
	uint64_t far = 0;

	for (uint64_t place = 0; place + 1 < 4000; place++)
		far += llabs((long long)(shuffle_at(&s, place + 1) - shuffle_at(&s, place))) > 1000;
	CHECK(far > 3950);
}
