#include "announce/bfd.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "announce/bfd_internal.h"
#include "base/alloc.h"
#include "base/log.h"
#include "io/loop.h"

#define INTERVAL_MIN DURATION_MS(10)

/* ---- calls that run in the worker ---- */

static void
on_news(void *userdata)
{
	struct bfd_driver *d = userdata;

	worker_ring(d->worker);
}

static void
make_engine(sd_event *loop, void *arg)
{
	struct bfd_driver *d = arg;

	d->engine = bfd_engine_new(loop, on_news, d);
}

static void
free_engine(sd_event *loop, void *arg)
{
	struct bfd_driver *d = arg;

	(void)loop;
	bfd_engine_free(d->engine);
}

static void
take_news(sd_event *loop, void *arg)
{
	struct bfd_driver *d = arg;

	(void)loop;
	list_for_each (n, &d->neighbors, struct bfd_neighbor, list)
		bfd_path_take_news(n->path, &n->news);
	bfd_engine_take_stranger(d->engine, &d->stranger);
}

static void
set_admin_down(sd_event *loop, void *arg)
{
	struct bfd_driver *d = arg;

	(void)loop;
	list_for_each (n, &d->neighbors, struct bfd_neighbor, list)
		bfd_path_set_admin_down(n->path);
}

struct new_path {
	struct bfd_engine *engine;
	const struct bfd_target *target;
	const struct bfd_path_past *past; /* NULL: none */
	struct bfd_path *path;
	struct err failure;
	int result;
};

static void
make_path(sd_event *loop, void *arg)
{
	struct new_path *call = arg;

	(void)loop;
	if (call->past) {
		call->result = bfd_path_resume(
		    call->engine, call->target, call->past, &call->path, &call->failure);
		return;
	}
	call->result = bfd_path_new(call->engine, call->target, &call->path);
	if (call->result < 0)
		(void)err_errno(&call->failure, call->result, "timer");
}

/* ---- news ---- */

static void
tell(struct bfd_neighbor *n)
{
	const struct bfd_news *news = &n->news;
	const char *name = n->conf->name;
	char note[FAILURE_LIMIT_NOTE_MAX];
	uint64_t left_out;

	if (news->has_error && news->error[0] &&
	    failure_limit_take(&n->errors, news->error, clock_now(), &left_out))
		log_warning("neighbor %s: BFD: %s%s", name, news->error,
		    failure_limit_note(left_out, note));
	if (news->went_admin_down)
		log_notice("neighbor %s: BFD is switched off by the neighbor", name);
	if (news->went_down) {
		if (failure_limit_take(&n->failures, news->down_why, clock_now(), &left_out))
			log_notice("neighbor %s: BFD is down: %s%s", name, news->down_why,
			    failure_limit_note(left_out, note));
		n->changed(n->userdata, false, news->down_why);
	}
	if (news->came_up) {
		if (failure_limit_take_end(&n->failures))
			log_info("neighbor %s: BFD is up", name);
		n->changed(n->userdata, true, "up");
	}
}

static void
tell_stranger(const struct bfd_stranger *s)
{
	char from[IP_STR_MAX], to[IP_STR_MAX];

	if (s->count > 0)
		log_notice("BFD packets were dropped: their source is no neighbor's address from=%s "
			   "to=%s dropped=%" PRIu64,
		    ip_format(s->from, from), ip_format(s->to, to), s->count);
}

static void
on_bell(void *userdata)
{
	struct bfd_driver *d = userdata;

	worker_call(d->worker, take_news, d);
	tell_stranger(&d->stranger);
	list_for_each (n, &d->neighbors, struct bfd_neighbor, list)
		tell(n);
}

/* ---- driver ---- */

int
bfd_driver_new(sd_event *loop, struct bfd_driver **ret, struct err *e)
{
	struct bfd_driver *d = xcalloc(1, sizeof(*d));
	int r;

	list_init(&d->neighbors);
	r = worker_new(loop, on_bell, d, &d->worker, e);
	if (r < 0) {
		free(d);
		return err_prefix(e, "BFD"), r;
	}
	worker_call(d->worker, make_engine, d);
	*ret = d;
	return 0;
}

void
bfd_driver_stop(struct bfd_driver *d)
{
	if (d)
		worker_call(d->worker, set_admin_down, d);
}

