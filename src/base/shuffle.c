#include "base/shuffle.h"

#include <assert.h>

#include "base/rng.h"

struct shuffle
shuffle_init(uint64_t n, uint64_t seed)
{
	struct shuffle s = { .n = n, .half = 1 };
	struct rng rng = { seed };

	assert(n <= UINT64_C(1) << 62);
	while (UINT64_C(1) << 2 * s.half < n)
		s.half++;
	for (unsigned i = 0; i < SHUFFLE_ROUNDS; i++)
		s.keys[i] = rng_next(&rng);
	return s;
}

/* A round's function: any that mixes all bits. */
static uint64_t
mix(uint64_t value, uint64_t key)
{
	struct rng rng = { value ^ key };

	return rng_next(&rng);
}

static uint64_t
permute(const struct shuffle *s, uint64_t value)
{
	uint64_t mask = (UINT64_C(1) << s->half) - 1;
	uint64_t left = value >> s->half, right = value & mask;

	for (unsigned i = 0; i < SHUFFLE_ROUNDS; i++) {
		uint64_t next = left ^ (mix(right, s->keys[i]) & mask);

		left = right;
		right = next;
	}
	return left << s->half | right;
}

uint64_t
shuffle_at(const struct shuffle *s, uint64_t place)
{
	assert(place < s->n);
	do
		place = permute(s, place);
	while (place >= s->n);
	return place;
}
