/*
 * What was asked of the speaker and has not come about yet: announcements that no neighbor has been
 * told, and withdrawals that a neighbor still waits for. Those moments are what the agent reports.
 *
 * It owns the two lists and looks at the neighbors; it calls nobody. The speaker asks it whenever
 * something was written or closed.
 */
#pragma once

#include "announce/announce.h"
#include "announce/neighbor.h"
#include "base/prefix_map.h"
#include "wire/state.h"

/* A withdraw that is not yet with every neighbor. */
struct withdrawal {
	struct prefix prefix;
	/* owned; by neighbor: it was told the prefix, and the withdraw is not written */
	bool *waiting;
	struct neighbor_share written;
};

struct pending {
	struct neighbor *const *neighbors; /* borrowed */
	size_t neighbor_count;
	struct prefix *untold; /* owned */
	size_t untold_count, untold_cap;
	struct prefix_map untold_index;
	struct withdrawal *withdrawals; /* owned */
	size_t withdrawal_count, withdrawal_cap;
	struct prefix_map withdrawal_index;
	uint64_t updates_sent; /* to all neighbors, when it was last looked who has been told */
};

/* Without neighbors. */
void pending_init(struct pending *p);
void pending_done(struct pending *p);

/* The array, which may have moved, has one more at its end: it waits for no withdraw. */
void pending_add_neighbor(struct pending *p, struct neighbor *const *neighbors);
/* The one at the index is about to leave the array: nobody waits for it any more. */
void pending_remove_neighbor(struct pending *p, size_t index);

/* The prefix is announced from now on, or not any more; the other list forgets it. */
void pending_announce(struct pending *p, struct prefix prefix);
/* waiting (taken over): by neighbor. */
void pending_withdraw(struct pending *p, struct prefix prefix, bool *waiting);

/* The neighbors that still wait for the withdraw, of those that had been told the prefix. */
struct neighbor_share pending_withdrawing(const struct pending *p, struct prefix prefix);

/* Takes one out that no neighbor waits for any more; false when there is none. */
bool pending_take_withdrawn(
    struct pending *p, struct prefix *ret, struct withdraw_result *ret_result);
/* Takes out all that a neighbor has been told: an array to free, and its length. */
size_t pending_take_told(struct pending *p, struct prefix **ret);

/* Appends what waits, with the neighbors by their names. */
void pending_save(const struct pending *p, struct state_writer *w);
/* With the neighbors there, and nothing that waits. What can not be read waits no more. */
void pending_load(struct pending *p, struct reader records);