void
bfd_driver_free(struct bfd_driver *d)
{
	if (d == NULL)
		return;
	worker_call(d->worker, free_engine, d);
	worker_free(d->worker);
	list_for_each_safe (n, &d->neighbors, struct bfd_neighbor, list)
		free(n);
	free(d);
}

static int
check(const struct neighbor_conf *conf, struct err *e)
{
	const struct neighbor_bfd *bfd = &conf->bfd;
	size_t key_len = bfd->key ? strlen(bfd->key) : 0;
	struct duration least = bfd->min_tx.ns < bfd->min_rx.ns ? bfd->min_tx : bfd->min_rx;
	struct duration most = bfd->min_tx.ns < bfd->min_rx.ns ? bfd->min_rx : bfd->min_tx;

	if (duration_cmp(least, INTERVAL_MIN) < 0 || duration_cmp(most, BFD_INTERVAL_MAX) > 0)
		return err_set(e, -EINVAL, "neighbor %s: BFD intervals are from 10 ms to %d s",
		    conf->name, (int)(BFD_INTERVAL_MAX.ns / NS_PER_S));
	if (bfd->multiplier == 0)
		return err_set(
		    e, -EINVAL, "neighbor %s: a BFD multiplier is at least 1", conf->name);
	if (bfd->auth != NEIGHBOR_BFD_AUTH_NONE && (key_len == 0 || key_len > BFD_KEY_MAX))
		return err_set(e, -EINVAL, "neighbor %s: a BFD key has 1 to %d bytes", conf->name,
		    BFD_KEY_MAX);
	return 0;
}

struct bfd_conf
bfd_session_conf(const struct neighbor_bfd *bfd)
{
	static const enum bfd_auth types[] = {
		[NEIGHBOR_BFD_AUTH_NONE] = BFD_AUTH_NONE,
		[NEIGHBOR_BFD_AUTH_SHA1] = BFD_AUTH_SHA1,
		[NEIGHBOR_BFD_AUTH_METICULOUS_SHA1] = BFD_AUTH_METICULOUS_SHA1,
	};
	struct bfd_conf conf = {
		.min_tx = bfd->min_tx,
		.min_rx = bfd->min_rx,
		.multiplier = bfd->multiplier,
		.key = { .type = types[bfd->auth], .id = bfd->key_id },
	};

	if (conf.key.type != BFD_AUTH_NONE)
		memcpy(conf.key.secret, bfd->key, strlen(bfd->key));
	return conf;
}

int
bfd_neighbor_new(struct bfd_driver *d, const struct neighbor_conf *conf,
    const struct bfd_path_past *past, bfd_changed_fn fn, void *userdata, struct bfd_neighbor **ret,
    struct err *e)
{
	struct bfd_target target = {
		.local = conf->local_address,
		.peer = conf->address,
		.interface = conf->interface,
		.multihop = conf->bfd.multihop,
		.port = conf->bfd.multihop ? BFD_MULTIHOP_PORT : BFD_PORT,
	};
	struct new_path call = { .engine = d->engine, .target = &target, .past = past };
	int r = check(conf, e);

	if (r < 0)
		return r;
	target.conf = bfd_session_conf(&conf->bfd);
	worker_call(d->worker, make_path, &call);
	explicit_bzero(&target.conf.key, sizeof(target.conf.key));
	if (call.result < 0)
		return err_set(
		    e, call.result, "neighbor %s: BFD: %s", conf->name, call.failure.message);

	struct bfd_neighbor *n = xcalloc(1, sizeof(*n));
	n->driver = d;
	n->conf = conf;
	n->path = call.path;
	n->changed = fn;
	n->userdata = userdata;
	list_append(&d->neighbors, &n->list);
	if (conf->bfd.multihop && conf->bfd.auth == NEIGHBOR_BFD_AUTH_NONE)
		log_notice("neighbor %s: its multihop BFD is not authenticated, so that anybody who "
			   "can send with its address may take it down",
		    conf->name);
	*ret = n;
	return 0;
}

static void
end_path(sd_event *loop, void *arg)
{
	struct bfd_path *path = arg;

	(void)loop;
	bfd_path_set_admin_down(path);
	bfd_path_free(path);
}

void
bfd_neighbor_free(struct bfd_neighbor *n)
{
	if (n == NULL)
		return;
	worker_call(n->driver->worker, end_path, n->path);
	list_remove(&n->list);
	free(n);
}
