/*
 * Ctrl-C while a lab runs: SIGINT, SIGTERM and SIGHUP become a readable file descriptor.
 *
 * Handlers, not a signalfd: blocked signals would be inherited by every command started in the lab.
 * While a call blocks that cannot be left (lab_up), stop_at_once() makes a signal end the process
 * right away; a lab in the foreground goes with it.
 */
#pragma once

#include <stdbool.h>

#include "base/err.h"

/* Readable from the first signal on, and stays so. Owned by this module. Negative errno. */
int stop_open(struct err *err) _must_use_;
void stop_at_once(bool at_once);
/* The signal that came, or 0. */
int stop_signal(void);
