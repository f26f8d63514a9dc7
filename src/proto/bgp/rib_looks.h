/*
 * Looks: attributes that routes share. One counted copy for all routes of a family that look the
 * same, found by hash; with it the queue of its routes that the peer must still be told.
 */
#pragma once

#include "base/list.h"
#include "proto/bgp/codec.h"

/* Routes in the order in which they are due; indices of rib_table.h, 0: none. */
struct rib_queue {
	uint32_t first, last;
};

struct rib_look {
	struct rib_look *next;     /* in its bucket */
	/* among the looks of the family with a route in the queue; or alone */
	struct list ready;
	struct rib_queue queue;    /* routes to announce with it */
	uint32_t refs;             /* routes that want or were told it, twice for both */
	enum bgp_family family;
	uint32_t number; /* in a state that is being saved (rib_state.c) */
	uint64_t hash;
	struct bgp_attributes as;  /* normal; its arrays are in `storage` */
	uint64_t storage[];
};

struct rib_looks {
	struct rib_look **buckets; /* a power of two of them, NULL when empty */
	size_t bucket_count, count;
};

void rib_looks_done(struct rib_looks *looks);
/* The shared copy, with one reference more. */
struct rib_look *rib_looks_take(
    struct rib_looks *looks, enum bgp_family family, const struct bgp_attributes *attributes);
/* One reference less; the last one frees it. NULL is fine. */
void rib_looks_drop(struct rib_looks *looks, struct rib_look *look);
