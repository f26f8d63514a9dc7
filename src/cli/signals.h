/*
 * The event loop of a command that runs until it is interrupted.
 */
#pragma once

#include <systemd/sd-event.h>

#include "base/err.h"

/* A loop that ends with 0 on SIGINT and SIGTERM. */
int cli_loop_new(sd_event **ret, struct err *e) _must_use_;
