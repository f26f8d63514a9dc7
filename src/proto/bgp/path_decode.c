#include "proto/bgp/codec.h"
#include "proto/bgp/path.h"

/* The list being taken apart. */
struct decoding {
	struct bgp_path_style style;
	struct arena *arena;
	struct bgp_path *path;
};

static uint32_t
read_as(struct reader *r, bool as4)
{
	return as4 ? reader_u32(r) : reader_u16(r);
}

/* Walks the segments; fills them when there is room. False: they do not fill the attribute. */
static bool
walk_segments(
    struct reader r, bool as4, struct arena *arena, struct bgp_segment *segments, size_t *ret_count)
{
	size_t n = 0;

	for (; reader_left(&r) > 0; n++) {
		uint8_t type = reader_u8(&r), count = reader_u8(&r);
		struct reader ases = reader_sub(&r, (size_t)count * (as4 ? 4 : 2));

		if (!reader_ok(&ases) || type < BGP_SEGMENT_SET || type > BGP_SEGMENT_CONFED_SET)
			return false;
		if (segments) {
			uint32_t *numbers = arena_alloc(arena, count * sizeof(*numbers));

			for (size_t i = 0; i < count; i++)
				numbers[i] = read_as(&ases, as4);
			segments[n] =
			    (struct bgp_segment){ .type = type, .count = count, .ases = numbers };
		}
	}
	*ret_count = n;
	return reader_done(&r);
}

static bool
decode_as_path(struct decoding *d, struct reader r, bool as4, struct bgp_as_path *ret)
{
	struct bgp_segment *segments;
	size_t count;

	if (!walk_segments(r, as4, NULL, NULL, &count))
		return false;
	segments = arena_alloc(d->arena, count * sizeof(*segments));
	*ret = (struct bgp_as_path){ .segments = segments, .count = count };
	return walk_segments(r, as4, d->arena, segments, &count);
}

static bool
decode_address(struct reader *r, size_t len, struct ip *ret)
{
	const uint8_t *bytes = reader_bytes(r, len);

	if (bytes == NULL)
		return false;
	*ret = ip_from_bytes(len == 4 ? IP_V4 : IP_V6, bytes);
	return true;
}

static bool
decode_aggregator(struct reader r, bool as4, struct bgp_aggregator *ret)
{
	if (reader_left(&r) != (as4 ? 8 : 6))
		return false;
	ret->as = read_as(&r, as4);
	return decode_address(&r, 4, &ret->address);
}

static bool
decode_numbers(struct decoding *d, struct reader r, struct bgp_numbers *ret)
{
	size_t count = reader_left(&r) / 4;
	uint32_t *numbers;

	if (reader_left(&r) % 4 != 0)
		return false;
	numbers = arena_alloc(d->arena, count * sizeof(*numbers));
	for (size_t i = 0; i < count; i++)
		numbers[i] = reader_u32(&r);
	*ret = (struct bgp_numbers){ .numbers = numbers, .count = count };
	return true;
}

static bool
decode_ext_communities(struct decoding *d, struct reader r)
{
	size_t count = reader_left(&r) / 8;
	uint64_t *all;

	if (reader_left(&r) % 8 != 0)
		return false;
	all = arena_alloc(d->arena, count * sizeof(*all));
	for (size_t i = 0; i < count; i++)
		all[i] = reader_u64(&r);
	d->path->ext_communities = all;
	d->path->ext_community_count = count;
	return true;
}

static bool
decode_large_communities(struct decoding *d, struct reader r)
{
	size_t count = reader_left(&r) / 12;
	struct bgp_large_community *all;

	if (reader_left(&r) % 12 != 0)
		return false;
	all = arena_alloc(d->arena, count * sizeof(*all));
	for (size_t i = 0; i < count; i++) {
		all[i].global = reader_u32(&r);
		all[i].local1 = reader_u32(&r);
		all[i].local2 = reader_u32(&r);
	}
	d->path->large_communities = all;
	d->path->large_community_count = count;
	return true;
}

