#include "io/tcp.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DSCP_CS6 (48 << 2) /* in the byte that holds DSCP and ECN */
#define BACKLOG 64

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

static int
set_int(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) < 0 ? -errno : 0;
}

/* What every socket of ours gets. Marking fails where the kernel forbids it, and does no harm then. */
static void
tune(int fd, enum ip_family family, uint8_t ttl)
{
	bool v6 = family == IP_V6;

	(void)set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	(void)set_int(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_TCLASS : IP_TOS, DSCP_CS6);
	if (ttl > 0)
		(void)set_int(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_UNICAST_HOPS : IP_TTL, ttl);
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

int
tcp_dial(struct endpoint peer, const struct tcp_conf *conf, int *ret_fd, struct err *e)
{
	_cleanup_(close_fd) int fd = new_socket(peer.addr.family);
	struct sockaddr_storage ss;
	char text[IP_STR_MAX];
	int r;

	if (fd < 0)
		return err_errno(e, fd, "socket");
	tune(fd, peer.addr.family, conf->ttl);
	if (conf->local.family != IP_NONE) {
		/* the port is chosen by connect(), which knows the peer: no need to reserve one here */
		(void)set_int(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
		r = bind_to(fd, (struct endpoint){ .addr = conf->local });
		if (r < 0)
			return err_errno(e, r, "source address %s", ip_format(conf->local, text));
	}
	if (conf->password) {
		r = tcp_set_password(fd, peer.addr, conf->password);
		if (r < 0)
			return err_errno(e, r, "TCP MD5");
	}
	socklen_t len = endpoint_to_sockaddr(peer, &ss);
	if (connect(fd, (struct sockaddr *)&ss, len) < 0 && errno != EINPROGRESS) {
		r = -errno;
		return err_errno(e, r, "connect");
	}
	*ret_fd = TAKE_FD(fd);
	return 0;
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
	_cleanup_(close_fd) int fd = new_socket(local.addr.family);
	char text[ENDPOINT_STR_MAX];
	int r;

	if (fd < 0)
		return err_errno(e, fd, "socket");
	(void)set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (local.addr.family == IP_V6)
		(void)set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	/* the interface may come up after us */
	(void)set_int(fd, IPPROTO_IP, IP_FREEBIND, 1);
	tune(fd, local.addr.family, 0);
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
	(void)set_int(fd, IPPROTO_TCP, TCP_KEEPIDLE, 30);
	(void)set_int(fd, IPPROTO_TCP, TCP_KEEPINTVL, 10);
	(void)set_int(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, (int)MIN(duration_ms(patience), (int64_t)INT32_MAX));
	(void)set_int(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
}

int
tcp_accept(int listener, int *ret_fd, struct endpoint *ret_peer)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	_cleanup_(close_fd) int fd =
	    accept4(listener, (struct sockaddr *)&ss, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
	int r;

	if (fd < 0)
		return -errno;
	r = endpoint_from_sockaddr(&ss, ret_peer);
	if (r < 0)
		return r;
	tune(fd, ret_peer->addr.family, 0);
	*ret_fd = TAKE_FD(fd);
	return 0;
}
