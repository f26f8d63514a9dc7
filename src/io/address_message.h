/*
 * Addresses of interfaces in the messages of rtnetlink: what the kernel says of one, and what is
 * asked of it. Bytes only; addresses.c talks to the kernel.
 */
#pragma once

#include <stdbool.h>

#include <libmnl/libmnl.h>

#include "base/ip.h"
#include "io/netlink.h"

struct address_message {
	struct ip ip;
	unsigned ifindex;
	bool usable; /* it is there, and is no duplicate, nor looked at for being one */
	bool marked; /* nearcastd added it */
};

/* False: not about an address of IPv4 or IPv6. */
bool address_message_read(const struct nlmsghdr *h, struct address_message *ret);

/* Requests, in the buffer. Addresses are added as host prefixes; one that is there is -EEXIST. */
struct nlmsghdr *address_message_dump(char buf[static NETLINK_REQUEST_MAX]);
struct nlmsghdr *address_message_add(
    unsigned ifindex, struct ip ip, char buf[static NETLINK_REQUEST_MAX]);
struct nlmsghdr *address_message_remove(
    unsigned ifindex, struct ip ip, char buf[static NETLINK_REQUEST_MAX]);
