#include "io/trace_run.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "base/alloc.h"
#include "io/loop.h"
#include "io/trace_socket_internal.h"

/* Replies taken in one turn of the loop; the rest comes in the next. */
#define TAKE_MAX 64

struct trace_run {
	struct trace_run_conf conf;
	struct trace_socket socket;
	struct trace *trace;     /* owned */
	struct trace_mtu *mtu;   /* owned; NULL: the trace is not over, or that is all */
	sd_event_source *source; /* owned */
	struct timer timer;
	trace_finished_fn finished; /* NULL: has been called */
	void *userdata;
};

static void
finish(struct trace_run *run, int r, const struct err *e)
{
	trace_finished_fn finished = TAKE(run->finished);

	timer_set(&run->timer, INSTANT_NEVER);
	(void)sd_event_source_set_enabled(run->source, SD_EVENT_OFF);
	trace_socket_abandon(&run->socket);
	if (finished)
		finished(run->userdata, r, e);
}

/* The next probe of whichever engine is at work. */
static bool
take_probe(struct trace_run *run, struct trace_probe *ret)
{
	return run->mtu ? trace_mtu_take_probe(run->mtu, clock_now(), ret)
			: trace_take_probe(run->trace, clock_now(), ret);
}

static int
send_probe(struct trace_run *run, struct trace_probe probe)
{
	int r = trace_socket_send(&run->socket, probe);

	if (r != -EMSGSIZE || run->mtu == NULL)
		return r;
	trace_mtu_too_big_here(run->mtu, trace_socket_own_mtu(&run->socket));
	return 0;
}

/* Sends all that may go now. False: it failed, and is finished. */
static bool
send_all(struct trace_run *run)
{
	struct trace_probe probe;
	char target[IP_STR_MAX];

	while (take_probe(run, &probe)) {
		struct err e = { 0 };
		int r = send_probe(run, probe);

		if (r == 0)
			continue;
		(void)err_errno(&e, r, "send to %s", ip_format(run->conf.trace.target, target));
		finish(run, r, &e);
		return false;
	}
	return true;
}

/* Sends what may be sent, and sees whether it is over. */
static void
pump(struct trace_run *run)
{
	const struct trace_conf *conf = &run->conf.trace;

	if (!send_all(run))
		return;
	if (run->conf.mtu && run->mtu == NULL && trace_is_over(run->trace)) {
		run->mtu = trace_mtu_new(run->trace, conf->target.family, conf->wait);
		if (!send_all(run))
			return;
	}
	if (run->mtu ? trace_mtu_is_over(run->mtu) : trace_is_over(run->trace))
		finish(run, 0, NULL);
	else
		timer_set(&run->timer,
		    run->mtu ? trace_mtu_deadline(run->mtu) : trace_deadline(run->trace));
}

static int
on_io(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct trace_run *run = userdata;

	(void)source;
	(void)fd;
	(void)events;
	for (int i = 0; i < TAKE_MAX; i++) {
		struct trace_reply reply;
		int r = trace_socket_take(&run->socket, run->conf.trace.target, &reply);

		if (r < 0)
			break;
		if (r > 0 && run->mtu)
			(void)trace_mtu_input(run->mtu, &reply);
		else if (r > 0)
			(void)trace_input(run->trace, &reply);
	}
	pump(run);
	return 0;
}

static void
on_timer(struct timer *t, struct instant now)
{
	struct trace_run *run = container_of(t, struct trace_run, timer);

	if (run->mtu)
		trace_mtu_expire(run->mtu, now);
	else
		trace_expire(run->trace, now);
	pump(run);
}

int
trace_run_new(sd_event *loop, const struct trace_run_conf *conf, trace_finished_fn finished,
    void *userdata, struct trace_run **ret, struct err *e)
{
	struct trace_run *run = xcalloc(1, sizeof(*run));
	int r;

	run->conf = *conf;
	run->finished = finished;
	run->userdata = userdata;
	if (conf->method == TRACE_TCP)
		trace_connect_limit(&run->conf.trace);
	run->trace = trace_new(&run->conf.trace);
	r = trace_socket_open(&run->socket, conf, e);
	if (r == 0) {
		r = timer_init(&run->timer, loop, on_timer);
		if (r >= 0)
			r = sd_event_add_io(
			    loop, &run->source, run->socket.fd, EPOLLIN, on_io, run);
		if (r < 0)
			(void)err_errno(e, r, "event loop");
	}
	if (r < 0) {
		trace_run_free(run);
		return r;
	}
	timer_set(&run->timer, clock_now());
	*ret = run;
	return 0;
}

void
trace_run_again(struct trace_run *run, const struct trace_conf *conf, trace_finished_fn finished)
{
	run->conf.trace = *conf;
	if (run->conf.method == TRACE_TCP)
		trace_connect_limit(&run->conf.trace);
	trace_free(run->trace);
	run->trace = trace_new(&run->conf.trace);
	run->finished = finished;
	(void)sd_event_source_set_enabled(run->source, SD_EVENT_ON);
	timer_set(&run->timer, clock_now());
}

void
trace_run_free(struct trace_run *run)
{
	if (run == NULL)
		return;
	run->source = sd_event_source_disable_unref(run->source);
	timer_done(&run->timer);
	trace_socket_close(&run->socket);
	trace_mtu_free(run->mtu);
	trace_free(run->trace);
	free(run);
}

bool
trace_run_is_busy(const struct trace_run *run)
{
	return run->finished != NULL;
}

const struct trace *
trace_run_get(const struct trace_run *run)
{
	return run->trace;
}

const struct trace_mtu *
trace_run_mtu(const struct trace_run *run)
{
	return run->mtu;
}
