/*
 * Which block of a pool is given out next: first fit, aligned, with what rests left alone.
 *
 * A block is 1, 2 or 4 addresses, aligned to its size, so that it is one prefix (/32, /31, /30;
 * /128, /127, /126). The blocks of a pool that exist already are shown in the order of their
 * addresses, one by one, straight from the store: a search ends with the first gap that is wide
 * enough, and nothing is loaded that it does not need.
 *
 * What was released rests (quarantine): caches, firewalls and clients of the last owner still mean
 * him. A resting block takes its place like any other until its time is over.
 *
 * Edges. The first and the last address of an IPv4 pool that the network announces as one prefix
 * look like a network's and a broadcast address to some hosts and filters, and the first of an IPv6
 * pool is the subnet-router anycast address (RFC 4291 section 2.6.1). A pool says whether they are
 * given out.
 *
 * `from` makes long pools fast: below it nothing is free, whatever its size. A search says what it
 * has learned of it (block_search_from()).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/ip.h"

struct block_pool {
	struct prefix prefix;
	bool use_edges; /* give out the first and last address, too */
};

/* Zeroed by block_search_init(). */
struct block_search {
	struct block_pool pool;
	unsigned size;        /* in addresses */
	unsigned __int128 at; /* where the block would begin, from the pool's first address */
	unsigned __int128 count, last; /* addresses of the pool; last: that may be given out */
	unsigned __int128 lowest;      /* that is not in use; what rests is not in use */
	bool lowest_known;
	bool found;
};

/* 1, 2 and 4 are sizes of a block. */
bool block_size_is_valid(uint64_t quantity);
/* The length of a block's prefix: 32 - 0, 1, 2; 128 - 0, 1, 2. */
uint8_t block_len(enum ip_family family, unsigned size);
/* The addresses of a block's prefix. */
unsigned block_size(struct prefix block);
/* The last address of a prefix. */
struct ip block_last(struct prefix prefix);
/* Pools: unicast, /8 to /32 of IPv4, /16 to /128 of IPv6. NULL: fine; else what is wrong with it.
 */
const char *block_pool_refusal(struct prefix pool);

/* from: below it nothing is free; IP_NONE: nothing is known. */
void block_search_init(
    struct block_search *s, struct block_pool pool, unsigned size, struct ip from);
/*
 * The next block that exists, by ascending address, from block_search_init()'s `from` on; rests: in
 * use by nobody, but not to be given out. True: enough was seen.
 */
bool block_search_take(struct block_search *s, struct prefix block, bool rests);
/* At the end: whether there is a block, and which. */
bool block_search_end(struct block_search *s, struct prefix *ret);
/* What the pool's `from` is when the block that was found is given out; IP_NONE: the pool is full.
 */
struct ip block_search_from(const struct block_search *s);
