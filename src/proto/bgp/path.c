#include "proto/bgp/path.h"
#include "proto/bgp/codec.h"

static const char *const names[] = {
	[BGP_ATTR_ORIGIN] = "ORIGIN",
	[BGP_ATTR_AS_PATH] = "AS_PATH",
	[BGP_ATTR_NEXT_HOP] = "NEXT_HOP",
	[BGP_ATTR_MED] = "MULTI_EXIT_DISC",
	[BGP_ATTR_LOCAL_PREF] = "LOCAL_PREF",
	[BGP_ATTR_ATOMIC_AGGREGATE] = "ATOMIC_AGGREGATE",
	[BGP_ATTR_AGGREGATOR] = "AGGREGATOR",
	[BGP_ATTR_COMMUNITIES] = "COMMUNITIES",
	[BGP_ATTR_ORIGINATOR_ID] = "ORIGINATOR_ID",
	[BGP_ATTR_CLUSTER_LIST] = "CLUSTER_LIST",
	[BGP_ATTR_MP_REACH] = "MP_REACH_NLRI",
	[BGP_ATTR_MP_UNREACH] = "MP_UNREACH_NLRI",
	[BGP_ATTR_EXT_COMMUNITIES] = "EXTENDED_COMMUNITIES",
	[BGP_ATTR_AS4_PATH] = "AS4_PATH",
	[BGP_ATTR_AS4_AGGREGATOR] = "AS4_AGGREGATOR",
	[BGP_ATTR_LARGE_COMMUNITIES] = "LARGE_COMMUNITIES",
	[BGP_ATTR_OTC] = "ONLY_TO_CUSTOMER",
};

const char *
bgp_attribute_name(uint8_t type)
{
	return type < ARRAY_SIZE(names) ? names[type] : NULL;
}

bool
bgp_path_has(const struct bgp_path *path, uint8_t type)
{
	for (size_t i = 0; i < path->count; i++) {
		if (path->attributes[i].type == type &&
		    path->attributes[i].form == BGP_FORM_DECODED)
			return true;
	}
	return false;
}

static void
put_as(struct writer *w, uint32_t as, bool as4)
{
	if (as4)
		writer_u32(w, as);
	else
		writer_u16(w, as);
}

static void
put_as_path(struct writer *w, const struct bgp_as_path *path, bool as4)
{
	for (size_t i = 0; i < path->count; i++) {
		writer_u8(w, path->segments[i].type);
		writer_u8(w, path->segments[i].count);
		for (size_t j = 0; j < path->segments[i].count; j++)
			put_as(w, path->segments[i].ases[j], as4);
	}
}

static void
put_ip(struct writer *w, struct ip ip)
{
	writer_bytes(w, ip.bytes, ip_size(ip.family));
}

static void
put_aggregator(struct writer *w, const struct bgp_aggregator *a, bool as4)
{
	put_as(w, a->as, as4);
	put_ip(w, a->address);
}

static void
put_numbers(struct writer *w, const struct bgp_numbers *n)
{
	for (size_t i = 0; i < n->count; i++)
		writer_u32(w, n->numbers[i]);
}

static void
put_prefixes(struct writer *w, const struct bgp_prefixes *p)
{
	for (size_t i = 0; i < p->count; i++) {
		writer_u8(w, p->prefixes[i].len);
		writer_bytes(w, p->prefixes[i].addr.bytes, (p->prefixes[i].len + 7u) / 8);
	}
}

static void
put_reach(struct writer *w, const struct bgp_reach *reach)
{
	struct writer_mark mark;

	if (!reach->next_hop_only)
		bgp_family_encode(w, reach->prefixes.family);
	mark = writer_len8_begin(w);
	put_ip(w, reach->next_hop);
	put_ip(w, reach->link_local);
	writer_len_end(w, mark);
	if (reach->next_hop_only)
		return;
	writer_u8(w, reach->reserved);
	put_prefixes(w, &reach->prefixes);
}

