/*
 * A drain: the service goes to stage backup, new clients find other sites, and when few enough of
 * the old connections are left, or time is up, it may go.
 *
 * Whoever ordered it has to end it: an operator, the drain file, the controller, or several of
 * them. It is over when none of them wants it any more, at any point.
 *
 * Not here: what the stages are (decide.c), who counts the connections.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"
#include "service/check.h"

enum drain_source {
	DRAIN_BY_OPERATOR, /* of this host */
	DRAIN_BY_FILE,
	DRAIN_BY_CONTROLLER,
	DRAIN_SOURCE_MAX,
};

enum drain_phase {
	DRAIN_NONE,
	DRAIN_WAITING, /* for connections to end */
	DRAIN_DONE,    /* it may go, or is gone */
};

struct drain_order {
	enum drain_source source;
	uint32_t until_connections;
	struct duration at_most;
	/* of a drain that goes on after a restart: for how long it runs, and whether it is done */
	struct duration elapsed;
	bool done;
};

/* Zeroed is none. */
struct drain {
	enum drain_phase phase;
	bool ordered[DRAIN_SOURCE_MAX];
	char reason[WHY_MAX];
	struct instant since;
	struct instant until; /* at the latest */
	uint32_t until_connections;
	bool counted;
	uint64_t connections, most; /* the last count, and the highest */
	char ended_why[WHY_MAX];    /* when done */
};

/* Begins, or changes one that runs. reason: NULL: none was given. */
void drain_order(
    struct drain *d, const struct drain_order *order, const char *reason, struct instant now);
/* The source wants it no more; true when that ended it. */
bool drain_cancel(struct drain *d, enum drain_source source);
void drain_count(struct drain *d, uint64_t connections);
/* Nothing is left to wait for. */
void drain_finish(struct drain *d, const char *why);
/*
 * Done now, when few enough connections are left (but not within the first least_time, in which
 * routers learn of it) or the time is up; true when that happened by this call.
 */
bool drain_look(struct drain *d, struct duration least_time, struct instant now);
/* When drain_look() has to be called; never: only after a count. */
struct instant drain_deadline(const struct drain *d, struct duration least_time);
