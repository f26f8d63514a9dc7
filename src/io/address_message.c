#include "io/address_message.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

/* "Who added this address", as ip(8) shows it (proto); above the values that the kernel uses. */
#define PROTO_NEARCAST 0xac

bool
address_message_read(const struct nlmsghdr *h, struct address_message *ret)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(h);
	struct address_message m = { 0 };
	enum ip_family family;
	struct nlattr *attr;
	uint32_t flags;

	if ((h->nlmsg_type != RTM_NEWADDR && h->nlmsg_type != RTM_DELADDR) ||
	    mnl_nlmsg_get_payload_len(h) < sizeof(*ifa))
		return false;
	if (ifa->ifa_family != AF_INET && ifa->ifa_family != AF_INET6)
		return false;
	family = ifa->ifa_family == AF_INET ? IP_V4 : IP_V6;
	flags = ifa->ifa_flags;
	m.ifindex = ifa->ifa_index;
	mnl_attr_for_each (attr, h, sizeof(*ifa)) {
		unsigned type = mnl_attr_get_type(attr), len = mnl_attr_get_payload_len(attr);

		/* with IFA_LOCAL (a peer address has both), IFA_ADDRESS is the other end */
		if ((type == IFA_LOCAL || (type == IFA_ADDRESS && m.ip.family == IP_NONE)) &&
		    len == ip_size(family))
			m.ip = ip_from_bytes(family, mnl_attr_get_payload(attr));
		else if (type == IFA_FLAGS && len == sizeof(uint32_t))
			flags = mnl_attr_get_u32(attr);
		else if (type == IFA_PROTO && len == sizeof(uint8_t))
			m.marked = mnl_attr_get_u8(attr) == PROTO_NEARCAST;
	}
	if (m.ip.family == IP_NONE)
		return false;
	m.usable = h->nlmsg_type == RTM_NEWADDR && !(flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED));
	*ret = m;
	return true;
}

struct nlmsghdr *
address_message_dump(char buf[static NETLINK_REQUEST_MAX])
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);

	h->nlmsg_type = RTM_GETADDR;
	h->nlmsg_flags = NLM_F_DUMP;
	mnl_nlmsg_put_extra_header(h, sizeof(struct ifaddrmsg));
	return h;
}

static struct nlmsghdr *
request(uint16_t type, unsigned ifindex, struct ip ip, char *buf)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
	struct ifaddrmsg *ifa;

	h->nlmsg_type = type;
	ifa = mnl_nlmsg_put_extra_header(h, sizeof(*ifa));
	ifa->ifa_family = ip.family == IP_V4 ? AF_INET : AF_INET6;
	ifa->ifa_prefixlen = (uint8_t)ip_bits(ip.family);
	ifa->ifa_index = ifindex;
	ifa->ifa_scope = RT_SCOPE_UNIVERSE;
	mnl_attr_put(h, IFA_LOCAL, ip_size(ip.family), ip.bytes);
	mnl_attr_put(h, IFA_ADDRESS, ip_size(ip.family), ip.bytes);
	return h;
}

struct nlmsghdr *
address_message_add(unsigned ifindex, struct ip ip, char buf[static NETLINK_REQUEST_MAX])
{
	struct nlmsghdr *h = request(RTM_NEWADDR, ifindex, ip, buf);

	h->nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
	mnl_attr_put_u8(h, IFA_PROTO, PROTO_NEARCAST);
	if (ip.family == IP_V6) {
		/* valid for ever, preferred never */
		struct ifa_cacheinfo info = { .ifa_prefered = 0, .ifa_valid = UINT32_MAX };

		mnl_attr_put_u32(h, IFA_FLAGS, IFA_F_NODAD);
		mnl_attr_put(h, IFA_CACHEINFO, sizeof(info), &info);
	}
	return h;
}

struct nlmsghdr *
address_message_remove(unsigned ifindex, struct ip ip, char buf[static NETLINK_REQUEST_MAX])
{
	return request(RTM_DELADDR, ifindex, ip, buf);
}
