/*
 * Coming up: from a plan to nodes, links, a delay line and processes, in this order.
 */
#pragma once


#include "lab/supervisor.h"

/* Nodes, links, addresses, routes, the delay line. Nothing is undone on failure: the supervisor ends. */
int bring_up_network(struct supervisor *s, struct err *err) _must_use_;

/*
 * Starts what may start now: in each node one process after the other is ready, all nodes at once. Gives 1
 * when everything is ready, 0 when more has to be awaited, or a negative errno.
 */
int bring_up_processes(struct supervisor *s, struct instant now, struct err *err) _must_use_;
