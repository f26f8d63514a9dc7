/*
 * Whether the wall clock was set: it is compared with the one that nobody sets. Pure.
 *
 * What depends on the wall clock, since it is shared by several controllers or outlives this one:
 * when sessions, tokens, leases and keys end, and when a host was seen. Each of those is written so
 * that a wrong clock refuses too much rather than allows too much: what seems to come from the
 * future counts for nothing, and a session that would last for longer than any can is over.
 */
#pragma once

#include "base/time.h"

/* Less is a clock that is being disciplined. */
#define CLOCK_STEP_LEAST DURATION_S(1)

struct clock_step {
	bool is_set;
	int64_t ahead; /* of the wall clock, ns */
};

/* By how much it was set since the last look; 0: it was not. */
struct duration clock_step_look(struct clock_step *c, struct instant now, int64_t wall);

#define CLOCK_STEP_TEXT 120
/* "the wall clock was set 3600 s forward, from 2026-11-29T16:42:57.123Z" */
void clock_step_text(struct duration step, int64_t wall, char text[CLOCK_STEP_TEXT]);
