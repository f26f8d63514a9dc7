/*
 * The listener watch: which of the watched sockets listen, noticed the moment they stop.
 *
 * The kernel tells when a socket is destroyed (NETLINK_SOCK_DIAG, the *_DESTROY groups); a filter
 * in the kernel lets through only those that were listening or bound on a watched port, so that a
 * busy host's closing connections never wake us. The message only says when to look. What is true
 * is asked from the kernel with a dump filtered by port: several workers may hold the port with
 * SO_REUSEPORT, and a reload may have opened it again already.
 *
 * Nothing tells when a socket starts to listen, so while one is missing it is looked for every
 * SOCKET_WATCH_MISSING, or less often when that would take more than SOCKET_WATCH_SHARE of a core.
 * And a socket can stop listening without being destroyed (shutdown(2)): all of them are looked at
 * every SOCKET_WATCH_ALWAYS.
 *
 * A watched address is covered by a socket on that very address, on the wildcard of its family, or,
 * for IPv4, on an IPv6 wildcard that is not IPv6-only.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <systemd/sd-event.h>

#include "base/err.h"
#include "base/ip.h"
#include "base/time.h"

#define SOCKET_WATCH_MISSING DURATION_MS(50)
#define SOCKET_WATCH_ALWAYS DURATION_S(1)
#define SOCKET_WATCH_SHARE 5 /* percent */

struct socket_watch;

struct watched_socket {
	uint8_t protocol; /* IPPROTO_TCP, IPPROTO_UDP */
	uint16_t port;
	struct ip address;
};

/* Whether items[index] listens changed; heard: when the evidence for it came in. */
typedef void (*socket_watch_fn)(void *userdata, size_t index, bool listens, struct instant heard);

/* Watches the sockets (copied), and calls changed from the loop, first for those that listen now or
 * do not. */
int socket_watch_new(sd_event *loop, const struct watched_socket *items, size_t count,
    socket_watch_fn changed, void *userdata, struct socket_watch **ret, struct err *e);
void socket_watch_free(struct socket_watch *w); /* NULL is fine */
