#include "proto/bgp/codec.h"
#include "proto/bgp/path.h"

/* What the value of an attribute must look like; the rest is in the checks below. */
enum check {
	CHECK_ORIGIN,
	CHECK_AS_PATH,
	CHECK_AS4_PATH,
	CHECK_LENGTH,   /* exactly `size` */
	CHECK_MULTIPLE, /* a multiple of `size`, and not empty */
	CHECK_AGGREGATOR,
	CHECK_AS4_AGGREGATOR,
	CHECK_MP, /* by the decoder of UPDATEs: it holds routes */
};

#define IPV6_EXT_COMMUNITIES 25 /* RFC 5701 */

/*
 * One row an attribute: its flags (RFC 4271 section 5 and its own), the form of its value, and what a
 * wrong value leads to (RFC 7606 section 7, 6793 section 6, 8092 section 6, 9234 section 5). Others, as
 * AIGP or PMSI_TUNNEL, change nothing for a speaker that imports nothing, and are passed over.
 */
static const struct {
	uint8_t flags; /* optional and transitive, as they must be; 0: the type is not known here */
	enum check check;
	uint8_t size;
	enum bgp_verdict wrong;
	uint8_t subcode; /* of the NOTIFICATION when the session must end for it */
	bool ibgp_only;  /* from an eBGP peer it is discarded, right or wrong (RFC 7606 section 7) */
} table[] = {
	/* clang-format off */
	[BGP_ATTR_ORIGIN]           = { 0x40, CHECK_ORIGIN,     1, BGP_VERDICT_WITHDRAW, 6, false },
	[BGP_ATTR_AS_PATH]          = { 0x40, CHECK_AS_PATH,    0, BGP_VERDICT_WITHDRAW, 11, false },
	[BGP_ATTR_NEXT_HOP]         = { 0x40, CHECK_LENGTH,     4, BGP_VERDICT_WITHDRAW, 8, false },
	[BGP_ATTR_MED]              = { 0x80, CHECK_LENGTH,     4, BGP_VERDICT_WITHDRAW, 5, false },
	[BGP_ATTR_LOCAL_PREF]       = { 0x40, CHECK_LENGTH,     4, BGP_VERDICT_WITHDRAW, 5, true },
	[BGP_ATTR_ATOMIC_AGGREGATE] = { 0x40, CHECK_LENGTH,     0, BGP_VERDICT_DISCARD,  5, false },
	[BGP_ATTR_AGGREGATOR]       = { 0xc0, CHECK_AGGREGATOR, 0, BGP_VERDICT_DISCARD,  9, false },
	[BGP_ATTR_COMMUNITIES]      = { 0xc0, CHECK_MULTIPLE,   4, BGP_VERDICT_WITHDRAW, 9, false },
	[BGP_ATTR_ORIGINATOR_ID]    = { 0x80, CHECK_LENGTH,     4, BGP_VERDICT_WITHDRAW, 9, true },
	[BGP_ATTR_CLUSTER_LIST]     = { 0x80, CHECK_MULTIPLE,   4, BGP_VERDICT_WITHDRAW, 9, true },
	[BGP_ATTR_MP_REACH]         = { 0x80, CHECK_MP,         0, BGP_VERDICT_RESET,    9, false },
	[BGP_ATTR_MP_UNREACH]       = { 0x80, CHECK_MP,         0, BGP_VERDICT_RESET,    9, false },
	[BGP_ATTR_EXT_COMMUNITIES]  = { 0xc0, CHECK_MULTIPLE,   8, BGP_VERDICT_WITHDRAW, 9, false },
	[BGP_ATTR_AS4_PATH]         = { 0xc0, CHECK_AS4_PATH,   0, BGP_VERDICT_DISCARD,  9, false },
	[BGP_ATTR_AS4_AGGREGATOR]   = { 0xc0, CHECK_AS4_AGGREGATOR, 0, BGP_VERDICT_DISCARD, 9, false },
	[IPV6_EXT_COMMUNITIES]      = { 0xc0, CHECK_MULTIPLE,  20, BGP_VERDICT_WITHDRAW, 9, false },
	[BGP_ATTR_LARGE_COMMUNITIES] = { 0xc0, CHECK_MULTIPLE, 12, BGP_VERDICT_WITHDRAW, 9, false },
	[BGP_ATTR_OTC]              = { 0xc0, CHECK_LENGTH,     4, BGP_VERDICT_WITHDRAW, 9, false },
	/* clang-format on */
};

static const char wrong_length[] = "wrong length";
static const char set[] = "a set (RFC 9774)";

