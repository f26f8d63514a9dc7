#include "measure/trace_reverse.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/fd.h"
#include "io/loop.h"

struct trace_reverse {
	int fd;                  /* owned; connected to the agent */
	sd_event_source *source; /* owned */
	struct timer timer;
	struct reverse_ask *ask;          /* owned */
	void (*finished)(void *userdata); /* NULL: has been called */
	void *userdata;
};

static void
pump(struct trace_reverse *v)
{
	uint8_t bytes[IDENTITY_SIZE];
	uint64_t nonce = 0;

	(void)getrandom(&nonce, sizeof(nonce), 0);
	/* one that cannot be sent counts as lost, and "connection refused" as no answer */
	if (reverse_ask_take(v->ask, clock_now(), nonce, bytes))
		(void)send(v->fd, bytes, sizeof(bytes), MSG_NOSIGNAL);
	timer_set(&v->timer, reverse_ask_deadline(v->ask));
	if (reverse_ask_is_over(v->ask) && v->finished) {
		(void)sd_event_source_set_enabled(v->source, SD_EVENT_OFF);
		TAKE(v->finished)(v->userdata);
	}
}

static int
on_readable(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct trace_reverse *v = userdata;
	uint8_t bytes[IDENTITY_SIZE + 1]; /* one that is longer is seen to be */
	ssize_t n = recv(fd, bytes, sizeof(bytes), 0);

	(void)source;
	(void)events;
	if (n > 0)
		reverse_ask_input(v->ask, bytes, (size_t)n, clock_now());
	pump(v);
	return 0;
}

static void
on_timer(struct timer *t, struct instant now)
{
	(void)now;
	pump(container_of(t, struct trace_reverse, timer));
}

static int
open_socket(struct trace_reverse *v, struct endpoint agent, struct err *e)
{
	int domain = agent.addr.family == IP_V4 ? AF_INET : AF_INET6;
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(agent, &ss);
	char text[ENDPOINT_STR_MAX];

	v->fd = socket(domain, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (v->fd < 0)
		return err_errno(e, -errno, "UDP socket");
	if (connect(v->fd, (struct sockaddr *)&ss, len) < 0)
		return err_errno(e, -errno, "%s", endpoint_format(agent, text));
	return 0;
}

int
trace_reverse_new(sd_event *loop, struct endpoint agent, uint32_t rounds,
    void (*finished)(void *userdata), void *userdata, struct trace_reverse **ret, struct err *e)
{
	struct trace_reverse *v = xcalloc(1, sizeof(*v));
	int r;

	v->finished = finished;
	v->userdata = userdata;
	v->ask = reverse_ask_new((uint8_t)MIN(rounds, (uint32_t)REVERSE_ROUNDS_MAX), clock_now());
	r = open_socket(v, agent, e);
	if (r == 0) {
		r = timer_init(&v->timer, loop, on_timer);
		if (r >= 0)
			r = sd_event_add_io(loop, &v->source, v->fd, EPOLLIN, on_readable, v);
		if (r < 0)
			(void)err_errno(e, r, "event loop");
	}
	if (r < 0) {
		trace_reverse_free(v);
		return r;
	}
	timer_set(&v->timer, clock_now());
	*ret = v;
	return 0;
}

void
trace_reverse_free(struct trace_reverse *v)
{
	if (v == NULL)
		return;
	v->source = sd_event_source_disable_unref(v->source);
	timer_done(&v->timer);
	closep(&v->fd);
	reverse_ask_free(v->ask);
	free(v);
}

const struct reverse_ask *
trace_reverse_get(const struct trace_reverse *v)
{
	return v->ask;
}
