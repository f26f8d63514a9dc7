/* The driver of duty.h: a round a second, in a worker. */
#pragma once

#include <systemd/sd-event.h>

#include "base/err.h"
#include "base/time.h"
#include "controller/bell.h"
#include "io/worker_pool.h"

struct rounds;

/* pool (whose state is a store) and bell are borrowed; events: for how long they are kept. */
int rounds_new(sd_event *loop, struct worker_pool *pool, struct bell *bell, struct duration events,
    struct rounds **ret, struct err *e) _must_use_;
/* No round is begun any more; before the pool's end. NULL is fine. */
void rounds_stop(struct rounds *r);
/* After the pool's end: none is under way. */
void rounds_free(struct rounds *r);
