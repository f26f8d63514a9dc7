/*
 * A random order of 0 .. n-1 that takes no memory: what a list is gone through by.
 *
 * A Feistel network with keys from the seed is a permutation of the smallest power of four that
 * holds n; a place whose value is n or more is put through again until its value is below n, which
 * is again a permutation (Black and Rogaway, "Ciphers with Arbitrary Finite Domains", CT-RSA 2002).
 * The same seed and n give the same order, on every machine. Not for secrets.
 */
#pragma once

#include <stdint.h>

#define SHUFFLE_ROUNDS 4

struct shuffle {
	uint64_t n;
	uint64_t keys[SHUFFLE_ROUNDS];
	unsigned half; /* bits */
};

/* n: up to 2^62. */
struct shuffle shuffle_init(uint64_t n, uint64_t seed);
/* The value at a place below n. */
uint64_t shuffle_at(const struct shuffle *s, uint64_t place);
