/* The capabilities of an OPEN (RFC 5492), each with the form that its own RFC gives it. */
#include "proto/bgp/codec.h"

/* The values of roles on the wire (RFC 9234 section 4.1). */
static const enum bgp_role roles[] = { BGP_ROLE_PROVIDER, BGP_ROLE_RS, BGP_ROLE_RS_CLIENT,
	BGP_ROLE_CUSTOMER, BGP_ROLE_PEER };

const char *
bgp_role_name(enum bgp_role role)
{
	static const char *const names[BGP_ROLE_MAX] = { "none", "customer", "peer", "rs-client",
		"provider", "rs" };

	return role < BGP_ROLE_MAX ? names[role] : "unknown";
}

void
bgp_multiprotocol_encode(struct writer *w, enum bgp_family family)
{
	writer_u8(w, BGP_CAPABILITY_MULTIPROTOCOL);
	writer_u8(w, 4);
	writer_u16(w, family == BGP_IPV6 ? BGP_AFI_IPV6 : BGP_AFI_IPV4);
	writer_u8(w, 0);
	writer_u8(w, BGP_SAFI_UNICAST);
}

/* One without a value. */
static void
encode_plain(struct writer *w, bool offered, enum bgp_capability code)
{
	if (!offered)
		return;
	writer_u8(w, code);
	writer_u8(w, 0);
}

/* RFC 8950 section 4: AFI and SAFI of the routes, AFI of the next hop. */
static void
encode_extended_next_hop(struct writer *w)
{
	writer_u8(w, BGP_CAPABILITY_EXTENDED_NEXT_HOP);
	writer_u8(w, 6);
	writer_u16(w, BGP_AFI_IPV4);
	writer_u16(w, BGP_SAFI_UNICAST);
	writer_u16(w, BGP_AFI_IPV6);
}

static void
encode_role(struct writer *w, enum bgp_role role)
{
	for (size_t i = 0; i < ARRAY_SIZE(roles); i++) {
		if (roles[i] != role)
			continue;
		writer_u8(w, BGP_CAPABILITY_ROLE);
		writer_u8(w, 1);
		writer_u8(w, i);
	}
}

#define RESTART_STATE 0x8      /* R: RFC 4724 section 3 */
#define RESTART_NOTIFICATION 0x4 /* N: RFC 8538 section 2 */
#define RESTART_FORWARDING 0x80

static void
encode_graceful_restart(struct writer *w, const struct bgp_open *open)
{
	unsigned flags = (open->restarting ? RESTART_STATE : 0) |
	    (open->hard_reset ? RESTART_NOTIFICATION : 0);

	writer_u8(w, BGP_CAPABILITY_GRACEFUL_RESTART);
	struct writer_mark value = writer_len8_begin(w);
	writer_u16(w, flags << 12 | (open->restart_time_s & BGP_RESTART_TIME_MAX));
	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++) {
		if (!open->restart_families[f])
			continue;
		bgp_family_encode(w, f);
		writer_u8(w, open->forwarding[f] ? RESTART_FORWARDING : 0);
	}
	writer_len_end(w, value);
}

void
bgp_capabilities_encode(struct writer *w, const struct bgp_open *open)
{
	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++) {
		if (open->multiprotocol && open->families[f])
			bgp_multiprotocol_encode(w, f);
	}
	encode_plain(w, open->route_refresh, BGP_CAPABILITY_ROUTE_REFRESH);
	if (open->extended_next_hop)
		encode_extended_next_hop(w);
	encode_plain(w, open->extended_message, BGP_CAPABILITY_EXTENDED_MESSAGE);
	encode_role(w, open->role);
	if (open->graceful_restart)
		encode_graceful_restart(w, open);
	if (open->as4) {
		writer_u8(w, BGP_CAPABILITY_AS4);
		writer_u8(w, 4);
		writer_u32(w, open->as);
	}
	encode_plain(w, open->enhanced_refresh, BGP_CAPABILITY_ENHANCED_REFRESH);
}

static bool
decode_multiprotocol(struct reader *r, struct bgp_open *open)
{
	uint16_t afi = reader_u16(r);

	(void)reader_u8(r); /* reserved */
	enum bgp_family family = bgp_family_from_wire(afi, reader_u8(r));
	if (!reader_done(r))
		return false;
	open->multiprotocol = true;
	if (family != BGP_FAMILY_MAX)
		open->families[family] = true;
	return true;
}