/* False when a prefix is impossible or cut: those before it are in *ret. */
static bool
decode_prefixes(
    struct arena *arena, struct reader bytes, enum bgp_family family, struct bgp_prefixes *ret)
{
	struct bgp_nlri count = { .family = family, .bytes = bytes }, fill = count;
	struct prefix p, *prefixes;

	while (bgp_nlri_next(&count, &p))
		count.count++;
	prefixes = arena_alloc(arena, count.count * sizeof(*prefixes));
	while (bgp_nlri_next(&fill, &p))
		prefixes[fill.count++] = p;
	*ret = (struct bgp_prefixes){ .family = family, .prefixes = prefixes, .count = fill.count };
	return reader_done(&fill.bytes);
}

/* An address, or for IPv6 also one with a second of the link's own (RFC 2545 section 3). */
static bool
decode_next_hops(struct reader *r, enum bgp_family family, struct bgp_reach *ret)
{
	size_t len = reader_u8(r);

	if (len == 4)
		return family == BGP_IPV4 && decode_address(r, 4, &ret->next_hop);
	if (len != 16 && len != 32)
		return false;
	return decode_address(r, 16, &ret->next_hop) &&
	       (len == 16 || decode_address(r, 16, &ret->link_local));
}

static enum bgp_attribute_form
decode_reach_next_hop(struct decoding *d, struct reader r)
{
	enum bgp_family family = reader_left(&r) == 5 ? BGP_IPV4 : BGP_IPV6;
	struct bgp_reach reach = { .next_hop_only = true, .prefixes.family = family };

	if (!decode_next_hops(&r, family, &reach) || !reader_done(&r))
		return BGP_FORM_MALFORMED;
	d->path->reach = reach;
	return BGP_FORM_DECODED;
}

static enum bgp_attribute_form
decode_reach(struct decoding *d, struct reader r)
{
	struct bgp_reach reach = { 0 };
	struct reader peek = r;
	enum bgp_family family;
	uint16_t afi;

	/* a length comes first, and is not 0; in a whole one 0 is the family's first byte */
	if (d->style.table && reader_u8(&peek) != 0)
		return decode_reach_next_hop(d, r);
	afi = reader_u16(&r);
	family = bgp_family_from_wire(afi, reader_u8(&r));
	if (reader_ok(&r) && family == BGP_FAMILY_MAX)
		return BGP_FORM_UNKNOWN;
	if (!decode_next_hops(&r, family, &reach))
		return BGP_FORM_MALFORMED;
	reach.reserved = reader_u8(&r);
	if (!reader_ok(&r) || !decode_prefixes(d->arena, r, family, &reach.prefixes))
		return BGP_FORM_MALFORMED;
	d->path->reach = reach;
	return BGP_FORM_DECODED;
}

static enum bgp_attribute_form
decode_unreach(struct decoding *d, struct reader r)
{
	uint16_t afi = reader_u16(&r);
	enum bgp_family family = bgp_family_from_wire(afi, reader_u8(&r));
	struct bgp_prefixes prefixes;

	if (reader_ok(&r) && family == BGP_FAMILY_MAX)
		return BGP_FORM_UNKNOWN;
	if (!reader_ok(&r) || !decode_prefixes(d->arena, r, family, &prefixes))
		return BGP_FORM_MALFORMED;
	d->path->unreach = prefixes;
	return BGP_FORM_DECODED;
}

static bool
decode_u32(struct reader r, uint32_t *ret)
{
	if (reader_left(&r) != 4)
		return false;
	*ret = reader_u32(&r);
	return true;
}

static bool
decode_id(struct reader r, struct ip *ret)
{
	return reader_left(&r) == 4 && decode_address(&r, 4, ret);
}

static bool
decode_origin(struct reader r, enum bgp_origin *ret)
{
	uint8_t origin = reader_u8(&r);

	if (!reader_done(&r) || origin > BGP_ORIGIN_INCOMPLETE)
		return false;
	*ret = origin;
	return true;
}

static enum bgp_attribute_form
form_of(bool decoded)
{
	return decoded ? BGP_FORM_DECODED : BGP_FORM_MALFORMED;
}

