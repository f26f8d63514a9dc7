#include "service/pace.h"

#include "base/attr.h"
#include "tap.h"

TEST(each_check_has_its_own_moments)
{
	static const struct {
		const char *host, *service, *check;
		size_t address;
	} cases[] = {
		{ "a", "web", "front", 0 },
		{ "b", "web", "front", 0 },
		{ "a", "web", "front", 1 },
		{ "a", "web", "back", 0 },
		{ "a", "dns", "front", 0 },
		/* where one text ends and the next begins is a part of it */
		{ "aw", "eb", "front", 0 },
	};
	int64_t splays[ARRAY_SIZE(cases)];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct rng r =
		    pace_seed(cases[i].host, cases[i].service, cases[i].check, cases[i].address);
		struct rng again = r;

		splays[i] = pace_splay(&r, DURATION_S(1)).ns;
		CHECK_INT(pace_splay(&again, DURATION_S(1)).ns, splays[i]);
		for (size_t k = 0; k < i; k++)
			CHECK(splays[k] != splays[i]);
	}
}

TEST(limits)
{
	struct rng r = pace_seed("a", "web", "front", 0);
	int64_t least = INT64_MAX, most = 0;

	for (int i = 0; i < 1000; i++) {
		int64_t ns = pace_interval(&r, DURATION_MS(1000), 5).ns;

		least = ns < least ? ns : least;
		most = ns > most ? ns : most;
		CHECK(pace_splay(&r, DURATION_MS(100)).ns <= 100 * NS_PER_MS);
	}
	CHECK(least >= 950 * NS_PER_MS && least < 951 * NS_PER_MS);
	CHECK(most <= 1000 * NS_PER_MS && most > 999 * NS_PER_MS);
	CHECK_INT(pace_interval(&r, DURATION_MS(50), 0).ns, 50 * NS_PER_MS);
	CHECK_INT(pace_splay(&r, DURATION_MS(0)).ns, 0);
}
