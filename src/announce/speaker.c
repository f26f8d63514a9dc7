/*
 * The built-in speaker: announce.h over our own BGP.
 *
 * It owns the neighbors (neighbor.h) and the listening sockets (listeners.h). What is announced
 * lives in each neighbor's session, so a reconnect needs nothing from here; what has not come about
 * yet waits in pending.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "announce/speaker_internal.h"
#include "base/alloc.h"
#include "base/log.h"

static void
on_neighbor_changed(void *userdata, struct neighbor *n, bool established, const char *why)
{
	struct speaker *a = userdata;

	if (a->events.neighbor_changed)
		a->events.neighbor_changed(a->events.userdata, n->conf.name, established, why);
}

static bool
is_closed(const struct speaker *a)
{
	for (size_t i = 0; i < a->neighbor_count; i++) {
		if (!neighbor_is_closed(a->neighbors[i]))
			return false;
	}
	return true;
}

static struct neighbor_share
speaker_told(const struct announcer *base, struct prefix prefix)
{
	const struct speaker *a = speaker_of_const(base);
	struct neighbor_share told = { 0 };

	for (size_t i = 0; i < a->neighbor_count; i++) {
		const struct neighbor *n = a->neighbors[i];

		told.of += prefix.addr.family == IP_V4 ? n->conf.ipv4 : n->conf.ipv6;
		told.count += bgp_session_told(n->session, prefix);
	}
	return told;
}

static struct neighbor_share
speaker_withdrawing(const struct announcer *base, struct prefix prefix)
{
	const struct speaker *a = speaker_of_const(base);

	return pending_withdrawing(&a->pending, prefix);
}

static void
on_progress(void *userdata)
{
	struct speaker *a = userdata;
	struct withdraw_result result;
	struct prefix prefix, *told;
	size_t count;

	/* from the start each time: the callbacks may announce and withdraw */
	while (pending_take_withdrawn(&a->pending, &prefix, &result)) {
		if (a->events.withdrawn)
			a->events.withdrawn(a->events.userdata, prefix, &result);
	}
	count = pending_take_told(&a->pending, &told);
	for (size_t i = 0; i < count; i++) {
		if (a->events.announced)
			a->events.announced(a->events.userdata, told[i]);
	}
	free(told);
	speaker_look_at_leaving(a);
	if (a->announcer.stopping && is_closed(a))
		announcer_has_stopped(&a->announcer);
}

static void
speaker_flush(struct announcer *base)
{
	struct speaker *a = speaker_of(base);

	for (size_t i = 0; i < a->neighbor_count; i++)
		neighbor_send_updates(a->neighbors[i]);
	on_progress(a);
}

static int
refuse(int r, const struct neighbor *n, struct prefix prefix, struct err *e)
{
	char text[PREFIX_STR_MAX];

	(void)prefix_format(prefix, text);
	if (r == -E2BIG)
		return err_set(e, r, "%s is one more than the prefix-limit of neighbor %s (%u)",
		    text, n->conf.name, n->conf.prefix_limit);
	return err_errno(e, r, "%s can not be announced to neighbor %s", text, n->conf.name);
}

static int
speaker_set(struct announcer *base, const struct announcement *announcement, struct err *e)
{
	struct speaker *a = speaker_of(base);
	struct prefix prefix = announcement->prefix;
	int r;

	for (size_t i = 0; i < a->neighbor_count; i++) {
		r = bgp_session_check(a->neighbors[i]->session, prefix,
		    announcement_for(announcement, a->neighbors[i]->conf.name));
		/* a family that is not spoken there is configuration, no failure */
		if (r < 0 && r != -EAFNOSUPPORT)
			return refuse(r, a->neighbors[i], prefix, e);
	}
	pending_announce(&a->pending, prefix);
	for (size_t i = 0; i < a->neighbor_count; i++)
		(void)bgp_session_announce(a->neighbors[i]->session, prefix,
		    announcement_for(announcement, a->neighbors[i]->conf.name));
	announcer_flush_later(base);
	return 0;
}

