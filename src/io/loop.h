/*
 * The event loop's clock and timers: sd-event, with our types and 1 µs accuracy.
 *
 * Drivers use sd_event itself for file descriptors, signals and children; only timers are wrapped,
 * because sd-event's default accuracy of 250 ms would coalesce ours, and because pure code speaks in
 * struct instant. The clock is CLOCK_MONOTONIC: CLOCK_BOOTTIME would make a resumed laptop expire every
 * session at once, which is what it deserves, but the peer's hold timer decides that anyway.
 */
#pragma once

#include <systemd/sd-event.h>

#include "base/err.h"
#include "base/time.h"

/* Now, on the clock of all timers. */
struct instant clock_now(void);
/* Wall clock in ns since 1970, for people and for comparing with packet timestamps; never for timers. */
int64_t clock_wall_ns(void);

/* Time on a core that this thread has used. */
struct duration clock_cpu(void);

struct timer;
typedef void (*timer_fn)(struct timer *t, struct instant now);

/* Embedded in its owner; container_of() leads back. */
struct timer {
	sd_event_source *source; /* owned */
	timer_fn fn;
};

int timer_init(struct timer *t, sd_event *loop, timer_fn fn); /* negative errno */
/* Arms for `at`, or disarms with INSTANT_NEVER. Calls fn once, from the loop. */
void timer_set(struct timer *t, struct instant at);
void timer_done(struct timer *t); /* fine on a zeroed or done timer */
