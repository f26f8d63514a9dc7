/*
 * When a request whose outcome is not known is sent again. With its key it cannot be done twice
 * (RFC 9110 section 9.2.2 leaves a POST to such knowledge): so at once, since a connection that
 * broke is often there again; then, for a controller that is being restarted, after longer and
 * longer waits.
 *
 * Pure: the caller has the clock, and waits.
 */
#pragma once

#include <stdbool.h>

#include "base/time.h"

#define CONTROLLER_AGAIN_FOR DURATION_S(20)

/* Initialise with { 0 }. */
struct controller_again {
	unsigned tries;       /* after the first request */
	struct instant until; /* from the second on */
};

/* Whether to ask again, and after which wait. False: it has been tried for long enough. */
bool controller_again(struct controller_again *a, struct instant now, struct duration *ret_wait);
