/*
 * How a host stands for a service, as far as is known: pure.
 *
 * What a host last said is evidence, and grows old: agents report every 60 s at least. Where the
 * evidence is missing or old, nothing is assumed to anybody's advantage: such a host stands in for
 * no other, and yet is not taken for one that is down, which may be drained without a word.
 *
 * Nor is a host that is not present (presence.h): it left, or is silent. Silence is no withdraw: an
 * agent that no controller can reach goes on announcing what it announced. So one that announced
 * when it was last heard of is never down for its silence. One that announced nothing then is, when
 * it was silent for long while somebody listened.
 *
 * A controller that was restarted, or away, has heard of nobody since: that says nothing of the
 * hosts. For a while who announced is awaited, which is no more than silent, but worth a wait.
 *
 * A lease to withdraw counts as a withdraw until it is over, here as among those who ask for one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* After a controller has started, and when somebody listens again, for so long: agents try again
 * every 30 s at least (follow.h), and report when they are back. */
#define STANDING_AWAIT_NS (INT64_C(45) * 1000000000)

/* A report that is older is not counted on; who was not heard of for so long is silent for long. */
#define STANDING_FRESH_NS (INT64_C(150) * 1000000000)

/* From the worst to the best: a site is what its best host is. */
enum host_standing {
	HOST_DOWN, /* said so lately or before it fell silent long ago, has a lease, or is gone */
	HOST_EXPECTED, /* nothing is known: it never joined, or has not reported the service yet */
	HOST_UNSURE,   /* it may announce it: what it said is old, or it is not present */
	HOST_AWAITED,  /* likewise, and that is the controller's doing: it may be on its way back */
	HOST_ANSWERS,  /* announces the service, and its checks do not fail */
};

/* Times: the wall clock's, ns. */
struct host_evidence {
	bool was_seen;
	int64_t seen_at;         /* when it was heard of last, if it was */
	int64_t left_at;         /* when it left last; INT64_MIN: never */
	int64_t listening_since; /* some controller, without a gap */
	int64_t started_at;      /* some controller, at last; 0: nobody knows */
	bool reported;           /* the service, at any time */
	int64_t reported_at;
	bool withdrawn; /* an address of it is, or its checks fail */
	bool leased;    /* it may withdraw one of them whenever it likes (lease.h) */
	bool gone;      /* it said goodbye (api_leave.c), and has not joined again */
};

enum host_standing host_standing(const struct host_evidence *e, int64_t now);
