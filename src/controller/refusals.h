/*
 * Who failed to sign in, for the audit log: counted, so that a flood fills no store. Pure.
 *
 * The first is told at once. What comes then is told together, a row for each address (or /64 of
 * IPv6) with how many tries there were, but REFUSALS_PLACES of them at most, and one for all
 * others; and each time after twice as long, an hour at most, for as long as it goes on. So a day
 * of it makes a few hundred rows, whoever tries, and from wherever.
 */
#pragma once

#include "base/ip.h"
#include "base/time.h"

#define REFUSALS_PLACES 8
#define REFUSALS_FIRST DURATION_S(1)
#define REFUSALS_LAST DURATION_S(3600)

struct refusal {
	struct prefix source;        /* of the others: none (IP_NONE) */
	uint64_t refused, throttled; /* tries: with a wrong token; not looked at */
	int64_t first_at, last_at;   /* wall clock; 0: there is none */
};

struct refusals {
	struct refusal items[REFUSALS_PLACES], others;
	size_t count;
	struct duration window; /* 0: all is quiet */
	struct instant due;     /* when they are to be told; valid when there are some */
	struct instant quiet;   /* without one until then, the next is the first again */
};

/* Somebody has failed. */
void refusals_note(
    struct refusals *r, struct ip source, bool was_throttled, struct instant now, int64_t wall);
/* Whether there is something to tell; then it is moved to *ret. */
bool refusals_take(struct refusals *r, struct instant now, struct refusals *ret);
/* They could not be told: back with those that came since. */
void refusals_give(struct refusals *r, const struct refusals *untold);
