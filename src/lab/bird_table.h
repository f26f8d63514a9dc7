/*
 * The routes that a router uses, to be asked for many destinations at once. Pure.
 *
 * A lab has a hundred routers, and a hundred hosts and clients that each of them has to know a way
 * to. Asked for one after the other those were ten thousand dialogues, of which each waits for its
 * turn on a busy machine; all routes of a router come in one.
 */
#pragma once

#include "base/prefix_map.h"
#include "lab/bird_route.h"

/* Zeroed is empty. */
struct bird_table {
	struct prefix_map used; /* owned; without the route to everything */
	struct prefix_lengths lengths;
};

void bird_table_done(struct bird_table *t);
/* Adds those that are best. */
void bird_table_add(struct bird_table *t, const struct bird_routes *routes);
/* Whether there is a route to the prefix itself (exact), or to one that covers its first address.
 */
bool bird_table_has(const struct bird_table *t, struct prefix prefix, bool exact);
