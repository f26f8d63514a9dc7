/* The driver of refusals.h: who failed to sign in is written to the audit log. */
#pragma once

#include <systemd/sd-event.h>

#include "base/err.h"
#include "base/ip.h"
#include "controller/bell.h"
#include "io/worker_pool.h"

struct sign_ins;

/* Both are borrowed; the pool's workers have a store. */
int sign_ins_new(sd_event *loop, struct worker_pool *pool, struct bell *bell, struct sign_ins **ret,
    struct err *e) _must_use_;
/* After the pool's end; NULL is fine. */
void sign_ins_free(struct sign_ins *s);
/* Somebody has failed: with a wrong token, or (was_throttled) too often to be looked at. */
void sign_ins_refused(struct sign_ins *s, struct ip source, bool was_throttled);
