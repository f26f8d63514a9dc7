/*
 * Prefixes to look an address up in: sorted, and none within another. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/ip.h"

/* Zeroed is empty. */
struct prefix_set {
	struct prefix *items; /* owned */
	size_t count, cap;
};

void prefix_set_done(struct prefix_set *s);
void prefix_set_add(struct prefix_set *s, struct prefix p);
/* To be called before it is searched: sorts it, drops what others hold; gives how many went. */
size_t prefix_set_sort(struct prefix_set *s);
/* The one that holds the address; NULL: none. */
const struct prefix *prefix_set_find(const struct prefix_set *s, struct ip ip);
