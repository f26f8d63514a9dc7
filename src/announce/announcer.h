/*
 * One way to announce, as announce.h calls it: what speaker.c, and whoever comes beside it, has to
 * bring. Each function is the one of announce.h with the same name.
 */
#pragma once

#include "announce/announce.h"

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
	void (*stop)(
	    struct announcer *a, const char *text, void (*done)(void *userdata), void *userdata);
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

	/* From one program to the next: all, or none of them. */
	void (*slow_down)(struct announcer *a);
	const char *(*waits_for)(const struct announcer *a);
	void (*freeze)(struct announcer *a);
	void (*save)(const struct announcer *a, struct handover *h, struct instant now);
	void (*go_on)(struct announcer *a);
	struct announcer_kept_sessions (*kept_sessions)(const struct announcer *a);
};

/* Embedded in what an implementation keeps; container_of() leads back. */
struct announcer {
	const struct announcer_ops *ops;
};
