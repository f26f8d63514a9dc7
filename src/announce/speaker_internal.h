/*
 * What the files of the built-in speaker share: speaker.c makes announcements so,
 * speaker_requests.c answers what an operator asks while it runs, speaker_state.c takes it to
 * another program.
 */
#pragma once

#include "announce/announcer.h"
#include "announce/bfd.h"
#include "announce/listeners.h"
#include "announce/neighbor.h"
#include "announce/pending.h"
#include "base/attr.h"

struct speaker {
	struct announcer announcer;
	sd_event *loop; /* referenced */
	struct announcer_events events;
	struct neighbor_events neighbor_events;
	struct neighbor **neighbors; /* owned */
	size_t neighbor_count, neighbor_cap;
	struct list leaving; /* of neighbors that were removed, owned: until they have closed */
	struct timer leave_timer;
	struct instant leave_until; /* whoever has not closed then is not waited for */
	bool end_of_rib_released;
	struct listeners listeners;
	struct bfd_driver *bfd; /* owned; NULL: no neighbor wants it */
	struct pending pending;
	struct prefix *watched; /* owned; looked for in what neighbors send */
	size_t watched_count, watched_cap;
	struct announcer_kept_sessions kept; /* of the program before */
};

/* speaker_neighbors.c */

int speaker_init_leaving(struct speaker *a);
void speaker_done_leaving(struct speaker *a);
/* Something was written or closed: those who have left may be gone now. */
void speaker_look_at_leaving(struct speaker *a);
/*
 * Makes it, with what it listens on and its BFD session, and starts nothing. past: what it was in
 * the program before; NULL: nothing.
 */
int speaker_make_neighbor(struct speaker *a, const struct neighbor_conf *conf,
    const struct neighbor_past *past, struct err *e);
void speaker_start_neighbor(struct speaker *a, struct neighbor *n);
struct neighbor *speaker_find_neighbor(
    const struct speaker *a, const char *name, size_t *ret_index);

/* speaker.c: a speaker without neighbors. */
int speaker_new(
    sd_event *loop, const struct announcer_events *events, struct speaker **ret, struct err *e);

static inline struct speaker *
speaker_of(struct announcer *a)
{
	return container_of(a, struct speaker, announcer);
}

static inline const struct speaker *
speaker_of_const(const struct announcer *a)
{
	return container_of_const(a, struct speaker, announcer);
}

/* speaker_neighbors.c, speaker_requests.c, kept.c: as announce.h has them */
struct announcer_kept speaker_kept(const struct announcer *base, struct prefix prefix);
int speaker_add_neighbor(struct announcer *base, const struct neighbor_conf *conf, struct err *e);
void speaker_remove_neighbor(struct announcer *base, const char *name, const char *text);
void speaker_adjust_neighbor(struct announcer *base, const struct neighbor_conf *conf);
void speaker_unwatch(struct announcer *base, struct prefix prefix);
void speaker_watch(struct announcer *base, struct prefix prefix);
json_t *speaker_watched(
    const struct announcer *base, const struct prefix *within, struct instant now);
json_t *speaker_routes(const struct announcer *base, const struct prefix *within);
json_t *speaker_status(const struct announcer *base, struct instant now);
int speaker_dump_start(struct announcer *base, const char *neighbor, enum dump_format format,
    const char *path, uint64_t max_bytes, struct err *e);
int speaker_dump_stop(struct announcer *base, const char *neighbor, struct err *e);

/* speaker_state.c: likewise */
void speaker_slow_down(struct announcer *base);
bool speaker_waits_for(const struct announcer *base, char *why, size_t size);
void speaker_freeze(struct announcer *base);
void speaker_save(const struct announcer *base, struct handover *h, struct instant now);
void speaker_go_on(struct announcer *base);
struct announcer_kept_sessions speaker_kept_sessions(const struct announcer *base);
