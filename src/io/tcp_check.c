#include "io/tcp_check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/loop.h"

struct tcp_check {
	int fd;                  /* owned */
	sd_event_source *source; /* owned */
	struct timer timer;
	struct duration timeout;
	check_run_fn done;
	void *userdata;
};

/* Tells the result; the check may be gone afterwards. */
static void
finish(struct tcp_check *c, enum check_outcome outcome, const char *why)
{
	struct check_run_result result = { .outcome = outcome };

	(void)snprintf(result.why, sizeof(result.why), "%s", why);
	timer_set(&c->timer, INSTANT_NEVER);
	c->source = sd_event_source_disable_unref(c->source);
	c->done(c->userdata, &result);
}

static int
on_connected(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	int error = 0;
	socklen_t len = sizeof(error);

	(void)source;
	(void)events;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		error = errno;
	if (error == 0)
		finish(userdata, CHECK_RUN_PASSED, "connected");
	else
		finish(userdata, error == ECONNREFUSED ? CHECK_RUN_REFUSED : CHECK_RUN_FAILED,
		    error == ECONNREFUSED ? "connection refused" : strerror(error));
	return 0;
}

static void
on_time(struct timer *t, struct instant now)
{
	struct tcp_check *c = container_of(t, struct tcp_check, timer);
	char text[DURATION_STR_MAX], why[CHECK_RUN_WHY_MAX];

	(void)now;
	(void)snprintf(
	    why, sizeof(why), "not connected after %s", duration_format(c->timeout, text));
	finish(c, CHECK_RUN_FAILED, why);
}

int
tcp_check_start(sd_event *loop, struct endpoint to, struct duration timeout, check_run_fn done,
    void *userdata, struct tcp_check **ret, struct err *e)
{
	struct tcp_check *c = xcalloc(1, sizeof(*c));
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(to, &ss);
	int r;

	*c = (struct tcp_check){ .fd = -1, .timeout = timeout, .done = done, .userdata = userdata };
	c->fd = socket(ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (c->fd < 0) {
		r = err_errno(e, -errno, "open a TCP socket");
		goto fail;
	}
	r = timer_init(&c->timer, loop, on_time);
	if (r < 0) {
		(void)err_errno(e, r, "set a timer");
		goto fail;
	}
	if (connect(c->fd, (const void *)&ss, len) < 0 && errno != EINPROGRESS) {
		r = -errno;
		(void)err_errno(e, r, "connect");
		goto fail;
	}
	r = sd_event_add_io(loop, &c->source, c->fd, EPOLLOUT, on_connected, c);
	if (r < 0) {
		(void)err_errno(e, r, "watch a TCP socket");
		goto fail;
	}
	timer_set(&c->timer, instant_add(clock_now(), timeout));
	*ret = c;
	return 0;
fail:
	tcp_check_free(c);
	return r;
}

void
tcp_check_free(struct tcp_check *c)
{
	if (c == NULL)
		return;
	timer_done(&c->timer);
	sd_event_source_disable_unref(c->source);
	if (c->fd >= 0)
		(void)close(c->fd);
	free(c);
}
