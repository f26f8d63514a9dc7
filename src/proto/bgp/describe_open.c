#include "proto/bgp/codec.h"
#include "proto/bgp/describe.h"

#define PARAMETER_CAPABILITIES 2 /* RFC 5492 section 4 */
#define PARAMETER_EXTENDED 255   /* RFC 9072 section 2 */

enum value_form {
	FORM_BYTES,
	FORM_FAMILY,
	FORM_NEXT_HOP,
	FORM_ROLE,
	FORM_RESTART,
	FORM_AS,
};

/* Capabilities by code, with the RFC that defines each. */
static const struct {
	const char *name;
	enum value_form form;
} capabilities[] = {
	[1] = { "multiprotocol", FORM_FAMILY },               /* 4760 */
	[2] = { "route refresh", FORM_BYTES },                /* 2918 */
	[5] = { "extended next hop", FORM_NEXT_HOP },         /* 8950 */
	[6] = { "extended message", FORM_BYTES },             /* 8654 */
	[8] = { "multiple labels", FORM_BYTES },              /* 8277 */
	[9] = { "role", FORM_ROLE },                          /* 9234 */
	[64] = { "graceful restart", FORM_RESTART },          /* 4724 */
	[65] = { "four-octet AS", FORM_AS },                  /* 6793 */
	[69] = { "additional paths", FORM_BYTES },            /* 7911 */
	[70] = { "enhanced route refresh", FORM_BYTES },      /* 7313 */
	[71] = { "long-lived graceful restart", FORM_BYTES }, /* 9494 */
	[73] = { "host name", FORM_BYTES },
	[128] = { "route refresh (Cisco)", FORM_BYTES },
};

static void
add_family(struct strbuf *out, uint16_t afi, uint8_t safi)
{
	enum bgp_family family = bgp_family_from_wire(afi, safi);

	if (family == BGP_FAMILY_MAX)
		strbuf_addf(out, " %u/%u", afi, safi);
	else
		strbuf_addf(out, " %s", bgp_family_name(family));
}

static bool
add_next_hops(struct strbuf *out, struct reader r)
{
	while (reader_left(&r) > 0) {
		uint16_t afi = reader_u16(&r), safi = reader_u16(&r), next_hop = reader_u16(&r);

		if (!reader_ok(&r))
			return false;
		add_family(out, afi, (uint8_t)MIN(safi, UINT8_MAX));
		strbuf_addf(out, " by %s", next_hop == BGP_AFI_IPV6 ? "IPv6" : "IPv4");
	}
	return true;
}

/* RFC 4724 section 3, and the N bit of RFC 8538. */
static bool
add_restart(struct strbuf *out, struct reader r)
{
	uint16_t head = reader_u16(&r);

	if (!reader_ok(&r) || reader_left(&r) % 4 != 0)
		return false;
	strbuf_addf(out, " %d s%s%s", head & 0xfff, head & 0x8000 ? ", restarted" : "",
	    head & 0x4000 ? ", hard reset" : "");
	while (reader_left(&r) > 0) {
		uint16_t afi = reader_u16(&r);
		uint8_t safi = reader_u8(&r), flags = reader_u8(&r);

		strbuf_add_char(out, ',');
		add_family(out, afi, safi);
		strbuf_add(out, flags & 0x80 ? " kept" : "");
	}
	return true;
}

/* False: the form is not what the code asks for; what was added is not complete. */
static bool
add_value(struct strbuf *out, enum value_form form, struct reader r)
{
	static const char *const roles[] = { "provider", "rs", "rs-client", "customer", "peer" };
	size_t len = reader_left(&r);
	uint16_t afi;

	switch (form) {
	case FORM_BYTES:
		return len == 0;
	case FORM_FAMILY:
		afi = reader_u16(&r);
		reader_skip(&r, 1);
		if (len == 4)
			add_family(out, afi, reader_u8(&r));
		return len == 4;
	case FORM_NEXT_HOP:
		return add_next_hops(out, r);
	case FORM_ROLE:
		if (len != 1 || *r.pos >= ARRAY_SIZE(roles))
			return false;
		strbuf_addf(out, " %s", roles[reader_u8(&r)]);
		return true;
	case FORM_RESTART:
		return add_restart(out, r);
	case FORM_AS:
		if (len == 4)
			strbuf_addf(out, " %u", reader_u32(&r));
		return len == 4;
	}
	return false;
}

static bool
add_capability(struct strbuf *out, struct reader *r)
{
	uint8_t code = reader_u8(r);
	struct reader value = reader_sub(r, reader_u8(r));
	bool known = code < ARRAY_SIZE(capabilities) && capabilities[code].name;

	if (!reader_ok(r))
		return false;
	if (known)
		strbuf_addf(out, "    capability %s", capabilities[code].name);
	else
		strbuf_addf(out, "    capability %u", code);
	if (!add_value(out, known ? capabilities[code].form : FORM_BYTES, value)) {
		strbuf_add_char(out, ' ');
		bgp_describe_bytes(out, value.pos, reader_left(&value));
	}
	strbuf_add_char(out, '\n');
	return true;
}

/* RFC 4271 section 4.2, or with two-byte lengths as in RFC 9072. */
static bool
add_parameters(struct strbuf *out, struct reader r)
{
	struct reader peek = r;
	size_t total = reader_u8(&r);
	bool extended;

	reader_skip(&peek, 1);
	extended = total != 0 && reader_u8(&peek) == PARAMETER_EXTENDED;
	if (extended) {
		reader_skip(&r, 1);
		total = reader_u16(&r);
	}
	if (total != reader_left(&r))
		return false;
	while (reader_left(&r) > 0) {
		uint8_t type = reader_u8(&r);
		struct reader value = reader_sub(&r, extended ? reader_u16(&r) : reader_u8(&r));

		if (!reader_ok(&r) || type != PARAMETER_CAPABILITIES)
			return false;
		while (reader_left(&value) > 0) {
			if (!add_capability(out, &value))
				return false;
		}
	}
	return reader_ok(&r);
}

void
bgp_describe_open(struct strbuf *out, struct reader body)
{
	struct reader r = body;
	uint8_t version = reader_u8(&r);
	uint16_t as = reader_u16(&r), hold_time = reader_u16(&r);
	char id[IP_STR_MAX];

	(void)ip_format(ip_from_v4(reader_u32(&r)), id);
	strbuf_addf(out, "    version %u, AS %u, hold time %u s, router ID %s\n", version, as,
	    hold_time, id);
	if (!reader_ok(&r) || !add_parameters(out, r)) {
		strbuf_add(out, "    malformed: ");
		bgp_describe_bytes(out, body.pos, reader_left(&body));
		strbuf_add_char(out, '\n');
	}
}
