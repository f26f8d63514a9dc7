/*
 * One way to announce, as announce.h calls it: what speaker.c, and whoever comes beside it, has to
 * bring. Each function is the one of announce.h with the same name.
 *
 * What is the same in every way stands in announcer.c: changes of one turn of the loop leave
 * together at its end, so that those which look the same can share a message; and whoever stops the
 * announcer is told so from the loop, when the way says that it has ended or its time is over.
 */
#pragma once

#include "announce/announce.h"
#include "io/loop.h"

struct announcer_ops {
	int (*add_neighbor)(struct announcer *a, const struct neighbor_conf *conf, struct err *e);
	void (*remove_neighbor)(struct announcer *a, const char *name, const char *text);
	void (*adjust_neighbor)(struct announcer *a, const struct neighbor_conf *conf);
	int (*set)(struct announcer *a, const struct announcement *announcement, struct err *e);
	void (*withdraw)(struct announcer *a, struct prefix prefix);
	void (*flush)(struct announcer *a);
	struct neighbor_share (*told)(const struct announcer *a, struct prefix prefix);
	struct neighbor_share (*withdrawing)(const struct announcer *a, struct prefix prefix);
	struct announcer_kept (*kept)(const struct announcer *a, struct prefix prefix);
	void (*release_end_of_rib)(struct announcer *a);
	/* Begins to; announcer_has_stopped() when it has. */
	void (*stop)(struct announcer *a, const char *text);
	void (*free)(struct announcer *a);
	json_t *(*status)(const struct announcer *a, struct instant now);
	json_t *(*routes)(const struct announcer *a, const struct prefix *within);
	void (*watch)(struct announcer *a, struct prefix prefix);
	void (*unwatch)(struct announcer *a, struct prefix prefix);
	json_t *(*watched)(
	    const struct announcer *a, const struct prefix *within, struct instant now);
	int (*dump_start)(struct announcer *a, const char *neighbor, enum dump_format format,
	    const char *path, uint64_t max_bytes, struct err *e);
	int (*dump_stop)(struct announcer *a, const char *neighbor, struct err *e);

	/* from one program to the next */
	void (*slow_down)(struct announcer *a);
	bool (*waits_for)(const struct announcer *a, char *why, size_t size);
	void (*freeze)(struct announcer *a);
	void (*save)(const struct announcer *a, struct handover *h, struct instant now);
	void (*go_on)(struct announcer *a);
	struct announcer_kept_sessions (*kept_sessions)(const struct announcer *a);
};

/* Embedded in what an implementation keeps; container_of() leads back. */
struct announcer {
	const struct announcer_ops *ops;
	sd_event_source *flush; /* owned; at the end of the turn, what nobody flushed before */
	bool stopping;
	struct timer stop_timer;
	void (*stop_done)(void *userdata);
	void *stop_userdata;
};

/* Takes one that is zero. 0, or negative errno; announcer_done() in any case. */
int announcer_init(struct announcer *a, const struct announcer_ops *ops, sd_event *loop);
void announcer_done(struct announcer *a);
/* announcer_flush() at the end of this turn, unless it is called before. */
void announcer_flush_later(struct announcer *a);
/* While it stops: there is nothing left to wait for. */
void announcer_has_stopped(struct announcer *a);
