/*
 * What the lab asks of rtnetlink: veth pairs, their state, addresses and routes.
 *
 * A struct netlink (of NETLINK_ROUTE) belongs for good to the network namespace in which it was made, so
 * the supervisor holds one for each node and never has to go there again. Each call is one request and
 * waits for the kernel's answer.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/ip.h"

struct netlink;

struct rtnl_veth_end {
	const char *ifname;
	int netns; /* a file descriptor; -1: the namespace of the socket */
	uint8_t mac[6];
};

/* Makes both ends at once, each in its namespace; they are down. */
int rtnl_add_veth(struct netlink *nl, const struct rtnl_veth_end ends[static 2], uint32_t mtu,
    struct err *err) _must_use_;
int rtnl_set_up(struct netlink *nl, const char *ifname, bool up, struct err *err) _must_use_;
/* Without ARP and multicast: an interface that only carries packets. */
int rtnl_set_quiet(struct netlink *nl, const char *ifname, struct err *err) _must_use_;
/* The address with its length; usable at once (no duplicate detection). */
int rtnl_add_address(struct netlink *nl, const char *ifname, struct prefix addr, struct err *err) _must_use_;
/* Fine when it is there already. */
int rtnl_add_route(struct netlink *nl, struct prefix dest, struct ip via, struct err *err) _must_use_;
