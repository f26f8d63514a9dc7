/* BFD from one program to the next: each call goes to the thread, and is over when it returns. */
#include <string.h>

#include "announce/bfd_internal.h"

int
bfd_check_past(const struct neighbor_conf *conf, const struct bfd_path_past *past, struct err *e)
{
	struct bfd_conf session = bfd_session_conf(&conf->bfd);
	int r = bfd_path_check(&session, past, e);

	explicit_bzero(&session.key, sizeof(session.key));
	return r;
}

static void
slow_down(sd_event *loop, void *arg)
{
	(void)loop;
	bfd_engine_slow_down(arg);
}

static void
freeze(sd_event *loop, void *arg)
{
	(void)loop;
	bfd_engine_freeze(arg);
}

static void
go_on(sd_event *loop, void *arg)
{
	(void)loop;
	bfd_engine_thaw(arg);
	bfd_engine_speed_up(arg);
}

void
bfd_driver_slow_down(struct bfd_driver *d)
{
	if (d)
		worker_call(d->worker, slow_down, d->engine);
}

void
bfd_driver_freeze(struct bfd_driver *d)
{
	if (d)
		worker_call(d->worker, freeze, d->engine);
}

void
bfd_driver_go_on(struct bfd_driver *d)
{
	if (d)
		worker_call(d->worker, go_on, d->engine);
}

struct path_call {
	const struct bfd_path *path;
	bool is_slowing;
	struct handover *handover;
	struct instant now;
};

static void
ask_slowing(sd_event *loop, void *arg)
{
	struct path_call *call = arg;

	(void)loop;
	call->is_slowing = bfd_path_is_slowing(call->path);
}

bool
bfd_neighbor_is_slowing(const struct bfd_neighbor *n)
{
	struct path_call call = { .path = n ? n->path : NULL };

	if (n)
		worker_call(n->driver->worker, ask_slowing, &call);
	return call.is_slowing;
}

static void
save_path(sd_event *loop, void *arg)
{
	const struct path_call *call = arg;

	(void)loop;
	bfd_path_save(call->path, call->handover, call->now);
}

void
bfd_neighbor_save(const struct bfd_neighbor *n, struct handover *h, struct instant now)
{
	struct path_call call = { .path = n ? n->path : NULL, .handover = h, .now = now };

	if (n)
		worker_call(n->driver->worker, save_path, &call);
}
