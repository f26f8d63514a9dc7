/*
 * Looks at the store when nobody else does: whether its file is still the one that was opened and,
 * while it is not well (store_health.h), whether it can be written to again. So what is said of it
 * does not depend on who asks.
 */
#pragma once

#include <systemd/sd-event.h>

#include "base/err.h"
#include "controller/health.h"
#include "io/worker_pool.h"

struct store_watch;

/* Both are borrowed; the pool's workers have a store. */
int store_watch_new(sd_event *loop, struct worker_pool *pool, struct health *health,
    struct store_watch **ret, struct err *e) _must_use_;
/* After the pool's end; NULL is fine. */
void store_watch_free(struct store_watch *w);
