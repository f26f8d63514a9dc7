/*
 * When a catchment's requests go out: so many a second, evenly, until the list is at its end; then
 * it waits for the last replies. Pure: (state, now) -> how many to send.
 *
 * What a busy machine could not send in time is not made up for beyond a burst of 10 ms: the rate
 * that was promised to the network is the upper limit, not the mean.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"

#define CATCH_PPS_MAX 10000000u

struct catch_pace {
	uint32_t pps;
	struct duration to_end; /* how long it waits after the last request */
	struct instant since;   /* requests are counted from here ... */
	uint64_t sent;          /* ... so many by now */
	struct instant end;     /* INSTANT_NEVER while it sends */
};

/* pps: 1 to CATCH_PPS_MAX. */
struct catch_pace catch_pace_start(uint32_t pps, struct duration to_end, struct instant now);
/* How many may be sent now. */
uint32_t catch_pace_due(struct catch_pace *p, struct instant now);
/* So many of them were; those that failed count, too. */
void catch_pace_sent(struct catch_pace *p, uint32_t count);
/* There is no more to send: it waits for replies. */
void catch_pace_exhausted(struct catch_pace *p, struct instant now);
/* Somebody wants it to stop: nothing is sent any more, and nothing waited for. */
void catch_pace_stop(struct catch_pace *p, struct instant now);
bool catch_pace_is_over(const struct catch_pace *p, struct instant now);
/* When to ask again: the next millisecond's worth of requests is due, or it is over. */
struct instant catch_pace_deadline(const struct catch_pace *p);
