/* The functions of announce.h: each goes to the way that was configured (announcer.h). */
#include "announce/announcer.h"

#include <string.h>

/* How long the end of the last session, or of the last route, is waited for. */
#define STOP_PATIENCE DURATION_S(1)

static int
on_flush(sd_event_source *source, void *userdata)
{
	(void)source;
	announcer_flush(userdata);
	return 0;
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
announcer_init(struct announcer *a, const struct announcer_ops *ops, sd_event *loop)
{
	int r = timer_init(&a->stop_timer, loop, on_stop_timer);

	a->ops = ops;
	if (r >= 0)
		r = sd_event_add_defer(loop, &a->flush, on_flush, a);
	if (r >= 0)
		r = sd_event_source_set_enabled(a->flush, SD_EVENT_OFF);
	return r;
}

void
announcer_done(struct announcer *a)
{
	timer_done(&a->stop_timer);
	a->flush = sd_event_source_disable_unref(a->flush);
}

void
announcer_flush_later(struct announcer *a)
{
	(void)sd_event_source_set_enabled(a->flush, SD_EVENT_ONESHOT);
}

void
announcer_has_stopped(struct announcer *a)
{
	/* told from the loop: the one who waits may free us */
	timer_set(&a->stop_timer, clock_now());
}

int
announcer_add_neighbor(struct announcer *a, const struct neighbor_conf *conf, struct err *e)
{
	return a->ops->add_neighbor(a, conf, e);
}

void
announcer_remove_neighbor(struct announcer *a, const char *name, const char *text)
{
	a->ops->remove_neighbor(a, name, text);
}

void
announcer_adjust_neighbor(struct announcer *a, const struct neighbor_conf *conf)
{
	a->ops->adjust_neighbor(a, conf);
}

int
announcer_set(struct announcer *a, const struct announcement *announcement, struct err *e)
{
	return a->ops->set(a, announcement, e);
}

void
announcer_withdraw(struct announcer *a, struct prefix prefix)
{
	a->ops->withdraw(a, prefix);
}

void
announcer_flush(struct announcer *a)
{
	(void)sd_event_source_set_enabled(a->flush, SD_EVENT_OFF);
	a->ops->flush(a);
}

struct neighbor_share
announcer_told(const struct announcer *a, struct prefix prefix)
{
	return a->ops->told(a, prefix);
}

struct neighbor_share
announcer_withdrawing(const struct announcer *a, struct prefix prefix)
{
	return a->ops->withdrawing(a, prefix);
}

struct announcer_kept
announcer_kept(const struct announcer *a, struct prefix prefix)
{
	return a->ops->kept(a, prefix);
}

void
announcer_release_end_of_rib(struct announcer *a)
{
	a->ops->release_end_of_rib(a);
}

void
announcer_stop(struct announcer *a, const char *text, void (*done)(void *userdata), void *userdata)
{
	a->stop_done = done;
	a->stop_userdata = userdata;
	a->stopping = true;
	timer_set(&a->stop_timer, instant_add(clock_now(), STOP_PATIENCE));
	a->ops->stop(a, text);
}

void
announcer_free(struct announcer *a)
{
	if (a != NULL)
		a->ops->free(a);
}

json_t *
announcer_status(const struct announcer *a, struct instant now)
{
	return a->ops->status(a, now);
}

json_t *
announcer_routes(const struct announcer *a, const struct prefix *within)
{
	return a->ops->routes(a, within);
}

void
announcer_watch(struct announcer *a, struct prefix prefix)
{
	a->ops->watch(a, prefix);
}

void
announcer_unwatch(struct announcer *a, struct prefix prefix)
{
	a->ops->unwatch(a, prefix);
}

json_t *
announcer_watched(const struct announcer *a, const struct prefix *within, struct instant now)
{
	return a->ops->watched(a, within, now);
}

int
announcer_dump_start(struct announcer *a, const char *neighbor, enum dump_format format,
    const char *path, uint64_t max_bytes, struct err *e)
{
	return a->ops->dump_start(a, neighbor, format, path, max_bytes, e);
}

int
announcer_dump_stop(struct announcer *a, const char *neighbor, struct err *e)
{
	return a->ops->dump_stop(a, neighbor, e);
}

void
announcer_slow_down(struct announcer *a)
{
	a->ops->slow_down(a);
}

bool
announcer_waits_for(const struct announcer *a, char *why, size_t size)
{
	return a->ops->waits_for(a, why, size);
}

void
announcer_freeze(struct announcer *a)
{
	a->ops->freeze(a);
}

void
announcer_save(const struct announcer *a, struct handover *h, struct instant now)
{
	a->ops->save(a, h, now);
}

void
announcer_go_on(struct announcer *a)
{
	a->ops->go_on(a);
}

struct announcer_kept_sessions
announcer_kept_sessions(const struct announcer *a)
{
	return a->ops->kept_sessions(a);
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