static void
put_communities(struct writer *w, const struct bgp_path *path, uint8_t type)
{
	if (type == BGP_ATTR_COMMUNITIES)
		put_numbers(w, &path->communities);
	for (size_t i = 0; type == BGP_ATTR_EXT_COMMUNITIES && i < path->ext_community_count; i++) {
		writer_u32(w, path->ext_communities[i] >> 32);
		writer_u32(w, path->ext_communities[i] & UINT32_MAX);
	}
	for (size_t i = 0; type == BGP_ATTR_LARGE_COMMUNITIES && i < path->large_community_count;
	     i++) {
		writer_u32(w, path->large_communities[i].global);
		writer_u32(w, path->large_communities[i].local1);
		writer_u32(w, path->large_communities[i].local2);
	}
}

static void
put_value(struct writer *w, const struct bgp_path *path, enum bgp_attribute_type type,
    struct bgp_path_style style)
{
	switch (type) {
	case BGP_ATTR_ORIGIN:
		writer_u8(w, path->origin);
		break;
	case BGP_ATTR_AS_PATH:
		put_as_path(w, &path->as_path, style.as4);
		break;
	case BGP_ATTR_NEXT_HOP:
		put_ip(w, path->next_hop);
		break;
	case BGP_ATTR_MED:
		writer_u32(w, path->med);
		break;
	case BGP_ATTR_LOCAL_PREF:
		writer_u32(w, path->local_pref);
		break;
	case BGP_ATTR_ATOMIC_AGGREGATE:
		break;
	case BGP_ATTR_AGGREGATOR:
		put_aggregator(w, &path->aggregator, style.as4);
		break;
	case BGP_ATTR_ORIGINATOR_ID:
		put_ip(w, path->originator_id);
		break;
	case BGP_ATTR_CLUSTER_LIST:
		put_numbers(w, &path->cluster_list);
		break;
	case BGP_ATTR_MP_REACH:
		put_reach(w, &path->reach);
		break;
	case BGP_ATTR_MP_UNREACH:
		bgp_family_encode(w, path->unreach.family);
		put_prefixes(w, &path->unreach);
		break;
	case BGP_ATTR_AS4_PATH:
		put_as_path(w, &path->as4_path, true);
		break;
	case BGP_ATTR_AS4_AGGREGATOR:
		put_aggregator(w, &path->as4_aggregator, true);
		break;
	case BGP_ATTR_COMMUNITIES:
	case BGP_ATTR_EXT_COMMUNITIES:
	case BGP_ATTR_LARGE_COMMUNITIES:
		put_communities(w, path, type);
		break;
	case BGP_ATTR_OTC:
		writer_u32(w, path->otc);
		break;
	}
}

static void
put_attribute(struct writer *w, const struct bgp_path *path, const struct bgp_path_attribute *a,
    struct bgp_path_style style, bool extended)
{
	struct writer_mark mark;

	writer_u8(w, a->flags | (extended ? BGP_FLAG_EXTENDED : 0));
	writer_u8(w, a->type);
	mark = extended ? writer_len16_begin(w) : writer_len8_begin(w);
	if (a->form == BGP_FORM_DECODED)
		put_value(w, path, a->type, style);
	else
		writer_bytes(w, a->raw, a->raw_len);
	writer_len_end(w, mark);
}

void
bgp_path_encode(struct writer *w, const struct bgp_path *path, struct bgp_path_style style)
{
	for (size_t i = 0; i < path->count; i++) {
		const struct bgp_path_attribute *a = &path->attributes[i];
		struct writer before = *w;
		bool extended = a->flags & BGP_FLAG_EXTENDED;

		put_attribute(w, path, a, style, extended);
		if (!writer_ok(w) && writer_ok(&before) && !extended) {
			/* longer than a one-byte length can say */
			*w = before;
			put_attribute(w, path, a, style, true);
		}
	}
}

void
bgp_routes_encode(struct writer *w, const struct bgp_routes *routes, struct bgp_path_style style)
{
	struct writer_mark mark = writer_len16_begin(w);

	put_prefixes(w, &routes->withdrawn);
	writer_len_end(w, mark);
	mark = writer_len16_begin(w);
	bgp_path_encode(w, &routes->path, style);
	writer_len_end(w, mark);
	put_prefixes(w, &routes->announced);
}
