/* What the files of report_reason.h share: all that is known of one finding. */
#pragma once

#include "measure/report_reason.h"

struct report_why {
	struct report *r;
	const struct relations *relations; /* NULL: none */
	struct report_finding *f;
	const struct report_client *client;
	const struct report_trace *way,
	    *best;       /* to the Global IP, to the better site; NULL: none */
	bool has_origin; /* the way is reached, and its last network known: that is the site's */
	/* who decides: indexes into way->path; UINT32_MAX: not known */
	uint32_t decider;
	bool has_both;                   /* the better site announces to the decider, too */
	bool inside;                     /* the decider carries it to where it goes astray */
	const struct report_hop *astray; /* the first that is far, of the way; NULL: none */
	/* the way that the decider does not take */
	struct report_as other;
	enum relation taken_is, other_is; /* the neighbors, to the decider */
	size_t taken_len, other_len;      /* networks behind the decider */
	/* of a leak */
	enum relation from_is,
	    to_is; /* whom the leaker has it from, and whom it tells, to the leaker */
};

/* ---- report_astray.c ---- */

/* Fills what follows from the traces alone. */
void report_why_look(struct report_why *w);
/*
 * The hop of the way where the network that decides hands over: its own last one; or the first one
 * of the next network, where that is the first one astray. REPORT_NONE: not known.
 */
uint32_t report_why_handover(const struct report_why *w);

/* ---- report_said.c: the sentences ---- */

void report_say_leak(struct report_why *w);
void report_say_preference(struct report_why *w);
void report_say_one_city(struct report_why *w);
void report_say_length(struct report_why *w);
void report_say_no_path(struct report_why *w);
void report_say_unknown(struct report_why *w);

/* The network at an index of the way; zeroed beyond its end. */
struct report_as report_why_as(const struct report_why *w, uint32_t index);
