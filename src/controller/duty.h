/*
 * Duties: what one controller of several does at a time, unasked: ends orders whose time is over, goes
 * on with rollouts, forgets what is kept for a time only.
 *
 * Each duty is held by one controller in the table duties, for TTL, and renewed while there is work. When
 * its holder is gone, another takes over after that. Holding a duty saves work, and keeps one clock in
 * charge; it is not what keeps two from doing the same thing: each piece of work is one serializable
 * transaction, which looks again at what is to be done.
 *
 * A clock that was stepped: one that goes forward ends what it would have ended then, and lets another
 * controller take over early, which does no harm; a holder that seems to hold for longer than a clock can
 * be wrong (STEPPED) is taken over from.
 */
#pragma once

#include "controller/api.h"

#define DUTY_TTL_NS (INT64_C(15) * 1000000000)
#define DUTY_STEPPED_NS (INT64_C(300) * 1000000000)

/* What makes a round, and what came of it. */
struct duty_round {
	const char *holder; /* this controller, unlike all others; also who tells them of it (topics.h) */
	int64_t now;        /* wall clock, ns */
	int64_t before;     /* likewise, of the last round; 0: there was none */
	int64_t events_kept;  /* for how long, ns */
	struct topics topics; /* out: to be rung; topics_done() */
	char why[ERR_MESSAGE_MAX]; /* out: what went wrong, for the log; "": nothing */
};

/*
 * Does what is due and is nobody else's. An idle round only reads. Hosts that are not heard of any
 * more since the last round are told of in the topics, as "objects:status": no report says it.
 */
void duties_do(struct store *store, struct duty_round *round);
/* Gives all duties back, at the end of the program: others need not wait for the TTL. */
void duties_leave(struct store *store, const char *holder);

/* Whether the holder may do the duty now, in a transaction: 1, 0, or an error. */
int duty_take(struct store *store, const char *name, const char *holder, int64_t now, struct err *e);
