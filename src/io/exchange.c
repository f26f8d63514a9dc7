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
		x->plan.events->ended(x, -r);
}

static ssize_t
send_some(struct exchange *x)
{
	const uint8_t *from = (const uint8_t *)x->plan.out + x->out_sent;
	size_t n = x->plan.out_len - x->out_sent;
	ssize_t sent;

	if (x->channel)
		return x->channel->send(x, from, n);
	do
		sent = send(x->fd, from, n, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : sent;
}

/* Sends what is left; false when the exchange ended, or waits. */
static bool
send_rest(struct exchange *x)
{
	while (x->out_sent < x->plan.out_len) {
		ssize_t n = send_some(x);

		if (n == -EAGAIN) {
			wait_for(x, EPOLLOUT | EPOLLIN);
			return false;
		}
		if (n < 0) {
			x->plan.events->ended(x, (int)-n);
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
	if (x->plan.events->sent)
		x->plan.events->sent(x);
	if (exchange_is_open(x))
		wait_for(x, EPOLLIN);
}

static ssize_t
receive_some(struct exchange *x)
{
	uint8_t *to = x->in + x->in_len;
	size_t n = x->plan.in_cap - x->in_len;
	ssize_t got;

	if (x->channel)
		return x->channel->receive(x, to, n);
	do
		got = recv(x->fd, to, n, 0);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got;
}

/* One read; false when there was none, or the exchange ended. */
static bool
receive(struct exchange *x)
{
	ssize_t n;

	if (x->in == NULL)
		x->in = xmalloc(x->plan.in_cap + 1);
	if (!x->stream)
		x->in_len = 0;
	n = receive_some(x);
	if (n == -EAGAIN)
		return false;
	if (n < 0 || (n == 0 && x->stream)) {
		x->plan.events->ended(x, (int)-n);
		return false;
	}
	x->in_len += (size_t)n;
	x->in[x->in_len] = '\0';
	x->plan.events->received(x);
	/* a stream that fills all that is kept has said enough */
	if (exchange_is_open(x) && x->stream && x->in_len == x->plan.in_cap)
		x->plan.events->ended(x, EXCHANGE_FULL);
	return exchange_is_open(x);
}

static int
on_ready(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct exchange *x = userdata;

	(void)source;
	if (!x->connected || x->out_sent < x->plan.out_len) {
		int error = x->connected ? 0 : socket_error(fd);

		if (error)
			x->plan.events->ended(x, error);
		else if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR))
			go_on(x);
		if (!exchange_is_open(x) || !x->connected)
			return 0;
	}
	if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		return 0;
	/*
	 * Of a stream one read at a time lets others have their turn; datagrams and what a channel
	 * has read ahead nobody tells of again.
	 */
	while (receive(x) && (!x->stream || x->channel))
		;
	return 0;
}

void
exchange_bind(int fd, struct ip address)
{
	const struct endpoint at = { .addr = address };
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(at, &ss);
	int on = 1;

	if (address.family != IP_V6)
		return;
	/* the port is chosen by connect(2), which knows more */
	(void)setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	(void)bind(fd, (const void *)&ss, len);
}

int
exchange_connect(struct exchange *x, sd_event *loop, int fd, struct endpoint to,
    const struct exchange_plan *plan)
{
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(to, &ss);

	*x = (struct exchange){ .plan = *plan, .fd = fd, .loop = loop };
	if (connect(fd, (const void *)&ss, len) < 0)
		return -errno;
	go_on(x);
	return 0;
}

int
exchange_open(struct exchange *x, sd_event *loop, int type, struct endpoint to,
    const struct exchange_plan *plan)
{
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(to, &ss);
	int fd = socket(ss.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (plan->from_itself)
		exchange_bind(fd, to.addr);
	if (type == SOCK_DGRAM)
		return exchange_connect(x, loop, fd, to, plan);
	*x = (struct exchange){ .plan = *plan, .fd = fd, .loop = loop, .stream = true };
	if (connect(fd, (const void *)&ss, len) < 0) {
		if (errno != EINPROGRESS)
			return -errno;
		/* asked again, it says whether it stands already */
		if (connect(fd, (const void *)&ss, len) < 0) {
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
exchange_adopt(struct exchange *x, sd_event *loop, int fd, const struct exchange_channel *channel,
    const struct exchange_plan *plan)
{
	*x = (struct exchange){
		.plan = *plan, .fd = fd, .loop = loop, .channel = channel, .stream = true
	};
	go_on(x);
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
