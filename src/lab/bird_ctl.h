/*
 * A connection to the control socket of BIRD in a router of the lab: asks, and reads the reply
 * whole.
 *
 * Synchronous with a time-out, as BIRD answers at once; lab/bird_route.h reads what it said.
 */
#pragma once

#include "base/err.h"
#include "base/ip.h"
#include "base/strbuf.h"
#include "lab/bird_route.h"
#include "lab/lab.h"

/* Connects in the node and waits for BIRD's greeting. The descriptor is the caller's; or a negative
 * errno. */
int bird_ctl_open(struct lab *lab, const char *node, struct err *err) _must_use_;
/* One command, without newline. *reply is emptied first. -ETIMEDOUT, -ECONNRESET, -E2BIG. */
int bird_ctl_ask(int fd, const char *command, struct strbuf *reply, struct err *err) _must_use_;
/* The routes that cover the prefix best, with their attributes. *ret holds the former ones or none
 * before. */
int bird_ctl_routes_for(
    int fd, struct prefix prefix, struct bird_routes *ret, struct err *err) _must_use_;