static enum bgp_attribute_form
decode_value(struct decoding *d, uint8_t type, struct reader r)
{
	struct bgp_path *path = d->path;

	switch (type) {
	case BGP_ATTR_ORIGIN:
		return form_of(decode_origin(r, &path->origin));
	case BGP_ATTR_AS_PATH:
		return form_of(decode_as_path(d, r, d->style.as4, &path->as_path));
	case BGP_ATTR_NEXT_HOP:
		return form_of(decode_id(r, &path->next_hop));
	case BGP_ATTR_MED:
		return form_of(decode_u32(r, &path->med));
	case BGP_ATTR_LOCAL_PREF:
		return form_of(decode_u32(r, &path->local_pref));
	case BGP_ATTR_ATOMIC_AGGREGATE:
		return form_of(reader_left(&r) == 0);
	case BGP_ATTR_AGGREGATOR:
		return form_of(decode_aggregator(r, d->style.as4, &path->aggregator));
	case BGP_ATTR_COMMUNITIES:
		return form_of(decode_numbers(d, r, &path->communities));
	case BGP_ATTR_ORIGINATOR_ID:
		return form_of(decode_id(r, &path->originator_id));
	case BGP_ATTR_CLUSTER_LIST:
		return form_of(decode_numbers(d, r, &path->cluster_list));
	case BGP_ATTR_MP_REACH:
		return decode_reach(d, r);
	case BGP_ATTR_MP_UNREACH:
		return decode_unreach(d, r);
	case BGP_ATTR_EXT_COMMUNITIES:
		return form_of(decode_ext_communities(d, r));
	case BGP_ATTR_AS4_PATH:
		return form_of(decode_as_path(d, r, true, &path->as4_path));
	case BGP_ATTR_AS4_AGGREGATOR:
		return form_of(decode_aggregator(r, true, &path->as4_aggregator));
	case BGP_ATTR_LARGE_COMMUNITIES:
		return form_of(decode_large_communities(d, r));
	case BGP_ATTR_OTC:
		return form_of(decode_u32(r, &path->otc));
	default:
		return BGP_FORM_UNKNOWN;
	}
}

/* Takes one attribute off the list. */
static bool
next_attribute(struct reader *r, struct bgp_path_attribute *ret, struct reader *ret_value)
{
	*ret = (struct bgp_path_attribute){ .flags = reader_u8(r) };
	ret->type = reader_u8(r);
	*ret_value = reader_sub(r, ret->flags & BGP_FLAG_EXTENDED ? reader_u16(r) : reader_u8(r));
	return reader_ok(r);
}

bool
bgp_path_decode(
    struct reader r, struct bgp_path_style style, struct arena *arena, struct bgp_path *ret)
{
	struct decoding d = { .style = style, .arena = arena, .path = ret };
	struct bgp_path_attribute a, *attributes;
	struct reader walk = r, value;
	bool seen[UINT8_MAX + 1] = { false };
	size_t count = 0;

	*ret = (struct bgp_path){ 0 };
	while (reader_left(&walk) > 0 && next_attribute(&walk, &a, &value))
		count++;
	attributes = arena_alloc(arena, count * sizeof(*attributes));
	for (size_t i = 0; i < count; i++) {
		(void)next_attribute(&r, &a, &value);
		a.form = seen[a.type] ? BGP_FORM_REPEATED : decode_value(&d, a.type, value);
		seen[a.type] = true;
		if (a.form != BGP_FORM_DECODED) {
			a.raw = value.pos;
			a.raw_len = reader_left(&value);
		}
		attributes[i] = a;
	}
	ret->attributes = attributes;
	ret->count = count;
	return reader_done(&walk);
}

bool
bgp_routes_decode(
    struct reader r, struct bgp_path_style style, struct arena *arena, struct bgp_routes *ret)
{
	struct reader withdrawn = reader_sub(&r, reader_u16(&r));
	struct reader attributes = reader_sub(&r, reader_u16(&r));

	*ret = (struct bgp_routes){ 0 };
	return reader_ok(&r) && decode_prefixes(arena, withdrawn, BGP_IPV4, &ret->withdrawn) &&
	       bgp_path_decode(attributes, style, arena, &ret->path) &&
	       decode_prefixes(arena, r, BGP_IPV4, &ret->announced);
}
