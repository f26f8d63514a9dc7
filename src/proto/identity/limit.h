/*
 * How many questions are answered: a token bucket for each source and one for all. Pure.
 *
 * Sources are hashed with a secret into a fixed table: a flood with invented sources takes no
 * memory, and those that share a bucket by chance share its rate. An IPv6 source is its /64, of
 * which one client has all addresses.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/time.h"

#define IDENTITY_SOURCES 1024
#define IDENTITY_PER_SOURCE 200 /* a second, and at once */
#define IDENTITY_IN_ALL 2000

struct identity_limit {
	uint64_t secret;
	/* when a bucket will be full again; before now: it is */
	struct instant all, sources[IDENTITY_SOURCES];
};

/* The rest is zero. secret: random, so that nobody can choose whom to share with. */
void identity_limit_init(struct identity_limit *l, uint64_t secret);
/* Whether one more is answered; it counts as such then. */
bool identity_limit_take(struct identity_limit *l, struct ip from, struct instant now);
