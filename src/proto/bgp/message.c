#include <string.h>

#include "proto/bgp/codec.h"

#define MARKER_LEN 16

/*
 * Message lengths by type: RFC 4271 section 6.1; RFC 2918 section 3 for ROUTE-REFRESH. RFC 8654
 * section 4 lets all but two be longer than 4096.
 */
static const struct {
	uint16_t min, max;
} bounds[] = {
	[BGP_OPEN] = { 29, BGP_MESSAGE_MAX },
	[BGP_UPDATE] = { 23, BGP_EXTENDED_MESSAGE_MAX },
	[BGP_NOTIFICATION] = { 21, BGP_EXTENDED_MESSAGE_MAX },
	[BGP_KEEPALIVE] = { BGP_HEADER_LEN, BGP_HEADER_LEN },
	/* its subtype is in it; what a wrong length means depends on that (RFC 7313 section 5) */
	[BGP_ROUTE_REFRESH] = { 22, BGP_EXTENDED_MESSAGE_MAX },
};

enum bgp_family
bgp_family_of(enum ip_family family)
{
	switch (family) {
	case IP_V4:
		return BGP_IPV4;
	case IP_V6:
		return BGP_IPV6;
	case IP_NONE:
		break;
	}
	return BGP_FAMILY_MAX;
}

const char *
bgp_family_name(enum bgp_family family)
{
	return family == BGP_IPV4 ? "ipv4" : family == BGP_IPV6 ? "ipv6" : "other";
}

void
bgp_family_encode(struct writer *w, enum bgp_family family)
{
	writer_u16(w, family == BGP_IPV6 ? BGP_AFI_IPV6 : BGP_AFI_IPV4);
	writer_u8(w, BGP_SAFI_UNICAST);
}

enum bgp_family
bgp_family_from_wire(uint16_t afi, uint8_t safi)
{
	if (safi != BGP_SAFI_UNICAST)
		return BGP_FAMILY_MAX;
	return afi == BGP_AFI_IPV4 ? BGP_IPV4 : afi == BGP_AFI_IPV6 ? BGP_IPV6 : BGP_FAMILY_MAX;
}

bool
bgp_error_set(struct bgp_error *e, uint8_t code, uint8_t subcode, const void *data, size_t len,
    const char *what)
{
	*e = (struct bgp_error){ .code = code, .subcode = subcode, .what = what };
	e->data_len = data ? MIN(len, sizeof(e->data)) : 0;
	if (e->data_len > 0)
		memcpy(e->data, data, e->data_len);
	return false;
}

bool
bgp_header_decode(const uint8_t bytes[static BGP_HEADER_LEN], size_t max, struct bgp_header *ret,
    struct bgp_error *e)
{
	struct reader r = reader_init(bytes, BGP_HEADER_LEN);
	struct bgp_header h;

	for (int i = 0; i < MARKER_LEN; i++) {
		if (reader_u8(&r) != 0xff)
			return bgp_error_set(e, 1, 1, NULL, 0, NULL);
	}
	h.length = reader_u16(&r);
	h.type = reader_u8(&r);
	if (h.length < BGP_HEADER_LEN || h.length > max)
		return bgp_error_set(e, 1, 2, bytes + MARKER_LEN, 2, NULL);
	if (h.type < BGP_OPEN || h.type > BGP_ROUTE_REFRESH)
		return bgp_error_set(e, 1, 3, &h.type, 1, NULL);
	if (h.length < bounds[h.type].min || h.length > bounds[h.type].max)
		return bgp_error_set(e, 1, 2, bytes + MARKER_LEN, 2, NULL);
	*ret = h;
	return true;
}

void
bgp_message_begin(struct writer *w, enum bgp_type type)
{
	writer_fill(w, 0xff, MARKER_LEN);
	writer_u16(w, 0);
	writer_u8(w, type);
}

size_t
bgp_message_end(struct writer *w)
{
	writer_patch_u16(w, MARKER_LEN, writer_len(w));
	return writer_ok(w) ? writer_len(w) : 0;
}

void
bgp_keepalive_encode(struct writer *w)
{
	bgp_message_begin(w, BGP_KEEPALIVE);
	(void)bgp_message_end(w);
}

void
bgp_refresh_encode(struct writer *w, enum bgp_family family, enum bgp_refresh_subtype subtype)
{
	bgp_message_begin(w, BGP_ROUTE_REFRESH);
	writer_u16(w, family == BGP_IPV6 ? BGP_AFI_IPV6 : BGP_AFI_IPV4);
	writer_u8(w, subtype);
	writer_u8(w, BGP_SAFI_UNICAST);
	(void)bgp_message_end(w);
}

bool
bgp_refresh_decode(const uint8_t *body, size_t len, struct bgp_refresh *ret, struct bgp_error *e)
{
	struct reader r = reader_init(body, len);
	struct bgp_refresh refresh;
	size_t whole = len + BGP_HEADER_LEN;
	uint8_t length[2] = { (uint8_t)(whole >> 8), (uint8_t)whole };

	refresh.afi = reader_u16(&r);
	refresh.subtype = reader_u8(&r);
	refresh.safi = reader_u8(&r);
	if (!reader_done(&r))
		return bgp_error_set(e, 1, 2, length, sizeof(length), NULL);
	*ret = refresh;
	return true;
}
