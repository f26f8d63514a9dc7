/*
 * The kernel settings of a node's network: what a router, a host and our measurements need.
 */
#pragma once

#include <stdbool.h>

#include "base/err.h"

/* In the caller's network namespace, before it has any interface but lo: new ones take the defaults. */
int node_sysctl_set(bool forwarding, struct err *err) _must_use_;
