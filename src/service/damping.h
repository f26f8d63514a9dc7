/*
 * What keeps a service that comes and goes from shaking the network: after it was withdrawn or made
 * less attractive it may come back only when it has been well for a while, and for longer each
 * time.
 *
 * Each such fall counts as a flap, and what they count for together halves in each half-life. With
 * one flap a return waits for hold_down, with each further one for twice as long, up to
 * hold_down_max.
 */
#pragma once

#include <stdint.h>

#include "base/time.h"

struct damping_policy {
	struct duration hold_down; /* 0: no damping */
	struct duration hold_down_max;
	struct duration half_life; /* more than 0 */
};

/* Zeroed has seen no flap. */
struct damping {
	uint64_t milliflaps; /* as of `at` */
	struct instant at;
};

/* Counts a flap. */
void damping_flap(struct damping *d, const struct damping_policy *policy, struct instant now);
/* What the flaps count for by now, in thousandths of one. */
uint64_t damping_milliflaps(
    const struct damping *d, const struct damping_policy *policy, struct instant now);
/* How long what returns now has to be well first. */
struct duration damping_hold_down(
    const struct damping *d, const struct damping_policy *policy, struct instant now);
