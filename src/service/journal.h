/*
 * What happened, when, and why: the latest JOURNAL_MAX events of an agent, for `nearcast status`
 * and for whoever follows them. What is kept for longer is on the disk (agent/events.h).
 *
 * The driver that acts writes here once for each action; both clocks are given, so that an operator
 * reads a time of day and a packet capture can be compared to the nanosecond. Each event gets the
 * next number: they go on where the agent before has ended, and a gap is an event that was lost.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/time.h"
#include "service/check.h"
#include "service/event_kind.h"

#define JOURNAL_MAX 100
#define JOURNAL_WHAT_MAX 256
#define JOURNAL_NAME_MAX 128

/* What happened. */
struct event {
	enum event_kind kind;
	struct instant at;
	int64_t at_wall_ns;
	/* whom it is about; NULL: it is not about one */
	const char *service, *neighbor, *prefix;
	const char *what; /* "service web: 203.0.113.10/32 withdrawn" */
	const char *why;
};

/* An event that is kept; texts that it does not have are "". */
struct journal_entry {
	uint64_t seq;
	enum event_kind kind;
	struct instant at;
	int64_t at_wall_ns;
	char service[JOURNAL_NAME_MAX], neighbor[JOURNAL_NAME_MAX], prefix[PREFIX_STR_MAX];
	char what[JOURNAL_WHAT_MAX];
	char why[WHY_MAX];
};

/* Zeroed is empty. */
struct journal {
	struct journal_entry entries[JOURNAL_MAX];
	uint64_t total; /* ever added */
	uint64_t
	    last_seq; /* the number of the last event, or of the last one of the agent before */
};

/* Copies the texts, cut to their room; the oldest entry goes when there are JOURNAL_MAX. Gives the
 * new entry, which is the journal's. */
const struct journal_entry *journal_add(struct journal *j, const struct event *event);
/* How many are kept. */
size_t journal_count(const struct journal *j);
/* The nth kept, 0 is the oldest. */
const struct journal_entry *journal_get(const struct journal *j, size_t n);
