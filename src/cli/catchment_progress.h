/*
 * How far a site of a catchment is, in one line of a terminal, which is written anew each second.
 * It goes to standard error, and only where that is a terminal which can do so.
 */
#pragma once

#include "io/loop.h"
#include "measure/catch_run.h"

/* Zeroed is none. */
struct catchment_progress {
	struct timer timer;
	const struct catch_run *run; /* borrowed; NULL: there is no terminal */
	uint64_t total;
	uint32_t pps;
};

/* A terminal that cannot be told is no error. */
void catchment_progress_start(struct catchment_progress *p, sd_event *loop,
    const struct catch_run *run, const struct catch_run_conf *conf);
/* Leaves an empty line behind. */
void catchment_progress_done(struct catchment_progress *p);
