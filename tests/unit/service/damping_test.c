/* Flaps that add up and fade, and what they make a return wait for. */
#include "service/damping.h"

#include "tap.h"

static const struct damping_policy policy = {
	.hold_down = DURATION_S(10), .hold_down_max = DURATION_S(60), .half_life = DURATION_S(100)
};

static struct instant
at(int64_t seconds)
{
	return (struct instant){ seconds * NS_PER_S };
}

static int64_t
hold_s(const struct damping *d, const struct damping_policy *p, int64_t now)
{
	return damping_hold_down(d, p, at(now)).ns / NS_PER_S;
}

TEST(nothing_happened)
{
	struct damping d = { 0 };

	CHECK_INT(damping_milliflaps(&d, &policy, at(1000)), 0);
	CHECK_INT(hold_s(&d, &policy, 1000), 0);
}

TEST(twice_as_long_each_time_up_to_the_most)
{
	static const int64_t want[] = { 10, 20, 40, 60, 60 };
	struct damping d = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		damping_flap(&d, &policy, at(5));
		CHECK_INT(hold_s(&d, &policy, 5), want[i]);
	}
	for (int i = 0; i < 5000; i++)
		damping_flap(&d, &policy, at(6));
	CHECK_INT(damping_milliflaps(&d, &policy, at(6)), 1000000);
	CHECK_INT(hold_s(&d, &policy, 6), 60);
}

TEST(flaps_fade)
{
	struct damping d = { 0 };

	for (int i = 0; i < 4; i++)
		damping_flap(&d, &policy, at(0));
	CHECK_INT(damping_milliflaps(&d, &policy, at(0)), 4000);
	CHECK_INT(damping_milliflaps(&d, &policy, at(50)), 3000);
	CHECK_INT(damping_milliflaps(&d, &policy, at(100)), 2000);
	CHECK_INT(damping_milliflaps(&d, &policy, at(200)), 1000);
	CHECK_INT(hold_s(&d, &policy, 200), 10);
	CHECK_INT(hold_s(&d, &policy, 400), 0);
	/* one more counts together with what is left */
	damping_flap(&d, &policy, at(200));
	CHECK_INT(hold_s(&d, &policy, 200), 20);
	CHECK_INT(damping_milliflaps(&d, &policy, at(100 * 1000 * 1000)), 0);
}

TEST(off)
{
	struct damping_policy off = policy;
	struct damping d = { 0 };

	off.hold_down = DURATION_S(0);
	for (int i = 0; i < 100; i++)
		damping_flap(&d, &off, at(0));
	CHECK_INT(hold_s(&d, &off, 0), 0);
}
