/*
 * Which hosts are there: hosts.seen_at, when they asked something last; and hosts.left_at, of those
 * whose poll ended with its connection, and who did not come back (departures.h).
 *
 * A poll that is open is the word of the moment in which it came, and of none since: what hangs, or
 * has no power, leaves it open. It is answered after POLL_WAIT_MAX at the latest (polls.h), so that
 * who lives asks again well within PRESENT_NS.
 *
 * Who asked is written once a second, for all of them in few statements, and not by each request.
 * Each of several controllers writes its own hosts. A host that left one and went to another is
 * seen there within the second, which is later than it left: the store has the truth, and until
 * then it errs to the side of caution.
 *
 * Silence is evidence only while somebody listens, so that is written every 5 seconds, too: table
 * listening has since when there was no gap in which no controller ran. After an hour without one,
 * no host is down because of that hour. A gap that is too short for that is enough for agents to be
 * on their way back: so the first write of a controller, which is at once, says that it has
 * started.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <systemd/sd-event.h>

#include "controller/departures.h"
#include "controller/sightings.h"
#include "io/worker_pool.h"
#include "store/store.h"

/* Who was seen within it is present. Longer than a poll, and what it takes to ask again and to be
 * written. */
#define PRESENT_NS (INT64_C(15) * 1000000000)

/* A host that was seen then, and left then; both may be SQL's NULL, as INT64_MIN. A clock may have
 * been stepped back. */
bool presence_is(int64_t seen_at, int64_t left_at, int64_t now);
/* The same of a row of hosts, as a condition of SQL; the parameters are PRESENT_NS before and after
 * now. */
#define PRESENCE_IS(host, before, after)                                                           \
	host ".seen_at BETWEEN " before " AND " after " AND COALESCE(" host ".left_at < " host     \
	     ".seen_at, TRUE)"
/* Since when somebody listens, as a term of SQL; the parameters are now, and PRESENT_NS before and
 * after it. Now, when nobody does. */
#define PRESENCE_LISTENING(now, before, after)                                                     \
	"COALESCE((SELECT since FROM listening WHERE name = 'controllers' AND until BETWEEN "      \
	" " before " AND " after "), " now ")"
/* When a controller started last, likewise; 0: none has since anybody looks. */
#define PRESENCE_STARTED "COALESCE((SELECT since FROM listening WHERE name = 'started'), 0)"

struct presence;

/* pool is borrowed; its workers have a store. Negative errno. */
int presence_new(sd_event *loop, struct worker_pool *pool, struct presence **ret) _must_use_;
/* Writes nothing any more; the pool has ended. NULL is fine. */
void presence_free(struct presence *p);
/* It has asked something, in a request that came then. */
void presence_saw(struct presence *p, const char *host, struct instant at);
/* Its request ended with the connection, before it was answered. */
void presence_lost(struct presence *p, const char *host);

/* What is written at a time. */
struct presence_round {
	int64_t now;            /* wall clock, ns */
	bool is_first;          /* since the controller started */
	bool is_of_hosts;       /* alone: that somebody listens was written lately */
	struct sightings seen;  /* owned; each once; times are the wall's */
	struct departures left; /* likewise */
};

/* presence_write.c, in a worker: writes the round. 0 or an error of the store. */
int presence_write(struct store *store, const struct presence_round *round, struct err *e);
void presence_round_done(struct presence_round *round);
