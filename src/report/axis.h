/*
 * The axis of a chart: from where to where, and at which round numbers its lines are. Pure.
 *
 * Steps are 1, 2 or 5 times a power of ten (Heckbert, "Nice numbers for graph labels", Graphics
 * Gems, 1990). A logarithmic axis has lines at 1, 2 and 5 of each power of ten, or at 1 only when
 * those would be too many.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

#define AXIS_TICKS_MAX 16

struct axis {
	double min, max; /* both are lines */
	bool logarithmic;
	double ticks[AXIS_TICKS_MAX]; /* rising; min first, max last */
	size_t count;                 /* 2 at least */
	unsigned decimals;            /* that all of them need */
};

/* min is below max, or nearly; about `wanted` steps (2 to 10). */
struct axis axis_linear(double min, double max, size_t wanted) _pure_;
/* min is above 0. */
struct axis axis_logarithmic(double min, double max) _pure_;
/* Where a value lies: 0 at min, 1 at max, and not beyond either. */
double axis_at(const struct axis *a, double value) _pure_;
