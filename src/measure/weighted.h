/*
 * What is known of one thing of many clients, each with its weight: its quantiles, and its
 * distribution as a curve. Pure; what stats.h is for durations that count alike.
 *
 * A quantile is the least value which that share of the weight does not exceed: always one that was
 * measured, because between two clients of very different weight there is nothing to interpolate.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "measure/report.h"

struct weighted_value {
	double value, weight;
};

/* Zeroed is empty. */
struct weighted {
	struct weighted_value *items; /* owned */
	size_t count, cap;
	double weight; /* of all */
	bool is_sorted;
};

void weighted_done(struct weighted *w);
/* NAN: of this one it is not known; it counts nowhere. weight: not negative. */
void weighted_add(struct weighted *w, double value, double weight);

/* Each of them NAN where nothing is known. */
struct report_quantiles weighted_quantiles(struct weighted *w);
/*
 * One point for each value, with the share of the weight up to it in percent; of many values, those
 * where the share has grown by a step of all, REPORT_CDF_POINTS_MAX at most. The first and the last
 * one are always there. No points: nothing is known, or nothing weighs.
 */
struct report_cdf weighted_cdf(struct weighted *w);
