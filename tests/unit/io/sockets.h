/* Sockets of this very process, to be watched. */
#pragma once

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/socket_diag.h"

/* A listening (TCP) or bound (UDP) socket; *port 0 takes any and gives it. */
static inline int
open_socket(int type, const char *address, uint16_t *port, bool v6only)
{
	struct endpoint at = { .port = *port };
	struct sockaddr_storage ss;
	int fd, on = 1, off = v6only;
	socklen_t len;

	if (ip_parse(address, &at.addr) < 0)
		return -1;
	len = endpoint_to_sockaddr(at, &ss);
	fd = socket(ss.ss_family, type | SOCK_CLOEXEC, 0);
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
	if (ss.ss_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (bind(fd, (void *)&ss, len) < 0 || (type == SOCK_STREAM && listen(fd, 8) < 0)) {
		(void)close(fd);
		return -1;
	}
	(void)getsockname(fd, (void *)&ss, &len);
	(void)endpoint_from_sockaddr(&ss, &at);
	*port = at.port;
	return fd;
}

static inline struct watched_socket
watched(uint8_t protocol, const char *address, uint16_t port)
{
	struct watched_socket w = { .protocol = protocol, .port = port };

	(void)ip_parse(address, &w.address);
	return w;
}

/* What covers what: a socket, and whether it answers for an address. */
static const struct {
	int type;
	const char *bound;
	bool v6only;
	const char *address;
	int covered;
} covering[] __attribute__((unused)) = {
	{ SOCK_STREAM, "127.0.0.1", false, "127.0.0.1", 1 },
	{ SOCK_STREAM, "127.0.0.1", false, "127.0.0.2", 0 },
	{ SOCK_STREAM, "0.0.0.0", false, "192.0.2.77", 1 },
	{ SOCK_STREAM, "0.0.0.0", false, "2001:db8::77", 0 },
	{ SOCK_STREAM, "::", false, "192.0.2.77", 1 },
	{ SOCK_STREAM, "::", false, "2001:db8::77", 1 },
	{ SOCK_STREAM, "::", true, "192.0.2.77", 0 },
	{ SOCK_STREAM, "::", true, "2001:db8::77", 1 },
	{ SOCK_STREAM, "::1", false, "::1", 1 },
	{ SOCK_STREAM, "::1", false, "192.0.2.77", 0 },
	{ SOCK_STREAM, "::1", false, "2001:db8::77", 0 },
	{ SOCK_STREAM, "::ffff:127.0.0.1", false, "127.0.0.1", 1 },
	{ SOCK_STREAM, "::ffff:127.0.0.1", false, "127.0.0.2", 0 },
	{ SOCK_STREAM, "::ffff:0.0.0.0", false, "192.0.2.77", 1 },
	{ SOCK_DGRAM, "0.0.0.0", false, "192.0.2.77", 1 },
	{ SOCK_DGRAM, "127.0.0.1", false, "192.0.2.77", 0 },
	{ SOCK_DGRAM, "127.0.0.1", false, "127.0.0.1", 1 },
	{ SOCK_DGRAM, "::", false, "192.0.2.77", 1 },
	{ SOCK_DGRAM, "::", false, "2001:db8::77", 1 },
	{ SOCK_DGRAM, "::", true, "192.0.2.77", 0 },
	{ SOCK_DGRAM, "::1", true, "::1", 1 },
	{ SOCK_DGRAM, "::1", true, "2001:db8::77", 0 },
};

/*
 * A connection to the listener on 127.0.0.1 that stays half open at its end: it waits for data. The
 * client's socket, or -1.
 */
static inline int
half_open(int listener, uint16_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), seconds = 30;

	if (setsockopt(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, sizeof(seconds)) == 0 &&
	    connect(fd, (void *)&to, sizeof(to)) == 0)
		return fd;
	(void)close(fd);
	return -1;
}
