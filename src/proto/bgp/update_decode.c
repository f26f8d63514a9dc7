#include "proto/bgp/codec.h"

/* The UPDATE being taken apart. */
struct decoding {
	const struct bgp_peering *peering;
	struct bgp_update *update;
	struct bgp_attribute next_hop; /* NEXT_HOP, judged when all are seen */
	uint64_t seen[4];              /* one bit an attribute type */
	bool aggregated;               /* AGGREGATOR names an AS of two octets */
};

/* The worst verdict counts, with the first error that led to it. */
static void
judge(struct decoding *d, enum bgp_verdict v, const struct bgp_error *e)
{
	if (v == BGP_VERDICT_DISCARD)
		d->update->discarded++;
	if (v <= d->update->verdict)
		return;
	d->update->verdict = v;
	d->update->error = *e;
}

/* attribute: 0 when it is none. */
static void
judge_as(struct decoding *d, enum bgp_verdict v, uint8_t subcode, uint8_t attribute, struct reader data,
    const char *what)
{
	struct bgp_error e;

	(void)bgp_error_set(&e, 3, subcode, data.pos, reader_left(&data), what);
	e.attribute = attribute;
	judge(d, v, &e);
}

static bool
has_seen(const struct decoding *d, uint8_t type)
{
	return d->seen[type / 64] >> (type % 64) & 1;
}

bool
bgp_nlri_next(struct bgp_nlri *nlri, struct prefix *ret)
{
	enum ip_family family = nlri->family == BGP_IPV6 ? IP_V6 : IP_V4;
	struct prefix p = { .addr.family = family };

	if (nlri->family == BGP_FAMILY_MAX || reader_left(&nlri->bytes) == 0)
		return false;
	p.len = reader_u8(&nlri->bytes);
	if (p.len > ip_bits(family)) {
		nlri->bytes.bad = true;
		return false;
	}
	reader_copy(&nlri->bytes, p.addr.bytes, (p.len + 7u) / 8);
	if (!reader_ok(&nlri->bytes))
		return false;
	*ret = prefix_mask(p); /* bits behind the length are irrelevant (RFC 4271 section 4.3) */
	return true;
}

/* Walks a run once. What is wrong, or NULL. */
static const char *
check_nlri(struct reader bytes, enum bgp_family family, struct bgp_nlri *ret)
{
	struct bgp_nlri nlri = { .family = family, .bytes = bytes };
	unsigned max = family == BGP_IPV6 ? 128 : 32;

	*ret = nlri;
	if (family == BGP_FAMILY_MAX)
		return NULL;
	while (reader_left(&bytes) > 0) {
		unsigned len = reader_u8(&bytes);

		if (len > max)
			return "a prefix that is too long";
		reader_skip(&bytes, (len + 7) / 8);
		nlri.lengths |= UINT64_C(1) << len % 64;
		nlri.count++;
	}
	if (!reader_done(&bytes))
		return "a prefix that is cut off";
	*ret = nlri;
	return NULL;
}

/* Lengths of next hops: RFC 2545 section 3, RFC 8950 section 3. */
static bool
next_hop_is_good(enum bgp_family family, size_t len, bool extended)
{
	bool ipv6 = len == 16 || len == 32;

	switch (family) {
	case BGP_IPV4:
		return len == 4 || (extended && ipv6);
	case BGP_IPV6:
		return ipv6;
	case BGP_FAMILY_MAX:
		break;
	}
	return true;
}

/* RFC 4760 section 3. */
static const char *
decode_mp_reach(struct reader r, bool extended, struct bgp_nlri *ret)
{
	uint16_t afi = reader_u16(&r);
	enum bgp_family family = bgp_family_from_wire(afi, reader_u8(&r));
	size_t next_hop = reader_u8(&r);

	reader_skip(&r, next_hop);
	(void)reader_u8(&r); /* reserved */
	if (!reader_ok(&r))
		return "wrong length";
	/* RFC 7606 section 7.11: where the prefixes start is not sure */
	if (!next_hop_is_good(family, next_hop, extended))
		return "a next hop of a wrong length";
	return check_nlri(r, family, ret);
}

