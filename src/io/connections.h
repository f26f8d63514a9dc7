/*
 * How many TCP connections are established with addresses of this host, as the kernel counts them
 * (NETLINK_SOCK_DIAG, without privileges).
 *
 * The kernel picks them out by itself, but it walks its whole table of connections for that: some
 * milliseconds where there are hundreds of thousands. From an event loop, call it by way of a
 * thread (worker_pool.h).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/ip.h"

/*
 * Connections in state ESTABLISHED, from anywhere, whose end here is one of the addresses. Those
 * that the host has with itself, both of whose ends are the same address, do not count: checks of
 * the address are such, which go on during a drain, and no route takes them elsewhere.
 */
int connections_count(
    const struct ip *addresses, size_t count, uint64_t *ret, struct err *e) _must_use_;
