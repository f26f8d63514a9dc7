/*
 * One run of a TCP check: connects, and closes again.
 */
#pragma once

#include <systemd/sd-event.h>

#include "base/err.h"
#include "base/ip.h"
#include "base/time.h"
#include "io/check_run.h"

struct tcp_check;

/* Starts it. On failure (-ENETUNREACH, or -ECONNREFUSED at once) done is not called. */
int tcp_check_start(sd_event *loop, struct endpoint to, struct duration timeout, check_run_fn done,
    void *userdata, struct tcp_check **ret, struct err *e);
/* Ends it if it still runs; NULL is fine. */
void tcp_check_free(struct tcp_check *c);
