#include <stdio.h>

#include "proto/bgp/codec.h"

#define PARAMETER_CAPABILITIES 2 /* RFC 5492 section 4 */
#define PARAMETER_EXTENDED 255   /* RFC 9072 section 2 */

/*
 * RFC 5492 section 4 would have all capabilities in one parameter; RFC 9072 section 2 when it is
 * long.
 */
void
bgp_parameters_encode(struct writer *w, const uint8_t *capabilities, size_t len)
{
	if (len == 0) {
		writer_u8(w, 0);
		return;
	}
	if (len + 2 <= UINT8_MAX) {
		writer_u8(w, len + 2);
		writer_u8(w, PARAMETER_CAPABILITIES);
		writer_u8(w, len);
	} else {
		writer_u8(w, PARAMETER_EXTENDED);
		writer_u8(w, PARAMETER_EXTENDED);
		writer_u16(w, len + 3);
		writer_u8(w, PARAMETER_CAPABILITIES);
		writer_u16(w, len);
	}
	writer_bytes(w, capabilities, len);
}

void
bgp_open_encode(struct writer *w, const struct bgp_open *open)
{
	uint8_t buf[UINT8_MAX];
	struct writer capabilities = writer_init(buf, sizeof(buf));

	bgp_message_begin(w, BGP_OPEN);
	writer_u8(w, BGP_VERSION);
	writer_u16(w, open->as > UINT16_MAX ? BGP_AS_TRANS : open->as);
	writer_u16(w, open->hold_time_s);
	writer_u32(w, open->id);
	bgp_capabilities_encode(&capabilities, open);
	bgp_parameters_encode(w, buf, writer_len(&capabilities));
	(void)bgp_message_end(w);
}

static bool
decode_capabilities(struct reader parameter, struct bgp_open *open, struct bgp_error *e)
{
	while (reader_left(&parameter) > 0) {
		uint8_t code = reader_u8(&parameter);
		struct reader value = reader_sub(&parameter, reader_u8(&parameter));

		if (!reader_ok(&parameter))
			return bgp_error_set(
			    e, 2, 0, NULL, 0, "a capability runs past its parameter");
		if (!bgp_capability_decode(code, value, open, e))
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
			bgp_multiprotocol_encode(&w, f);
	}
	return bgp_error_set(e, 2, 7, data, writer_len(&w), "no address family in common");
}

/* RFC 9234 section 4.2: of two that each name a role, the roles must fit. */
static bool
roles_fit(enum bgp_role ours, enum bgp_role theirs)
{
	static const enum bgp_role others[BGP_ROLE_MAX] = {
		[BGP_ROLE_CUSTOMER] = BGP_ROLE_PROVIDER, [BGP_ROLE_PROVIDER] = BGP_ROLE_CUSTOMER,
		[BGP_ROLE_PEER] = BGP_ROLE_PEER, [BGP_ROLE_RS] = BGP_ROLE_RS_CLIENT,
		[BGP_ROLE_RS_CLIENT] = BGP_ROLE_RS,
	};

	return theirs == others[ours];
}

static bool
check_role(const struct bgp_open *open, const struct bgp_conf *conf, struct bgp_error *e)
{
	if (conf->role == BGP_ROLE_NONE)
		return true;
	if (open->role == BGP_ROLE_NONE)
		return !conf->role_strict ||
		    bgp_error_set(e, 2, 11, NULL, 0, "the neighbor names no role");
	if (roles_fit(conf->role, open->role))
		return true;
	(void)bgp_error_set(e, 2, 11, NULL, 0, NULL);
	(void)snprintf(e->own, sizeof(e->own), "the neighbor says its role is %s, ours is %s",
	    bgp_role_name(open->role), bgp_role_name(conf->role));
	return false;
}

static bool
check_as(const struct bgp_open *open, const struct bgp_conf *conf, struct bgp_error *e)
{
	if (open->as != 0 && open->as == conf->peer_as)
		return true;
	(void)bgp_error_set(e, 2, 2, NULL, 0, NULL);
	(void)snprintf(e->own, sizeof(e->own), "the neighbor says AS %u, %u is configured", open->as,
	    conf->peer_as);
	return false;
}

static bool
any_family_in_common(const struct bgp_open *open, const struct bgp_conf *conf)
{
	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++) {
		if (conf->families[f] && open->families[f])
			return true;
	}
	return false;
}

bool
bgp_open_check(const struct bgp_open *open, const struct bgp_conf *conf, struct bgp_error *e)
{
	bool ibgp = conf->local_as == conf->peer_as;

	if (!check_as(open, conf, e))
		return false;
	/* RFC 6286 section 2.2: not zero, and within one AS not ours */
	if (open->id == 0 || (ibgp && open->id == ip_to_v4(conf->router_id)))
		return bgp_error_set(e, 2, 3, NULL, 0, NULL);
	if (open->hold_time_s == 1 || open->hold_time_s == 2)
		return bgp_error_set(e, 2, 6, NULL, 0, NULL);
	if (!any_family_in_common(open, conf))
		return no_family_in_common(conf, e);
	return check_role(open, conf, e);
}
