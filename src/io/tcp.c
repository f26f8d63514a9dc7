#include "io/tcp.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "io/fd.h"
#include "io/socket_option.h"

#define BACKLOG 64

/*
 * What every socket of ours gets. Marking fails where the kernel forbids it, and does no harm then.
 */
static void
tune(int fd, enum ip_family family)
{
	bool v6 = family == IP_V6;

	(void)socket_set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	(void)socket_set_int(
	    fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_TCLASS : IP_TOS, DSCP_CS6);
}

/* Both directions' TTL. What can not be checked must not be taken for checked. */
static int
set_ttl(int fd, enum ip_family family, const struct tcp_conf *conf)
{
	bool v6 = family == IP_V6;
	int level = v6 ? IPPROTO_IPV6 : IPPROTO_IP, r = 0;

	if (conf->ttl > 0)
		r = socket_set_int(fd, level, v6 ? IPV6_UNICAST_HOPS : IP_TTL, conf->ttl);
	if (r == 0 && conf->min_ttl > 0)
		r = socket_set_int(fd, level, v6 ? IPV6_MINHOPCOUNT : IP_MINTTL, conf->min_ttl);
	return r;
}

/* No privilege is needed for the first time (Linux 5.7). */
static int
bind_device(int fd, const char *interface)
{
	socklen_t len = (socklen_t)strlen(interface) + 1;

	return setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface, len) < 0 ? -errno : 0;
}

static int
new_socket(enum ip_family family)
{
	int fd = socket(family == IP_V6 ? AF_INET6 : AF_INET,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);

	return fd < 0 ? -errno : fd;
}

static int
bind_to(int fd, struct endpoint local)
{
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(local, &ss);

	return bind(fd, (struct sockaddr *)&ss, len) < 0 ? -errno : 0;
}

int
tcp_set_password(int fd, struct ip peer, const char *password)
{
	struct tcp_md5sig sig = { 0 };
	size_t len = password ? strlen(password) : 0;

	if (len > TCP_PASSWORD_MAX)
		return -EINVAL;
	(void)endpoint_to_sockaddr((struct endpoint){ .addr = peer }, &sig.tcpm_addr);
	sig.tcpm_keylen = (uint16_t)len;
	if (len > 0)
		memcpy(sig.tcpm_key, password, len);
	int r = setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG, &sig, sizeof(sig)) < 0 ? -errno : 0;
	explicit_bzero(&sig, sizeof(sig));
	return r;
}

static int
set_up_to_dial(int fd, struct endpoint peer, const struct tcp_conf *conf, struct err *e)
{
	char text[IP_STR_MAX];
	int r;

	tune(fd, peer.addr.family);
	r = set_ttl(fd, peer.addr.family, conf);
	if (r < 0)
		return err_errno(e, r, "TTL");
	if (conf->interface && (r = bind_device(fd, conf->interface)) < 0)
		return err_errno(e, r, "interface %s", conf->interface);
	if (conf->local.family != IP_NONE) {
		/*
		 * the port is chosen by connect(), which knows the peer: no need to reserve one
		 * here
		 */
		(void)socket_set_int(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
		r = bind_to(fd, (struct endpoint){ .addr = conf->local, .scope = peer.scope });
		if (r < 0)
			return err_errno(e, r, "source address %s", ip_format(conf->local, text));
	}
	if (conf->password && (r = tcp_set_password(fd, peer.addr, conf->password)) < 0)
		return err_errno(e, r, "TCP MD5");
	return 0;
}

int
tcp_dial(struct endpoint peer, const struct tcp_conf *conf, int *ret_fd, struct err *e)
{
	_cleanup_(closep) int fd = new_socket(peer.addr.family);
	struct sockaddr_storage ss;
	int r;

	if (fd < 0)
		return err_errno(e, fd, "socket");
	if (conf->interface && peer.addr.family == IP_V6 && ip_is_link_local(peer.addr)) {
		peer.scope = if_nametoindex(conf->interface);
		if (peer.scope == 0)
			return err_errno(e, -ENODEV, "interface %s", conf->interface);
	}
	r = set_up_to_dial(fd, peer, conf, e);
	if (r < 0)
		return r;
	socklen_t len = endpoint_to_sockaddr(peer, &ss);
	if (connect(fd, (struct sockaddr *)&ss, len) < 0 && errno != EINPROGRESS) {
		r = -errno;
		return err_errno(e, r, "connect");
	}
	*ret_fd = TAKE_FD(fd);
	return 0;
}

int
tcp_adopt(int fd, const struct endpoint *peer, const struct tcp_conf *conf)
{
	int r = set_ttl(fd, peer->addr.family, conf);

	/* that of a link-local address is bound already, by the kernel */
	if (r == 0 && conf->interface && peer->scope == 0)
		r = bind_device(fd, conf->interface);
	return r;
}

int
tcp_dial_result(int fd)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		return -errno;
	return -error;
}

