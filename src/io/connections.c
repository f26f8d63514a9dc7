#include "io/connections.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "io/netlink.h"

/* Of the kernel's net/tcp_states.h, which it does not export. */
#define STATE_ESTABLISHED 1
/* Addresses of one request: its program has to fit an attribute of 64 KiB. */
#define BATCH_MAX 1000
#define JUMP_LEN sizeof(struct inet_diag_bc_op)
#define TEST_MAX (JUMP_LEN + sizeof(struct inet_diag_hostcond) + 16)
#define REQUEST_MAX (1024 + BATCH_MAX * (TEST_MAX + JUMP_LEN))

static size_t
address_len(struct ip ip)
{
	return ip.family == IP_V4 ? 4 : 16;
}

static size_t
test_len(struct ip ip)
{
	return JUMP_LEN + sizeof(struct inet_diag_hostcond) + address_len(ip);
}

/*
 * The test "the local address is this one". The kernel goes on `yes` bytes further when it is, else
 * `no` bytes; what goes on to the end is taken, what goes beyond it is not.
 */
static char *
put_test(char *at, struct ip ip, size_t no)
{
	struct inet_diag_bc_op op = { .code = INET_DIAG_BC_S_COND,
		.yes = (unsigned char)test_len(ip),
		.no = (unsigned short)no };
	struct inet_diag_hostcond cond = { .family = ip.family == IP_V4 ? AF_INET : AF_INET6,
		.prefix_len = (uint8_t)ip_bits(ip.family),
		.port = -1 };

	memcpy(at, &op, sizeof(op));
	memcpy(at + sizeof(op), &cond, sizeof(cond));
	memcpy(at + sizeof(op) + sizeof(cond), ip.bytes, address_len(ip));
	return at + test_len(ip);
}

/* One of the addresses: tests with a jump to the end behind each but the last. */
static size_t
write_program(char *program, const struct ip *addresses, size_t count)
{
	size_t len = (count - 1) * JUMP_LEN;
	char *at = program;

	for (size_t i = 0; i < count; i++)
		len += test_len(addresses[i]);
	for (size_t i = 0; i < count; i++) {
		bool last = i + 1 == count;
		struct inet_diag_bc_op jump = { .code = INET_DIAG_BC_JMP, .yes = JUMP_LEN };

		at = put_test(at, addresses[i], test_len(addresses[i]) + JUMP_LEN);
		if (last)
			break;
		jump.no = (unsigned short)(len - (size_t)(at - program));
		memcpy(at, &jump, sizeof(jump));
		at += sizeof(jump);
	}
	return len;
}

struct counting {
	uint64_t before, now;
};

/* Who connects to an address of its own host is given that address as its own (RFC 6724 section 5,
 * rule 1; of IPv4, the route's preferred source). */
static bool
is_with_itself(const struct inet_diag_msg *m)
{
	size_t len = m->idiag_family == AF_INET ? 4 : 16;

	return memcmp(m->id.idiag_src, m->id.idiag_dst, len) == 0;
}

static void
count_one(const struct nlmsghdr *h, void *userdata)
{
	struct counting *c = userdata;

	if (h == NULL)
		c->now = c->before;
	else if (h->nlmsg_type == SOCK_DIAG_BY_FAMILY &&
		 mnl_nlmsg_get_payload_len(h) >= sizeof(struct inet_diag_msg))
		c->now += !is_with_itself(mnl_nlmsg_get_payload(h));
}

static int
count_batch(struct netlink *nl, const struct ip *addresses, size_t count, uint8_t family,
    uint64_t *total, struct err *e)
{
	_cleanup_(freep) char *request = xcalloc(1, REQUEST_MAX);
	struct nlmsghdr *h = mnl_nlmsg_put_header(request);
	struct inet_diag_req_v2 *req = mnl_nlmsg_put_extra_header(h, sizeof(*req));
	struct counting counting = { .before = *total, .now = *total };
	struct nlattr *program;
	int r;

	h->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	h->nlmsg_flags = NLM_F_DUMP;
	req->sdiag_family = family;
	req->sdiag_protocol = IPPROTO_TCP;
	req->idiag_states = 1u << STATE_ESTABLISHED;
	program = mnl_attr_nest_start(h, INET_DIAG_REQ_BYTECODE);
	h->nlmsg_len += (uint32_t)write_program(mnl_attr_get_payload(program), addresses, count);
	mnl_attr_nest_end(h, program);
	program->nla_type = INET_DIAG_REQ_BYTECODE;
	r = netlink_request(nl, h, count_one, &counting, e);
	/* a kernel without IPv6 has nothing there */
	if (r < 0 && !(r == -ENOENT && family == AF_INET6))
		return r;
	*total = counting.now;
	return 0;
}

int
connections_count(const struct ip *addresses, size_t count, uint64_t *ret, struct err *e)
{
	struct netlink *nl;
	uint64_t total = 0;
	int r = netlink_new(NETLINK_SOCK_DIAG, &nl, e);

	if (r < 0)
		return r;
	/* connections to an IPv4 address may be of IPv6 sockets; no socket is of both families */
	for (size_t from = 0; from < count && r >= 0; from += BATCH_MAX) {
		size_t n = MIN(count - from, (size_t)BATCH_MAX);

		r = count_batch(nl, addresses + from, n, AF_INET, &total, e);
		if (r >= 0)
			r = count_batch(nl, addresses + from, n, AF_INET6, &total, e);
	}
	netlink_free(nl);
	if (r >= 0)
		*ret = total;
	return r;
}
