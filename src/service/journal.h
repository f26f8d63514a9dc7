/*
 * What happened, when, and why: the latest JOURNAL_MAX events of an agent, for `nearcast status`.
 *
 * The driver that acts writes here once for each action; both clocks are given, so that an operator
 * reads a time of day and a packet capture can be compared to the nanosecond.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/time.h"
#include "service/check.h"

#define JOURNAL_MAX 100
#define JOURNAL_WHAT_MAX 256

struct journal_entry {
	struct instant at;
	int64_t at_wall_ns;
	char what[JOURNAL_WHAT_MAX]; /* "service web: 203.0.113.10/32 withdrawn" */
	char why[WHY_MAX];
};

/* Zeroed is empty. */
struct journal {
	struct journal_entry entries[JOURNAL_MAX];
	uint64_t total; /* ever added */
};

/* Copies the texts, cut to their room; the oldest entry goes when there are JOURNAL_MAX. */
void journal_add(
    struct journal *j, struct instant at, int64_t at_wall_ns, const char *what, const char *why);
/* How many are kept. */
size_t journal_count(const struct journal *j);
/* The nth kept, 0 is the oldest. */
const struct journal_entry *journal_get(const struct journal *j, size_t n);
