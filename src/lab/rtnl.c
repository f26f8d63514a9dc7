#include "lab/rtnl.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>

#include "io/netlink.h"

/* A request that is being built; its bytes are aligned as netlink wants. */
struct request {
	union {
		struct nlmsghdr h;
		uint8_t bytes[NETLINK_REQUEST_MAX];
	};
};

/* Begins a request; gives its fixed part, zeroed. */
static void *
begin(struct request *q, uint16_t type, uint16_t flags, size_t fixed)
{
	mnl_nlmsg_put_header(q->bytes);
	q->h.nlmsg_type = type;
	q->h.nlmsg_flags = flags;
	return mnl_nlmsg_put_extra_header(&q->h, fixed);
}

static void
put_end(struct request *q, const struct rtnl_veth_end *end, uint32_t mtu)
{
	mnl_attr_put_strz(&q->h, IFLA_IFNAME, end->ifname);
	mnl_attr_put(&q->h, IFLA_ADDRESS, sizeof(end->mac), end->mac);
	mnl_attr_put_u32(&q->h, IFLA_MTU, mtu);
	if (end->netns >= 0)
		mnl_attr_put_u32(&q->h, IFLA_NET_NS_FD, (uint32_t)end->netns);
}

int
rtnl_add_veth(struct netlink *nl, const struct rtnl_veth_end ends[static 2], uint32_t mtu, struct err *err)
{
	struct request q = { 0 };

	(void)begin(&q, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, sizeof(struct ifinfomsg));
	put_end(&q, &ends[0], mtu);
	struct nlattr *info = mnl_attr_nest_start(&q.h, IFLA_LINKINFO);
	mnl_attr_put_strz(&q.h, IFLA_INFO_KIND, "veth");
	struct nlattr *data = mnl_attr_nest_start(&q.h, IFLA_INFO_DATA);
	struct nlattr *peer = mnl_attr_nest_start(&q.h, VETH_INFO_PEER);
	(void)mnl_nlmsg_put_extra_header(&q.h, sizeof(struct ifinfomsg));
	put_end(&q, &ends[1], mtu);
	mnl_attr_nest_end(&q.h, peer);
	mnl_attr_nest_end(&q.h, data);
	mnl_attr_nest_end(&q.h, info);

	int r = netlink_request(nl, &q.h, NULL, NULL, err);
	return r < 0 ? err_prefix(err, "make the interfaces %s and %s", ends[0].ifname, ends[1].ifname), r : 0;
}

static int
change_flags(struct netlink *nl, const char *ifname, unsigned flags, unsigned mask, struct err *err)
{
	struct request q = { 0 };
	struct ifinfomsg *m = begin(&q, RTM_NEWLINK, 0, sizeof(*m));

	m->ifi_flags = flags;
	m->ifi_change = mask;
	mnl_attr_put_strz(&q.h, IFLA_IFNAME, ifname);
	int r = netlink_request(nl, &q.h, NULL, NULL, err);
	return r < 0 ? err_prefix(err, "change the interface %s", ifname), r : 0;
}

int
rtnl_set_up(struct netlink *nl, const char *ifname, bool up, struct err *err)
{
	return change_flags(nl, ifname, up ? IFF_UP : 0, IFF_UP, err);
}

int
rtnl_set_quiet(struct netlink *nl, const char *ifname, struct err *err)
{
	return change_flags(nl, ifname, IFF_NOARP, IFF_NOARP | IFF_MULTICAST, err);
}

static uint8_t
kernel_family(enum ip_family family)
{
	return family == IP_V6 ? AF_INET6 : AF_INET;
}

static void
take_index(const struct nlmsghdr *h, void *userdata)
{
	int *index = userdata;

	if (h == NULL)
		*index = 0;
	else if (h->nlmsg_type == RTM_NEWLINK)
		*index = ((const struct ifinfomsg *)mnl_nlmsg_get_payload(h))->ifi_index;
}

/* The index of an interface in the socket's namespace. */
static int
find_index(struct netlink *nl, const char *ifname, struct err *err)
{
	struct request q = { 0 };
	int index = 0;

	(void)begin(&q, RTM_GETLINK, 0, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(&q.h, IFLA_IFNAME, ifname);
	int r = netlink_request(nl, &q.h, take_index, &index, err);
	if (r < 0)
		return err_prefix(err, "look for the interface %s", ifname), r;
	return index;
}

int
rtnl_add_address(struct netlink *nl, const char *ifname, struct prefix addr, struct err *err)
{
	struct request q = { 0 };
	char text[PREFIX_STR_MAX];
	int index = find_index(nl, ifname, err);

	if (index < 0)
		return index;
	struct ifaddrmsg *m = begin(&q, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, sizeof(*m));
	m->ifa_family = kernel_family(addr.addr.family);
	m->ifa_prefixlen = addr.len;
	m->ifa_index = (uint32_t)index;
	if (addr.addr.family == IP_V6)
		m->ifa_flags = IFA_F_NODAD;
	mnl_attr_put(&q.h, IFA_LOCAL, ip_size(addr.addr.family), addr.addr.bytes);
	mnl_attr_put(&q.h, IFA_ADDRESS, ip_size(addr.addr.family), addr.addr.bytes);
	int r = netlink_request(nl, &q.h, NULL, NULL, err);
	if (r < 0)
		return err_prefix(err, "add the address %s to %s", prefix_format(addr, text), ifname), r;
	return 0;
}

int
rtnl_add_route(struct netlink *nl, struct prefix dest, struct ip via, struct err *err)
{
	struct request q = { 0 };
	char text[PREFIX_STR_MAX], via_text[IP_STR_MAX];
	struct rtmsg *m = begin(&q, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, sizeof(*m));

	m->rtm_family = kernel_family(dest.addr.family);
	m->rtm_dst_len = dest.len;
	m->rtm_table = RT_TABLE_MAIN;
	m->rtm_protocol = RTPROT_STATIC;
	m->rtm_scope = RT_SCOPE_UNIVERSE;
	m->rtm_type = RTN_UNICAST;
	if (dest.len > 0)
		mnl_attr_put(&q.h, RTA_DST, ip_size(dest.addr.family), dest.addr.bytes);
	mnl_attr_put(&q.h, RTA_GATEWAY, ip_size(via.family), via.bytes);
	int r = netlink_request(nl, &q.h, NULL, NULL, err);
	if (r < 0 && r != -EEXIST)
		return err_prefix(err, "add the route %s via %s", prefix_format(dest, text),
			   ip_format(via, via_text)), r;
	return 0;
}
