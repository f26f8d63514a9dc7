#include <stdlib.h>
#include <string.h>

#include "proto/bgp/codec.h"

/* RFC 4271 section 9.1.1 leaves it to us; 100 is what routers take for a route without one. */
#define LOCAL_PREF_DEFAULT 100

bool
bgp_attributes_valid(const struct bgp_attributes *a, enum bgp_family family)
{
	/* IPv4 routes may have an IPv6 next hop (RFC 8950), but not the other way round */
	return a->origin <= BGP_ORIGIN_INCOMPLETE && a->prepend <= BGP_PREPEND_MAX &&
	       a->community_count <= BGP_COMMUNITIES_MAX &&
	       a->ext_community_count <= BGP_COMMUNITIES_MAX &&
	       a->large_community_count <= BGP_COMMUNITIES_MAX &&
	       (a->next_hop.family == IP_NONE ||
		   (!ip_is_unspecified(a->next_hop) && !ip_is_multicast(a->next_hop) &&
		       (family == BGP_IPV4 || a->next_hop.family == IP_V6)));
}

struct bgp_attributes
bgp_attributes_for(const struct bgp_attributes *attributes, bool ibgp)
{
	struct bgp_attributes a = *attributes;

	if (ibgp)
		a.prepend = 0; /* with our AS in the path the peer would see a loop */
	if (!a.has_local_pref)
		a.local_pref = LOCAL_PREF_DEFAULT;
	a.has_local_pref = ibgp; /* RFC 4271 section 5.1.5 */
	return a;
}

static int
compare_u32(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static int
compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static int
compare_large(const void *a, const void *b)
{
	const struct bgp_large_community *x = a, *y = b;
	int r = compare_u32(&x->global, &y->global);

	r = r ? r : compare_u32(&x->local1, &y->local1);
	return r ? r : compare_u32(&x->local2, &y->local2);
}

typedef int (*compare_fn)(const void *a, const void *b);

static bool
rises(const void *items, size_t count, size_t size, compare_fn compare)
{
	const char *p = items;

	for (size_t i = 1; i < count; i++) {
		if (compare(p + (i - 1) * size, p + i * size) >= 0)
			return false;
	}
	return true;
}

bool
bgp_attributes_are_normal(const struct bgp_attributes *a)
{
	return rises(a->communities, a->community_count, sizeof(uint32_t), compare_u32) &&
	       rises(a->ext_communities, a->ext_community_count, sizeof(uint64_t), compare_u64) &&
	       rises(a->large_communities, a->large_community_count,
		   sizeof(struct bgp_large_community), compare_large);
}

size_t
bgp_attributes_size(const struct bgp_attributes *a)
{
	return a->ext_community_count * sizeof(uint64_t) + a->community_count * sizeof(uint32_t) +
	    a->large_community_count * sizeof(struct bgp_large_community);
}

/* Copies the items to *storage, sorted, each once; moves *storage behind them. */
static const void *
normalise(char **storage, const void *items, size_t *count, size_t size, compare_fn compare)
{
	char *to = *storage;
	size_t unique = 0;

	*storage += *count * size;
	if (*count == 0)
		return NULL;
	memcpy(to, items, *count * size);
	qsort(to, *count, size, compare);
	for (size_t i = 0; i < *count; i++) {
		if (unique == 0 || compare(to + (unique - 1) * size, to + i * size) != 0)
			memmove(to + unique++ * size, to + i * size, size);
	}
	*count = unique;
	return to;
}

void
bgp_attributes_normalise(struct bgp_attributes *a, void *storage)
{
	char *at = storage;

	/* the widest first, so that all are aligned */
	a->ext_communities = normalise(
	    &at, a->ext_communities, &a->ext_community_count, sizeof(uint64_t), compare_u64);
	a->communities =
	    normalise(&at, a->communities, &a->community_count, sizeof(uint32_t), compare_u32);
	a->large_communities = normalise(&at, a->large_communities, &a->large_community_count,
	    sizeof(struct bgp_large_community), compare_large);
}

static uint64_t
mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 32;
}

uint64_t
bgp_attributes_hash(const struct bgp_attributes *a)
{
	uint64_t h = mix(a->prepend, (uint64_t)a->origin), hop[2];

	memcpy(hop, a->next_hop.bytes, sizeof(hop));
	h = mix(mix(mix(h, a->next_hop.family), hop[0]), hop[1]);
	h = mix(h, a->has_med ? UINT64_C(1) << 32 | a->med : 0);
	h = mix(h, a->has_local_pref ? UINT64_C(1) << 32 | a->local_pref : 0);
	for (size_t i = 0; i < a->community_count; i++)
		h = mix(h, a->communities[i]);
	h = mix(h, a->community_count);
	for (size_t i = 0; i < a->ext_community_count; i++)
		h = mix(h, a->ext_communities[i]);
	h = mix(h, a->ext_community_count);
	for (size_t i = 0; i < a->large_community_count; i++) {
		const struct bgp_large_community *large = &a->large_communities[i];

		h = mix(mix(h, large->global), (uint64_t)large->local1 << 32 | large->local2);
	}
	return h;
}

static bool
same_items(const void *a, size_t a_count, const void *b, size_t b_count, size_t size)
{
	return a_count == b_count && (a_count == 0 || memcmp(a, b, a_count * size) == 0);
}

bool
bgp_attributes_equal(const struct bgp_attributes *a, const struct bgp_attributes *b)
{
	return a->origin == b->origin && a->prepend == b->prepend &&
	    a->has_med == b->has_med && (!a->has_med || a->med == b->med) &&
	    a->has_local_pref == b->has_local_pref &&
	    (!a->has_local_pref || a->local_pref == b->local_pref) &&
	    ip_equal(a->next_hop, b->next_hop) &&
	    same_items(a->communities, a->community_count, b->communities, b->community_count,
		sizeof(uint32_t)) &&
	    same_items(a->ext_communities, a->ext_community_count, b->ext_communities,
		b->ext_community_count, sizeof(uint64_t)) &&
	    same_items(a->large_communities, a->large_community_count, b->large_communities,
		b->large_community_count, sizeof(struct bgp_large_community));
}
