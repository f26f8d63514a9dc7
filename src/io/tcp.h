/*
 * TCP sockets as a routing session wants them: non-blocking, from an address that was chosen, marked as
 * network control (DSCP CS6, RFC 4594 section 3.1), without Nagle's delay, and signed with MD5 (RFC 2385)
 * where a password is given.
 *
 * Sockets only; what flows through them is stream.h's.
 */
#pragma once

#include "base/err.h"
#include "base/ip.h"
#include "base/time.h"

#define TCP_PASSWORD_MAX 80 /* the kernel's limit, TCP_MD5SIG_MAXKEYLEN */

struct tcp_conf {
	struct ip local;      /* source address; IP_NONE: the kernel's choice */
	const char *password; /* NULL: not signed */
	uint8_t ttl;          /* 0: the kernel's */
};

/* Starts to connect: the socket is writable when it is decided, and tcp_dial_result() tells how. */
int tcp_dial(struct endpoint peer, const struct tcp_conf *conf, int *ret_fd, struct err *e);
int tcp_dial_result(int fd); /* 0, or negative errno */
struct ip tcp_local(int fd); /* our end of a connection; IP_NONE: not known */

/* The address need not be there yet. Keys are added by tcp_set_password(), before the peers connect. */
int tcp_listen(struct endpoint local, int *ret_fd, struct err *e);
/*
 * Signs everything to and from the peer, on this socket or (listening) on those accepted from it. NULL
 * takes the key away. -ENOPROTOOPT where the kernel has no TCP MD5.
 */
int tcp_set_password(int fd, struct ip peer, const char *password);
/*
 * Has the kernel find out that a peer is gone which says nothing and is told nothing: probes after 30 s
 * of silence, each 10 s; the connection fails when what was sent is not taken for `patience` (RFC 5482).
 */
void tcp_watch_peer(int fd, struct duration patience);
/* The next connection that waits, ready to use; -EAGAIN when there is none. */
int tcp_accept(int listener, int *ret_fd, struct endpoint *ret_peer);
