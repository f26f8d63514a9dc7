/*
 * Hosts that asked something since presence was written last, and when: pure.
 *
 * When a request came is when its host was heard of, however long the controller keeps it open: a
 * machine without power, or an agent that was stopped, leaves its long poll open behind it.
 */
#pragma once

#include <stddef.h>

#include "base/time.h"
#include "store/id.h"

struct sighting {
	char host[STORE_ID_MAX];
	struct instant at;
};

/* Initialise with { 0 } and free with sightings_done(), after which it is empty. */
struct sightings {
	struct sighting *items; /* owned */
	size_t count, cap;
};

void sightings_done(struct sightings *s);
void sightings_add(struct sightings *s, const char *host, struct instant at);
/* Each host is there once after that, with the last time, in the order of ids. */
void sightings_unite(struct sightings *s);
/* To another clock, which is so many ns ahead. */
void sightings_shift(struct sightings *s, int64_t ns);
