#include "announce/daemon.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "proto/bgp/codec.h"

#define RETRY_PAUSE DURATION_S(5)
/* A burst is over after so long a quiet, or is cut. */
#define GATHER_QUIET DURATION_MS(20)
#define GATHER_MOST DURATION_MS(200)

/* ---- the table ---- */

static struct daemon_route *
find(const struct daemon *d, struct prefix prefix)
{
	uint32_t at;

	return prefix_map_get(&d->index, prefix, &at) ? &d->routes[at] : NULL;
}

struct daemon_route *
daemon_route_at(struct daemon *d, struct prefix prefix)
{
	struct daemon_route *r = find(d, prefix);

	if (r != NULL)
		return r;
	d->routes = grow_array(d->routes, d->route_count, &d->route_cap, sizeof(*d->routes));
	prefix_map_put(&d->index, prefix, (uint32_t)d->route_count);
	r = &d->routes[d->route_count++];
	*r = (struct daemon_route){ .prefix = prefix };
	return r;
}

static size_t
count_bits(uint64_t mask)
{
	return (size_t)__builtin_popcountll(mask);
}

/* The callbacks may set and withdraw: the table may move. */
void
daemon_tell(struct daemon *d, size_t route)
{
	struct daemon_route *r = &d->routes[route];
	struct prefix prefix = r->prefix;

	if (r->wanted && !r->told && r->exported != 0) {
		r->told = true;
		if (d->events.announced)
			d->events.announced(d->events.userdata, prefix);
	} else if (r->withdrawing && r->exported == 0) {
		struct withdraw_result result = {
			.written = { count_bits(r->had), count_bits(r->had) }, .at = clock_now()
		};

		r->withdrawing = false;
		if (d->events.withdrawn)
			d->events.withdrawn(d->events.userdata, prefix, &result);
	}
}

void
daemon_stop_if_done(struct daemon *d)
{
	if (!d->announcer.stopping)
		return;
	for (size_t i = 0; i < d->route_count; i++) {
		if (d->routes[i].exported != 0 || d->routes[i].withdrawing)
			return;
	}
	announcer_has_stopped(&d->announcer);
}

/* ---- making it so ---- */

static void
daemon_flush(struct announcer *a)
{
	struct daemon *d = daemon_of(a);

	d->look_pause = DAEMON_LOOK_SOON;
	d->kind->apply(d);
}

static void
on_gather(struct timer *t, struct instant now)
{
	struct daemon *d = container_of(t, struct daemon, gather);

	(void)now;
	d->gathered = true;
	d->kind->apply(d);
	d->gathered = false;
}

bool
daemon_has_gathered(struct daemon *d)
{
	struct instant now = clock_now(), quiet = instant_add(now, GATHER_QUIET), most;

	if (d->gathered) {
		d->gather_since = INSTANT_NEVER;
		return true;
	}
	if (instant_is_never(d->gather_since))
		d->gather_since = now;
	most = instant_add(d->gather_since, GATHER_MOST);
	timer_set(&d->gather, instant_cmp(quiet, most) < 0 ? quiet : most);
	return false;
}

static void
on_retry(struct timer *t, struct instant now)
{
	struct daemon *d = container_of(t, struct daemon, retry);

	(void)now;
	d->refused[0] = '\0';
	announcer_flush(&d->announcer);
}

void
daemon_retry_later(struct daemon *d)
{
	timer_set(&d->retry, instant_add(clock_now(), RETRY_PAUSE));
}

void
daemon_refused(struct daemon *d, const char *why)
{
	d->applying = false;
	if (strcmp(d->retried, why) != 0)
		log_error("%s refuses a change and stays as it was; tried again every 5 s: %s",
		    d->kind->name, why);
	(void)snprintf(d->refused, sizeof(d->refused), "%s", why);
	(void)snprintf(d->retried, sizeof(d->retried), "%s", why);
	daemon_retry_later(d);
	daemon_look(d);
}

void
daemon_accepted(struct daemon *d)
{
	d->applying = false;
	if (d->retried[0] != '\0')
		log_notice("%s takes the change now", d->kind->name);
	d->refused[0] = d->retried[0] = '\0';
	timer_set(&d->retry, INSTANT_NEVER);
	daemon_look(d);
}

void
daemon_ready(struct daemon *d)
{
	d->ready = true;
	d->away[0] = '\0';
	log_notice("%s answers at %s", d->kind->name, d->conf.socket);
	announcer_flush(&d->announcer);
	daemon_look(d);
}

