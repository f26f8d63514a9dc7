/*
 * The built-in speaker: announce.h over our own BGP.
 *
 * It owns the neighbors (neighbor.h) and the listening sockets (listener.h). What is announced lives in
 * each neighbor's session, so a reconnect needs nothing from here; what was announced waits here until
 * the first neighbor has been told, and what was withdrawn until every neighbor's socket has taken it,
 * because those moments are what the agent reports.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "announce/announce.h"
#include "announce/bfd.h"
#include "announce/listener.h"
#include "announce/neighbor.h"
#include "base/alloc.h"
#include "base/log.h"

#define STOP_PATIENCE DURATION_S(1)

/* A withdraw that is not yet with every neighbor. */
struct withdrawal {
	struct prefix prefix;
	bool *waiting; /* owned; by neighbor: it was told the prefix, and the withdraw is not written */
	struct neighbor_share written;
};

struct announcer {
	sd_event *loop; /* referenced */
	struct announcer_events events;
	struct neighbor_events neighbor_events;
	struct neighbor **neighbors; /* owned */
	size_t neighbor_count;
	struct listeners listeners;
	struct bfd_driver *bfd; /* owned; NULL: no neighbor wants it */
	struct withdrawal *withdrawals; /* owned */
	size_t withdrawal_count, withdrawal_cap;
	struct prefix *untold; /* owned; announced, and no neighbor has been told yet */
	size_t untold_count, untold_cap;
	struct prefix *watched; /* owned; looked for in what neighbors send */
	size_t watched_count, watched_cap;
	bool stopping;
	struct timer stop_timer;
	void (*stop_done)(void *userdata);
	void *stop_userdata;
};

static void
on_neighbor_changed(void *userdata, struct neighbor *n, bool established, const char *why)
{
	struct announcer *a = userdata;

	if (a->events.neighbor_changed)
		a->events.neighbor_changed(a->events.userdata, n->conf.name, established, why);
}

static bool
is_closed(const struct announcer *a)
{
	for (size_t i = 0; i < a->neighbor_count; i++) {
		if (!neighbor_is_closed(a->neighbors[i]))
			return false;
	}
	return true;
}

struct neighbor_share
announcer_told(const struct announcer *a, struct prefix prefix)
{
	struct neighbor_share told = { 0 };

	for (size_t i = 0; i < a->neighbor_count; i++) {
		const struct neighbor *n = a->neighbors[i];

		told.of += prefix.addr.family == IP_V4 ? n->conf.ipv4 : n->conf.ipv6;
		told.count += bgp_session_told(n->session, prefix);
	}
	return told;
}

/* It does not wait for a neighbor any more. */
static void
forget_untold(struct announcer *a, struct prefix prefix)
{
	for (size_t i = 0; i < a->untold_count; i++) {
		if (prefix_equal(a->untold[i], prefix)) {
			a->untold[i] = a->untold[--a->untold_count];
			return;
		}
	}
}

static void
add_untold(struct announcer *a, struct prefix prefix)
{
	forget_untold(a, prefix);
	a->untold = grow_array(a->untold, a->untold_count, &a->untold_cap, sizeof(*a->untold));
	a->untold[a->untold_count++] = prefix;
}

/* One that a neighbor has been told; it does not wait any more. */
static bool
take_told(struct announcer *a, struct prefix *ret)
{
	for (size_t i = 0; i < a->untold_count; i++) {
		if (announcer_told(a, a->untold[i]).count > 0) {
			*ret = a->untold[i];
			a->untold[i] = a->untold[--a->untold_count];
			return true;
		}
	}
	return false;
}

static struct withdrawal *
find_withdrawal(const struct announcer *a, struct prefix prefix)
{
	for (size_t i = 0; i < a->withdrawal_count; i++) {
		if (prefix_equal(a->withdrawals[i].prefix, prefix))
			return &a->withdrawals[i];
	}
	return NULL;
}

static void
forget_withdrawal(struct announcer *a, struct withdrawal *w)
{
	if (w == NULL)
		return;
	free(w->waiting);
	*w = a->withdrawals[--a->withdrawal_count];
}

struct neighbor_share
announcer_withdrawing(const struct announcer *a, struct prefix prefix)
{
	const struct withdrawal *w = find_withdrawal(a, prefix);
	struct neighbor_share share = { .of = w ? w->written.of : 0 };

	for (size_t i = 0; w && i < a->neighbor_count; i++)
		share.count += w->waiting[i];
	return share;
}

/* Whether a neighbor waits still; those whose socket has taken it are counted. */
static bool
is_withdrawing(const struct announcer *a, struct withdrawal *w)
{
	bool any = false;

	for (size_t i = 0; i < a->neighbor_count; i++) {
		const struct neighbor *n = a->neighbors[i];

		if (!w->waiting[i])
			continue;
		w->waiting[i] = neighbor_is_withdrawing(n, w->prefix);
		if (w->waiting[i])
			any = true;
		else if (bgp_session_info(n->session)->state == BGP_ESTABLISHED)
			w->written.count++;
	}
	return any;
}

