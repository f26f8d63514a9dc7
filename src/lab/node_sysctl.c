#include "lab/node_sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"

struct setting {
	const char *name; /* below /proc/sys/net */
	const char *value;
	bool needed; /* else: not in every kernel, or not in every namespace */
};

static const struct setting common[] = {
	/* Asymmetric paths are normal between networks. */
	{ "ipv4/conf/all/rp_filter", "0", true },
	{ "ipv4/conf/default/rp_filter", "0", true },
	/* A loopback's address is not answered for on a link. */
	{ "ipv4/conf/all/arp_ignore", "1", true },
	{ "ipv4/conf/all/arp_announce", "2", true },
	/* Traceroute wants every answer; the kernel's limits are for the wild. */
	{ "ipv4/icmp_ratelimit", "0", true },
	{ "ipv4/icmp_msgs_per_sec", "1000000", false },
	{ "ipv4/icmp_msgs_burst", "1000000", false },
	{ "ipv6/icmp/ratelimit", "0", false },
	/* A hop is named after the interface that a packet came in by. */
	{ "ipv4/icmp_errors_use_inbound_ifaddr", "1", true },
	/* Flows, not packets, choose among equal paths: addresses and ports. */
	{ "ipv4/fib_multipath_hash_policy", "1", false },
	{ "ipv6/fib_multipath_hash_policy", "1", false },
	{ "ipv6/conf/all/disable_ipv6", "0", false },
	{ "ipv6/conf/default/disable_ipv6", "0", false },
	/* Addresses are the plan's: no router advertisement adds one, none waits for duplicates. */
	{ "ipv6/conf/all/accept_ra", "0", false },
	{ "ipv6/conf/default/accept_ra", "0", false },
	{ "ipv6/conf/all/accept_dad", "0", false },
	{ "ipv6/conf/default/accept_dad", "0", false },
	/* A link that is cut and joined again has its addresses still. */
	{ "ipv6/conf/all/keep_addr_on_down", "1", false },
	{ "ipv6/conf/default/keep_addr_on_down", "1", false },
};

static const struct setting router[] = {
	{ "ipv4/ip_forward", "1", true },
	{ "ipv6/conf/all/forwarding", "1", false },
	{ "ipv6/conf/default/forwarding", "1", false },
};

/* ICMP sockets without privileges, for every group; in a user namespace only group 0 exists. */
static const struct setting ping_all = { "ipv4/ping_group_range", "0 2147483647", false };
static const struct setting ping_root = { "ipv4/ping_group_range", "0 0", false };

static int
set_one(const struct setting *s)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "/proc/sys/net/%s", s->name);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	int r = write(fd, s->value, strlen(s->value)) < 0 ? -errno : 0;
	close(fd);
	return r;
}

static int
set_all(const struct setting *settings, size_t count, struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		int r = set_one(&settings[i]);

		if (r < 0 && settings[i].needed)
			return err_errno(err, r, "set /proc/sys/net/%s", settings[i].name);
	}
	return 0;
}

int
node_sysctl_set(bool forwarding, struct err *err)
{
	int r = set_all(common, ARRAY_SIZE(common), err);

	if (r == 0 && forwarding)
		r = set_all(router, ARRAY_SIZE(router), err);
	if (r == 0 && set_one(&ping_all) < 0)
		(void)set_one(&ping_root);
	return r;
}
