/*
 * Which failed attempts of a neighbor are worth a line in the log. Pure.
 *
 * A failure like the last one logged is not: a router that is away would fill the log. Others are, a few
 * at once and then one a minute, so that a peer can not fill it by failing in turns. What was left out
 * is counted for the next line.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"

#define FAILURE_LIMIT_BURST 5
#define FAILURE_LIMIT_PERIOD DURATION_S(60)

/* All zero to begin with; clear `last` when the neighbor came up. */
struct failure_limit {
	char last[768];           /* what the last line said */
	unsigned lines;           /* of the burst that are used */
	struct instant next_free; /* when one of them may be used again; with lines > 0 */
	uint64_t left_out;        /* since the last line */
	bool end_said;            /* no failure was logged since the last end of one was */
};

/* Whether to log it; then *ret_left_out is how many failures since the last line were not. */
bool failure_limit_take(
    struct failure_limit *l, const char *why, struct instant now, uint64_t *ret_left_out);
/* Whether to log that all is well (again): not behind failures that were left out. */
bool failure_limit_take_end(struct failure_limit *l);

#define FAILURE_LIMIT_NOTE_MAX 40
/* " not_logged=3" for the end of a line, "" for none. Returns buf. */
char *failure_limit_note(uint64_t left_out, char buf[static FAILURE_LIMIT_NOTE_MAX]);