static const char *
decode_mp_unreach(struct reader r, struct bgp_nlri *ret)
{
	uint16_t afi = reader_u16(&r);
	enum bgp_family family = bgp_family_from_wire(afi, reader_u8(&r));

	return reader_ok(&r) ? check_nlri(r, family, ret) : "wrong length";
}

static void
take_value(struct decoding *d, const struct bgp_attribute *a)
{
	struct reader whole = reader_init(a->whole, a->whole_len), r = a->value;
	const char *fault = NULL;

	if (a->type == BGP_ATTR_MP_REACH)
		fault = decode_mp_reach(
		    a->value, d->peering->extended_next_hop, &d->update->mp_announced);
	else if (a->type == BGP_ATTR_MP_UNREACH)
		fault = decode_mp_unreach(a->value, &d->update->mp_withdrawn);
	else if (a->type == BGP_ATTR_AS_PATH)
		d->update->as_path = a->value;
	else if (a->type == BGP_ATTR_AS4_PATH)
		d->update->as4_path = a->value;
	else if (a->type == BGP_ATTR_AGGREGATOR)
		d->aggregated = reader_u16(&r) != BGP_AS_TRANS;
	if (fault)
		judge_as(d, BGP_VERDICT_RESET, 9, a->type, whole, fault);
}

static void
take_attribute(struct decoding *d, const struct bgp_attribute *a)
{
	bool mp = a->type == BGP_ATTR_MP_REACH || a->type == BGP_ATTR_MP_UNREACH;
	_uninitialized_ struct bgp_error e;
	enum bgp_verdict v;

	/* RFC 7606 section 3 (g) */
	if (has_seen(d, a->type)) {
		judge_as(d, mp ? BGP_VERDICT_RESET : BGP_VERDICT_DISCARD, 1, a->type,
		    (struct reader){ 0 }, "twice");
		return;
	}
	d->seen[a->type / 64] |= UINT64_C(1) << a->type % 64;
	if (a->type == BGP_ATTR_NEXT_HOP) {
		d->next_hop = *a;
		return;
	}
	v = bgp_attribute_check(a, d->peering, &e);
	if (v != BGP_VERDICT_ACCEPT)
		judge(d, v, &e);
	else
		take_value(d, a);
}

static void
take_attributes(struct decoding *d, struct reader r)
{
	while (reader_left(&r) > 0) {
		struct reader start = r;
		struct bgp_attribute a = { .whole = r.pos };
		size_t len;

		a.flags = reader_u8(&r);
		a.type = reader_u8(&r);
		len = a.flags & BGP_FLAG_EXTENDED ? reader_u16(&r) : reader_u8(&r);
		a.value = reader_sub(&r, len);
		if (!reader_ok(&r)) {
			/* RFC 7606 section 4: the routes are found without it */
			judge_as(d, BGP_VERDICT_WITHDRAW, 1, a.type, start, "runs past the attributes");
			return;
		}
		a.whole_len = (size_t)(r.pos - start.pos);
		take_attribute(d, &a);
	}
}

/* An address that a packet could be sent to (RFC 4271 section 6.3). */
static bool
is_host(struct reader r)
{
	uint8_t first = reader_u8(&r);

	return first != 0 && first != 127 && first < 224;
}

/*
 * RFC 4760 section 3: NEXT_HOP means nothing where all routes are those of MP_REACH_NLRI. Where it
 * has routes, these are ignored for an address of no host; without any such an address is no error
 * of form (RFC 7606 section 7.3) that could end the session.
 */
static void
check_next_hop(struct decoding *d)
{
	bool plain = d->update->announced.count > 0;
	const struct bgp_attribute *a = &d->next_hop;
	_uninitialized_ struct bgp_error e;
	enum bgp_verdict v;

	if (!has_seen(d, BGP_ATTR_NEXT_HOP) || (has_seen(d, BGP_ATTR_MP_REACH) && !plain))
		return;
	v = bgp_attribute_check(a, d->peering, &e);
	if (v != BGP_VERDICT_ACCEPT)
		judge(d, v, &e);
	else if (plain && !is_host(a->value))
		judge_as(d, BGP_VERDICT_WITHDRAW, 8, a->type, reader_init(a->whole, a->whole_len),
		    "not the address of a host");
}

