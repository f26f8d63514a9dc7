#include <assert.h>
#include <string.h>

#include "proto/bgp/codec.h"

/* The largest attributes, the longest head of MP_REACH and one prefix fit into any message. */
_Static_assert(23 + BGP_ATTRIBUTES_MAX + 41 + 17 <= BGP_MESSAGE_MAX, "attributes fill a message");

/*
 * Opens an attribute with a two-octet length that grows with the prefixes. RFC 7606 section 5.1
 * wants the attribute that holds the routes to stand first.
 */
static void
begin_mp(struct bgp_update_writer *u, enum bgp_attribute_type type)
{
	writer_u8(&u->w, BGP_FLAG_OPTIONAL | BGP_FLAG_EXTENDED);
	writer_u8(&u->w, type);
	u->inner = writer_len16_begin(&u->w);
	bgp_family_encode(&u->w, u->family);
}

static void
begin(struct bgp_update_writer *u, uint8_t *buf, size_t size, enum bgp_family family)
{
	assert(size >= BGP_MESSAGE_MAX);
	u->w = writer_init(buf, MIN(size, (size_t)BGP_EXTENDED_MESSAGE_MAX));
	u->family = family;
	u->tail_len = 0;
	bgp_message_begin(&u->w, BGP_UPDATE);
}

void
bgp_update_begin_withdraw(
    struct bgp_update_writer *u, uint8_t *buf, size_t size, enum bgp_family family)
{
	begin(u, buf, size, family);
	u->announcing = false;
	/*
	 * whatever next hop IPv4 routes had: it is no part of a withdrawal (RFC 4271 section 4.3)
	 */
	u->plain = family == BGP_IPV4;
	u->after = u->plain ? 2 : 0; /* the length of no attributes */
	if (!u->plain)
		writer_u16(&u->w, 0); /* withdrawn routes: those of IPv4 */
	u->outer = writer_len16_begin(&u->w);
	if (!u->plain)
		begin_mp(u, BGP_ATTR_MP_UNREACH);
}

/* RFC 4760 section 3; a second, link-local next hop as in RFC 2545 section 3. */
static void
put_mp_next_hop(struct writer *w, const struct bgp_peering *peering, struct ip next_hop)
{
	bool both = peering->next_hop_link_local.family == IP_V6 && !ip_is_link_local(next_hop);

	writer_u8(w, both ? 32 : 16);
	writer_bytes(w, next_hop.bytes, 16);
	if (both)
		writer_bytes(w, peering->next_hop_link_local.bytes, 16);
	writer_u8(w, 0); /* reserved */
}

void
bgp_update_begin_announce(struct bgp_update_writer *u, uint8_t *buf, size_t size,
    const struct bgp_peering *peering, enum bgp_family family,
    const struct bgp_attributes *attributes)
{
	struct ip next_hop = bgp_next_hop(peering, family, attributes);
	struct writer tail = writer_init(u->tail, sizeof(u->tail));

	assert(next_hop.family != IP_NONE);
	begin(u, buf, size, family);
	u->announcing = true;
	u->plain = next_hop.family == IP_V4;
	u->after = 0;
	writer_u16(&u->w, 0); /* withdrawn routes */
	u->outer = writer_len16_begin(&u->w);
	if (u->plain) {
		bgp_attributes_encode(&u->w, peering, family, attributes);
		writer_len_end(&u->w, u->outer);
		return;
	}
	bgp_attributes_encode(&tail, peering, family, attributes);
	assert(writer_ok(&tail));
	u->after = u->tail_len = writer_len(&tail);
	begin_mp(u, BGP_ATTR_MP_REACH);
	put_mp_next_hop(&u->w, peering, next_hop);
}

bool
bgp_update_add(struct bgp_update_writer *u, struct prefix prefix)
{
	size_t len = 1 + (prefix.len + 7u) / 8;
	uint8_t wire[1 + sizeof(prefix.addr.bytes)];

	if (writer_left(&u->w) < len + u->after)
		return false;
	wire[0] = prefix.len;
	memcpy(wire + 1, prefix.addr.bytes, sizeof(prefix.addr.bytes));
	writer_bytes(&u->w, wire, len);
	return true;
}

size_t
bgp_update_end(struct bgp_update_writer *u)
{
	size_t len;

	if (!u->plain) {
		writer_len_end(&u->w, u->inner);
		writer_bytes(&u->w, u->tail, u->tail_len);
		writer_len_end(&u->w, u->outer);
	} else if (!u->announcing) {
		writer_len_end(&u->w, u->outer);
		writer_u16(&u->w, 0);
	}
	len = bgp_message_end(&u->w);
	assert(len > 0);
	return len;
}

size_t
bgp_end_of_rib_encode(uint8_t buf[static BGP_MESSAGE_MAX], enum bgp_family family)
{
	struct bgp_update_writer u;

	/* for both families it is the withdrawal of nothing */
	bgp_update_begin_withdraw(&u, buf, BGP_MESSAGE_MAX, family);
	return bgp_update_end(&u);
}
