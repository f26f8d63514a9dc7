#include "report/axis.h"

#include <math.h>

#include "tap.h"

static bool
same(double a, double b)
{
	return fabs(a - b) <= 1e-9 * fmax(1, fabs(b));
}

/* The lines are these, and decimals shows each of them whole. */
static void
lines_are(const struct axis *a, size_t count, const double *want)
{
	CHECK_INT(a->count, count);
	for (size_t i = 0; i < a->count && i < count; i++) {
		if (!same(a->ticks[i], want[i]))
			tap_fail(
			    __FILE__, __LINE__, "line %zu: %g, not %g", i, a->ticks[i], want[i]);
	}
	CHECK(same(a->min, want[0]) && same(a->max, want[count - 1]));
}

#define LINES_ARE(a, ...)                                                                          \
	lines_are(a, sizeof((double[]){ __VA_ARGS__ }) / sizeof(double), (double[]){ __VA_ARGS__ })

TEST(steps_are_round)
{
	struct axis a = axis_linear(0, 287, 6);

	LINES_ARE(&a, 0, 50, 100, 150, 200, 250, 300);
	CHECK_INT(a.decimals, 0);
	a = axis_linear(0, 300, 6); /* what lies on a line needs no further one */
	LINES_ARE(&a, 0, 50, 100, 150, 200, 250, 300);
	a = axis_linear(3.2, 3.9, 4);
	LINES_ARE(&a, 3.2, 3.4, 3.6, 3.8, 4.0);
	CHECK_INT(a.decimals, 1);
	a = axis_linear(0, 0.07, 4);
	LINES_ARE(&a, 0, 0.02, 0.04, 0.06, 0.08);
	CHECK_INT(a.decimals, 2);
	a = axis_linear(-30, 41, 4);
	LINES_ARE(&a, -40, -20, 0, 20, 40, 60);
}

TEST(an_axis_of_one_value_has_a_length)
{
	struct axis a = axis_linear(0, 0, 5);

	CHECK(a.count >= 2 && a.max > a.min);
	a = axis_linear(1e12, 1e12, 5);
	CHECK(a.count >= 2 && a.max > a.min);
	a = axis_logarithmic(10, 10);
	CHECK(a.count >= 2 && a.max > a.min);
}

TEST(powers_of_ten)
{
	struct axis a = axis_logarithmic(0.7, 380);

	LINES_ARE(&a, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500);
	CHECK_INT(a.decimals, 1);
	a = axis_logarithmic(20, 200);
	LINES_ARE(&a, 20, 50, 100, 200);
	a = axis_logarithmic(0.001, 12000); /* too many for three each */
	LINES_ARE(&a, 0.001, 0.01, 0.1, 1, 10, 100, 1000, 10000, 100000);
	CHECK_INT(a.decimals, 3);
}

TEST(where_a_value_lies)
{
	struct axis a = axis_linear(0, 200, 4), l = axis_logarithmic(1, 100);

	CHECK(same(axis_at(&a, 50), 0.25));
	CHECK(same(axis_at(&a, -1), 0));
	CHECK(same(axis_at(&a, 1e9), 1));
	CHECK(same(axis_at(&l, 10), 0.5));
	CHECK(same(axis_at(&l, 0), 0));
}

TEST(any_range_has_few_lines)
{
	for (double min = 1e-6; min < 1e6; min *= 7) {
		for (double max = min; max < 1e9; max *= 3) {
			struct axis a = axis_linear(min, max, 6), l = axis_logarithmic(min, max);

			CHECK(a.count >= 2 && a.count <= 12);
			CHECK(l.count >= 2 && l.count < AXIS_TICKS_MAX + 1);
			CHECK(a.min <= min * (1 + 1e-6) && a.max >= max * (1 - 1e-6));
			CHECK(l.min <= min * (1 + 1e-6) && l.max >= max * (1 - 1e-6));
		}
	}
}
