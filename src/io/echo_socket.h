/*
 * Many requests from one address, and the replies to it, many messages a system call: ICMP echo by
 * a raw socket, which needs CAP_NET_RAW, or DNS by a UDP socket. A filter in the kernel lets
 * through only replies to this address that have four bytes which are known at their place, so that
 * nothing else wakes the program; of other datagrams to a port of DNS it lets through that they
 * came.
 *
 * Sockets only; the messages are their users'.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/ip.h"

#define ECHO_SOCKET_BATCH 64
#define ECHO_SOCKET_TAKE_MAX 320 /* of a reply; what is longer is cut */

struct echo_batch;

struct echo_socket {
	int fd; /* owned; -1: none */
	bool raw; /* ICMP; messages of IPv4 come with their header */
	enum ip_family family;
	struct ip local;
	uint16_t port;            /* of those who are asked; 0: none */
	struct echo_batch *batch; /* owned */
	/* what the kernel had no room for: replies, and with ICMP whatever else of it came while
	 * there was none, so that it is no less than those */
	uint64_t dropped;
};

/* local: an address of this host. magic: the payload's first four bytes, as a number. */
int echo_socket_open(
    struct echo_socket *s, struct ip local, uint32_t magic, struct err *e) _must_use_;
/*
 * Likewise, for queries from a port of ours. label and magic: the first byte and the next four of
 * the name that is asked for.
 */
int echo_socket_open_dns(struct echo_socket *s, struct endpoint local, uint8_t label,
    uint32_t magic, struct err *e) _must_use_;
void echo_socket_close(struct echo_socket *s);

struct echo_out {
	struct ip to;
	void *bytes; /* from the header of ICMP or DNS on; borrowed, only read */
	size_t len;
};

/*
 * Sends up to ECHO_SOCKET_BATCH. Gives how many are done with; the rest the kernel does not want
 * now. Of those done, *failed more could not be sent (no route, a packet filter), the last of them
 * with *error.
 */
size_t echo_socket_send(
    struct echo_socket *s, const struct echo_out *out, size_t count, uint64_t *failed, int *error);

struct echo_in {
	struct ip from;
	int64_t at;        /* when the kernel got it: ns since 1970 */
	const void *bytes; /* borrowed until the next call */
	size_t len;
};

/* Takes up to ECHO_SOCKET_BATCH; gives how many there were. */
size_t echo_socket_take(struct echo_socket *s, struct echo_in in[static ECHO_SOCKET_BATCH]);
/* Asks the kernel how many it had no room for. By itself it tells that beside the next reply that
 * it has room for, which may be none. */
void echo_socket_count_dropped(struct echo_socket *s);