struct ip
tcp_local(int fd)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	struct endpoint local = { 0 };

	if (getsockname(fd, (struct sockaddr *)&ss, &len) == 0)
		(void)endpoint_from_sockaddr(&ss, &local);
	return local.addr;
}

int
tcp_listen(struct endpoint local, int *ret_fd, struct err *e)
{
	_cleanup_(closep) int fd = new_socket(local.addr.family);
	char text[ENDPOINT_STR_MAX];
	int r;

	if (fd < 0)
		return err_errno(e, fd, "socket");
	(void)socket_set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (local.addr.family == IP_V6)
		(void)socket_set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	/* the interface may come up after us */
	(void)socket_set_int(fd, IPPROTO_IP, IP_FREEBIND, 1);
	tune(fd, local.addr.family);
	r = bind_to(fd, local);
	if (r == 0 && listen(fd, BACKLOG) < 0)
		r = -errno;
	if (r < 0)
		return err_errno(e, r, "listen on %s", endpoint_format(local, text));
	*ret_fd = TAKE_FD(fd);
	return 0;
}

void
tcp_watch_peer(int fd, struct duration patience)
{
	(void)socket_set_int(fd, IPPROTO_TCP, TCP_KEEPIDLE, 30);
	(void)socket_set_int(fd, IPPROTO_TCP, TCP_KEEPINTVL, 10);
	(void)socket_set_int(
	    fd, IPPROTO_TCP, TCP_USER_TIMEOUT, (int)MIN(duration_ms(patience), (int64_t)INT32_MAX));
	(void)socket_set_int(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
}

int
tcp_accept(int listener, int *ret_fd, struct endpoint *ret_peer)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	_cleanup_(closep) int fd =
	    accept4(listener, (struct sockaddr *)&ss, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
	int r;

	if (fd < 0)
		return -errno;
	r = endpoint_from_sockaddr(&ss, ret_peer);
	if (r < 0)
		return r;
	tune(fd, ret_peer->addr.family);
	*ret_fd = TAKE_FD(fd);
	return 0;
}

int
tcp_link_local(const char *interface, struct endpoint *ret)
{
	struct ifaddrs *all;

	if (if_nametoindex(interface) == 0)
		return -ENODEV;
	if (getifaddrs(&all) < 0)
		return -errno;
	int r = -EADDRNOTAVAIL;
	for (const struct ifaddrs *a = all; a && r < 0; a = a->ifa_next) {
		struct sockaddr_storage ss = { 0 };
		struct endpoint found;

		if (a->ifa_addr == NULL || a->ifa_addr->sa_family != AF_INET6 ||
		    strcmp(a->ifa_name, interface) != 0)
			continue;
		memcpy(&ss, a->ifa_addr, sizeof(struct sockaddr_in6));
		if (endpoint_from_sockaddr(&ss, &found) == 0 && ip_is_link_local(found.addr)) {
			*ret = found;
			r = 0;
		}
	}
	freeifaddrs(all);
	return r;
}
