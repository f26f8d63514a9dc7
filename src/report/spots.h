/*
 * The clients of a report by place and network, within a limit: those of one network in one place
 * that land at the same site, and would be served best by the same one, are one spot. Pure.
 *
 * Where that would be more spots than the limit, networks are no longer told apart, and then places
 * closer together than a degree, than three, than ten; what is still too much is left out, and
 * counted. So an answer has a size that is known, however many clients were asked, and shows as
 * much of them as it has room for. (dots.h does the same for a page, whose map is drawn already.)
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "measure/report.h"

struct spot {
	uint32_t client; /* the one with most weight: its place and network are the spot's */
	uint32_t site;   /* REPORT_NONE: at several, or not heard */
	uint32_t better_site; /* that could serve them; REPORT_NONE: no one better */
	bool is_heard;
	uint64_t clients;
	uint32_t networks; /* that it has; clients whose network is not known count as one */
	double weight;
	double rtt, best_rtt; /* means by weight of those where it is known; else NAN */
	double ms, km;        /* likewise: what it costs */
};

struct spots {
	struct spot *items; /* owned; those with most weight first, none alike (by place, network,
			       site, better one) */
	size_t count;
	bool by_network;   /* networks are told apart */
	unsigned degrees;  /* of latitude and longitude, that are one place; 0: places are as they
			      were said */
	uint64_t unplaced; /* clients without a place; they have spots, too */
	uint64_t left_out; /* clients of spots that were too many */
	double left_out_weight;
};

/* Of where they land in `after`; to be called behind report_compute(). max: of spots, 1 at least.
 */
struct spots spots_of(const struct report *r, size_t max);
void spots_done(struct spots *s);
