/* The functions of announce.h: each goes to the way that was configured (announcer.h). */
#include "announce/announcer.h"

#include <string.h>

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
	a->ops->stop(a, text, done, userdata);
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

bool
announcer_is_saved(const struct announcer *a)
{
	return a->ops->save != NULL;
}

void
announcer_slow_down(struct announcer *a)
{
	a->ops->slow_down(a);
}

const char *
announcer_waits_for(const struct announcer *a)
{
	return a->ops->waits_for(a);
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
