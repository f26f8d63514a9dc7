#include "io/exchange.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"

static int on_ready(sd_event_source *source, int fd, uint32_t events, void *userdata);

static int
socket_error(int fd)
{
	int error = 0;
	socklen_t len = sizeof(error);

	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0 ? errno : error;
}

/* Has the loop wait for what is next. */
static void
wait_for(struct exchange *x, uint32_t events)
{
	int r;

	if (x->source)
		r = sd_event_source_set_io_events(x->source, events);
	else
		r = sd_event_add_io(x->loop, &x->source, x->fd, events, on_ready, x);
	if (r < 0)
		x->events->ended(x, -r);
}

/* Sends what is left; false when the exchange ended, or waits. */
static bool
send_rest(struct exchange *x)
{
	while (x->out_sent < x->out_len) {
		ssize_t n =
		    send(x->fd, x->out + x->out_sent, x->out_len - x->out_sent, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN) {
			wait_for(x, EPOLLOUT | EPOLLIN);
			return false;
		}
		if (n < 0) {
			x->events->ended(x, errno);
			return false;
		}
		x->out_sent += (size_t)n;
	}
	return true;
}

static void
go_on(struct exchange *x)
{
	x->connected = true;
	if (!send_rest(x))
		return;
	if (x->events->sent)
		x->events->sent(x);
	if (exchange_is_open(x))
		wait_for(x, EPOLLIN);
}

/* One read; false when there was none, or the exchange ended. */
static bool
receive(struct exchange *x)
{
	ssize_t n;

	if (x->in == NULL)
		x->in = xmalloc(x->in_cap + 1);
	if (!x->stream)
		x->in_len = 0;
	n = recv(x->fd, x->in + x->in_len, x->in_cap - x->in_len, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n < 0 || (n == 0 && x->stream)) {
		x->events->ended(x, n < 0 ? errno : 0);
		return false;
	}
	x->in_len += (size_t)n;
	x->in[x->in_len] = '\0';
	x->events->received(x);
	/* a stream that fills all that is kept has said enough */
	if (exchange_is_open(x) && x->stream && x->in_len == x->in_cap)
		x->events->ended(x, EXCHANGE_FULL);
	return exchange_is_open(x);
}

static int
on_ready(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct exchange *x = userdata;

	(void)source;
	if (!x->connected || x->out_sent < x->out_len) {
		int error = x->connected ? 0 : socket_error(fd);

		if (error)
			x->events->ended(x, error);
		else if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR))
			go_on(x);
		if (!exchange_is_open(x) || !x->connected)
			return 0;
	}
	if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		return 0;
	/* datagrams: as many as wait; of a stream one read at a time lets others have their turn */
	while (receive(x) && !x->stream)
		;
	return 0;
}

int
exchange_open(struct exchange *x, sd_event *loop, int type, struct endpoint to, const void *out,
    size_t out_len, size_t in_cap, const struct exchange_events *events)
{
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(to, &ss);

	*x = (struct exchange){ .events = events,
		.loop = loop,
		.stream = type == SOCK_STREAM,
		.out = out,
		.out_len = out_len,
		.in_cap = in_cap };
	x->fd = socket(ss.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (x->fd < 0)
		return -errno;
	if (connect(x->fd, (const void *)&ss, len) < 0) {
		if (errno != EINPROGRESS)
			return -errno;
		/* asked again, it says whether it stands already */
		if (connect(x->fd, (const void *)&ss, len) < 0) {
			if (errno != EALREADY)
				return -errno;
			wait_for(x, EPOLLOUT);
			return 0;
		}
	}
	go_on(x);
	return 0;
}

void
exchange_close(struct exchange *x)
{
	x->source = sd_event_source_disable_unref(x->source);
	if (x->fd >= 0)
		(void)close(x->fd);
	x->fd = -1;
	free(TAKE(x->in));
}
