#include "same.h"

#include <string.h>

static bool
same_bytes(const void *a, const void *b, size_t n)
{
	return n == 0 || memcmp(a, b, n) == 0;
}

static bool
same_as_path(const struct bgp_as_path *a, const struct bgp_as_path *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const struct bgp_segment *x = &a->segments[i], *y = &b->segments[i];

		if (x->type != y->type || x->count != y->count ||
		    !same_bytes(x->ases, y->ases, x->count * sizeof(*x->ases)))
			return false;
	}
	return true;
}

static bool
same_aggregator(const struct bgp_aggregator *a, const struct bgp_aggregator *b)
{
	return a->as == b->as && ip_equal(a->address, b->address);
}

static bool
same_numbers(const struct bgp_numbers *a, const struct bgp_numbers *b)
{
	return a->count == b->count &&
	       same_bytes(a->numbers, b->numbers, a->count * sizeof(*a->numbers));
}

static bool
same_prefixes(const struct bgp_prefixes *a, const struct bgp_prefixes *b)
{
	if (a->family != b->family || a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (!prefix_equal(a->prefixes[i], b->prefixes[i]))
			return false;
	}
	return true;
}

static bool
same_reach(const struct bgp_reach *a, const struct bgp_reach *b)
{
	return ip_equal(a->next_hop, b->next_hop) && ip_equal(a->link_local, b->link_local) &&
	       a->reserved == b->reserved && a->next_hop_only == b->next_hop_only &&
	       same_prefixes(&a->prefixes, &b->prefixes);
}

static bool
same_attributes(const struct bgp_path *a, const struct bgp_path *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const struct bgp_path_attribute *x = &a->attributes[i], *y = &b->attributes[i];

		if (x->type != y->type || x->flags != y->flags || x->form != y->form ||
		    x->raw_len != y->raw_len || !same_bytes(x->raw, y->raw, x->raw_len))
			return false;
	}
	return true;
}

bool
same_path(const struct bgp_path *a, const struct bgp_path *b)
{
	const size_t large = sizeof(*a->large_communities), ext = sizeof(*a->ext_communities);

	return same_attributes(a, b) && a->origin == b->origin &&
	       same_as_path(&a->as_path, &b->as_path) && same_as_path(&a->as4_path, &b->as4_path) &&
	       ip_equal(a->next_hop, b->next_hop) && a->med == b->med &&
	       a->local_pref == b->local_pref && same_aggregator(&a->aggregator, &b->aggregator) &&
	       same_aggregator(&a->as4_aggregator, &b->as4_aggregator) &&
	       same_numbers(&a->communities, &b->communities) &&
	       ip_equal(a->originator_id, b->originator_id) &&
	       same_numbers(&a->cluster_list, &b->cluster_list) &&
	       a->ext_community_count == b->ext_community_count &&
	       same_bytes(a->ext_communities, b->ext_communities, ext * a->ext_community_count) &&
	       a->large_community_count == b->large_community_count &&
	       same_bytes(
		   a->large_communities, b->large_communities, large * a->large_community_count) &&
	       a->otc == b->otc && same_reach(&a->reach, &b->reach) &&
	       same_prefixes(&a->unreach, &b->unreach);
}

bool
same_routes(const struct bgp_routes *a, const struct bgp_routes *b)
{
	return same_prefixes(&a->withdrawn, &b->withdrawn) &&
	       same_prefixes(&a->announced, &b->announced) && same_path(&a->path, &b->path);
}
