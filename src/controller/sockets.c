#include "controller/sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>

#include "base/alloc.h"
#include "base/ip.h"

static int
check(int fd, bool has_tls, struct err *e)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	struct endpoint at;
	char text[ENDPOINT_STR_MAX];
	int flags = fcntl(fd, F_GETFL);

	if (sd_is_socket(fd, AF_UNSPEC, SOCK_STREAM, 1) <= 0 ||
	    getsockname(fd, (void *)&ss, &len) < 0 || endpoint_from_sockaddr(&ss, &at) < 0)
		return err_set(e, -EINVAL,
		    "file descriptor %d, passed on as a socket: expected one that listens for TCP",
		    fd);
	if (!has_tls && !ip_is_loopback(at.addr))
		return err_set(e, -EINVAL,
		    "the socket that was passed on listens on %s, not an address of the loopback, "
		    "and "
		    "tokens would go over a network in clear; expected \"tls\" in the "
		    "configuration",
		    endpoint_format(at, text));
	/* whoever has opened it may have another idea */
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return err_errno(e, -errno, "socket %s", endpoint_format(at, text));
	return 0;
}

int
sockets_take(bool has_tls, int **ret, struct err *e)
{
	int n = sd_listen_fds(true), r = 0;
	int *fds;

	if (n < 0)
		return err_errno(e, n, "LISTEN_FDS");
	if (n > SOCKETS_MAX)
		return err_set(
		    e, -EINVAL, "%d sockets were passed on; expected %d at most", n, SOCKETS_MAX);
	fds = xcalloc((size_t)n + 1, sizeof(*fds));
	for (int i = 0; i < n && r >= 0; i++) {
		fds[i] = SD_LISTEN_FDS_START + i;
		r = check(fds[i], has_tls, e);
	}
	if (r < 0) {
		free(fds);
		return r;
	}
	*ret = fds;
	return n;
}
