/*
 * What each site measured of each target, where all of it is wanted: a merge itself keeps the
 * least. 4 bytes for each target and site with RTTs.
 */
#pragma once

#include "measure/catch_table.h"

struct catch_rtt_column;

/* Zeroed is empty. */
struct catch_rtts {
	struct catch_rtt_column *columns; /* owned; one for each site */
	size_t count, cap;
};

void catch_rtts_done(struct catch_rtts *r);
/* The least that was added counts. row: the first one of the target in a table that was sorted, and
 * gets no more rows. */
void catch_rtts_add(
    struct catch_rtts *r, const struct catch_table *t, size_t row, uint16_t site, uint32_t us);
/* In us; CATCH_US_NONE: not measured. */
uint32_t catch_rtts_get(const struct catch_rtts *r, const struct catch_table *t, struct ip target,
    const char *site) _pure_;
