/*
 * A small seedable random generator (splitmix64), always a parameter.
 *
 * Pure code gets its jitter from here, so a test with the same seed sees the same world. Not for
 * secrets: those come from getrandom(2).
 */
#pragma once

#include <stdint.h>

#include "base/time.h"

struct rng {
	uint64_t state;
};

static inline uint64_t
rng_next(struct rng *r)
{
	uint64_t z = (r->state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* Uniform in [0, bound); 0 for a bound of 0. */
static inline uint64_t
rng_below(struct rng *r, uint64_t bound)
{
	return bound ? (uint64_t)(((unsigned __int128)rng_next(r) * bound) >> 64) : 0;
}

/* Uniform between lo and hi percent of d: RFC 4271 section 10 asks for 75 to 100. */
static inline struct duration
rng_jitter(struct rng *r, struct duration d, unsigned lo, unsigned hi)
{
	int64_t low = duration_scale(d, lo, 100).ns;
	int64_t span = duration_scale(d, hi, 100).ns - low;

	return (struct duration){ low + (int64_t)rng_below(r, (uint64_t)span + 1) };
}
