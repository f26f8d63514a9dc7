/*
 * How long something takes, counted in buckets. Pure; adding costs a few comparisons.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/time.h"

#define HISTOGRAM_BUCKETS 14

/* The upper bound of each bucket but the last, which has none: 100 µs to 10 s. */
extern const struct duration histogram_bounds[HISTOGRAM_BUCKETS - 1];

/* Zeroed is empty. */
struct histogram {
	uint64_t counts[HISTOGRAM_BUCKETS]; /* each bucket alone */
	uint64_t count;
	double sum_s;
};

/* A negative duration counts as none. */
void histogram_add(struct histogram *h, struct duration d);
