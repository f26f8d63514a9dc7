/*
 * A map from prefixes to numbers: what a list of things with a prefix each is searched by.
 *
 * Open addressing with linear probing. The numbers are the caller's, mostly indexes of an array.
 * Not meant for keys that an attacker chooses: the hash has no secret.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"

struct prefix_slot;

/* Zeroed is empty. */
struct prefix_map {
	struct prefix_slot *slots; /* owned; a power of two of them, or none */
	size_t capacity, count;
};

void prefix_map_done(struct prefix_map *m);
/* Adds it, or changes the number that it has. */
void prefix_map_put(struct prefix_map *m, struct prefix prefix, uint32_t value);
bool prefix_map_get(const struct prefix_map *m, struct prefix prefix, uint32_t *ret);
/* False: it was not there. */
bool prefix_map_remove(struct prefix_map *m, struct prefix prefix);

/* Which lengths the prefixes of a map have: what a look-up for an address tries. Zeroed is none. */
struct prefix_lengths {
	bool v4[33], v6[129];
};

void prefix_lengths_add(struct prefix_lengths *l, struct prefix prefix);
/* The number of the longest prefix that holds all of another one. */
bool prefix_map_holding(const struct prefix_map *m, const struct prefix_lengths *l,
    struct prefix prefix, uint32_t *ret);
/* The number of the longest prefix that holds the address: at most 33 or 129 look-ups. */
bool prefix_map_longest(
    const struct prefix_map *m, const struct prefix_lengths *l, struct ip address, uint32_t *ret);
