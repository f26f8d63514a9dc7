/*
 * Ctrl-C while a lab runs: SIGINT, SIGTERM and SIGHUP become a readable file descriptor.
 *
 * Handlers, not a signalfd: blocked signals would be inherited by every command started in the lab.
 * A second signal ends the process right away, for one who does not want to wait; a lab in the
 * foreground goes with it.
 */
#pragma once

#include "base/err.h"

/* Readable from the first signal on, and stays so. Owned by this module. Negative errno. */
int stop_open(struct err *err) _must_use_;
/* The signal that came, or 0. */
int stop_signal(void);
