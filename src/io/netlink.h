/*
 * Netlink with libmnl: requests that are answered while we wait, and sockets that listen to groups.
 *
 * A request goes to our own kernel and is answered in microseconds, so it is synchronous, with a
 * limit of NETLINK_WAIT. The kernel checks what it is sent strictly and says what it did not like
 * (extended acknowledgements), which ends up in the error's sentence. A dump that the kernel
 * changed under (NLM_F_DUMP_INTR) is asked again, NETLINK_DUMP_TRIES times at most.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <libmnl/libmnl.h>

#include "base/err.h"

#define NETLINK_DUMP_TRIES 5
#define NETLINK_REQUEST_MAX 512 /* bytes of a request */

struct netlink;

/* One message of the answer; NULL says that the answer starts (again): forget what came before. */
typedef void (*netlink_fn)(const struct nlmsghdr *message, void *userdata);

/* For requests. bus: NETLINK_ROUTE, NETLINK_SOCK_DIAG. */
int netlink_new(int bus, struct netlink **ret, struct err *e);
void netlink_free(struct netlink *nl); /* NULL is fine */

/*
 * Sends the request and waits for its acknowledgement, or for the end of the dump when NLM_F_DUMP
 * is set. Sets the sequence number and NLM_F_REQUEST, NLM_F_ACK. Gives the kernel's negative errno.
 */
int netlink_request(
    struct netlink *nl, struct nlmsghdr *request, netlink_fn fn, void *userdata, struct err *e);

/*
 * Sends a request whose answer is one message or an error, and waits for it: half the work of
 * netlink_request(), which waits for an acknowledgement as well. fn may be NULL.
 */
int netlink_get(
    struct netlink *nl, struct nlmsghdr *request, netlink_fn fn, void *userdata, struct err *e);

/*
 * A socket, not blocking, that hears the groups (numbers, not bits). *ret is the file descriptor,
 * owned by the caller.
 */
int netlink_listen(int bus, const unsigned *groups, size_t count, int *ret, struct err *e);

/*
 * Reads one datagram of a listening socket that came from the kernel into buf and gives its length;
 * 0 when there is none now; -ENOBUFS when messages were lost.
 */
ssize_t netlink_read(int fd, void *buf, size_t size);
