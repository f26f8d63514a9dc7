#include "io/udp.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "io/fd.h"
#include "io/socket_option.h"

#define TTL_MAX 255

/* For this socket's family, the option that stands for the same. */
static int
set_ip_int(int fd, enum ip_family family, int option4, int option6, int value)
{
	if (family == IP_V6)
		return socket_set_int(fd, IPPROTO_IPV6, option6, value);
	return socket_set_int(fd, IPPROTO_IP, option4, value);
}

/* A socket of the family, on its interface, that may be bound to an address which comes later. */
static int
new_socket(const struct udp_conf *conf, unsigned *ret_interface, struct err *e)
{
	bool v6 = conf->local.family == IP_V6;
	_cleanup_(closep) int fd =
	    socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP);
	const char *name = conf->interface;

	*ret_interface = 0;
	if (fd < 0)
		return err_errno(e, -errno, "socket");
	if (v6)
		(void)socket_set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	(void)socket_set_int(fd, IPPROTO_IP, IP_FREEBIND, 1);
	if (name) {
		*ret_interface = if_nametoindex(name);
		if (*ret_interface == 0 ||
		    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, (socklen_t)strlen(name)) < 0)
			return err_errno(e, -errno, "interface %s", name);
	}
	return TAKE_FD(fd);
}

static int
bind_to(int fd, struct endpoint local, unsigned interface)
{
	struct sockaddr_storage ss;

	if (local.addr.family == IP_V6 && ip_is_link_local(local.addr))
		local.scope = interface;
	socklen_t len = endpoint_to_sockaddr(local, &ss);
	return bind(fd, (struct sockaddr *)&ss, len) < 0 ? -errno : 0;
}

int
udp_listen(const struct udp_conf *conf, uint16_t port, int *ret_fd, struct err *e)
{
	struct endpoint local = { .addr = conf->local, .port = port };
	char text[ENDPOINT_STR_MAX];
	unsigned interface;
	_cleanup_(closep) int fd = new_socket(conf, &interface, e);
	int r;

	if (fd < 0)
		return fd;
	r = set_ip_int(fd, conf->local.family, IP_RECVTTL, IPV6_RECVHOPLIMIT, 1);
	if (r == 0)
		r = bind_to(fd, local, interface);
	if (r < 0)
		return err_errno(e, r, "listen on %s, UDP", endpoint_format(local, text));
	*ret_fd = TAKE_FD(fd);
	return 0;
}

int
udp_open_sender(
    const struct udp_conf *conf, uint16_t port_min, uint64_t random, int *ret_fd, struct err *e)
{
	struct endpoint local = { .addr = conf->local };
	char text[IP_STR_MAX];
	unsigned interface;
	unsigned ports = 65536u - port_min;
	_cleanup_(closep) int fd = new_socket(conf, &interface, e);
	int r;

	if (fd < 0)
		return fd;
	(void)set_ip_int(fd, conf->local.family, IP_TOS, IPV6_TCLASS, DSCP_CS6);
	(void)socket_set_int(fd, SOL_SOCKET, SO_RCVBUF, 0); /* nobody reads */
	r = set_ip_int(fd, conf->local.family, IP_TTL, IPV6_UNICAST_HOPS, TTL_MAX);
	if (r < 0)
		return err_errno(e, r, "TTL %d", TTL_MAX);
	r = -EADDRINUSE;
	for (unsigned i = 0; i < ports && r == -EADDRINUSE; i++) {
		local.port = (uint16_t)(port_min + (random + i) % ports);
		r = bind_to(fd, local, interface);
	}
	if (r < 0)
		return err_errno(e, r, "source address %s", ip_format(conf->local, text));
	*ret_fd = TAKE_FD(fd);
	return 0;
}

/* The scope of a link-local address is the interface that the socket is bound to. */
int
udp_send(int fd, struct endpoint to, const void *bytes, size_t len)
{
	struct sockaddr_storage ss;
	socklen_t ss_len = endpoint_to_sockaddr(to, &ss);

	return sendto(fd, bytes, len, 0, (struct sockaddr *)&ss, ss_len) < 0 ? -errno : 0;
}

static int
read_ttl(struct msghdr *msg)
{
	int ttl = -1;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if ((c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TTL) ||
		    (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_HOPLIMIT))
			memcpy(&ttl, CMSG_DATA(c), sizeof(ttl));
	}
	return ttl;
}

int
udp_receive(int fd, void *buf, size_t size, struct udp_datagram *ret)
{
	_Alignas(struct cmsghdr) uint8_t control[CMSG_SPACE(sizeof(int))];
	struct sockaddr_storage ss = { 0 };
	struct iovec part = { .iov_base = buf, .iov_len = size };
	struct msghdr msg = {
		.msg_name = &ss,
		.msg_namelen = sizeof(ss),
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct udp_datagram d;
	ssize_t n = recvmsg(fd, &msg, 0);
	int r;

	if (n < 0)
		return -errno;
	r = endpoint_from_sockaddr(&ss, &d.from);
	if (r < 0)
		return r;
	d.len = (size_t)n;
	d.ttl = read_ttl(&msg);
	*ret = d;
	return 0;
}
