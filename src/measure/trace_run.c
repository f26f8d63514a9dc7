#include "measure/trace_run.h"

#include <stdlib.h>
#include <sys/epoll.h>

#include "base/alloc.h"
#include "io/loop.h"
#include "measure/trace_socket.h"

/* Replies taken in one turn of the loop; the rest comes in the next. */
#define TAKE_MAX 64

struct trace_run {
	struct trace_run_conf conf;
	struct trace_socket socket;
	struct trace *trace;     /* owned */
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
	if (finished)
		finished(run->userdata, r, e);
}

/* Sends what may be sent, and sees whether it is over. */
static void
pump(struct trace_run *run)
{
	struct trace_probe probe;
	char target[IP_STR_MAX];

	while (trace_take_probe(run->trace, clock_now(), &probe)) {
		struct err e = { 0 };
		int r = trace_socket_send(&run->socket, probe);

		if (r < 0) {
			(void)err_errno(
			    &e, r, "send to %s", ip_format(run->conf.trace.target, target));
			finish(run, r, &e);
			return;
		}
	}
	if (trace_is_over(run->trace))
		finish(run, 0, NULL);
	else
		timer_set(&run->timer, trace_deadline(run->trace));
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
		if (r > 0)
			(void)trace_input(run->trace, &reply);
	}
	pump(run);
	return 0;
}

static void
on_timer(struct timer *t, struct instant now)
{
	struct trace_run *run = container_of(t, struct trace_run, timer);

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
	run->trace = trace_new(&conf->trace);
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
trace_run_free(struct trace_run *run)
{
	if (run == NULL)
		return;
	run->source = sd_event_source_disable_unref(run->source);
	timer_done(&run->timer);
	trace_socket_close(&run->socket);
	trace_free(run->trace);
	free(run);
}

const struct trace *
trace_run_get(const struct trace_run *run)
{
	return run->trace;
}