static bool
decode_extended_next_hop(struct reader *r, struct bgp_open *open)
{
	while (reader_left(r) > 0) {
		uint16_t afi = reader_u16(r), safi = reader_u16(r), hop = reader_u16(r);

		if (afi == BGP_AFI_IPV4 && safi == BGP_SAFI_UNICAST && hop == BGP_AFI_IPV6)
			open->extended_next_hop = reader_ok(r);
	}
	return reader_done(r);
}

/* RFC 4724 section 3: of several instances the last one counts. */
static bool
decode_graceful_restart(struct reader *r, struct bgp_open *open)
{
	unsigned head = reader_u16(r);

	open->graceful_restart = true;
	open->restarting = head >> 12 & RESTART_STATE;
	open->hard_reset = head >> 12 & RESTART_NOTIFICATION;
	open->restart_time_s = (uint16_t)(head & BGP_RESTART_TIME_MAX);
	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++)
		open->restart_families[f] = open->forwarding[f] = false;
	while (reader_left(r) > 0) {
		uint16_t afi = reader_u16(r);
		enum bgp_family family = bgp_family_from_wire(afi, reader_u8(r));
		uint8_t flags = reader_u8(r);

		if (!reader_ok(r) || family == BGP_FAMILY_MAX)
			continue;
		open->restart_families[family] = true;
		open->forwarding[family] = flags & RESTART_FORWARDING;
	}
	return reader_done(r);
}

/* Two different ones are a contradiction (RFC 9234 section 4.2); the same twice is not. */
static bool
decode_role(struct reader *r, struct bgp_open *open, struct bgp_error *e)
{
	uint8_t value = reader_u8(r);
	bool known = value < ARRAY_SIZE(roles);
	enum bgp_role role = known ? roles[value] : BGP_ROLE_MAX;
	uint8_t unknown = known ? 0 : value;

	if (!reader_done(r))
		return bgp_error_set(e, 2, 0, NULL, 0, "a capability has a wrong length");
	if (open->role != BGP_ROLE_NONE && (open->role != role || open->unknown_role != unknown))
		return bgp_error_set(e, 2, 11, NULL, 0, "two different roles");
	open->role = role;
	open->unknown_role = unknown;
	return true;
}

static bool
decode_as4(struct reader *r, struct bgp_open *open, struct bgp_error *e)
{
	uint32_t as = reader_u32(r);

	if (!reader_done(r))
		return bgp_error_set(e, 2, 0, NULL, 0, "a capability has a wrong length");
	if (open->as4 && open->as != as)
		return bgp_error_set(e, 2, 2, NULL, 0, "two different AS numbers");
	open->as = as;
	open->as4 = true;
	return true;
}

bool
bgp_capability_decode(uint8_t code, struct reader value, struct bgp_open *open, struct bgp_error *e)
{
	bool good = true;

	switch (code) {
	case BGP_CAPABILITY_MULTIPROTOCOL:
		good = decode_multiprotocol(&value, open);
		break;
	case BGP_CAPABILITY_ROUTE_REFRESH:
		open->route_refresh = good = reader_done(&value);
		break;
	case BGP_CAPABILITY_EXTENDED_NEXT_HOP:
		good = decode_extended_next_hop(&value, open);
		break;
	case BGP_CAPABILITY_EXTENDED_MESSAGE:
		open->extended_message = good = reader_done(&value);
		break;
	case BGP_CAPABILITY_ROLE:
		return decode_role(&value, open, e);
	case BGP_CAPABILITY_GRACEFUL_RESTART:
		good = decode_graceful_restart(&value, open);
		break;
	case BGP_CAPABILITY_AS4:
		return decode_as4(&value, open, e);
	case BGP_CAPABILITY_ENHANCED_REFRESH:
		open->enhanced_refresh = good = reader_done(&value);
		break;
	default:
		open->unknown++; /* RFC 5492 section 3: ignored */
	}
	return good || bgp_error_set(e, 2, 0, NULL, 0, "a capability has a wrong length");
}
