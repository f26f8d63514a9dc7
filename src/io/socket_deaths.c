#include "io/socket_deaths.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>

#include "base/attr.h"
#include "io/netlink.h"

/* Ports that fit into the filter's jumps; with more, every listening socket is let through. */
#define FILTER_PORTS_MAX 200

int
socket_deaths_open(int *ret_fd, struct err *e)
{
	static const unsigned groups[] = { SKNLGRP_INET_TCP_DESTROY, SKNLGRP_INET_UDP_DESTROY,
		SKNLGRP_INET6_TCP_DESTROY, SKNLGRP_INET6_UDP_DESTROY };

	return netlink_listen(NETLINK_SOCK_DIAG, groups, ARRAY_SIZE(groups), ret_fd, e);
}

/* Lets through what had no peer (destination port 0) and one of the ports. */
int
socket_deaths_filter(int fd, const uint16_t *ports, size_t count, struct err *e)
{
	enum {
		AT_SOURCE_PORT = NLMSG_HDRLEN + offsetof(struct inet_diag_msg, id.idiag_sport),
		AT_DEST_PORT = NLMSG_HDRLEN + offsetof(struct inet_diag_msg, id.idiag_dport),
	};
	struct sock_filter code[FILTER_PORTS_MAX + 5];
	struct sock_fprog program = { .filter = code };
	size_t n = 0;

	code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_H | BPF_ABS, AT_DEST_PORT);
	if (count > FILTER_PORTS_MAX) {
		code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
	} else {
		code[n++] = (struct sock_filter)BPF_JUMP(
		    BPF_JMP | BPF_JEQ | BPF_K, 0, 0, (uint8_t)(count + 1));
		code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_H | BPF_ABS, AT_SOURCE_PORT);
		for (size_t i = 0; i < count; i++)
			code[n++] = (struct sock_filter)BPF_JUMP(
			    BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)ports[i], (uint8_t)(count - i), 0);
	}
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, UINT32_MAX);
	program.len = (unsigned short)n;
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0)
		return err_errno(e, -errno, "filter of the listener watch");
	return 0;
}

/* The port of a destroyed socket into the set. */
static void
add_port(const struct nlmsghdr *h, uint16_t *ports, size_t *count)
{
	const struct inet_diag_msg *m = mnl_nlmsg_get_payload(h);
	uint16_t port;

	if (mnl_nlmsg_get_payload_len(h) < sizeof(*m))
		return;
	port = ntohs(m->id.idiag_sport);
	for (size_t i = 0; i < *count; i++) {
		if (ports[i] == port)
			return;
	}
	ports[(*count)++] = port;
}

int
socket_deaths_read(int fd, uint16_t ports[static SOCKET_DEATHS_MAX], size_t *count)
{
	int lost = 0;

	*count = 0;
	/* all that is there: a server with 64 workers dies with 64 messages */
	for (int i = 0; i < SOCKET_DEATHS_MAX; i++) {
		char buf[8192];
		ssize_t n = netlink_read(fd, buf, sizeof(buf));
		const struct nlmsghdr *h = (const void *)buf;

		if (n == 0)
			break;
		if (n < 0)
			lost = (int)n;
		/* one datagram is one message */
		else if (mnl_nlmsg_ok(h, (int)n))
			add_port(h, ports, count);
	}
	if (lost < 0)
		*count = 0;
	return lost;
}
