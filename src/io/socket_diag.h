/*
 * Which sockets listen: asked from the kernel (NETLINK_SOCK_DIAG), without privileges.
 *
 * The lookup asks what a SYN or a datagram from somewhere would meet at one address and port, and
 * is answered by the kernel's own search for it: wildcards, both families on one socket,
 * SO_REUSEPORT and programs that steer sockets count as they do for clients. It costs a few
 * microseconds however many sockets there are. That it finds nothing is not yet proof: a socket
 * that is bound to a device is found only for that device, and a lookup can meet a worker of many
 * at the moment of its death. The dump finds all that listen on a port, and costs a walk over the
 * kernel's table.
 *
 * Either finds a socket no more from the moment at which it stops listening, though what is left of
 * it may live on.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "io/netlink.h"

/* A socket that listens (TCP) or is bound (UDP). */
struct watched_socket {
	uint8_t protocol; /* IPPROTO_TCP, IPPROTO_UDP */
	uint16_t port;
	struct ip address;
};

/* What a dump found. */
struct found_socket {
	struct ip address; /* unspecified: the wildcard */
	bool v6only;
	uint32_t device; /* index of the one that it is bound to; 0: none */
};

/*
 * Whether something listens there for what comes in by the device (its index; 0: by none that a
 * socket could be bound to): 1, 0, or the kernel's negative errno. 0 also where the kernel cannot
 * look up the protocol. *ret_cookie is the kernel's number of the socket found, never used again.
 */
int socket_diag_lookup(
    struct netlink *nl, const struct watched_socket *socket, uint32_t device, uint64_t *ret_cookie);

/* One socket; told in no order. */
typedef void (*socket_diag_fn)(void *userdata, const struct found_socket *found);
/* Each socket of either family that listens on the port; connected UDP sockets do not. */
int socket_diag_dump(
    struct netlink *nl, uint8_t protocol, uint16_t port, socket_diag_fn fn, void *userdata);

/*
 * Whether the socket takes what clients send to the address. One that is bound to the loopback device
 * answers this host alone; of another device it is taken for granted that clients come in by it.
 */
bool found_socket_covers(const struct found_socket *found, struct ip address);
