/*
 * What interrupts a command that runs for long, and the event loop of one that runs until then.
 */
#pragma once

#include <signal.h>

#include <systemd/sd-event.h>

#include "base/err.h"

/* From here on SIGINT and SIGTERM wait for who asks for them. Gives both. */
sigset_t cli_hold_interrupts(void);
/* A loop that ends with 0 on SIGINT and SIGTERM. */
int cli_loop_new(sd_event **ret, struct err *e) _must_use_;
