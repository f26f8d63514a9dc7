/*
 * What a merged catchment comes to: shares of the sites, and latency inflation. Pure.
 *
 * A target that lands at several sites is no site's: it is counted apart. Latency inflation is the
 * RTT from the site that a target lands at minus the least RTT from any site: what was got against
 * what was optimal, in the terms of Schmidt, Heidemann, Kuipers, "Anycast Latency: How Many Sites
 * Are Enough?", PAM 2017.
 */
#pragma once

#include "measure/catch_table.h"

/* Targets, and what they weigh. */
struct catch_amount {
	uint64_t targets;
	double weight;
};

/* Of RTTs and their differences, in us; CATCH_US_NONE: there are none. */
struct catch_quantiles {
	uint64_t count; /* of what */
	uint32_t median, p90, p95, p99;
};

#define CATCH_STEPS 5

struct catch_sums {
	size_t site_count;
	struct catch_amount *sites;   /* owned; those that land at one site only */
	struct catch_quantiles *rtts; /* owned; from the site, to those that land there */
	struct catch_amount all, flipping;
	struct catch_amount compared; /* whose inflation is known */
	struct catch_amount at_best;  /* of them, those that land at the best site */
	struct catch_amount
	    more[CATCH_STEPS]; /* of them, with more inflation than catch_steps_ms */
	struct catch_quantiles inflation;
};

extern const unsigned catch_steps_ms[CATCH_STEPS];

/* by_weight: quantiles of the inflation are those of what the targets weigh, which takes 16 bytes
 * more for each meanwhile; else those of the targets. */
void catch_sums_compute(const struct catch_table *t, bool by_weight, struct catch_sums *ret);
void catch_sums_done(struct catch_sums *s);

/* Of 100: 0 for nothing of nothing. */
double catch_share(double part, double whole);