/* One that no neighbor waits for; it does not wait any more. */
static bool
take_withdrawn(struct announcer *a, struct prefix *ret, struct withdraw_result *ret_result)
{
	for (size_t i = 0; i < a->withdrawal_count; i++) {
		struct withdrawal *w = &a->withdrawals[i];

		if (is_withdrawing(a, w))
			continue;
		*ret = w->prefix;
		*ret_result = (struct withdraw_result){ .written = w->written, .at = clock_now() };
		forget_withdrawal(a, w);
		return true;
	}
	return false;
}

static void
on_progress(void *userdata)
{
	struct announcer *a = userdata;
	struct withdraw_result result;
	struct prefix prefix;

	/* from the start each time: the callbacks may announce and withdraw */
	while (take_withdrawn(a, &prefix, &result)) {
		if (a->events.withdrawn)
			a->events.withdrawn(a->events.userdata, prefix, &result);
	}
	while (take_told(a, &prefix)) {
		if (a->events.announced)
			a->events.announced(a->events.userdata, prefix);
	}
	/* told from the loop: the one who waits may free us */
	if (a->stopping && is_closed(a))
		timer_set(&a->stop_timer, clock_now());
}

static void
on_stop_timer(struct timer *t, struct instant now)
{
	struct announcer *a = container_of(t, struct announcer, stop_timer);
	void (*done)(void *userdata) = TAKE(a->stop_done);

	(void)now;
	if (done)
		done(a->stop_userdata);
}

/* The thread is there for the first that wants it. */
static int
start_bfd(struct announcer *a, struct neighbor *n, struct err *e)
{
	int r = 0;

	if (!n->conf.bfd.enabled)
		return 0;
	if (a->bfd == NULL)
		r = bfd_driver_new(a->loop, &a->bfd, e);
	if (r < 0)
		return r;
	return bfd_neighbor_new(a->bfd, &n->conf, neighbor_bfd_changed, n, &n->bfd, e);
}

int
announcer_new_speaker(sd_event *loop, const struct neighbor_conf *neighbors, size_t count,
    const struct announcer_events *events, struct announcer **ret, struct err *e)
{
	struct announcer *a = xcalloc(1, sizeof(*a));
	int r = 0;

	a->loop = sd_event_ref(loop);
	a->events = *events;
	a->neighbor_events = (struct neighbor_events){
		.changed = on_neighbor_changed, .progress = on_progress, .userdata = a
	};
	a->neighbors = xcalloc(MAX(count, (size_t)1), sizeof(struct neighbor *));
	r = timer_init(&a->stop_timer, loop, on_stop_timer);
	if (r >= 0)
		r = listeners_init(&a->listeners, loop);
	if (r < 0)
		(void)err_errno(e, r, "timer");
	for (size_t i = 0; i < count && r >= 0; i++) {
		r = neighbor_new(loop, &neighbors[i], &a->neighbor_events, &a->neighbors[i], e);
		if (r < 0)
			break;
		a->neighbor_count++;
		r = listeners_add(&a->listeners, a->neighbors[i], e);
		if (r >= 0)
			r = start_bfd(a, a->neighbors[i], e);
	}
	if (r < 0) {
		announcer_free(a);
		return r;
	}
	*ret = a;
	for (size_t i = 0; i < count; i++)
		neighbor_start(a->neighbors[i]);
	return 0;
}

static int
refuse(int r, const struct neighbor *n, struct prefix prefix, struct err *e)
{
	char text[PREFIX_STR_MAX];

	(void)prefix_format(prefix, text);
	if (r == -E2BIG)
		return err_set(e, r, "%s is one more than the prefix-limit of neighbor %s (%u)", text,
		    n->conf.name, n->conf.prefix_limit);
	return err_errno(e, r, "%s can not be announced to neighbor %s", text, n->conf.name);
}

int
announcer_set(struct announcer *a, const struct announcement *announcement, struct err *e)
{
	const struct bgp_attributes *attributes = &announcement->attributes;
	struct prefix prefix = announcement->prefix;
	int r;

	for (size_t i = 0; i < a->neighbor_count; i++) {
		r = bgp_session_check(a->neighbors[i]->session, prefix, attributes);
		/* a family that is not spoken there is configuration, no failure */
		if (r < 0 && r != -EAFNOSUPPORT)
			return refuse(r, a->neighbors[i], prefix, e);
	}
	forget_withdrawal(a, find_withdrawal(a, prefix));
	add_untold(a, prefix);
	for (size_t i = 0; i < a->neighbor_count; i++) {
		(void)bgp_session_announce(a->neighbors[i]->session, prefix, attributes);
		neighbor_send_updates(a->neighbors[i]);
	}
	on_progress(a);
	return 0;
}

