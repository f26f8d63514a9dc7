/*
 * The driver of clock_step.h: a wall clock that was set is said in the log, as an event, and in
 * /healthz for a while.
 */
#pragma once

#include <systemd/sd-event.h>

#include "base/err.h"
#include "controller/bell.h"
#include "controller/health.h"
#include "io/worker_pool.h"

struct clock_watch;

/* All are borrowed; the pool's workers have a store. */
int clock_watch_new(sd_event *loop, struct worker_pool *pool, struct bell *bell,
    struct health *health, struct clock_watch **ret, struct err *e) _must_use_;
/* After the pool's end; NULL is fine. */
void clock_watch_free(struct clock_watch *w);
