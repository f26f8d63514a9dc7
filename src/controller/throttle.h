/*
 * How often somebody may try to sign in: THROTTLE_TRIES at once, and then one each THROTTLE_EACH.
 * Pure.
 *
 * Counted by where they come from, a /64 of IPv6 being one. A try is taken before it is looked at,
 * so that many at once are counted too, and given back when it was right. Nobody makes the memory
 * grow: of THROTTLE_PLACES sources, the one that has been quiet for longest is forgotten.
 */
#pragma once

#include <stdbool.h>

#include "base/ip.h"
#include "base/time.h"

#define THROTTLE_TRIES 10
#define THROTTLE_EACH DURATION_S(30)
#define THROTTLE_PLACES 512

struct throttle {
	/*
	 * When its tries would all be there again: each try moves that on. Zeroed places are free.
	 */
	struct throttle_place {
		struct prefix source;
		struct instant full;
	} places[THROTTLE_PLACES];
};

/* Takes a try. False: there is none now; *wait is how long until there is one. */
bool throttle_take(struct throttle *t, struct ip source, struct instant now, struct duration *wait);
/* Gives it back. */
void throttle_give(struct throttle *t, struct ip source);
