#include "io/trace_socket.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/fd.h"
#include "io/loop.h"
#include "io/socket_option.h"
#include "io/trace_socket_internal.h"

/* A pending error of the socket fails one send; this many in a row are not pending errors. */
#define SEND_TRIES 32
/* An arrival time that is further back than this comes from a clock that was set meanwhile. */
#define ARRIVAL_AGE_MAX DURATION_S(10)

static int
open_udp(struct trace_socket *s, struct err *e)
{
	s->fd = socket(s->flow.family == IP_V4 ? AF_INET : AF_INET6,
	    SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return s->fd < 0 ? err_errno(e, -errno, "UDP socket") : 0;
}

/* Only echo replies; errors come through the error queue. */
static int
filter_raw(const struct trace_socket *s)
{
	struct icmp_filter filter4 = { ~(UINT32_C(1) << ICMP_ECHOREPLY) };
	struct icmp6_filter filter6;
	int r;

	if (s->flow.family == IP_V4) {
		r = setsockopt(s->fd, SOL_RAW, ICMP_FILTER, &filter4, sizeof(filter4));
	} else {
		ICMP6_FILTER_SETBLOCKALL(&filter6);
		ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &filter6);
		r = setsockopt(s->fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter6, sizeof(filter6));
	}
	return r < 0 ? -errno : 0;
}

