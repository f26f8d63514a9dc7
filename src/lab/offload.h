/*
 * Turning off what a network card would do for the kernel, so that sizes and checksums are real.
 *
 * A veth passes unfinished packets on: up to 64 KiB long, checksums missing. What a capture shows and
 * what a delay line or a client's socket sees would then not be what a wire carries.
 */
#pragma once

#include "base/err.h"

/* Of an interface in the network namespace of sock, any socket. What the kernel lacks is off already. */
int offload_disable(int sock, const char *ifname, struct err *err) _must_use_;