static void
on_up(void *userdata)
{
	struct daemon *d = userdata;

	for (size_t i = 0; i < d->route_count; i++) {
		free(TAKE(d->routes[i].loaded));
		d->routes[i].on = false;
	}
	d->kind->connected(d);
}

static void
on_down(void *userdata, int error, const char *why)
{
	struct daemon *d = userdata;

	if (strcmp(d->away, why) != 0)
		log_warning("%s cannot be asked; tried again: %s", d->kind->name, why);
	(void)snprintf(d->away, sizeof(d->away), "%s", why);
	d->ready = d->applying = d->looking = false;
	timer_set(&d->look, INSTANT_NEVER);
	timer_set(&d->retry, INSTANT_NEVER);
	timer_set(&d->gather, INSTANT_NEVER);
	d->gather_since = INSTANT_NEVER;
	daemon_lost_neighbors(d, why);
	for (size_t i = 0; i < d->route_count; i++) {
		d->routes[i].told = false;
		d->routes[i].exported = 0;
	}
	/* one that does not run announces nothing; of one that does not answer nobody knows */
	for (size_t i = 0; i < d->route_count && (error == -ECONNREFUSED || error == -ENOENT); i++)
		daemon_tell(d, i);
	daemon_stop_if_done(d);
}

const struct dialogue_events daemon_dialogue_events = { .up = on_up, .down = on_down };

/* ---- announce.h ---- */

static void
keep_attributes(struct daemon_route *r, const struct bgp_attributes *a)
{
	free(r->storage);
	r->attributes = *a;
	r->storage = xmalloc(bgp_attributes_size(a) + 1);
	bgp_attributes_normalise(&r->attributes, r->storage);
}

static int
daemon_set(struct announcer *a, const struct announcement *announcement, struct err *e)
{
	struct daemon *d = daemon_of(a);
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	struct daemon_route *r;
	int error = d->kind->text(&announcement->attributes, d->conf.local_as, &text, e);

	if (error < 0)
		return error;
	r = daemon_route_at(d, announcement->prefix);
	r->told = r->told && r->wanted;
	r->wanted = true;
	r->withdrawing = false;
	keep_attributes(r, &announcement->attributes);
	free(r->text);
	r->text = strbuf_take(&text);
	announcer_flush_later(a);
	return 0;
}

static void
daemon_withdraw(struct announcer *a, struct prefix prefix)
{
	struct daemon *d = daemon_of(a);
	struct daemon_route *r = daemon_route_at(d, prefix);

	r->wanted = r->told = false;
	r->withdrawing = true;
	r->had = r->exported;
	announcer_flush_later(a);
}

static struct neighbor_share
daemon_told(const struct announcer *a, struct prefix prefix)
{
	const struct daemon *d = daemon_of_const(a);
	const struct daemon_route *r = find(d, prefix);
	struct neighbor_share told = { 0 };

	for (size_t i = 0; i < d->neighbor_count; i++)
		told.of +=
		    prefix.addr.family == IP_V4 ? d->neighbors[i].ipv4 : d->neighbors[i].ipv6;
	if (r != NULL && r->wanted)
		told.count = count_bits(r->exported);
	return told;
}

static struct neighbor_share
daemon_withdrawing(const struct announcer *a, struct prefix prefix)
{
	const struct daemon_route *r = find(daemon_of_const(a), prefix);

	if (r == NULL || !r->withdrawing)
		return (struct neighbor_share){ 0 };
	return (struct neighbor_share){ count_bits(r->exported), count_bits(r->had) };
}

/* Whether routers keep routes of a session that was lost is between them and the daemon. */
static struct announcer_kept
daemon_kept(const struct announcer *a, struct prefix prefix)
{
	(void)a;
	(void)prefix;
	return (struct announcer_kept){ 0 };
}

static void
daemon_release_end_of_rib(struct announcer *a)
{
	daemon_of(a)->released = true;
	announcer_flush_later(a);
}

/* The sessions are not ours to end: text is for nobody. */
static void
daemon_stop(struct announcer *a, const char *text)
{
	struct daemon *d = daemon_of(a);

	(void)text;
	d->released = true;
	for (size_t i = 0; i < d->route_count; i++)
		d->routes[i].wanted = false;
	announcer_flush(a);
	daemon_stop_if_done(d);
}

