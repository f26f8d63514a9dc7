#include "lab/carrier.h"

#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <unistd.h>

#include "io/netlink.h"

int
carrier_open(struct carrier *c, struct link *links, size_t link_count, struct netlink *fabric,
    struct err *err)
{
	static const unsigned groups[] = { RTNLGRP_LINK };
	int fd, r = netlink_listen(NETLINK_ROUTE, groups, ARRAY_SIZE(groups), &fd, err);

	if (r < 0)
		return err_prefix(err, "watch the fabric"), r;
	*c = (struct carrier){ .fd = fd, .links = links, .link_count = link_count, .fabric = fabric };
	return 0;
}

int
carrier_fd(const struct carrier *c)
{
	return c->fd;
}

/* The state of an interface; most are far ends. */
static void
take_message(struct carrier *c, const struct nlmsghdr *h)
{
	const struct ifinfomsg *m = mnl_nlmsg_get_payload(h);

	/* One that was set down itself says nothing about the node behind it. */
	if (h->nlmsg_type != RTM_NEWLINK || (m->ifi_flags & IFF_UP) == 0)
		return;
	for (size_t i = 0; i < c->link_count; i++)
		for (int side = 0; side < 2; side++)
			if (c->links[i].fabric_index[side] == (unsigned)m->ifi_index)
				link_follow(&c->links[i], c->fabric, side, (m->ifi_flags & IFF_LOWER_UP) != 0);
}

void
carrier_look(struct carrier *c)
{
	_Alignas(struct nlmsghdr) char messages[32768];
	ssize_t n;

	/* Lost messages (ENOBUFS) are not asked for again: a later change of the same end sets it right. */
	while ((n = netlink_read(c->fd, messages, sizeof(messages))) > 0) {
		const struct nlmsghdr *h = (const void *)messages;

		for (int left = (int)n; mnl_nlmsg_ok(h, left); h = mnl_nlmsg_next(h, &left))
			take_message(c, h);
	}
}
