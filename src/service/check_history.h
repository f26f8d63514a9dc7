/*
 * What the runs of a check took and found during the last hour, minute by minute: for people, who
 * want to see at once whether it is slower than it was.
 *
 * Pure; of a fixed size, however often a check runs. Minutes are those of the clock that is given,
 * so the last one is not over yet. Nothing decides by it.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/time.h"

#define CHECK_HISTORY_MAX 60
#define CHECK_HISTORY_STEP DURATION_S(60)

struct check_minute {
	uint32_t passes, failures; /* runs that ended in it */
	struct duration longest;   /* of those that passed */
};

/* Zeroed: nothing was run. Whatever is in it, nothing is read or written outside of it. */
struct check_history {
	/* each minute at its number, modulo */
	uint32_t passes[CHECK_HISTORY_MAX], failures[CHECK_HISTORY_MAX];
	struct duration longest[CHECK_HISTORY_MAX];
	uint64_t first, last; /* numbers of minutes, from 1: of what stands there */
};

/* A run has ended. The clock does not go back. */
void check_history_add(
    struct check_history *h, bool passed, struct duration took, struct instant now);
/*
 * Fills ret with the minutes up to the one of now, the oldest first, and gives their number: 0 when
 * nothing was run for so long.
 */
size_t check_history_get(const struct check_history *h, struct instant now,
    struct check_minute ret[static CHECK_HISTORY_MAX]);
