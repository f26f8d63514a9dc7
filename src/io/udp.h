/*
 * UDP sockets as a routing protocol wants them: non-blocking, from an address that was chosen,
 * marked as network control (DSCP CS6, RFC 4594 section 3.1), sent with the highest TTL, and
 * received with the TTL that is left. A socket is bound to one address, and to one interface if
 * that is given, so what comes in was meant for it.
 *
 * Sockets only; the datagrams are their users'.
 */
#pragma once

#include <stddef.h>

#include "base/err.h"
#include "base/ip.h"

struct udp_conf {
	struct ip local;
	const char *interface; /* the only one to use; NULL: any. Link-local addresses need it. */
};

/* For receiving on one port; the address need not be there yet. */
int udp_listen(const struct udp_conf *conf, uint16_t port, int *ret_fd, struct err *e);
/*
 * For sending: bound to a port of at least port_min that nobody else has, looked for from a random
 * one on. What comes in there is lost.
 */
int udp_open_sender(
    const struct udp_conf *conf, uint16_t port_min, uint64_t random, int *ret_fd, struct err *e);
/* 0 or negative errno; -EAGAIN: not now. */
int udp_send(int fd, struct endpoint to, const void *bytes, size_t len);

struct udp_datagram {
	struct endpoint from;
	int ttl;    /* as it came; -1: not known */
	size_t len; /* in the buffer; what did not fit is lost */
};

/* The next one that waits; -EAGAIN when there is none. */
int udp_receive(int fd, void *buf, size_t size, struct udp_datagram *ret);
