
#include "proto/bgp/codec.h"

#define PARAMETER_CAPABILITIES 2 /* RFC 5492 section 4 */
#define PARAMETER_EXTENDED 255   /* RFC 9072 section 2 */

enum capability {
	CAPABILITY_MULTIPROTOCOL = 1,     /* RFC 4760 section 8 */
	CAPABILITY_ROUTE_REFRESH = 2,     /* RFC 2918 section 2 */
	CAPABILITY_EXTENDED_MESSAGE = 6,  /* RFC 8654 */
	CAPABILITY_GRACEFUL_RESTART = 64, /* RFC 4724 */
	CAPABILITY_AS4 = 65,              /* RFC 6793 section 3 */
	CAPABILITY_ENHANCED_REFRESH = 70, /* RFC 7313 */
};

static void
encode_multiprotocol(struct writer *w, enum bgp_family family)
{
	writer_u8(w, CAPABILITY_MULTIPROTOCOL);
	writer_u8(w, 4);
	writer_u16(w, family == BGP_IPV6 ? BGP_AFI_IPV6 : BGP_AFI_IPV4);
	writer_u8(w, 0);
	writer_u8(w, BGP_SAFI_UNICAST);
}

void
bgp_open_encode(struct writer *w, const struct bgp_open *open)
{
	bgp_message_begin(w, BGP_OPEN);
	writer_u8(w, BGP_VERSION);
	writer_u16(w, open->as > UINT16_MAX ? BGP_AS_TRANS : open->as);
	writer_u16(w, open->hold_time_s);
	writer_u32(w, open->id);

	struct writer_mark parameters = writer_len8_begin(w);
	/* all in one parameter, as RFC 5492 section 4 would have it */
	writer_u8(w, PARAMETER_CAPABILITIES);
	struct writer_mark capabilities = writer_len8_begin(w);
	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++) {
		if (open->families[f])
			encode_multiprotocol(w, f);
	}
	if (open->route_refresh) {
		writer_u8(w, CAPABILITY_ROUTE_REFRESH);
		writer_u8(w, 0);
	}
	if (open->as4) {
		writer_u8(w, CAPABILITY_AS4);
		writer_u8(w, 4);
		writer_u32(w, open->as);
	}
	writer_len_end(w, capabilities);
	writer_len_end(w, parameters);
	(void)bgp_message_end(w);
}

static bool
decode_capability(struct reader *r, uint8_t code, size_t len, struct bgp_open *open, struct bgp_error *e)
{
	static const char bad_length[] = "a capability has a wrong length";

	switch (code) {
	case CAPABILITY_MULTIPROTOCOL: {
		uint16_t afi = reader_u16(r);

		(void)reader_u8(r);
		enum bgp_family family = bgp_family_from_wire(afi, reader_u8(r));
		if (!reader_done(r))
			return bgp_error_set(e, 2, 0, NULL, 0, bad_length);
		open->multiprotocol = true;
		if (family != BGP_FAMILY_MAX)
			open->families[family] = true;
		return true;
	}
	case CAPABILITY_AS4:
		open->as = reader_u32(r);
		open->as4 = true;
		return reader_done(r) || bgp_error_set(e, 2, 0, NULL, 0, bad_length);
	case CAPABILITY_ROUTE_REFRESH:
		open->route_refresh = true;
		return len == 0 || bgp_error_set(e, 2, 0, NULL, 0, bad_length);
	case CAPABILITY_ENHANCED_REFRESH:
		open->enhanced_refresh = true;
		return len == 0 || bgp_error_set(e, 2, 0, NULL, 0, bad_length);
	case CAPABILITY_EXTENDED_MESSAGE:
		open->extended_message = true;
		return true;
	case CAPABILITY_GRACEFUL_RESTART:
		open->graceful_restart = true;
		return true;
	default:
		open->unknown++; /* RFC 5492 section 3: ignored */
		return true;
	}
}

