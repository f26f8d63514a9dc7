/* Which neighbors the speaker has: they come and go while the others go on. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "announce/neighbor_internal.h"
#include "announce/speaker_internal.h"
#include "base/alloc.h"
#include "base/log.h"

/* What a neighbor that goes is waited for to take its Cease and close. */
#define LEAVE_PATIENCE DURATION_S(1)

struct neighbor *
speaker_find_neighbor(const struct speaker *a, const char *name, size_t *ret_index)
{
	for (size_t i = 0; i < a->neighbor_count; i++) {
		if (strcmp(a->neighbors[i]->conf.name, name) != 0)
			continue;
		if (ret_index)
			*ret_index = i;
		return a->neighbors[i];
	}
	return NULL;
}

/* ---- coming ---- */

/* The thread is there for the first that wants it. */
static int
start_bfd(struct speaker *a, struct neighbor *n, const struct bfd_path_past *past, struct err *e)
{
	int r = 0;

	if (!n->conf.bfd.enabled)
		return 0;
	if (a->bfd == NULL)
		r = bfd_driver_new(a->loop, &a->bfd, e);
	if (r < 0)
		return r;
	return bfd_neighbor_new(a->bfd, &n->conf, past, neighbor_bfd_changed, n, &n->bfd, e);
}

/* Out of the array, and out of all that refers to it there; still the caller's. */
static void
take_out(struct speaker *a, size_t index)
{
	struct neighbor *n = a->neighbors[index];

	pending_remove_neighbor(&a->pending, index);
	a->neighbor_count--;
	memmove(&a->neighbors[index], &a->neighbors[index + 1],
	    (a->neighbor_count - index) * sizeof(struct neighbor *));
	listeners_remove(&a->listeners, n);
	bfd_neighbor_free(TAKE(n->bfd));
}

int
speaker_make_neighbor(struct speaker *a, const struct neighbor_conf *conf,
    const struct neighbor_past *past, struct err *e)
{
	struct neighbor *n;
	int r = neighbor_new(a->loop, conf, past, &a->neighbor_events, &n, e);

	if (r < 0)
		return r;
	a->neighbors = grow_array(
	    a->neighbors, a->neighbor_count, &a->neighbor_cap, sizeof(struct neighbor *));
	a->neighbors[a->neighbor_count++] = n;
	pending_add_neighbor(&a->pending, a->neighbors);
	for (size_t i = 0; i < a->watched_count; i++)
		(void)bgp_session_watch(n->session, a->watched[i]);
	r = listeners_add(&a->listeners, n, e);
	if (r >= 0)
		r = start_bfd(a, n, past && past->has_bfd ? &past->bfd : NULL, e);
	if (r < 0) {
		take_out(a, a->neighbor_count - 1);
		neighbor_free(n);
	}
	return r;
}

void
speaker_start_neighbor(struct speaker *a, struct neighbor *n)
{
	if (a->end_of_rib_released)
		bgp_session_release_end_of_rib(n->session);
	neighbor_start(n);
	if (bgp_session_info(n->session)->waits_for_bfd)
		log_notice("neighbor %s waits for BFD to come up", n->conf.name);
}

int
announcer_check_neighbor(const struct neighbor_conf *conf, struct err *e)
{
	struct bgp_conf bgp;

	return neighbor_conf_session(conf, &bgp, e);
}

int
speaker_add_neighbor(struct announcer *base, const struct neighbor_conf *conf, struct err *e)
{
	struct speaker *a = speaker_of(base);
	int r = speaker_make_neighbor(a, conf, NULL, e);

	if (r >= 0)
		speaker_start_neighbor(a, a->neighbors[a->neighbor_count - 1]);
	return r;
}

void
speaker_adjust_neighbor(struct announcer *base, const struct neighbor_conf *conf)
{
	struct speaker *a = speaker_of(base);
	struct neighbor *n = speaker_find_neighbor(a, conf->name, NULL);

	if (n != NULL)
		neighbor_adjust(n, conf);
}

/* ---- going ---- */

static void
on_leave_timer(struct timer *t, struct instant now)
{
	struct speaker *a = container_of(t, struct speaker, leave_timer);
	bool enough = instant_reached(a->leave_until, now);

	list_for_each_safe (n, &a->leaving, struct neighbor, leaving) {
		if (enough || neighbor_is_closed(n))
			neighbor_free(n);
	}
	timer_set(&a->leave_timer, list_is_empty(&a->leaving) ? INSTANT_NEVER : a->leave_until);
}

int
speaker_init_leaving(struct speaker *a)
{
	list_init(&a->leaving);
	return timer_init(&a->leave_timer, a->loop, on_leave_timer);
}

void
speaker_done_leaving(struct speaker *a)
{
	list_for_each_safe (n, &a->leaving, struct neighbor, leaving)
		neighbor_free(n);
	timer_done(&a->leave_timer);
}

void
speaker_look_at_leaving(struct speaker *a)
{
	/* freed from the loop: what was closed may still be at work below us */
	list_for_each (n, &a->leaving, struct neighbor, leaving) {
		if (neighbor_is_closed(n))
			timer_set(&a->leave_timer, clock_now());
	}
}

void
speaker_remove_neighbor(struct announcer *base, const char *name, const char *text)
{
	struct speaker *a = speaker_of(base);

	size_t index;
	struct neighbor *n = speaker_find_neighbor(a, name, &index);

	if (n == NULL)
		return;
	neighbor_stop(n, text);
	take_out(a, index);
	list_append(&a->leaving, &n->leaving);
	a->leave_until = instant_add(clock_now(), LEAVE_PATIENCE);
	timer_set(&a->leave_timer, neighbor_is_closed(n) ? clock_now() : a->leave_until);
	/* withdraws that waited for this one alone are through */
	a->neighbor_events.progress(a->neighbor_events.userdata);
}
