/*
 * The listener watch: which of the watched sockets listen, noticed the moment they stop.
 *
 * The kernel tells when a socket is destroyed (NETLINK_SOCK_DIAG, the *_DESTROY groups); a filter
 * in the kernel lets through only those that were listening or bound on a watched port, so that a
 * busy host's closing connections never wake us. The message only says when to look: several
 * workers may hold the port with SO_REUSEPORT, and a reload may have opened it again already.
 *
 * But a listening socket is destroyed only when the last that refers to it is gone, and each
 * half-open connection does, until the client's next packet or its timer, a second or more later;
 * a UDP socket waits for its datagrams to leave. So with clients there, the message is late. What
 * listens is therefore also looked up every so often (poll), at a few microseconds each: what has
 * stopped is no longer found, whoever still refers to it. docs/decisions/0002-listener-watch.md has
 * the figures, and what was weighed against it.
 *
 * Nothing tells when a socket starts to listen, so while one is missing it is looked for every
 * SOCKET_WATCH_MISSING; and all are looked at every SOCKET_WATCH_ALWAYS, for what neither of the
 * above sees. Polls and looks come less often when they would take more than SOCKET_WATCH_SHARE of
 * a core.
 *
 * A watched address is covered by what the kernel would give its packets to (socket_diag.h), and by
 * a socket on it, or on the wildcard, that is bound to a device other than the loopback.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <systemd/sd-event.h>

#include "base/err.h"
#include "base/time.h"
#include "io/socket_diag.h"

#define SOCKET_WATCH_MISSING DURATION_MS(50)
#define SOCKET_WATCH_ALWAYS DURATION_S(1)
#define SOCKET_WATCH_SHARE 5 /* percent */

struct socket_watch;

/* Whether what has the place listens changed; heard: when the evidence for it came in. It must not
 * add or remove. */
typedef void (*socket_watch_fn)(void *userdata, size_t place, bool listens, struct instant heard);

/* Watches nothing yet; calls changed from the loop. poll: time between two lookups of what listens;
 * 0: none, the kernel's messages have to do. */
int socket_watch_new(sd_event *loop, struct duration poll, socket_watch_fn changed, void *userdata,
    struct socket_watch **ret, struct err *e);
void socket_watch_free(struct socket_watch *w); /* NULL is fine */

/*
 * Watches the sockets (copied) too, and says where they have their places: numbers that stay the
 * same until socket_watch_remove(), the lowest that are free. What they do is told first in the
 * next turn of the loop. On failure none of them is watched.
 */
int socket_watch_add(struct socket_watch *w, const struct watched_socket *sockets, size_t count,
    size_t *places, struct err *e);
void socket_watch_remove(struct socket_watch *w, size_t place);
void socket_watch_set_poll(struct socket_watch *w, struct duration poll);