void
announcer_withdraw(struct announcer *a, struct prefix prefix)
{
	struct withdrawal w = { .prefix = prefix };

	forget_untold(a, prefix);
	forget_withdrawal(a, find_withdrawal(a, prefix));
	w.waiting = xcalloc(MAX(a->neighbor_count, (size_t)1), sizeof(*w.waiting));
	for (size_t i = 0; i < a->neighbor_count; i++) {
		struct neighbor *n = a->neighbors[i];

		w.waiting[i] = bgp_session_told(n->session, prefix);
		bgp_session_withdraw(n->session, prefix);
		neighbor_send_updates(n);
		/* also where an earlier withdraw is still among the bytes that wait */
		w.waiting[i] |= neighbor_is_withdrawing(n, prefix);
		w.written.of += w.waiting[i];
	}
	a->withdrawals = grow_array(
	    a->withdrawals, a->withdrawal_count, &a->withdrawal_cap, sizeof(*a->withdrawals));
	a->withdrawals[a->withdrawal_count++] = w;
	on_progress(a);
}

void
announcer_release_end_of_rib(struct announcer *a)
{
	for (size_t i = 0; i < a->neighbor_count; i++) {
		bgp_session_release_end_of_rib(a->neighbors[i]->session);
		neighbor_send_updates(a->neighbors[i]);
	}
}

void
announcer_stop(struct announcer *a, const char *text, void (*done)(void *userdata), void *userdata)
{
	a->stop_done = done;
	a->stop_userdata = userdata;
	a->stopping = true;
	bfd_driver_stop(a->bfd);
	listeners_done(&a->listeners);
	timer_set(&a->stop_timer, instant_add(clock_now(), STOP_PATIENCE));
	for (size_t i = 0; i < a->neighbor_count; i++)
		neighbor_stop(a->neighbors[i], text);
	on_progress(a);
}

void
announcer_free(struct announcer *a)
{
	if (a == NULL)
		return;
	bfd_driver_free(a->bfd);
	for (size_t i = 0; i < a->neighbor_count; i++)
		neighbor_free(a->neighbors[i]);
	free(a->neighbors);
	listeners_done(&a->listeners);
	while (a->withdrawal_count > 0)
		forget_withdrawal(a, a->withdrawals);
	free(a->withdrawals);
	free(a->untold);
	free(a->watched);
	timer_done(&a->stop_timer);
	(void)sd_event_unref(a->loop);
	free(a);
}

void
announcer_watch(struct announcer *a, struct prefix prefix)
{
	for (size_t i = 0; i < a->neighbor_count; i++) {
		if (bgp_session_watch(a->neighbors[i]->session, prefix) < 0)
			return;
	}
	a->watched = grow_array(a->watched, a->watched_count, &a->watched_cap, sizeof(*a->watched));
	a->watched[a->watched_count++] = prefix;
}

json_t *
announcer_watched(const struct announcer *a, const struct prefix *within, struct instant now)
{
	return neighbors_watched(
	    a->neighbors, a->neighbor_count, a->watched, a->watched_count, within, now);
}

json_t *
announcer_routes(const struct announcer *a, const struct prefix *within)
{
	return neighbors_routes(a->neighbors, a->neighbor_count, within);
}

json_t *
announcer_status(const struct announcer *a, struct instant now)
{
	json_t *all = json_array();

	for (size_t i = 0; i < a->neighbor_count; i++) {
		json_t *n = neighbor_status(a->neighbors[i], now);

		(void)json_object_set_new(n, "seen",
		    neighbor_seen(a->neighbors[i], a->watched, a->watched_count, now));
		(void)json_array_append_new(all, n);
	}
	return all;
}

static struct neighbor *
find_by_name(const struct announcer *a, const char *name, struct err *e)
{
	for (size_t i = 0; i < a->neighbor_count; i++) {
		if (strcmp(a->neighbors[i]->conf.name, name) == 0)
			return a->neighbors[i];
	}
	(void)err_set(e, -ENOENT, "no neighbor is called %s", name);
	return NULL;
}

int
announcer_dump_start(struct announcer *a, const char *neighbor, enum dump_format format,
    const char *path, uint64_t max_bytes, struct err *e)
{
	struct neighbor *n = find_by_name(a, neighbor, e);

	return n ? neighbor_dump_start(n, format, path, max_bytes, e) : -ENOENT;
}

int
announcer_dump_stop(struct announcer *a, const char *neighbor, struct err *e)
{
	struct neighbor *n = find_by_name(a, neighbor, e);

	return n ? neighbor_dump_stop(n, e) : -ENOENT;
}
