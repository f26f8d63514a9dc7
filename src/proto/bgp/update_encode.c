#include <assert.h>

#include "proto/bgp/codec.h"

/*
 * Opens an attribute with a two-octet length that grows with the prefixes. RFC 7606 section 5.1 wants
 * the attribute that holds the routes to stand first.
 */
static void
begin_mp(struct bgp_update_writer *u, enum bgp_attribute_type type)
{
	writer_u8(&u->w, BGP_FLAG_OPTIONAL | BGP_FLAG_EXTENDED);
	writer_u8(&u->w, type);
	u->inner = writer_len16_begin(&u->w);
	bgp_family_encode(&u->w, u->family);
}

void
bgp_update_begin_withdraw(
    struct bgp_update_writer *u, uint8_t buf[static BGP_MESSAGE_MAX], enum bgp_family family)
{
	u->w = writer_init(buf, BGP_MESSAGE_MAX);
	u->family = family;
	u->announcing = false;
	u->tail_len = 0;
	bgp_message_begin(&u->w, BGP_UPDATE);
	if (family == BGP_IPV4) {
		u->outer = writer_len16_begin(&u->w);
		return;
	}
	writer_u16(&u->w, 0); /* withdrawn routes: those of IPv4 */
	u->outer = writer_len16_begin(&u->w);
	begin_mp(u, BGP_ATTR_MP_UNREACH);
}

void
bgp_update_begin_announce(struct bgp_update_writer *u, uint8_t buf[static BGP_MESSAGE_MAX],
    const struct bgp_peering *peering, enum bgp_family family, const struct bgp_attributes *attributes)
{
	struct writer tail = writer_init(u->tail, sizeof(u->tail));

	u->w = writer_init(buf, BGP_MESSAGE_MAX);
	u->family = family;
	u->announcing = true;
	u->tail_len = 0;
	bgp_message_begin(&u->w, BGP_UPDATE);
	writer_u16(&u->w, 0);
	u->outer = writer_len16_begin(&u->w);
	if (family == BGP_IPV4) {
		bgp_attributes_encode(&u->w, peering, family, attributes);
		writer_len_end(&u->w, u->outer);
		return;
	}
	bgp_attributes_encode(&tail, peering, family, attributes);
	assert(writer_ok(&tail));
	u->tail_len = writer_len(&tail);
	begin_mp(u, BGP_ATTR_MP_REACH);
	writer_u8(&u->w, 16);
	writer_bytes(&u->w, peering->next_hop[family].bytes, 16);
	writer_u8(&u->w, 0); /* reserved */
}

bool
bgp_update_add(struct bgp_update_writer *u, struct prefix prefix)
{
	size_t bytes = (prefix.len + 7u) / 8;
	/* an IPv4 withdrawal is followed by the length of no attributes */
	size_t after = u->tail_len + (u->family == BGP_IPV4 && !u->announcing ? 2 : 0);

	if (writer_left(&u->w) < 1 + bytes + after)
		return false;
	writer_u8(&u->w, prefix.len);
	writer_bytes(&u->w, prefix.addr.bytes, bytes);
	return true;
}

size_t
bgp_update_end(struct bgp_update_writer *u)
{
	size_t len;

	if (u->family != BGP_IPV4) {
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
	bgp_update_begin_withdraw(&u, buf, family);
	return bgp_update_end(&u);
}
