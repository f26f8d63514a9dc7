/*
 * TCP probes without privileges: each is a connect() of a socket of its own, whose SYN goes out
 * with the time to live of the probe.
 *
 * All of them leave from one port, which a socket that is bound and never used holds for the trace;
 * so they are one flow. The kernel has at most one connection for a pair of ports and addresses, so
 * one probe waits at a time, and it tells replies to an earlier one by their sequence number (RFC
 * 5927 4.1) and drops them. ICMP errors come through the error queue of the socket, a RST as
 * ECONNREFUSED; a connection that is accepted is reset at once.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/loop.h"
#include "io/socket_option.h"
#include "io/trace_socket_internal.h"

/* The kernel would send the SYN again after a second (RFC 6298 2), and its reply would look late.
 */
#define WAIT_MAX DURATION_MS(950)

void
trace_connect_limit(struct trace_conf *conf)
{
	conf->parallel = 1;
	if (duration_cmp(conf->wait, WAIT_MAX) > 0)
		conf->wait = WAIT_MAX;
}

/* A TCP socket at this port of ours; 0: at one that the kernel chooses. Negative errno on failure.
 */
static int
open_bound(enum ip_family family, uint16_t port)
{
	struct endpoint own = { .addr = { .family = family }, .port = port };
	int domain = family == IP_V4 ? AF_INET : AF_INET6;
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(own, &ss);
	int r, fd = socket(domain, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);

	if (fd < 0)
		return -errno;
	r = socket_set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (r == 0 && family == IP_V6)
		r = socket_set_int(fd, SOL_IPV6, IPV6_V6ONLY, 1);
	if (r == 0 && bind(fd, (struct sockaddr *)&ss, len) < 0)
		r = -errno;
	if (r == 0)
		return fd;
	(void)close(fd);
	return r;
}

int
trace_connect_open(struct trace_socket *s, const struct trace_run_conf *conf, struct err *e)
{
	struct sockaddr_storage ss = { 0 };
	socklen_t len = sizeof(ss);
	struct endpoint own;

	s->to = (struct endpoint){ .addr = conf->trace.target, .port = conf->port };
	s->fd = epoll_create1(EPOLL_CLOEXEC);
	if (s->fd < 0)
		return err_errno(e, -errno, "epoll");
	s->holder = open_bound(s->flow.family, 0);
	if (s->holder < 0)
		return err_errno(e, s->holder, "TCP socket");
	if (getsockname(s->holder, (struct sockaddr *)&ss, &len) < 0 ||
	    endpoint_from_sockaddr(&ss, &own) < 0)
		return err_errno(e, -errno, "address of the socket");
	s->own_port = own.port;
	return 0;
}

/* The options of a probe: its time to live, and how its end is learnt and made. */
static int
prepare(int fd, enum ip_family family, uint8_t ttl)
{
	struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	bool v4 = family == IP_V4;
	int level = v4 ? SOL_IP : SOL_IPV6;
	int r = socket_set_int(fd, level, v4 ? IP_RECVERR : IPV6_RECVERR, 1);

	if (r == 0)
		r = socket_set_int(fd, level, v4 ? IP_TTL : IPV6_UNICAST_HOPS, ttl);
	if (r == 0)
		r = socket_set_int(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
	if (r == 0 && setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)) < 0)
		r = -errno;
	return r;
}

static int
start_connect(struct trace_socket *s, uint8_t ttl)
{
	struct epoll_event event = { .events = EPOLLOUT };
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(s->to, &ss);
	int r = prepare(s->probe, s->flow.family, ttl);

	if (r == 0 && epoll_ctl(s->fd, EPOLL_CTL_ADD, s->probe, &event) < 0)
		r = -errno;
	if (r < 0)
		return r;
	if (connect(s->probe, (struct sockaddr *)&ss, len) == 0 || errno == EINPROGRESS)
		return 0;
	/* a port of this host may refuse before the call has returned; that is its answer */
	s->refused = errno == ECONNREFUSED;
	return s->refused ? 0 : -errno;
}

int
trace_connect_send(struct trace_socket *s, struct trace_probe probe)
{
	int r;

	trace_connect_abandon(s);
	s->probe = open_bound(s->flow.family, s->own_port);
	if (s->probe < 0)
		return s->probe;
	s->number = probe.number;
	s->refused = false;
	r = start_connect(s, probe.ttl);
	if (r < 0)
		trace_connect_abandon(s);
	return r;
}

void
trace_connect_abandon(struct trace_socket *s)
{
	if (s->probe >= 0)
		(void)close(s->probe);
	s->probe = -1;
}

/* What the target made of the connection. 1: filled; 0: nothing that says so; -EAGAIN: not yet. */
static int
take_outcome(struct trace_socket *s, struct trace_reply *ret)
{
	struct pollfd p = { .fd = s->probe, .events = POLLOUT };
	int error = s->refused ? ECONNREFUSED : 0;
	socklen_t len = sizeof(error);

	if (!s->refused && poll(&p, 1, 0) == 0)
		return -EAGAIN;
	if (!s->refused && getsockopt(s->probe, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		error = errno;
	ret->from = s->to.addr;
	ret->kind = TRACE_REACHED;
	ret->tcp = error == 0 ? TRACE_TCP_SYN_ACK : TRACE_TCP_RST;
	ret->at = clock_now();
	return error == 0 || error == ECONNREFUSED;
}

int
trace_connect_take(struct trace_socket *s, struct trace_reply *ret)
{
	struct trace_reply reply = { 0 };
	int r;

	if (s->probe < 0)
		return -EAGAIN;
	r = trace_socket_take_error(s->probe, &reply, NULL);
	if (r == 0) /* not the network's; the next may be */
		return 0;
	if (r < 0)
		r = take_outcome(s, &reply);
	if (r == -EAGAIN)
		return r;
	reply.numbered = true;
	reply.number = s->number;
	*ret = reply;
	trace_connect_abandon(s);
	return r;
}