static void
daemon_free(struct announcer *a)
{
	struct daemon *d = daemon_of(a);

	dialogue_free(d->dialogue);
	for (size_t i = 0; i < d->route_count; i++) {
		free(d->routes[i].text);
		free(d->routes[i].loaded);
		free(d->routes[i].storage);
	}
	free(d->routes);
	prefix_map_done(&d->index);
	daemon_frr_done(d);
	free(d->file);
	timer_done(&d->look);
	timer_done(&d->gather);
	timer_done(&d->retry);
	announcer_done(a);
	(void)sd_event_unref(d->loop);
	free(d);
}

/* ---- what only the speaker can ---- */

static int
daemon_add_neighbor(struct announcer *a, const struct neighbor_conf *conf, struct err *e)
{
	return err_set(e, -EOPNOTSUPP, "neighbor %s: the neighbors are those of %s", conf->name,
	    daemon_of(a)->kind->name);
}

static void
daemon_remove_neighbor(struct announcer *a, const char *name, const char *text)
{
	(void)a;
	(void)name;
	(void)text;
}

static void
daemon_adjust_neighbor(struct announcer *a, const struct neighbor_conf *conf)
{
	(void)a;
	(void)conf;
}

static void
daemon_watch(struct announcer *a, struct prefix prefix)
{
	(void)a;
	(void)prefix;
}

static json_t *
daemon_watched(const struct announcer *a, const struct prefix *within, struct instant now)
{
	(void)a;
	(void)within;
	(void)now;
	return json_array();
}

static int
daemon_dump_stop(struct announcer *a, const char *neighbor, struct err *e)
{
	return err_set(e, -EOPNOTSUPP, "the session with %s is kept by %s, and is dumped there",
	    neighbor, daemon_of(a)->kind->name);
}

static int
daemon_dump_start(struct announcer *a, const char *neighbor, enum dump_format format,
    const char *path, uint64_t max_bytes, struct err *e)
{
	(void)format;
	(void)path;
	(void)max_bytes;
	return daemon_dump_stop(a, neighbor, e);
}

static const struct announcer_ops daemon_ops = {
	.add_neighbor = daemon_add_neighbor,
	.remove_neighbor = daemon_remove_neighbor,
	.adjust_neighbor = daemon_adjust_neighbor,
	.set = daemon_set,
	.withdraw = daemon_withdraw,
	.flush = daemon_flush,
	.told = daemon_told,
	.withdrawing = daemon_withdrawing,
	.kept = daemon_kept,
	.release_end_of_rib = daemon_release_end_of_rib,
	.stop = daemon_stop,
	.free = daemon_free,
	.status = daemon_status,
	.routes = daemon_routes,
	.watch = daemon_watch,
	.unwatch = daemon_watch,
	.watched = daemon_watched,
	.dump_start = daemon_dump_start,
	.dump_stop = daemon_dump_stop,
	.slow_down = daemon_slow_down,
	.waits_for = daemon_waits_for,
	.freeze = daemon_freeze,
	.save = daemon_save,
	.go_on = daemon_go_on,
	.kept_sessions = daemon_kept_sessions,
};

static int
open_timers(struct daemon *d)
{
	int r = announcer_init(&d->announcer, &daemon_ops, d->loop);

	d->gather_since = INSTANT_NEVER;
	if (r >= 0)
		r = daemon_look_init(d);
	if (r >= 0)
		r = timer_init(&d->gather, d->loop, on_gather);
	if (r >= 0)
		r = timer_init(&d->retry, d->loop, on_retry);
	return r;
}

int
daemon_new(sd_event *loop, const struct daemon_conf *conf, const struct announcer_events *events,
    struct daemon **ret, struct err *e)
{
	struct daemon *d = xcalloc(1, sizeof(*d));
	int r;

	d->kind = conf->type == DAEMON_BIRD ? &daemon_bird : &daemon_frr;
	d->conf = *conf;
	d->events = *events;
	d->loop = sd_event_ref(loop);
	r = open_timers(d);
	if (r < 0) {
		daemon_free(&d->announcer);
		return err_errno(e, r, "timer");
	}
	d->kind->begin(d);
	*ret = d;
	return 0;
}

int
announcer_new_daemon(sd_event *loop, const struct daemon_conf *conf,
    const struct announcer_events *events, struct announcer **ret, struct err *e)
{
	struct daemon *d;
	int r = daemon_new(loop, conf, events, &d, e);

	if (r < 0)
		return r;
	r = dialogue_new(
	    loop, d->kind->language, d->conf.socket, &daemon_dialogue_events, d, &d->dialogue, e);
	if (r < 0) {
		daemon_free(&d->announcer);
		return r;
	}
	*ret = &d->announcer;
	return 0;
}
