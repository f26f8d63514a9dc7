#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "io/control.h"
#include "io/fd.h"
#include "io/loop.h"

/* Waits until the socket is ready; 0, -ETIMEDOUT, or what poll says. */
static int
wait_for(int fd, short events, struct instant until)
{
	for (;;) {
		int64_t left = duration_ms(instant_diff(until, clock_now()));
		struct pollfd p = { .fd = fd, .events = events };
		int r;

		if (left <= 0)
			return -ETIMEDOUT;
		r = poll(&p, 1, (int)MIN(left, INT64_C(60000)));
		if (r > 0)
			return 0;
		if (r < 0 && errno != EINTR)
			return -errno;
	}
}

static int
exchange(int fd, const char *request, struct instant until, struct strbuf *reply)
{
	struct strbuf line = { 0 };
	size_t sent = 0;
	int r = 0;

	strbuf_addf(&line, "%s\n", request);
	while (sent < line.len && r == 0) {
		ssize_t n =
		    send(fd, line.text + sent, line.len - sent, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n >= 0)
			sent += (size_t)n;
		else
			r = errno == EAGAIN ? wait_for(fd, POLLOUT, until) : -errno;
	}
	strbuf_done(&line);
	while (r == 0) {
		char buf[16384];
		ssize_t n;

		r = wait_for(fd, POLLIN, until);
		if (r < 0)
			break;
		n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
		if (n == 0)
			break;
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			r = -errno;
		if (n > 0)
			strbuf_add_mem(reply, buf, (size_t)n);
		if (reply->len > CONTROL_REPLY_MAX)
			r = -EMSGSIZE;
	}
	return r;
}

int
control_call(const char *path, const char *request, struct duration timeout, struct strbuf *reply,
    struct err *e)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	struct instant until = instant_add(clock_now(), timeout);
	_cleanup_(closep) int fd = -1;
	int r;

	if (strlen(path) >= sizeof(sun.sun_path))
		return err_set(e, -ENAMETOOLONG, "control socket %s: the path is too long", path);
	memcpy(sun.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_errno(e, -errno, "open a socket");
	if (connect(fd, (const void *)&sun, sizeof(sun)) < 0)
		return err_errno(e, -errno, "control socket %s", path);
	r = exchange(fd, request, until, reply);
	if (r < 0)
		return err_errno(e, r, "control socket %s", path);
	if (reply->len == 0)
		return err_set(e, -ENODATA, "control socket %s: no answer", path);
	return 0;
}
