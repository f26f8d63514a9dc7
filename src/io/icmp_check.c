/*
 * ICMP: one echo request, and its reply. Over a ping socket where net.ipv4.ping_group_range allows
 * it, else over a raw one, which takes CAP_NET_RAW.
 */
#include <errno.h>
#include <linux/icmp.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/check_kind.h"
#include "io/exchange.h"
#include "proto/trace/packet.h"

#define REPLY_MAX 256u /* ours is 40 bytes, with an IPv4 header that may have options */

struct icmp_check {
	struct check_run run;
	struct exchange x;
	struct trace_flow flow;
	bool raw;
	uint16_t number; /* of the request */
	uint8_t request[TRACE_ECHO_LEN];
};

/* A ping socket or a raw one; negative errno. */
static int
open_socket(enum ip_family family, bool *ret_raw)
{
	const int domain = family == IP_V4 ? AF_INET : AF_INET6;
	const int protocol = family == IP_V4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	const int flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
	struct icmp_filter replies = { ~(1u << ICMP_ECHOREPLY) };
	int fd = socket(domain, SOCK_DGRAM | flags, protocol);

	*ret_raw = fd < 0;
	if (fd < 0)
		fd = socket(domain, SOCK_RAW | flags, protocol);
	if (fd < 0)
		return -errno;
	/* each raw socket is given a copy of all that comes in */
	if (*ret_raw && family == IP_V4)
		(void)setsockopt(fd, SOL_RAW, ICMP_FILTER, &replies, sizeof(replies));
	return fd;
}

static int
icmp_able(const struct check_spec *spec, struct err *e)
{
	bool raw;
	int fd = open_socket(spec->target.family == IP_V6 ? IP_V6 : IP_V4, &raw);

	if (fd < 0)
		return err_errno(e, fd,
		    "neither a ping socket (net.ipv4.ping_group_range) nor a "
		    "raw one (CAP_NET_RAW)");
	(void)close(fd);
	return 0;
}

static void
on_received(struct exchange *x)
{
	struct icmp_check *c = container_of(x, struct icmp_check, x);
	bool header = c->raw && c->flow.family == IP_V4;
	uint16_t number;

	if (trace_decode_echo_reply(&c->flow, header, x->in, x->in_len, &number) ==
		TRACE_MATCH_NUMBER &&
	    number == c->number)
		check_run_end(&c->run, CHECK_RUN_PASSED, "echo reply");
}

static void
on_ended(struct exchange *x, int error)
{
	struct icmp_check *c = container_of(x, struct icmp_check, x);

	/* no socket is refused by an echo: not what the word means elsewhere */
	check_run_end(&c->run, CHECK_RUN_FAILED, "%s", strerror(error));
}

static void
icmp_open(struct check_run *run)
{
	check_run_as(struct icmp_check, run)->x.fd = -1;
}

static void
icmp_start(struct check_run *run)
{
	static const struct exchange_events events = { .received = on_received, .ended = on_ended };
	struct icmp_check *c = check_run_as(struct icmp_check, run);
	const struct exchange_plan plan = { c->request, sizeof(c->request), REPLY_MAX, &events,
		false };
	int fd = open_socket(run->address.family, &c->raw), r;

	if (fd < 0) {
		check_run_end(run, CHECK_RUN_CANNOT,
		    "neither a ping socket (net.ipv4.ping_group_range) nor a raw one "
		    "(CAP_NET_RAW): %s",
		    strerror(-fd));
		return;
	}
	run->awaits = "echo reply";
	c->flow.family = run->address.family;
	(void)getrandom(&c->flow.cookie, sizeof(c->flow.cookie), 0);
	c->flow.ident = c->raw ? (uint16_t)(c->flow.cookie | 1) : 0;
	trace_encode_echo(&c->flow, ++c->number, c->request);
	r = exchange_connect(
	    &c->x, check_hub_loop(run->hub), fd, (struct endpoint){ .addr = run->address }, &plan);
	if (r < 0)
		check_run_end(run, CHECK_RUN_FAILED, "%s", strerror(-r));
}

static void
icmp_stop(struct check_run *run)
{
	exchange_close(&check_run_as(struct icmp_check, run)->x);
}

const struct check_kind icmp_check_kind = {
	.size = sizeof(struct icmp_check),
	.able = icmp_able,
	.open = icmp_open,
	.start = icmp_start,
	.stop = icmp_stop,
};
