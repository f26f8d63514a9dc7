#include "io/local_route.h"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

static void
take_route(const struct nlmsghdr *h, void *userdata)
{
	const struct rtmsg *route;
	bool *is_local = userdata;

	if (h == NULL || h->nlmsg_type != RTM_NEWROUTE ||
	    mnl_nlmsg_get_payload_len(h) < sizeof(*route))
		return;
	route = mnl_nlmsg_get_payload(h);
	*is_local = route->rtm_type == RTN_LOCAL;
}

bool
local_route_exists(struct netlink *nl, struct ip ip)
{
	char buf[NETLINK_REQUEST_MAX];
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
	struct rtmsg *route;
	bool is_local = false;

	h->nlmsg_type = RTM_GETROUTE;
	route = mnl_nlmsg_put_extra_header(h, sizeof(*route));
	route->rtm_family = ip.family == IP_V4 ? AF_INET : AF_INET6;
	route->rtm_dst_len = (uint8_t)ip_bits(ip.family);
	mnl_attr_put(h, RTA_DST, ip_size(ip.family), ip.bytes);
	return netlink_get(nl, h, take_route, &is_local, NULL) >= 0 && is_local;
}
