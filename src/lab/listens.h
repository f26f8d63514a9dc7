/*
 * Whether something listens on a TCP port in the network of a process.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/attr.h"

/* port is decimal text; of either family, on any address. False also when it cannot be found out. */
bool listens_in_net_of(pid_t pid, const char *port);

/* Whether the text of /proc/net/tcp or tcp6 has a listening socket on that port. */
bool listens_in_table(const char *table, unsigned port) _pure_;