static int
open_icmp(struct trace_socket *s, struct err *e)
{
	int domain = s->flow.family == IP_V4 ? AF_INET : AF_INET6;
	int protocol = s->flow.family == IP_V4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	int r;

	s->fd = socket(domain, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
	if (s->fd >= 0)
		return 0;
	s->fd = socket(domain, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
	if (s->fd < 0 && (errno == EPERM || errno == EACCES))
		return err_set(e, -EPERM,
		    "ICMP is not allowed here: the sysctl net.ipv4.ping_group_range has to include "
		    "a group of yours (for all: \"0 2147483647\"), or the program needs "
		    "CAP_NET_RAW; "
		    "--udp needs neither");
	if (s->fd < 0)
		return err_errno(e, -errno, "ICMP socket");
	s->raw = true;
	r = filter_raw(s);
	return r < 0 ? err_errno(e, r, "filter of the ICMP socket") : 0;
}

/* Nor does what the kernel believes of the way count, which may be old. */
static int
never_fragment(const struct trace_socket *s)
{
	if (s->flow.family == IP_V4)
		return socket_set_int(s->fd, SOL_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE);
	return socket_set_int(s->fd, SOL_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE);
}

static int
prepare(struct trace_socket *s, const struct trace_run_conf *conf, struct err *e)
{
	struct endpoint to = { .addr = conf->trace.target };
	struct sockaddr_storage ss;
	char text[IP_STR_MAX];
	socklen_t len;
	int r;

	/* raw IPv6 sockets would take a port for a protocol */
	to.port = conf->method == TRACE_UDP ? conf->port : 0;
	len = endpoint_to_sockaddr(to, &ss);
	if (s->flow.family == IP_V4)
		r = socket_set_int(s->fd, SOL_IP, IP_RECVERR, 1);
	else
		r = socket_set_int(s->fd, SOL_IPV6, IPV6_RECVERR, 1);
	if (r == 0)
		r = socket_set_int(s->fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
	if (r == 0 && conf->mtu)
		r = never_fragment(s);
	if (r < 0)
		return err_errno(e, r, "options of the socket");
	if (connect(s->fd, (struct sockaddr *)&ss, len) < 0)
		return err_errno(e, -errno, "%s", ip_format(conf->trace.target, text));
	return 0;
}

/* The identifier: for a ping socket what the kernel chose, or it would take our own replies for
 * foreign. */
static int
take_ident(struct trace_socket *s, struct err *e)
{
	struct sockaddr_storage ss = { 0 };
	socklen_t len = sizeof(ss);
	struct endpoint own;

	if (s->raw) {
		s->flow.ident = (uint16_t)(s->flow.cookie >> 16 | 1);
		return 0;
	}
	if (getsockname(s->fd, (struct sockaddr *)&ss, &len) < 0)
		return err_errno(e, -errno, "address of the socket");
	if (endpoint_from_sockaddr(&ss, &own) == 0)
		s->flow.ident = own.port;
	return 0;
}

int
trace_socket_open(struct trace_socket *s, const struct trace_run_conf *conf, struct err *e)
{
	int r;

	*s = (struct trace_socket){ .fd = -1,
		.holder = -1,
		.probe = -1,
		.method = conf->method,
		.flow = { .family = conf->trace.target.family } };
	if (getrandom(&s->flow.cookie, sizeof(s->flow.cookie), 0) != sizeof(s->flow.cookie))
		return err_errno(e, -errno, "random number");
	if (conf->method == TRACE_TCP)
		r = trace_connect_open(s, conf, e);
	else
		r = conf->method == TRACE_UDP ? open_udp(s, e) : open_icmp(s, e);
	if (r == 0 && conf->method != TRACE_TCP)
		r = prepare(s, conf, e);
	if (r == 0 && conf->method == TRACE_ICMP)
		r = take_ident(s, e);
	if (r < 0)
		trace_socket_close(s);
	return r;
}

void
trace_socket_abandon(struct trace_socket *s)
{
	trace_connect_abandon(s);
}

void
trace_socket_close(struct trace_socket *s)
{
	trace_connect_abandon(s);
	closep(&s->holder);
	closep(&s->fd);
	s->fd = s->holder = -1;
}

/* Errors that speak of the moment, or of a packet filter: the probe counts as lost. */
static bool
is_passing(int error)
{
	return error == EAGAIN || error == ENOBUFS || error == ENOMEM || error == EPERM ||
	       error == EINTR;
}

/* The first bytes of a probe; the rest are zeros. Gives how many are there, and how many follow. */
static size_t
encode(const struct trace_socket *s, struct trace_probe probe, uint8_t bytes[static TRACE_ECHO_LEN],
    size_t *ret_more)
{
	size_t len = trace_payload_len(s->flow.family, probe.size);

	*ret_more = len - TRACE_PAYLOAD_LEN;
	if (s->method == TRACE_UDP) {
		trace_encode_udp(&s->flow, probe.number, bytes);
		if (*ret_more > 0)
			trace_fit_udp(bytes, len);
		return TRACE_PAYLOAD_LEN;
	}
	trace_encode_echo(&s->flow, probe.number, bytes);
	if (*ret_more > 0)
		trace_fit_echo(&s->flow, bytes, len);
	return TRACE_ECHO_LEN;
}

/* One message with this time to live. */
static int
send_message(struct trace_socket *s, struct trace_probe probe)
{
	static uint8_t zeros[UINT16_MAX]; /* never written to */
	bool v4 = s->flow.family == IP_V4;
	uint8_t bytes[TRACE_ECHO_LEN];
	struct iovec iov[2] = { { .iov_base = bytes }, { .iov_base = zeros } };
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct msghdr m = {
		.msg_iov = iov,
		.msg_iovlen = ARRAY_SIZE(iov),
		.msg_control = &control,
		.msg_controllen = sizeof(control.space),
	};
	int ttl = probe.ttl;

	control.header = (struct cmsghdr){
		.cmsg_len = CMSG_LEN(sizeof(ttl)),
		.cmsg_level = v4 ? SOL_IP : SOL_IPV6,
		.cmsg_type = v4 ? IP_TTL : IPV6_HOPLIMIT,
	};
	memcpy(CMSG_DATA(&control.header), &ttl, sizeof(ttl));
	iov[0].iov_len = encode(s, probe, bytes, &iov[1].iov_len);
	for (int i = 0; i < SEND_TRIES; i++) {
		if (sendmsg(s->fd, &m, 0) >= 0)
			return 0;
		if (is_passing(errno))
			break;
	}
	return -errno;
}

int
trace_socket_send(struct trace_socket *s, struct trace_probe probe)
{
	int r = s->method == TRACE_TCP ? trace_connect_send(s, probe) : send_message(s, probe);

	return r < 0 && is_passing(-r) ? 0 : r;
}

/* When the kernel got it, on our clock: what it says is wall-clock time. */
static struct instant
arrival(struct msghdr *m)
{
	struct instant now = clock_now();
	int64_t wall = clock_wall_ns();

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		struct timespec ts;
		struct duration age;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS)
			continue;
		memcpy(&ts, CMSG_DATA(c), sizeof(ts));
		age = DURATION_NS(wall - ((int64_t)ts.tv_sec * NS_PER_S + ts.tv_nsec));
		if (age.ns > 0 && duration_cmp(age, ARRIVAL_AGE_MAX) < 0)
			return instant_add(now, DURATION_NS(-age.ns));
	}
	return now;
}

/* What a message of the error queue says; false when it is no ICMP error (but `mtu` is filled when
 * this host has said that a packet was too big). */
static bool
read_error(struct msghdr *m, struct trace_reply *ret)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		struct {
			struct sock_extended_err error;
			struct sockaddr_storage offender;
		} said = { 0 };
		struct endpoint from;
		size_t n = c->cmsg_len > CMSG_LEN(0) ? c->cmsg_len - CMSG_LEN(0) : 0;

		if (!(c->cmsg_level == SOL_IP && c->cmsg_type == IP_RECVERR) &&
		    !(c->cmsg_level == SOL_IPV6 && c->cmsg_type == IPV6_RECVERR))
			continue;
		memcpy(&said, CMSG_DATA(c), MIN(n, sizeof(said)));
		if (said.error.ee_errno == EMSGSIZE)
			ret->mtu = said.error.ee_info;
		if (said.error.ee_origin != SO_EE_ORIGIN_ICMP &&
		    said.error.ee_origin != SO_EE_ORIGIN_ICMP6)
			return false;
		if (endpoint_from_sockaddr(&said.offender, &from) < 0)
			return false;
		ret->icmp = true;
		ret->from = from.addr;
		ret->type = said.error.ee_type;
		ret->code = said.error.ee_code;
		ret->kind = trace_kind_of_icmp(from.addr.family, ret->type, ret->code);
		return true;
	}
	return false;
}

