#include "proto/bgp/codec.h"

#include "proto/bgp/community.h"
#include "proto/bgp/path.h"

#define WELL_KNOWN BGP_FLAG_TRANSITIVE
#define TRANSITIVE (BGP_FLAG_OPTIONAL | BGP_FLAG_TRANSITIVE)

/* Flags, type and length. */
static void
put_head(struct writer *w, uint8_t flags, enum bgp_attribute_type type, size_t len)
{
	writer_u8(w, flags | (len > UINT8_MAX ? BGP_FLAG_EXTENDED : 0));
	writer_u8(w, type);
	if (len > UINT8_MAX)
		writer_u16(w, len);
	else
		writer_u8(w, len);
}

static void
put_u32(struct writer *w, uint8_t flags, enum bgp_attribute_type type, uint32_t value)
{
	put_head(w, flags, type, 4);
	writer_u32(w, value);
}

/* Our AS, as often as the path shall be long; empty inside of our AS (RFC 4271 section 5.1.2). */
static void
put_path(struct writer *w, enum bgp_attribute_type type, uint8_t flags, uint32_t as, size_t copies,
    size_t as_size)
{
	put_head(w, flags, type, copies ? 2 + copies * as_size : 0);
	if (copies == 0)
		return;
	writer_u8(w, BGP_SEGMENT_SEQUENCE);
	writer_u8(w, copies);
	for (size_t i = 0; i < copies; i++) {
		if (as_size == 4)
			writer_u32(w, as);
		else
			writer_u16(w, as > UINT16_MAX ? BGP_AS_TRANS : as);
	}
}

static void
put_communities(struct writer *w, const struct bgp_attributes *a)
{
	if (a->community_count == 0)
		return;
	put_head(w, TRANSITIVE, BGP_ATTR_COMMUNITIES, a->community_count * 4);
	for (size_t i = 0; i < a->community_count; i++)
		writer_u32(w, a->communities[i]);
}

/* RFC 4360 section 6: the non-transitive ones stay inside of our AS. */
static void
put_ext_communities(struct writer *w, const struct bgp_attributes *a, bool ibgp)
{
	size_t count = 0;

	for (size_t i = 0; i < a->ext_community_count; i++)
		count += ibgp || bgp_ext_community_is_transitive(a->ext_communities[i]);
	if (count == 0)
		return;
	put_head(w, TRANSITIVE, BGP_ATTR_EXT_COMMUNITIES, count * 8);
	for (size_t i = 0; i < a->ext_community_count; i++) {
		if (!ibgp && !bgp_ext_community_is_transitive(a->ext_communities[i]))
			continue;
		writer_u32(w, a->ext_communities[i] >> 32);
		writer_u32(w, a->ext_communities[i] & UINT32_MAX);
	}
}

static void
put_large_communities(struct writer *w, const struct bgp_attributes *a)
{
	if (a->large_community_count == 0)
		return;
	put_head(w, TRANSITIVE, BGP_ATTR_LARGE_COMMUNITIES, a->large_community_count * 12);
	for (size_t i = 0; i < a->large_community_count; i++) {
		writer_u32(w, a->large_communities[i].global);
		writer_u32(w, a->large_communities[i].local1);
		writer_u32(w, a->large_communities[i].local2);
	}
}

/*
 * RFC 9234 section 5: what goes to a customer, a peer or a client must not be sent upwards again.
 */
static bool
needs_otc(const struct bgp_peering *peering)
{
	switch (peering->role) {
	case BGP_ROLE_PROVIDER:
	case BGP_ROLE_PEER:
	case BGP_ROLE_RS:
		return !peering->ibgp;
	case BGP_ROLE_NONE:
	case BGP_ROLE_CUSTOMER:
	case BGP_ROLE_RS_CLIENT:
	case BGP_ROLE_MAX:
		break;
	}
	return false;
}

size_t
bgp_path_copies(const struct bgp_peering *peering, const struct bgp_attributes *attributes)
{
	/* inside of our AS nothing is prepended: with our AS in it the peer would see a loop */
	return peering->ibgp ? 0 : (size_t)1 + attributes->prepend;
}

struct ip
bgp_next_hop(const struct bgp_peering *peering, enum bgp_family family,
    const struct bgp_attributes *attributes)
{
	const struct ip none = { 0 };
	struct ip hop = attributes->next_hop.family != IP_NONE ? attributes->next_hop
							       : peering->next_hop[family];

	if (bgp_family_of(hop.family) == family)
		return hop;
	return family == BGP_IPV4 && hop.family == IP_V6 && peering->extended_next_hop ? hop : none;
}

void
bgp_attributes_encode(struct writer *w, const struct bgp_peering *peering, enum bgp_family family,
    const struct bgp_attributes *attributes)
{
	struct ip next_hop = bgp_next_hop(peering, family, attributes);
	size_t copies = bgp_path_copies(peering, attributes);

	put_head(w, WELL_KNOWN, BGP_ATTR_ORIGIN, 1);
	writer_u8(w, attributes->origin);
	put_path(w, BGP_ATTR_AS_PATH, WELL_KNOWN, peering->local_as, copies, peering->as4 ? 4 : 2);
	if (next_hop.family == IP_V4)
		put_u32(w, WELL_KNOWN, BGP_ATTR_NEXT_HOP, ip_to_v4(next_hop));
	if (attributes->has_med)
		put_u32(w, BGP_FLAG_OPTIONAL, BGP_ATTR_MED, attributes->med);
	if (peering->ibgp)
		put_u32(w, WELL_KNOWN, BGP_ATTR_LOCAL_PREF,
		    bgp_attributes_for(attributes, true).local_pref);
	put_communities(w, attributes);
	put_ext_communities(w, attributes, peering->ibgp);
	/* RFC 6793 section 4.2.2: only when the 2-octet path could not say it */
	if (!peering->as4 && copies > 0 && peering->local_as > UINT16_MAX)
		put_path(w, BGP_ATTR_AS4_PATH, TRANSITIVE, peering->local_as, copies, 4);
	put_large_communities(w, attributes);
	if (needs_otc(peering))
		put_u32(w, TRANSITIVE, BGP_ATTR_OTC, peering->local_as);
}
