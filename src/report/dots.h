/*
 * Clients as dots of a map: those of one place that land at the same site are one dot. Pure.
 *
 * So a page has as many dots as a map can show, however many clients were asked.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "measure/report.h"
#include "report/projection.h"

struct dot {
	struct plane_point at; /* the mean of the clients, by weight */
	uint32_t site;         /* where they land; REPORT_NONE: at several, or not heard */
	bool is_heard;
	bool is_bad;     /* a better site could serve them */
	uint32_t client; /* the one with most weight; the dot's name is its */
	uint64_t clients;
	double weight;
	double cost; /* weight × ms */
};

struct dots {
	struct dot *items; /* owned; those with most weight first */
	size_t count;
	uint64_t unplaced; /* clients without a place */
	uint64_t left_out; /* those of the dots with least weight, when there are too many */
};

#define DOTS_MAX 1500

/* before: where they landed before. */
struct dots dots_of(const struct report *r, const struct map_view *v, bool before);
void dots_done(struct dots *d);