/* What an announcement can not be without: RFC 4271 section 5, as revised by RFC 7606 section 3 (d). */
static void
check_mandatory(struct decoding *d)
{
	const struct bgp_update *u = d->update;
	bool mp = has_seen(d, BGP_ATTR_MP_REACH), plain = u->announced.count > 0;
	const struct {
		uint8_t type;
		bool needed;
	} rows[] = {
		{ BGP_ATTR_ORIGIN, mp || plain },
		{ BGP_ATTR_AS_PATH, mp || plain },
		{ BGP_ATTR_NEXT_HOP, plain },
		{ BGP_ATTR_LOCAL_PREF, (mp || plain) && d->peering->ibgp },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].needed && !has_seen(d, rows[i].type))
			judge_as(d, BGP_VERDICT_WITHDRAW, 3, rows[i].type, reader_init(&rows[i].type, 1),
			    "missing");
	}
}

static void
check_end_of_rib(struct decoding *d, bool any_attribute)
{
	struct bgp_update *u = d->update;
	bool nothing = u->withdrawn.count + u->announced.count + u->mp_announced.count == 0;

	if (u->verdict == BGP_VERDICT_ACCEPT && nothing && !has_seen(d, BGP_ATTR_MP_REACH))
		u->end_of_rib = !any_attribute ||
		    (has_seen(d, BGP_ATTR_MP_UNREACH) && u->mp_withdrawn.count == 0);
}

/*
 * RFC 7606 section 5.2: an error, and no route in the message to withdraw for it. Routes of a family that
 * is not spoken here are routes as well, though none that we could have.
 */
static void
check_withdrawable(struct decoding *d)
{
	struct bgp_update *u = d->update;
	bool foreign = has_seen(d, BGP_ATTR_MP_REACH) && u->mp_announced.family == BGP_FAMILY_MAX;

	if (u->verdict == BGP_VERDICT_WITHDRAW && u->announced.count + u->mp_announced.count == 0 && !foreign)
		u->verdict = BGP_VERDICT_RESET;
}

/* All but the data of the error, which has a length: there are many UPDATEs, and few errors. */
static void
clear(struct bgp_update *u)
{
	const struct bgp_nlri none = { .family = BGP_FAMILY_MAX };

	u->withdrawn = u->announced = u->mp_withdrawn = u->mp_announced = none;
	u->verdict = BGP_VERDICT_ACCEPT;
	u->discarded = 0;
	u->end_of_rib = false;
	u->as_path = u->as4_path = (struct reader){ 0 };
	u->error.code = u->error.subcode = u->error.attribute = 0;
	u->error.data_len = 0;
	u->error.what = NULL;
	u->error.own[0] = '\0';
}

void
bgp_update_decode(
    const uint8_t *body, size_t len, const struct bgp_peering *peering, struct bgp_update *ret)
{
	struct decoding d = { .peering = peering, .update = ret };
	struct reader r = reader_init(body, len);
	struct reader withdrawn, attributes;
	const char *fault;

	clear(ret);
	withdrawn = reader_sub(&r, reader_u16(&r));
	attributes = reader_sub(&r, reader_u16(&r));
	if (!reader_ok(&r)) {
		judge_as(&d, BGP_VERDICT_RESET, 1, 0, (struct reader){ 0 }, "lengths run past the message");
		return;
	}
	/* RFC 7606 section 5.3: without the prefixes there is nothing to treat as withdrawn */
	fault = check_nlri(withdrawn, BGP_IPV4, &ret->withdrawn);
	if (fault == NULL)
		fault = check_nlri(r, BGP_IPV4, &ret->announced);
	if (fault) {
		judge_as(&d, BGP_VERDICT_RESET, 10, 0, (struct reader){ 0 }, fault);
		return;
	}
	take_attributes(&d, attributes);
	check_next_hop(&d);
	check_mandatory(&d);
	check_end_of_rib(&d, reader_left(&attributes) > 0);
	check_withdrawable(&d);
	/* RFC 6793 section 4.2.3: aggregated by somebody who did not know of it */
	if (!peering->as4 && d.aggregated && has_seen(&d, BGP_ATTR_AS4_AGGREGATOR))
		ret->as4_path = (struct reader){ 0 };
}
