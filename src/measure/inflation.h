/*
 * How much farther than needed: what the way to an anycast address costs over the best one. Pure.
 *
 * Latency inflation is the median of the target less that of the best reference, which is the one
 * with the least median of the sites' own addresses, asked by this client at the same time; of the
 * tail, the same of their 95th percentiles. Geographic inflation is the distance
 * from the client to the site that answered, less that to the nearest site; of several that
 * answered, the mean over the answers.
 */
#pragma once

#include "base/geo.h"
#include "measure/names.h"
#include "measure/probe.h"

struct inflation {
	bool has_latency, has_km;
	bool is_best;            /* with has_latency: others are compared with it */
	struct duration latency; /* negative: it was quicker than the best reference */
	struct duration latency_p95; /* with has_latency */
	double ratio;            /* with has_latency; of the medians; 0: the best took no time */
	double km, nearest_km;   /* with has_km */
	const char *nearest;     /* that site; borrowed from the names */
};

/*
 * Of each target. The best is one of the same kind (a request of HTTP takes more round trips than
 * a query of DNS), and of the same family when there is one (two columns of one name).
 * names: where sites are; at: where the client is. Without either (NULL), or when a site that
 * answered has no place, there are no kilometres.
 */
void inflation_compute(const struct probe_target *targets, const struct probe_summary *summaries,
    size_t count, const struct names *names, const struct geo_point *at, struct inflation *ret);
