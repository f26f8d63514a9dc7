/*
 * What a set of durations says: minimum, quantiles, maximum, mean. Pure.
 *
 * A quantile q of n sorted values is the value at position q × (n − 1), counted from 0; between two
 * values it is interpolated linearly (type 7 of Hyndman and Fan 1996, the default of R and NumPy).
 * So the median of an even count is the mean of the middle two, and the quantile of one value is
 * itself.
 */
#pragma once

#include <stddef.h>

#include "base/time.h"

struct stats {
	size_t count; /* 0: the rest is zero */
	struct duration min, median, p95, p99, max, mean;
};

/* Sorts the values in place. */
struct stats stats_compute(struct duration *values, size_t count);

/* The quantile of values that are sorted; permille 0..1000, count above 0. */
struct duration stats_quantile(const struct duration *sorted, size_t count, unsigned permille);
