/*
 * Whether the event loop has stalled, as judged by one who looks at it from time to time. Pure.
 *
 * The loop beats. Without a beat for the limit it has stalled: it hangs in a system call, or spins.
 * Only time counts in which whoever looks did run: the two are stopped together by SIGSTOP, by a
 * frozen control group, by a suspended machine, and then the silence says nothing of the loop.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"

#define STALL_LOOKS 8 /* in a limit: a stall is found within the limit and an eighth */

struct stall {
	struct duration limit;
	uint64_t beats; /* when it was looked at last */
	struct instant looked;
	struct duration silent; /* since the last beat that was seen; counts from the first on */
};

struct stall stall_init(struct duration limit);
/* From one look to the next. */
struct duration stall_period(const struct stall *s);
/* How often the loop has beaten by now. True: it has stalled; nothing is found twice. */
bool stall_look(struct stall *s, uint64_t beats, struct instant now);
