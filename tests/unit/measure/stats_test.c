#include "measure/stats.h"

#include "base/attr.h"
#include "tap.h"

TEST(known_sets)
{
	static const struct {
		int64_t values[12];
		size_t count;
		int64_t min, median, p95, p99, max, mean;
	} rows[] = {
		{ { 0 }, 0, 0, 0, 0, 0, 0, 0 },
		{ { 7 }, 1, 7, 7, 7, 7, 7, 7 },
		{ { 30, 10 }, 2, 10, 20, 29, 29, 30, 20 },
		{ { 3000, 1000, 2000 }, 3, 1000, 2000, 2900, 2980, 3000, 2000 },
		{ { 4000, 1000, 3000, 2000 }, 4, 1000, 2500, 3850, 3970, 4000, 2500 },
		/* numpy.percentile(range(0, 11000, 1000), 95) = 9500 */
		{ { 10000, 9000, 8000, 7000, 6000, 5000, 4000, 3000, 2000, 1000, 0 }, 11, 0, 5000,
		    9500, 9900, 10000, 5000 },
		{ { 5, 5, 5, 5 }, 4, 5, 5, 5, 5, 5, 5 },
	};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct duration values[12];

		for (size_t k = 0; k < rows[i].count; k++)
			values[k] = DURATION_NS(rows[i].values[k]);

		struct stats s = stats_compute(values, rows[i].count);

		CHECK_INT(s.count, rows[i].count);
		CHECK_INT(s.min.ns, rows[i].min);
		CHECK_INT(s.median.ns, rows[i].median);
		CHECK_INT(s.p95.ns, rows[i].p95);
		CHECK_INT(s.p99.ns, rows[i].p99);
		CHECK_INT(s.max.ns, rows[i].max);
		CHECK_INT(s.mean.ns, rows[i].mean);
	}
}

TEST(quantiles_do_not_overflow)
{
	struct duration values[] = { { 0 }, { INT64_MAX } };

	CHECK_INT(stats_quantile(values, 2, 1000).ns, INT64_MAX);
	CHECK_INT(stats_quantile(values, 2, 0).ns, 0);
	CHECK_INT(stats_compute(values, 2).mean.ns, INT64_MAX / 2);
}
