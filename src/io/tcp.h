/*
 * TCP sockets as a routing session wants them: non-blocking, from an address and an interface that
 * were chosen, marked as network control (DSCP CS6, RFC 4594 section 3.1), without Nagle's delay,
 * signed with MD5 (RFC 2385) where a password is given, and deaf to those who are too far away
 * (GTSM, RFC 5082).
 *
 * Sockets only; what flows through them is stream.h's. tcp.c makes them, tcp_guard.c keeps
 * strangers away from the listening ones, tcp_counters.c asks the kernel what it dropped.
 *
 * A key belongs to its socket: those accepted have their own copy, and what is closed keeps it
 * until the last FIN is acknowledged. So a NOTIFICATION at the end is signed like everything before
 * it.
 */
#pragma once

#include "base/err.h"
#include "base/ip.h"
#include "base/time.h"

#define TCP_PASSWORD_MAX 80 /* the kernel's limit, TCP_MD5SIG_MAXKEYLEN */

/* How one peer is spoken to. */
struct tcp_conf {
	struct ip local;       /* source address; IP_NONE: the kernel's choice */
	const char *interface; /* the only device that it uses; NULL: any */
	const char *password;  /* NULL: not signed */
	uint8_t ttl;           /* of what we send; 0: the kernel's */
	/* segments that come with less are dropped by the kernel; 0: none is */
	uint8_t min_ttl;
};

/*
 * Starts to connect: the socket is writable when it is decided, and tcp_dial_result() tells how.
 * All of conf holds from the first segment on. -ENODEV: there is no such interface.
 */
int tcp_dial(struct endpoint peer, const struct tcp_conf *conf, int *ret_fd, struct err *e);
int tcp_dial_result(int fd); /* 0, or negative errno */
struct ip tcp_local(int fd); /* our end of a connection; IP_NONE: not known */

/*
 * The address need not be there yet; its scope must. Keys are added by tcp_set_password(), and
 * distances by tcp_guard(), before the peers connect.
 */
int tcp_listen(struct endpoint local, int *ret_fd, struct err *e);
/*
 * The next connection that waits; -EAGAIN when there is none. Give it tcp_adopt() before anything
 * is sent.
 */
int tcp_accept(int listener, int *ret_fd, struct endpoint *ret_peer);
/* Interface and TTLs of conf for a connection that was accepted; 0 or negative errno. */
int tcp_adopt(int fd, const struct endpoint *peer, const struct tcp_conf *conf);
/*
 * Signs everything to and from the peer, on this socket or (listening) on those accepted from it.
 * NULL takes the key away. -ENOPROTOOPT where the kernel has no TCP MD5.
 */
int tcp_set_password(int fd, struct ip peer, const char *password);
/*
 * Has the kernel find out that a peer is gone which says nothing and is told nothing: probes after
 * 30 s of silence, each 10 s; the connection fails when what was sent is not taken for `patience`
 * (RFC 5482).
 */
void tcp_watch_peer(int fd, struct duration patience);

/* The interface's IPv6 link-local address, with its scope; -ENODEV, or -EADDRNOTAVAIL: none yet. */
int tcp_link_local(const char *interface, struct endpoint *ret);

/* ---- tcp_guard.c: one listening socket for neighbors at different distances ---- */

struct tcp_guard {
	struct ip peer;
	uint8_t ttl, min_ttl; /* as in struct tcp_conf */
};

/*
 * Has the kernel drop each segment to the listening socket that comes from a peer of the rules with
 * less than its min_ttl: a SYN is not even answered, and a connection accepted later keeps the
 * rule, so that there is no moment between accept and tcp_adopt(). Replaces earlier rules, of which
 * there were fewer.
 * -E2BIG: too many; -EPERM: they differ, and the kernel wants CAP_NET_ADMIN for that.
 */
int tcp_guard(int listener, const struct tcp_guard *rules, size_t count);

/* ---- tcp_counters.c: what this host's TCP has dropped, all sockets together ---- */

struct tcp_counters {
	uint64_t md5_missing, md5_unexpected, md5_wrong; /* signature */
	uint64_t ttl_too_low;                            /* by IP_MINTTL and its like */
};

/* Of the text of /proc/net/netstat; what is not in it is 0. Pure. */
void tcp_counters_parse(const char *text, struct tcp_counters *ret);
/* All 0 when they can not be read. */
struct tcp_counters tcp_counters_read(void);
