/*
 * Targets and what is known of each, sorted by address: what a merge and a comparison of catchments
 * work on. 40 bytes for a target that lands at one site: 4,000,000 of them, merged with two lists
 * of RTTs, took 218 MB, and compared with as many 432.
 *
 * Sites are numbers here, and the table has their names.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/ip.h"
#include "base/strbuf.h"

#define CATCH_SITES_MAX 1000
#define CATCH_NO_SITE UINT16_MAX
#define CATCH_US_NONE UINT32_MAX

/* A target at one site: one that lands at several has as many, side by side. */
struct catch_row {
	uint8_t address[16]; /* as in struct ip */
	int32_t elapsed;     /* us from the request to the reply at this site */
	uint32_t rtt;        /* us, as this site measured it itself; CATCH_US_NONE: it did not */
	/* of the target: in the first of its rows */
	uint32_t best; /* us: the least RTT that a site measured */
	uint16_t site;
	uint16_t best_site;
	double weight; /* its share of what the prefixes around it weigh */
};

/* Zeroed is empty. */
struct catch_table {
	enum ip_family family;
	struct catch_row *rows; /* owned */
	size_t count, cap;
	char **sites; /* owned, with its texts */
	size_t site_count, site_cap;
};

void catch_table_done(struct catch_table *t);
/* The number of a site; CATCH_NO_SITE: there are too many. */
uint16_t catch_table_site(struct catch_table *t, const char *name);
struct catch_row *catch_table_add(struct catch_table *t, struct ip target, uint16_t site);
/* Sorts by target and site, and drops what is there twice. */
void catch_table_sort(struct catch_table *t);
struct ip catch_table_target(const struct catch_table *t, size_t row);
/* The first row behind those of the target that `row` is of. */
size_t catch_table_next(const struct catch_table *t, size_t row);
/* The first row whose target is the address or behind it. */
size_t catch_table_find(const struct catch_table *t, struct ip ip);

/* Shares out what a prefix weighs, evenly, to the targets within it; false: there is none. */
bool catch_table_share(struct catch_table *t, struct prefix p, uint64_t weight);
/*
 * How much prefixes weigh, of a file (weights.h), each shared out. What is in no target's prefix is
 * *unmapped. Bad lines are reported as hitlist.h does.
 */
int catch_table_weigh(struct catch_table *t, const char *path, double *unmapped,
    struct strbuf *report, uint64_t *bad, struct err *e) _must_use_;
