#include "io/socket_diag.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <string.h>
#include <sys/socket.h>

/* States of the kernel's net/tcp_states.h, which it does not export. */
#define STATE_CLOSE 7 /* a bound UDP socket */
#define STATE_LISTEN 10
/* The kernel gives this index to the loopback device of every network namespace. */
#define LOOPBACK_INDEX 1

static struct inet_diag_req_v2 *
put_request(char buf[static NETLINK_REQUEST_MAX], uint8_t protocol, uint8_t family)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
	struct inet_diag_req_v2 *req = mnl_nlmsg_put_extra_header(h, sizeof(*req));

	h->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	req->sdiag_family = family;
	req->sdiag_protocol = protocol;
	return req;
}

static void
take_cookie(const struct nlmsghdr *h, void *userdata)
{
	const struct inet_diag_msg *m;
	uint64_t *cookie = userdata;

	if (h == NULL || mnl_nlmsg_get_payload_len(h) < sizeof(*m))
		return;
	m = mnl_nlmsg_get_payload(h);
	*cookie = (uint64_t)m->id.idiag_cookie[1] << 32 | m->id.idiag_cookie[0];
}

int
socket_diag_lookup(
    struct netlink *nl, const struct watched_socket *socket, uint32_t device, uint64_t *ret_cookie)
{
	char buf[NETLINK_REQUEST_MAX];
	struct inet_diag_req_v2 *req = put_request(
	    buf, socket->protocol, socket->address.family == IP_V4 ? AF_INET : AF_INET6);
	size_t len = socket->address.family == IP_V4 ? 4 : 16;
	uint64_t cookie = 0;
	int r;

	/* what is searched for is what a packet carries; for UDP the kernel swaps the ends */
	if (socket->protocol == IPPROTO_UDP) {
		req->id.idiag_dport = htons(socket->port);
		memcpy(req->id.idiag_dst, socket->address.bytes, len);
	} else {
		req->id.idiag_sport = htons(socket->port);
		memcpy(req->id.idiag_src, socket->address.bytes, len);
	}
	req->id.idiag_if = device;
	req->id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
	req->id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
	r = netlink_get(nl, (void *)buf, take_cookie, &cookie, NULL);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	*ret_cookie = cookie;
	return 1;
}

struct dump {
	uint16_t port;
	socket_diag_fn fn;
	void *userdata;
};

static void
take_dumped(const struct nlmsghdr *h, void *userdata)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	const struct dump *d = userdata;
	struct found_socket found = { 0 };
	const struct inet_diag_msg *m;
	const uint8_t *source;
	struct nlattr *attr;

	if (h == NULL)
		return;
	m = mnl_nlmsg_get_payload(h);
	if (h->nlmsg_type != SOCK_DIAG_BY_FAMILY || mnl_nlmsg_get_payload_len(h) < sizeof(*m) ||
	    (m->idiag_family != AF_INET && m->idiag_family != AF_INET6) ||
	    ntohs(m->id.idiag_sport) != d->port)
		return;
	/* a connected UDP socket answers its one peer only */
	if (m->id.idiag_dport != 0)
		return;
	source = (const uint8_t *)m->id.idiag_src;
	found.device = m->id.idiag_if;
	if (m->idiag_family == AF_INET)
		found.address = ip_from_bytes(IP_V4, source);
	else if (memcmp(source, mapped, sizeof(mapped)) == 0)
		found.address = ip_from_bytes(IP_V4, source + sizeof(mapped));
	else
		found.address = ip_from_bytes(IP_V6, source);
	mnl_attr_for_each (attr, h, sizeof(*m)) {
		if (mnl_attr_get_type(attr) == INET_DIAG_SKV6ONLY &&
		    mnl_attr_get_payload_len(attr) == 1)
			found.v6only = mnl_attr_get_u8(attr);
	}
	d->fn(d->userdata, &found);
}

int
socket_diag_dump(
    struct netlink *nl, uint8_t protocol, uint16_t port, socket_diag_fn fn, void *userdata)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	struct dump d = { port, fn, userdata };

	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		char buf[NETLINK_REQUEST_MAX];
		struct inet_diag_req_v2 *req = put_request(buf, protocol, families[i]);
		struct nlmsghdr *h = (void *)buf;
		int r;

		h->nlmsg_flags = NLM_F_DUMP;
		req->idiag_states =
		    protocol == IPPROTO_TCP ? 1u << STATE_LISTEN : 1u << STATE_CLOSE;
		req->id.idiag_sport = htons(port);
		r = netlink_request(nl, h, take_dumped, &d, NULL);
		/* a kernel without IPv6 has nothing there */
		if (r < 0 && !(r == -ENOENT && families[i] == AF_INET6))
			return r;
	}
	return 0;
}

bool
found_socket_covers(const struct found_socket *found, struct ip address)
{
	if (found->device == LOOPBACK_INDEX)
		return false;
	if (found->address.family == address.family)
		return ip_is_unspecified(found->address) || ip_equal(found->address, address);
	return found->address.family == IP_V6 && !found->v6only &&
	       ip_is_unspecified(found->address);
}
