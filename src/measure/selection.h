/*
 * Which lines of a file of prefixes (places.h, origins.h) are needed for some targets: those within
 * a target, and the longest that holds all of one. Whatever address within the targets is looked up
 * in these lines alone, what is found is the same as in the whole file. Pure.
 */
#pragma once

#include "base/prefix_map.h"

/* Zeroed is empty. */
struct selection {
	struct prefix *targets; /* owned */
	size_t count, cap;
	struct prefix_map by_prefix; /* owned */
	struct prefix_lengths lengths;
};

void selection_done(struct selection *s);
void selection_add(struct selection *s, struct prefix target);

/* What a file has: its prefixes, each with the number of its item. */
struct selectable {
	const struct prefix_map *by_prefix;
	const struct prefix_lengths *lengths;
	size_t count;
	struct prefix (*prefix_of)(const void *file, size_t item);
	const void *file;
};
/* For each of its items whether it is needed; free() it. */
bool *selection_of(const struct selection *s, const struct selectable *file);
