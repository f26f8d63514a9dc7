/*
 * The built-in speaker: announce.h over our own BGP.
 *
 * It owns the neighbors (neighbor.h) and the listening sockets (listener.h). What is announced
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

struct neighbor_share
announcer_withdrawing(const struct announcer *a, struct prefix prefix)
{
	return pending_withdrawing(&a->pending, prefix);
}

static void
on_progress(void *userdata)
{
	struct announcer *a = userdata;
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
	/* told from the loop: the one who waits may free us */
	if (a->stopping && is_closed(a))
		timer_set(&a->stop_timer, clock_now());
}

void
announcer_flush(struct announcer *a)
{
	(void)sd_event_source_set_enabled(a->flush, SD_EVENT_OFF);
	for (size_t i = 0; i < a->neighbor_count; i++)
		neighbor_send_updates(a->neighbors[i]);
	on_progress(a);
}

static int
on_flush(sd_event_source *source, void *userdata)
{
	(void)source;
	announcer_flush(userdata);
	return 0;
}

/* Changes of one turn leave together, so that those which look the same share an UPDATE. */
static void
flush_later(struct announcer *a)
{
	(void)sd_event_source_set_enabled(a->flush, SD_EVENT_ONESHOT);
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
	pending_init(&a->pending);
	r = timer_init(&a->stop_timer, loop, on_stop_timer);
	if (r >= 0)
		r = speaker_init_leaving(a);
	if (r >= 0)
		r = listeners_init(&a->listeners, loop);
	if (r >= 0)
		r = sd_event_add_defer(loop, &a->flush, on_flush, a);
	if (r >= 0)
		r = sd_event_source_set_enabled(a->flush, SD_EVENT_OFF);
	if (r < 0)
		(void)err_errno(e, r, "timer");
	for (size_t i = 0; i < count && r >= 0; i++)
		r = speaker_make_neighbor(a, &neighbors[i], e);
	if (r < 0) {
		announcer_free(a);
		return r;
	}
	*ret = a;
	for (size_t i = 0; i < count; i++)
		speaker_start_neighbor(a, a->neighbors[i]);
	return 0;
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

const struct bgp_attributes *
announcement_for(const struct announcement *announcement, const char *neighbor)
{
	for (size_t i = 0; i < announcement->override_count; i++) {
		if (strcmp(announcement->overrides[i].neighbor, neighbor) == 0)
			return &announcement->overrides[i].attributes;
	}
	return &announcement->attributes;
}

int
announcer_set(struct announcer *a, const struct announcement *announcement, struct err *e)
{
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
	flush_later(a);
	return 0;
}

void
announcer_withdraw(struct announcer *a, struct prefix prefix)
{
	bool *waiting = xcalloc(MAX(a->neighbor_count, (size_t)1), sizeof(*waiting));

	for (size_t i = 0; i < a->neighbor_count; i++) {
		struct neighbor *n = a->neighbors[i];

		waiting[i] = bgp_session_told(n->session, prefix);
		bgp_session_withdraw(n->session, prefix);
		/* also where an earlier one waits, or the neighbor keeps a lost session's routes */
		waiting[i] |= bgp_session_withdrawing(n->session, prefix);
	}
	pending_withdraw(&a->pending, prefix, waiting);
	flush_later(a);
}

void
announcer_release_end_of_rib(struct announcer *a)
{
	a->end_of_rib_released = true;
	for (size_t i = 0; i < a->neighbor_count; i++)
		bgp_session_release_end_of_rib(a->neighbors[i]->session);
	flush_later(a);
}

void
announcer_stop(struct announcer *a, const char *text, void (*done)(void *userdata), void *userdata)
{
	a->stop_done = done;
	a->stop_userdata = userdata;
	a->stopping = true;
	bfd_driver_stop(a->bfd);
	listeners_done(&a->listeners);
	timer_set(&a->stop_timer, instant_add(clock_now(), SPEAKER_STOP_PATIENCE));
	for (size_t i = 0; i < a->neighbor_count; i++)
		neighbor_stop(a->neighbors[i], text);
	on_progress(a);
}

void
announcer_free(struct announcer *a)
{
	if (a == NULL)
		return;
	speaker_done_leaving(a);
	bfd_driver_free(a->bfd);
	for (size_t i = 0; i < a->neighbor_count; i++)
		neighbor_free(a->neighbors[i]);
	free(a->neighbors);
	listeners_done(&a->listeners);
	pending_done(&a->pending);
	(void)sd_event_source_disable_unref(a->flush);
	free(a->watched);
	timer_done(&a->stop_timer);
	(void)sd_event_unref(a->loop);
	free(a);
}