static void
speaker_withdraw(struct announcer *base, struct prefix prefix)
{
	struct speaker *a = speaker_of(base);
	bool *waiting = xcalloc(MAX(a->neighbor_count, (size_t)1), sizeof(*waiting));

	for (size_t i = 0; i < a->neighbor_count; i++) {
		struct neighbor *n = a->neighbors[i];

		waiting[i] = bgp_session_told(n->session, prefix);
		bgp_session_withdraw(n->session, prefix);
		/* also where an earlier one waits, or the neighbor keeps a lost session's routes */
		waiting[i] |= bgp_session_withdrawing(n->session, prefix);
	}
	pending_withdraw(&a->pending, prefix, waiting);
	announcer_flush_later(base);
}

static void
speaker_release_end_of_rib(struct announcer *base)
{
	struct speaker *a = speaker_of(base);

	a->end_of_rib_released = true;
	for (size_t i = 0; i < a->neighbor_count; i++)
		bgp_session_release_end_of_rib(a->neighbors[i]->session);
	announcer_flush_later(base);
}

static void
speaker_stop(struct announcer *base, const char *text)
{
	struct speaker *a = speaker_of(base);

	bfd_driver_stop(a->bfd);
	listeners_done(&a->listeners);
	for (size_t i = 0; i < a->neighbor_count; i++)
		neighbor_stop(a->neighbors[i], text);
	on_progress(a);
}

static void
speaker_free(struct announcer *base)
{
	struct speaker *a = speaker_of(base);

	speaker_done_leaving(a);
	bfd_driver_free(a->bfd);
	for (size_t i = 0; i < a->neighbor_count; i++)
		neighbor_free(a->neighbors[i]);
	free(a->neighbors);
	listeners_done(&a->listeners);
	pending_done(&a->pending);
	free(a->watched);
	announcer_done(base);
	(void)sd_event_unref(a->loop);
	free(a);
}

static const struct announcer_ops speaker_ops = {
	.add_neighbor = speaker_add_neighbor,
	.remove_neighbor = speaker_remove_neighbor,
	.adjust_neighbor = speaker_adjust_neighbor,
	.set = speaker_set,
	.withdraw = speaker_withdraw,
	.flush = speaker_flush,
	.told = speaker_told,
	.withdrawing = speaker_withdrawing,
	.kept = speaker_kept,
	.release_end_of_rib = speaker_release_end_of_rib,
	.stop = speaker_stop,
	.free = speaker_free,
	.status = speaker_status,
	.routes = speaker_routes,
	.watch = speaker_watch,
	.unwatch = speaker_unwatch,
	.watched = speaker_watched,
	.dump_start = speaker_dump_start,
	.dump_stop = speaker_dump_stop,
	.slow_down = speaker_slow_down,
	.waits_for = speaker_waits_for,
	.freeze = speaker_freeze,
	.save = speaker_save,
	.go_on = speaker_go_on,
	.kept_sessions = speaker_kept_sessions,
};

int
speaker_new(
    sd_event *loop, const struct announcer_events *events, struct speaker **ret, struct err *e)
{
	struct speaker *a = xcalloc(1, sizeof(*a));
	int r;

	a->loop = sd_event_ref(loop);
	a->events = *events;
	a->neighbor_events = (struct neighbor_events){
		.changed = on_neighbor_changed, .progress = on_progress, .userdata = a
	};
	pending_init(&a->pending);
	r = announcer_init(&a->announcer, &speaker_ops, loop);
	if (r >= 0)
		r = speaker_init_leaving(a);
	if (r >= 0)
		r = listeners_init(&a->listeners, loop);
	if (r < 0) {
		speaker_free(&a->announcer);
		return err_errno(e, r, "timer");
	}
	*ret = a;
	return 0;
}

int
announcer_new_speaker(sd_event *loop, const struct neighbor_conf *neighbors, size_t count,
    const struct announcer_events *events, struct announcer **ret, struct err *e)
{
	struct speaker *a;
	int r = speaker_new(loop, events, &a, e);

	if (r < 0)
		return r;
	for (size_t i = 0; i < count && r >= 0; i++)
		r = speaker_make_neighbor(a, &neighbors[i], NULL, e);
	if (r < 0) {
		speaker_free(&a->announcer);
		return r;
	}
	*ret = &a->announcer;
	for (size_t i = 0; i < count; i++)
		speaker_start_neighbor(a, a->neighbors[i]);
	return 0;
}