/* Room for a message with all that the kernel says beside it. */
struct message {
	_Alignas(struct cmsghdr) char control[512];
	struct iovec iov;
	struct msghdr m;
};

/* Bytes of it, or negative errno. */
static ssize_t
receive(int fd, int flags, struct message *into, struct trace_quote *quote)
{
	ssize_t n;

	into->iov = (struct iovec){ .iov_base = quote->bytes, .iov_len = sizeof(quote->bytes) };
	into->m = (struct msghdr){
		.msg_iov = &into->iov,
		.msg_iovlen = 1,
		.msg_control = into->control,
		.msg_controllen = sizeof(into->control),
	};
	n = recvmsg(fd, &into->m, flags);
	quote->len = n < 0 ? 0 : (size_t)n;
	return n < 0 ? -errno : n;
}

int
trace_socket_take_error(int fd, struct trace_reply *ret, struct trace_quote *quote)
{
	struct trace_quote unread;
	struct message message;
	ssize_t n = receive(fd, MSG_ERRQUEUE, &message, quote ? quote : &unread);

	if (n < 0)
		return (int)n;
	if (!read_error(&message.m, ret))
		return 0;
	ret->at = arrival(&message.m);
	return 1;
}

/* What came without an error: an echo reply, or an answer of an application at our port. */
static enum trace_match
match_data(const struct trace_socket *s, struct ip target, const struct trace_quote *data,
    struct trace_reply *ret)
{
	bool v4 = s->flow.family == IP_V4;

	ret->from = target; /* the socket is connected */
	ret->kind = TRACE_REACHED;
	if (s->method == TRACE_UDP)
		return TRACE_MATCH_UNKNOWN;
	ret->icmp = true;
	ret->type = v4 ? ICMP_ECHOREPLY : ICMP6_ECHO_REPLY;
	return trace_decode_echo_reply(
	    &s->flow, s->raw && v4, data->bytes, data->len, &ret->number);
}

static enum trace_match
match_quote(const struct trace_socket *s, const struct trace_quote *quote, uint16_t *ret_number)
{
	return s->method == TRACE_UDP
		   ? trace_decode_udp_quote(&s->flow, quote->bytes, quote->len, ret_number)
		   : trace_decode_echo_quote(&s->flow, quote->bytes, quote->len, ret_number);
}

int
trace_socket_take(struct trace_socket *s, struct ip target, struct trace_reply *ret)
{
	struct trace_reply reply = { 0 };
	struct trace_quote quote;
	struct message message;
	enum trace_match match;
	ssize_t r;

	if (s->method == TRACE_TCP)
		return trace_connect_take(s, ret);
	r = trace_socket_take_error(s->fd, &reply, &quote);
	if (r == 0)
		return 0;
	if (r > 0) {
		match = match_quote(s, &quote, &reply.number);
	} else {
		r = receive(s->fd, 0, &message, &quote);
		/* an error here is the pending one of a reply in the error queue */
		if (r < 0)
			return r == -EAGAIN ? -EAGAIN : 0;
		match = match_data(s, target, &quote, &reply);
		reply.at = arrival(&message.m);
	}
	if (match == TRACE_MATCH_FOREIGN)
		return 0;
	reply.numbered = match == TRACE_MATCH_NUMBER;
	*ret = reply;
	return 1;
}

uint32_t
trace_socket_own_mtu(struct trace_socket *s)
{
	struct trace_reply reply = { 0 };

	while (trace_socket_take_error(s->fd, &reply, NULL) >= 0)
		;
	return reply.mtu;
}
