/* Turns the loop until a condition holds or a deadline has passed. */
#pragma once

#include <stdbool.h>

#include "io/loop.h"

#define WAIT_LIMIT DURATION_S(10)

static inline bool
wait_for(sd_event *loop, bool (*condition)(void *userdata), void *userdata)
{
	struct instant until = instant_add(clock_now(), WAIT_LIMIT);

	while (!condition(userdata)) {
		if (instant_reached(until, clock_now()))
			return false;
		(void)sd_event_run(loop, 20000);
	}
	return true;
}