static bool
decode_capabilities(struct reader parameter, struct bgp_open *open, struct bgp_error *e)
{
	while (reader_left(&parameter) > 0) {
		uint8_t code = reader_u8(&parameter);
		size_t len = reader_u8(&parameter);
		struct reader value = reader_sub(&parameter, len);

		if (!reader_ok(&parameter))
			return bgp_error_set(e, 2, 0, NULL, 0, "a capability runs past its parameter");
		if (!decode_capability(&value, code, len, open, e))
			return false;
	}
	return true;
}

/* The optional parameters: RFC 4271 section 4.2, or with 2-octet lengths as in RFC 9072. */
static bool
decode_parameters(struct reader *r, struct bgp_open *open, struct bgp_error *e)
{
	static const char overrun[] = "the optional parameters run past the message";
	struct reader peek = *r;
	size_t total = reader_u8(r);
	bool extended;

	(void)reader_u8(&peek);
	/* a length of zero can not hold a parameter, so a 255 behind it is no sign of RFC 9072 */
	extended = total != 0 && reader_u8(&peek) == PARAMETER_EXTENDED;
	if (extended) {
		(void)reader_u8(r);
		total = reader_u16(r);
	}
	struct reader parameters = reader_sub(r, total);
	if (!reader_done(r))
		return bgp_error_set(e, 2, 0, NULL, 0, overrun);
	while (reader_left(&parameters) > 0) {
		uint8_t type = reader_u8(&parameters);
		size_t len = extended ? reader_u16(&parameters) : reader_u8(&parameters);
		struct reader value = reader_sub(&parameters, len);

		if (!reader_ok(&parameters))
			return bgp_error_set(e, 2, 0, NULL, 0, overrun);
		if (type != PARAMETER_CAPABILITIES)
			return bgp_error_set(e, 2, 4, NULL, 0, NULL);
		if (!decode_capabilities(value, open, e))
			return false;
	}
	return true;
}

bool
bgp_open_decode(const uint8_t *body, size_t len, struct bgp_open *ret, struct bgp_error *e)
{
	static const uint8_t our_version[2] = { 0, BGP_VERSION };
	struct reader r = reader_init(body, len);
	struct bgp_open open = { 0 };

	if (reader_u8(&r) != BGP_VERSION)
		return bgp_error_set(e, 2, 1, our_version, sizeof(our_version), NULL);
	open.as = reader_u16(&r);
	open.hold_time_s = reader_u16(&r);
	open.id = reader_u32(&r);
	if (!decode_parameters(&r, &open, e))
		return false;
	if (!open.multiprotocol)
		open.families[BGP_IPV4] = true;
	*ret = open;
	return true;
}

/* RFC 5492 section 5: says which capability is missed, when there is no family in common. */
static bool
no_family_in_common(const struct bgp_conf *conf, struct bgp_error *e)
{
	uint8_t data[BGP_FAMILY_MAX * 6];
	struct writer w = writer_init(data, sizeof(data));

	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++) {
		if (conf->families[f])
			encode_multiprotocol(&w, f);
	}
	return bgp_error_set(e, 2, 7, data, writer_len(&w), "no address family in common");
}

bool
bgp_open_check(const struct bgp_open *open, const struct bgp_conf *conf, struct bgp_error *e)
{
	bool ibgp = conf->local_as == conf->peer_as;

	if (open->as == 0 || open->as != conf->peer_as)
		return bgp_error_set(e, 2, 2, NULL, 0, NULL);
	/* RFC 6286 section 2.2: not zero, and within one AS not ours */
	if (open->id == 0 || (ibgp && open->id == ip_to_v4(conf->router_id)))
		return bgp_error_set(e, 2, 3, NULL, 0, NULL);
	if (open->hold_time_s == 1 || open->hold_time_s == 2)
		return bgp_error_set(e, 2, 6, NULL, 0, NULL);
	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++) {
		if (conf->families[f] && open->families[f])
			return true;
	}
	return no_family_in_common(conf, e);
}
