#include "announce/bfd.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "announce/bfd_engine.h"
#include "announce/failure_limit.h"
#include "announce/status_internal.h"
#include "base/alloc.h"
#include "base/list.h"
#include "base/log.h"
#include "io/loop.h"
#include "io/worker.h"

#define INTERVAL_MIN DURATION_MS(10)

struct bfd_driver {
	struct worker *worker;     /* owned */
	struct bfd_engine *engine; /* owned; lives in the worker */
	struct list neighbors;     /* owned */
	struct bfd_stranger stranger; /* taken there last */
};

struct bfd_neighbor {
	struct list list; /* in bfd_driver.neighbors */
	struct bfd_driver *driver;
	const struct neighbor_conf *conf; /* borrowed */
	struct bfd_path *path;            /* lives in the worker */
	struct bfd_news news;             /* taken there last */
	struct failure_limit failures, errors;
	bfd_changed_fn changed;
	void *userdata;
};

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

struct ask_path {
	const struct bfd_path *path;
	struct bfd_path_info info;
};

static void
ask_path(sd_event *loop, void *arg)
{
	struct ask_path *call = arg;

	(void)loop;
	bfd_path_info(call->path, &call->info);
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

static struct bfd_conf
session_conf(const struct neighbor_bfd *bfd)
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
	target.conf = session_conf(&conf->bfd);
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

/* ---- from one program to the next ---- */

int
bfd_check_past(const struct neighbor_conf *conf, const struct bfd_path_past *past, struct err *e)
{
	struct bfd_conf session = session_conf(&conf->bfd);
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

/* ---- status ---- */

static json_t *
ms_json(struct duration d)
{
	return d.ns % NS_PER_MS ? json_real(duration_ms_f(d)) : json_integer(duration_ms(d));
}

static json_t *
dropped_json(const struct bfd_info *info)
{
	json_t *dropped = json_object();

	for (enum bfd_verdict v = BFD_ACCEPTED + 1; v < BFD_VERDICT_MAX; v++)
		(void)json_object_set_new(
		    dropped, bfd_verdict_name(v), json_integer((json_int_t)info->verdicts[v]));
	return dropped;
}

static json_t *
auth_json(enum neighbor_bfd_auth auth)
{
	switch (auth) {
	case NEIGHBOR_BFD_AUTH_NONE:
		break;
	case NEIGHBOR_BFD_AUTH_SHA1:
		return json_string("sha1");
	case NEIGHBOR_BFD_AUTH_METICULOUS_SHA1:
		return json_string("meticulous-sha1");
	}
	return json_null();
}

json_t *
bfd_neighbor_status(const struct bfd_neighbor *n, struct instant now)
{
	struct ask_path call = { 0 };
	const struct bfd_info *info = &call.info.session;

	if (n == NULL)
		return json_null();
	call.path = n->path;
	worker_call(n->driver->worker, ask_path, &call);
	return json_pack(
	    "{s:s, s:o, s:s, s:s, s:s, s:o, s:o, s:o, s:i, s:i, s:I, s:o, s:o, s:I, s:I, s:I, "
	    "s:o, s:I, s:I, s:o}",
	    "state", bfd_state_name(info->state), "since_ms", status_ago(info->since, now),
	    "remote_state", bfd_state_name(info->remote_state), "diag", bfd_diag_name(info->diag),
	    "remote_diag", bfd_diag_name(info->remote_diag), "tx_interval_ms",
	    ms_json(info->tx_interval), "rx_interval_ms", ms_json(info->rx_interval),
	    "detection_ms", ms_json(info->detection), "multiplier", (int)info->multiplier,
	    "remote_multiplier", (int)info->remote_multiplier, "local_discriminator",
	    (json_int_t)info->local_discriminator, "remote_discriminator",
	    info->remote_discriminator ? json_integer(info->remote_discriminator) : json_null(),
	    "auth", auth_json(n->conf->bfd.auth), "downs", (json_int_t)info->downs, "packets_in",
	    (json_int_t)info->packets_in, "packets_out", (json_int_t)info->packets_out, "dropped",
	    dropped_json(info), "from_strangers", (json_int_t)call.info.strangers, "send_errors",
	    (json_int_t)call.info.send_errors, "error",
	    status_text_or_null(call.info.error));
}
