/*
 * Waiting for the end of a catchment of a controller: what is told of it, what an interrupt does,
 * and for how long a controller that does not answer is asked again. Pure: the caller looks, and
 * waits.
 */
#pragma once

#include <jansson.h>

#include "cli/controller_again.h"

#define CATCHMENTS_LOOK_EVERY DURATION_MS(500)

/* Initialise with { .is_tty = ... }. */
struct catchments_watch {
	bool is_tty; /* a line that goes on, with numbers; else one for each state */
	bool is_stopped;
	struct controller_again again;
	char told[120]; /* the line that stands there */
};

/* It was seen so. The line that says it, until the next call; NULL: it stands there. */
const char *catchments_watch_saw(struct catchments_watch *w, const json_t *catchment);
/* The controller did not answer. Whether to look again, and after which wait. */
bool catchments_watch_lost(
    struct catchments_watch *w, struct instant now, struct duration *ret_wait);
/* Somebody wants it to end: true: stop it, and see its end; false: he does not want to wait for
 * that, either. */
bool catchments_watch_interrupted(struct catchments_watch *w);