/* Segments fill the attribute, none is empty, no AS is 0 (RFC 7606 section 7.2, RFC 7607, RFC 9774). */
static const char *
path_fault(struct reader r, size_t as_size, bool confederations)
{
	const char *fault = NULL; /* a form that can be read on */

	while (reader_left(&r) > 0) {
		uint8_t type = reader_u8(&r);
		size_t count = reader_u8(&r);

		if (type < BGP_SEGMENT_SET || type > BGP_SEGMENT_CONFED_SET)
			return "a segment of no known type";
		if (count == 0)
			return "a segment of nothing";
		if (type >= BGP_SEGMENT_CONFED_SEQUENCE && !confederations)
			return "a confederation's segment from outside of it";
		if (type == BGP_SEGMENT_SET || type == BGP_SEGMENT_CONFED_SET)
			fault = set;
		for (; count > 0; count--) {
			uint32_t as = as_size == 4 ? reader_u32(&r) : reader_u16(&r);

			if (as == 0)
				return reader_ok(&r) ? "AS 0 (RFC 7607)" : "a segment that is cut off";
		}
	}
	return reader_done(&r) ? fault : "a segment that is cut off";
}

static const char *
aggregator_fault(struct reader r, bool as4)
{
	if (reader_left(&r) != (as4 ? 8 : 6))
		return wrong_length;
	return (as4 ? reader_u32(&r) : reader_u16(&r)) == 0 ? "AS 0 (RFC 7607)" : NULL;
}

/* What is wrong with the value, or NULL. */
static const char *
value_fault(const struct bgp_attribute *a, const struct bgp_peering *peering)
{
	size_t len = reader_left(&a->value), size = table[a->type].size;
	struct reader r = a->value;

	switch (table[a->type].check) {
	case CHECK_ORIGIN:
		if (len != 1)
			return wrong_length;
		return reader_u8(&r) <= BGP_ORIGIN_INCOMPLETE ? NULL : "a value of no meaning";
	case CHECK_AS_PATH:
		/* confederation segments inside of one AS only: RFC 5065 section 5 */
		return path_fault(r, peering->as4 ? 4 : 2, peering->ibgp);
	case CHECK_AS4_PATH:
		/* here they are passed over; one AS at least: RFC 6793 section 6 */
		return len >= 6 ? path_fault(r, 4, true) : wrong_length;
	case CHECK_LENGTH:
		return len == size ? NULL : wrong_length;
	case CHECK_MULTIPLE:
		return len > 0 && len % size == 0 ? NULL : wrong_length;
	case CHECK_AGGREGATOR:
		return aggregator_fault(r, peering->as4);
	case CHECK_AS4_AGGREGATOR:
		return aggregator_fault(r, true);
	case CHECK_MP:
		break;
	}
	return NULL;
}

static enum bgp_verdict
judge(enum bgp_verdict v, const struct bgp_attribute *a, uint8_t subcode, const char *what,
    struct bgp_error *e)
{
	(void)bgp_error_set(e, 3, subcode, a->whole, a->whole_len, what);
	e->attribute = a->type;
	return v;
}

enum bgp_verdict
bgp_attribute_check(
    const struct bgp_attribute *a, const struct bgp_peering *peering, struct bgp_error *e)
{
	const uint8_t kind = BGP_FLAG_OPTIONAL | BGP_FLAG_TRANSITIVE;
	const char *fault;

	if (a->type >= ARRAY_SIZE(table) || table[a->type].flags == 0) {
		/* RFC 4271 section 6.3: a well-known attribute is one that everybody knows */
		if (!(a->flags & BGP_FLAG_OPTIONAL))
			return judge(BGP_VERDICT_RESET, a, 2, NULL, e);
		return BGP_VERDICT_ACCEPT;
	}
	if (table[a->type].ibgp_only && !peering->ibgp)
		return judge(BGP_VERDICT_DISCARD, a, 9, "not for an external peer", e);
	/* RFC 6793 section 4.1: not between 4-octet speakers, and dropped if it is there */
	if (peering->as4 && (a->type == BGP_ATTR_AS4_PATH || a->type == BGP_ATTR_AS4_AGGREGATOR))
		return judge(BGP_VERDICT_DISCARD, a, 9, "not from a speaker of 4-octet ASes", e);
	/* RFC 7606 section 3 (c), and 5.3 for what holds routes */
	if ((a->flags & kind) != table[a->type].flags)
		return judge(table[a->type].check == CHECK_MP ? BGP_VERDICT_RESET : BGP_VERDICT_WITHDRAW, a,
		    4, "wrong flags", e);
	fault = value_fault(a, peering);
	if (fault == NULL)
		return BGP_VERDICT_ACCEPT;
	/* RFC 9774 section 3: so in AS4_PATH too */
	return judge(fault == set ? BGP_VERDICT_WITHDRAW : table[a->type].wrong, a,
	    table[a->type].subcode, fault, e);
}
