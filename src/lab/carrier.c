#include "lab/carrier.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>

int
carrier_open(struct carrier *c, struct link *links, size_t link_count, struct rtnl *fabric, struct err *err)
{
	struct mnl_socket *s = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (s == NULL)
		return err_errno(err, -errno, "open a netlink socket");
	if (mnl_socket_bind(s, RTMGRP_LINK, MNL_SOCKET_AUTOPID) < 0) {
		int r = err_errno(err, -errno, "watch the fabric");

		mnl_socket_close(s);
		return r;
	}
	*c = (struct carrier){ .socket = s, .links = links, .link_count = link_count, .fabric = fabric };
	return 0;
}

void
carrier_close(struct carrier *c)
{
	if (c->socket != NULL)
		mnl_socket_close(c->socket);
	*c = (struct carrier){ 0 };
}

int
carrier_fd(const struct carrier *c)
{
	return mnl_socket_get_fd(c->socket);
}

/* The state of an interface; most are far ends. */
static int
on_message(const struct nlmsghdr *h, void *userdata)
{
	struct carrier *c = userdata;
	const struct ifinfomsg *m = mnl_nlmsg_get_payload(h);

	/* One that was set down itself says nothing about the node behind it. */
	if (h->nlmsg_type != RTM_NEWLINK || (m->ifi_flags & IFF_UP) == 0)
		return MNL_CB_OK;
	for (size_t i = 0; i < c->link_count; i++)
		for (int side = 0; side < 2; side++)
			if (c->links[i].fabric_index[side] == (unsigned)m->ifi_index)
				link_follow(&c->links[i], c->fabric, side, (m->ifi_flags & IFF_LOWER_UP) != 0);
	return MNL_CB_OK;
}

void
carrier_look(struct carrier *c)
{
	_Alignas(struct nlmsghdr) char messages[32768];
	ssize_t n;

	/* Lost messages (ENOBUFS) are not asked for again: a later change of the same end sets it right. */
	while ((n = mnl_socket_recvfrom(c->socket, messages, sizeof(messages))) > 0)
		(void)mnl_cb_run(messages, (size_t)n, 0, 0, on_message, c);
}
