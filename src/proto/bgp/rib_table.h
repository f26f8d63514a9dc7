/*
 * The routes of a rib_out, by prefix: a hash table over one array, so that a route is small and a
 * hundred thousand of them are one allocation. Routes are named by their index, which stays the
 * same until the route is removed; 0 names none. Pointers hold until the next rib_table_add().
 */
#pragma once

#include "proto/bgp/rib_looks.h"

struct rib_route {
	struct rib_look *wanted; /* counted; NULL: to be withdrawn */
	struct rib_look *told;   /* counted; NULL: the peer does not have it */
	uint32_t chain;          /* the next in its bucket, or among the free ones */
	uint32_t prev, next;     /* in its queue */
	bool queued : 1;
	bool resend : 1; /* the peer has asked for it again */
	/*
	 * the peer may have it: it was told, and its withdrawal is not written yet, or it was told
	 * in a session that was lost and whose routes it keeps (graceful restart)
	 */
	bool held : 1;
	bool leaving : 1; /* its withdrawal is among the bytes that wait for the socket */
	uint8_t family; /* enum ip_family; IP_NONE: no route */
	uint8_t len;
	uint8_t addr[16];
};

struct rib_table {
	struct rib_route *routes; /* the first is none */
	uint32_t used, cap, free; /* ever used; allocated; the first free one below `used` */
	uint32_t *buckets;        /* a power of two of them, NULL when empty */
	size_t bucket_count, count;
};

void rib_table_done(struct rib_table *table);
/* 0: not there. */
uint32_t rib_table_find(const struct rib_table *table, struct prefix prefix);
/* The prefix must not be there yet; neither wanted nor told, in no queue. */
uint32_t rib_table_add(struct rib_table *table, struct prefix prefix);
/* It is in no queue. */
void rib_table_remove(struct rib_table *table, uint32_t index);
/*
 * A table that is loaded from a state, index by index: one without a route, and that it is the
 * first to be used again.
 */
uint32_t rib_table_add_hole(struct rib_table *table);
void rib_table_free_hole(struct rib_table *table, uint32_t index);

static inline struct prefix
rib_route_prefix(const struct rib_route *route)
{
	struct prefix p = { .addr.family = (enum ip_family)route->family, .len = route->len };

	__builtin_memcpy(p.addr.bytes, route->addr, sizeof(route->addr));
	return p;
}

static inline enum bgp_family
rib_route_family(const struct rib_route *route)
{
	return route->family == IP_V4 ? BGP_IPV4 : BGP_IPV6;
}

/*
 * All of them: for (uint32_t i = 0; (i = rib_table_after(table, i)) > 0;) ...; the body may remove
 * i.
 */
static inline uint32_t
rib_table_after(const struct rib_table *table, uint32_t index)
{
	for (index++; index < table->used; index++) {
		if (table->routes[index].family != IP_NONE)
			return index;
	}
	return 0;
}
