/*
 * The kernel's messages about destroyed sockets (NETLINK_SOCK_DIAG, the *_DESTROY groups), as far
 * as they were listening or bound on ports that somebody wants to hear of.
 *
 * Owns the filter in the kernel and the form of the messages; the descriptor is the caller's. What
 * a message means is not known here: the port may be held by another socket (socket_watch.h).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define SOCKET_DEATHS_MAX 128 /* messages in one read */

/* A descriptor for epoll, owned by the caller; hears of every socket until there is a filter. */
int socket_deaths_open(int *ret_fd, struct err *e);
/*
 * From now on only these ports count, in any order and also twice; no ports: nothing is heard. When
 * there are too many for a filter, every socket that was listening is let through.
 */
int socket_deaths_filter(int fd, const uint16_t *ports, size_t count, struct err *e);
/*
 * Takes what is there, SOCKET_DEATHS_MAX messages at most: their ports, each once. -ENOBUFS, or
 * another negative errno: messages were lost, and *count is 0.
 */
int socket_deaths_read(int fd, uint16_t ports[static SOCKET_DEATHS_MAX], size_t *count);
