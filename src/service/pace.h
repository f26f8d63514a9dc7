/*
 * When a check runs: not all at once, neither at the start nor later. Pure.
 *
 * A seed made of names gives each check its own moments, the same after each start of this host,
 * and others on the next host.
 */
#pragma once

#include <stddef.h>

#include "base/rng.h"
#include "base/time.h"

/* Of a check at the address of that index. */
static inline struct rng
pace_seed(const char *host, const char *service, const char *check, size_t address)
{
	const char *const texts[] = { host, service, check };
	uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

	for (size_t i = 0; i < 3; i++) {
		const char *p = texts[i];

		do
			hash = (hash ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
		while (*p++);
	}
	return (struct rng){ hash ^ address };
}

/* From the start of the program to the first run: 0 to splay. */
static inline struct duration
pace_splay(struct rng *r, struct duration splay)
{
	return rng_jitter(r, splay, 0, 100);
}

/* From the start of a run to that of the next: shorter than the interval by at most jitter percent.
 */
static inline struct duration
pace_interval(struct rng *r, struct duration interval, unsigned jitter)
{
	return rng_jitter(r, interval, 100 - jitter, 100);
}
