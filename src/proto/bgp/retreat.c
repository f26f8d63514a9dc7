/*
 * Fewer capabilities for a peer that refuses our OPEN over them (RFC 5492 section 3 asks for that).
 *
 * Named ones are left out: NOTIFICATION (2,7) with them in its data. (2,4) leaves out all optional
 * parameters. (2,7) and (2,0) without a name leave out one step after the other:
 *
 *     1. the young ones: role (unless strict), extended messages, extended next hop, enhanced
 *        refresh
 *     2. graceful restart and route refresh
 *     3. all optional parameters: IPv4 and 2-octet AS numbers, as in 1995
 *
 * An AS number of four octets is never left out: without it our OPEN is that of AS 23456, which
 * nobody waits for.
 *
 * When nothing is left to leave out, or the peer has another objection to what is left, all is
 * offered again: the reason was another one. So it is after an operator's stop and start, and after
 * a session that stood for long. The pause between two attempts grows meanwhile as after any error.
 */
#include <string.h>

#include "proto/bgp/session_internal.h"

#define OPEN_ERROR 2
#define UNSPECIFIC 0
#define UNSUPPORTED_PARAMETER 4
#define UNSUPPORTED_CAPABILITY 7

/* Steps 1 and 2. */
static const uint8_t steps[2][4] = {
	{ BGP_CAPABILITY_ROLE, BGP_CAPABILITY_EXTENDED_MESSAGE, BGP_CAPABILITY_EXTENDED_NEXT_HOP,
	    BGP_CAPABILITY_ENHANCED_REFRESH },
	{ BGP_CAPABILITY_GRACEFUL_RESTART, BGP_CAPABILITY_ROUTE_REFRESH },
};

static bool
needs_as4(const struct bgp_open *open)
{
	return open->as4 && open->as > UINT16_MAX;
}

/* 1: it was there. A number, for `|` takes out all of several. */
static unsigned
take_out(bool *offered)
{
	bool was = *offered;

	*offered = false;
	return was;
}

/* Takes the capability out of *open; false when it is not in there, or can not be done without. */
static bool
leave_out(struct bgp_open *open, const struct bgp_conf *conf, uint8_t code)
{
	bool had_as4 = open->as4, had_role = open->role != BGP_ROLE_NONE;

	switch (code) {
	case BGP_CAPABILITY_ROUTE_REFRESH:
		return take_out(&open->route_refresh) | take_out(&open->enhanced_refresh);
	case BGP_CAPABILITY_ENHANCED_REFRESH:
		return take_out(&open->enhanced_refresh);
	case BGP_CAPABILITY_EXTENDED_NEXT_HOP:
		return take_out(&open->extended_next_hop);
	case BGP_CAPABILITY_EXTENDED_MESSAGE:
		return take_out(&open->extended_message);
	case BGP_CAPABILITY_GRACEFUL_RESTART:
		return take_out(&open->graceful_restart) | take_out(&open->hard_reset) |
		       take_out(&open->restarting);
	case BGP_CAPABILITY_ROLE:
		if (!conf->role_strict)
			open->role = BGP_ROLE_NONE;
		return had_role && !conf->role_strict;
	case BGP_CAPABILITY_AS4:
		open->as4 = needs_as4(open);
		return open->as4 != had_as4;
	default:
		return false;
	}
}

/* A family, as long as it is not the last one. */
static bool
leave_out_family(struct bgp_open *open, enum bgp_family family)
{
	size_t count = 0;

	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++)
		count += open->families[f];
	if (family == BGP_FAMILY_MAX || !open->families[family] || count < 2)
		return false;
	open->families[family] = open->restart_families[family] = false;
	return true;
}

static bool
leave_out_all(struct bgp_open *open, const struct bgp_conf *conf)
{
	if (!open->multiprotocol || !conf->families[BGP_IPV4] || conf->role_strict)
		return false;
	*open = (struct bgp_open){ .as = open->as, .id = open->id, .hold_time_s = open->hold_time_s,
		.as4 = needs_as4(open), .families = { [BGP_IPV4] = true } };
	return true;
}

void
bgp_retreat_apply(
    const struct bgp_retreat *retreat, const struct bgp_conf *conf, struct bgp_open *open)
{
	for (unsigned code = 0; code < BGP_RETREAT_CODES; code++) {
		if (retreat->codes[code / 64] >> (code % 64) & 1)
			(void)leave_out(open, conf, (uint8_t)code);
	}
	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++) {
		if (retreat->families[f])
			(void)leave_out_family(open, f);
	}
	if (retreat->all)
		(void)leave_out_all(open, conf);
}

static bool
drop_code(
    struct bgp_retreat *retreat, struct bgp_open *open, const struct bgp_conf *conf, uint8_t code)
{
	if (code >= BGP_RETREAT_CODES || !leave_out(open, conf, code))
		return false;
	retreat->codes[code / 64] |= UINT64_C(1) << (code % 64);
	return true;
}

/* RFC 5492 section 5: the data of (2,7) are capabilities, in full. */
static bool
drop_named(struct bgp_retreat *retreat, struct bgp_open *open, const struct bgp_conf *conf,
    const struct bgp_error *e)
{
	struct reader r = reader_init(e->data, e->data_len);
	bool any = false;

	while (reader_left(&r) > 0) {
		uint8_t code = reader_u8(&r);
		struct reader value = reader_sub(&r, reader_u8(&r));

		if (code != BGP_CAPABILITY_MULTIPROTOCOL) {
			any |= drop_code(retreat, open, conf, code);
			continue;
		}
		uint16_t afi = reader_u16(&value);
		(void)reader_u8(&value);
		enum bgp_family family = bgp_family_from_wire(afi, reader_u8(&value));
		if (reader_ok(&value) && leave_out_family(open, family))
			any = retreat->families[family] = true;
	}
	return any;
}

static bool
drop_next_step(struct bgp_retreat *retreat, struct bgp_open *open, const struct bgp_conf *conf)
{
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		bool any = false;

		for (size_t k = 0; k < ARRAY_SIZE(steps[i]); k++)
			any |= drop_code(retreat, open, conf, steps[i][k]);
		if (any)
			return true;
	}
	return leave_out_all(open, conf) && (retreat->all = true);
}

bool
bgp_retreat_take(struct bgp_retreat *retreat, const struct bgp_conf *conf,
    const struct bgp_open *ours, const struct bgp_error *e)
{
	bool named = e->subcode == UNSUPPORTED_CAPABILITY && e->data_len >= 2;
	const struct bgp_retreat none = { 0 };
	struct bgp_open open = *ours;
	bool less = false;

	if (e->code != OPEN_ERROR)
		return false;
	if (named)
		less = drop_named(retreat, &open, conf, e);
	else if (e->subcode == UNSUPPORTED_PARAMETER)
		less = leave_out_all(&open, conf) && (retreat->all = true);
	else if (e->subcode == UNSUPPORTED_CAPABILITY || e->subcode == UNSPECIFIC)
		less = drop_next_step(retreat, &open, conf);
	if (!less)
		*retreat = none;
	return less;
}
