/* Quantiles and curves of values that do not count alike. */
#include "measure/weighted.h"

#include <math.h>
#include <stdlib.h>

#include "base/attr.h"
#include "tap.h"

static void
add_all(struct weighted *w, const struct weighted_value *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		weighted_add(w, values[i].value, values[i].weight);
}

TEST(a_quantile_is_a_value_that_was_measured)
{
	static const struct weighted_value values[] = { { 30, 1 }, { 10, 1 }, { 40, 1 },
		{ 20, 1 } };
	_cleanup_(weighted_done) struct weighted w = { 0 };
	struct report_quantiles q;

	add_all(&w, values, ARRAY_SIZE(values));
	q = weighted_quantiles(&w);
	CHECK(q.median == 20 && q.p90 == 40 && q.p95 == 40 && q.p99 == 40);
}

TEST(weight_moves_it)
{
	static const struct weighted_value values[] = { { 1, 1 }, { 2, 97 }, { 300, 2 } };
	_cleanup_(weighted_done) struct weighted w = { 0 };
	struct report_quantiles q;

	add_all(&w, values, ARRAY_SIZE(values));
	q = weighted_quantiles(&w);
	CHECK(q.median == 2 && q.p95 == 2 && q.p99 == 300);
}

TEST(what_is_not_known_counts_nowhere)
{
	_cleanup_(weighted_done) struct weighted w = { 0 };

	weighted_add(&w, NAN, 1000);
	CHECK(isnan(weighted_quantiles(&w).median));
	CHECK_INT(weighted_cdf(&w).count, 0);
	weighted_add(&w, 7, 1);
	CHECK(weighted_quantiles(&w).p99 == 7);
}

TEST(later_values_are_sorted_in)
{
	_cleanup_(weighted_done) struct weighted w = { 0 };

	weighted_add(&w, 5, 1);
	CHECK(weighted_quantiles(&w).median == 5);
	weighted_add(&w, 1, 9);
	CHECK(weighted_quantiles(&w).median == 1);
}

TEST(equal_values_are_one_point)
{
	static const struct weighted_value values[] = { { 8, 1 }, { 4, 1 }, { 4, 2 } };
	_cleanup_(weighted_done) struct weighted w = { 0 };
	struct report_cdf cdf;

	add_all(&w, values, ARRAY_SIZE(values));
	cdf = weighted_cdf(&w);
	REQUIRE(cdf.count == 2);
	CHECK(cdf.points[0].value == 4 && cdf.points[0].share == 75);
	CHECK(cdf.points[1].value == 8 && cdf.points[1].share == 100);
	free(cdf.points);
}

TEST(nothing_that_weighs_is_no_curve)
{
	_cleanup_(weighted_done) struct weighted w = { 0 };

	weighted_add(&w, 3, 0);
	CHECK_INT(weighted_cdf(&w).count, 0);
}

TEST(of_many_values_the_points_are_bounded)
{
	_cleanup_(weighted_done) struct weighted w = { 0 };
	struct report_cdf cdf;

	for (int i = 0; i < 20 * REPORT_CDF_POINTS_MAX; i++)
		weighted_add(&w, i, 1);
	cdf = weighted_cdf(&w);
	CHECK(cdf.count > REPORT_CDF_POINTS_MAX / 2 && cdf.count <= REPORT_CDF_POINTS_MAX);
	CHECK(cdf.points[0].value == 0 && cdf.points[cdf.count - 1].share == 100);
	free(cdf.points);
}
