#include "base/attr.h"
#include "proto/mrt/mrt.h"

#define AFI_IPV4 1
#define AFI_IPV6 2

enum table_dump_v2_subtype { /* section 4.3 */
	PEER_INDEX_TABLE = 1,
	RIB_IPV4_UNICAST = 2,
	RIB_IPV6_UNICAST = 4,
};

enum peer_flag { /* section 4.3.1 */
	PEER_IPV6 = 0x01,
	PEER_AS4 = 0x02,
};

/* A record's body being read. What is wrong first is kept, with its place. */
struct body {
	struct reader r;
	struct mrt_record *record;
	const uint8_t *place;
	const char *what;
};

static bool
wrong_at(struct body *b, const uint8_t *place, const char *what)
{
	if (b->what == NULL) {
		b->what = what;
		b->place = place;
	}
	return false;
}

/* Where the next read will be; a reader that ran over stays at what was not there. */
static bool
cut(struct body *b)
{
	return wrong_at(b, b->r.pos, "the record ends inside of a field");
}

static bool
read_ip(struct body *b, uint16_t afi, struct ip *ret)
{
	const uint8_t *bytes = reader_bytes(&b->r, afi == AFI_IPV4 ? 4 : 16);

	if (bytes == NULL)
		return cut(b);
	*ret = ip_from_bytes(afi == AFI_IPV4 ? IP_V4 : IP_V6, bytes);
	return true;
}

static uint32_t
read_as(struct reader *r, bool as4)
{
	return as4 ? reader_u32(r) : reader_u16(r);
}

/* A sub-reader for what a length says; the error is at the length's own place. */
static bool
read_sized(struct body *b, struct reader *ret)
{
	const uint8_t *place = b->r.pos;
	size_t len = reader_u16(&b->r);

	if (!reader_ok(&b->r))
		return cut(b);
	*ret = reader_sub(&b->r, len);
	return reader_ok(ret) || wrong_at(b, place, "a length runs past the record");
}

static bool
end_of_record(struct body *b)
{
	return reader_done(&b->r) || wrong_at(b, b->r.pos, "the record goes on behind its end");
}

/* Section 4.2: one route. */
static bool
read_table_dump(struct body *b)
{
	struct mrt_record *record = b->record;
	uint16_t afi = record->subtype;
	struct ip address;
	const uint8_t *place;
	uint8_t len;

	if (afi != AFI_IPV4 && afi != AFI_IPV6)
		return true;
	record->kind = MRT_KIND_TABLE_ROUTE;
	reader_skip(&b->r, 4); /* view, sequence */
	if (!reader_ok(&b->r))
		return cut(b);
	if (!read_ip(b, afi, &address))
		return false;
	place = b->r.pos;
	len = reader_u8(&b->r);
	if (reader_ok(&b->r) && len > ip_bits(address.family))
		return wrong_at(b, place, "a prefix longer than its family");
	record->prefix = prefix_mask((struct prefix){ .addr = address, .len = len });
	(void)reader_u8(&b->r); /* status */
	record->route = (struct mrt_route){ .originated = reader_u32(&b->r) };
	if (!reader_ok(&b->r))
		return cut(b);
	if (!read_ip(b, afi, &record->peer.address))
		return false;
	record->peer.as = reader_u16(&b->r);
	return read_sized(b, &record->route.attributes) && end_of_record(b);
}

static bool
read_peer(struct body *b, struct mrt_peer *ret)
{
	uint8_t flags = reader_u8(&b->r);

	ret->id = reader_u32(&b->r);
	if (!reader_ok(&b->r))
		return cut(b);
	if (!read_ip(b, flags & PEER_IPV6 ? AFI_IPV6 : AFI_IPV4, &ret->address))
		return false;
	ret->as = read_as(&b->r, flags & PEER_AS4);
	return reader_ok(&b->r) || cut(b);
}

static bool
read_route(struct body *b, struct mrt_route *ret)
{
	ret->peer = reader_u16(&b->r);
	ret->originated = reader_u32(&b->r);
	return read_sized(b, &ret->attributes);
}

/* Section 4.3.1. */
static bool
read_peers(struct body *b, struct mrt_file *file)
{
	struct mrt_record *record = b->record;
	struct reader view;
	struct mrt_peer peer;

	record->kind = MRT_KIND_PEERS;
	reader_skip(&b->r, 4); /* collector */
	if (!read_sized(b, &view))
		return false;
	record->count = reader_u16(&b->r);
	if (!reader_ok(&b->r))
		return cut(b);
	record->list = b->r;
	for (size_t i = 0; i < record->count; i++) {
		if (!read_peer(b, &peer))
			return false;
	}
	if (!end_of_record(b))
		return false;
	file->has_peers = true;
	file->peers = record->count;
	return true;
}

static bool
read_prefix(struct body *b, enum ip_family family, struct prefix *ret)
{
	const uint8_t *place = b->r.pos;
	struct prefix p = { .addr.family = family, .len = reader_u8(&b->r) };

	if (p.len > ip_bits(family))
		return wrong_at(b, place, "a prefix longer than its family");
	reader_copy(&b->r, p.addr.bytes, (p.len + 7u) / 8);
	if (!reader_ok(&b->r))
		return cut(b);
	*ret = prefix_mask(p);
	return true;
}

/* Section 4.3.2. */
static bool
read_rib(struct body *b, const struct mrt_file *file)
{
	struct mrt_record *record = b->record;
	enum ip_family family = record->subtype == RIB_IPV4_UNICAST ? IP_V4 : IP_V6;

	record->kind = MRT_KIND_RIB;
	if (!file->has_peers)
		return wrong_at(b, b->r.pos, "routes before the index of their peers");
	reader_skip(&b->r, 4); /* sequence */
	if (!read_prefix(b, family, &record->prefix))
		return false;
	record->count = reader_u16(&b->r);
	if (!reader_ok(&b->r))
		return cut(b);
	record->list = b->r;
	for (size_t i = 0; i < record->count; i++) {
		const uint8_t *place = b->r.pos;
		struct mrt_route route;

		if (!read_route(b, &route))
			return false;
		if (route.peer >= file->peers)
			return wrong_at(b, place, "a peer that is not in the index");
	}
	return end_of_record(b);
}

static bool
read_session(struct body *b, struct mrt_session *s)
{
	const uint8_t *place;
	uint16_t afi;

	s->peer_as = read_as(&b->r, s->as4);
	s->local_as = read_as(&b->r, s->as4);
	s->interface = reader_u16(&b->r);
	place = b->r.pos;
	afi = reader_u16(&b->r);
	if (!reader_ok(&b->r))
		return cut(b);
	if (afi != AFI_IPV4 && afi != AFI_IPV6)
		return wrong_at(b, place, "an address family that is neither IPv4 nor IPv6");
	return read_ip(b, afi, &s->peer) && read_ip(b, afi, &s->local);
}

/* The others have path identifiers (RFC 8050), or are of old Zebras. */
static const struct {
	enum mrt_kind kind;
	bool as4, sent;
} bgp4mp[] = {
	[MRT_STATE_CHANGE] = { MRT_KIND_STATE_CHANGE, false, false },
	[MRT_MESSAGE] = { MRT_KIND_MESSAGE, false, false },
	[MRT_MESSAGE_AS4] = { MRT_KIND_MESSAGE, true, false },
	[MRT_STATE_CHANGE_AS4] = { MRT_KIND_STATE_CHANGE, true, false },
	[MRT_MESSAGE_LOCAL] = { MRT_KIND_MESSAGE, false, true },
	[MRT_MESSAGE_AS4_LOCAL] = { MRT_KIND_MESSAGE, true, true },
};

/* Section 4.4. */
static bool
read_bgp4mp(struct body *b)
{
	struct mrt_record *record = b->record;

	if (record->subtype < ARRAY_SIZE(bgp4mp))
		record->kind = bgp4mp[record->subtype].kind;
	if (record->kind == MRT_KIND_SKIPPED)
		return true;
	record->session.as4 = bgp4mp[record->subtype].as4;
	record->sent = bgp4mp[record->subtype].sent;
	if (!read_session(b, &record->session))
		return false;
	if (record->kind == MRT_KIND_MESSAGE) {
		record->message = b->r;
		return true;
	}
	record->old_state = reader_u16(&b->r);
	record->new_state = reader_u16(&b->r);
	if (!reader_ok(&b->r))
		return cut(b);
	return end_of_record(b);
}

static bool
read_body(struct body *b, struct mrt_file *file)
{
	struct mrt_record *record = b->record;

	switch ((enum mrt_type)record->type) {
	case MRT_TABLE_DUMP:
		return read_table_dump(b);
	case MRT_TABLE_DUMP_V2:
		if (record->subtype == PEER_INDEX_TABLE)
			return read_peers(b, file);
		if (record->subtype == RIB_IPV4_UNICAST || record->subtype == RIB_IPV6_UNICAST)
			return read_rib(b, file);
		return true;
	case MRT_BGP4MP_ET:
		record->time.microseconds = reader_u32(&b->r);
		if (!reader_ok(&b->r))
			return cut(b);
		return read_bgp4mp(b);
	case MRT_BGP4MP:
		return read_bgp4mp(b);
	}
	return true;
}

struct mrt_file
mrt_open(const void *bytes, size_t len)
{
	return (struct mrt_file){ .start = bytes, .rest = reader_init(bytes, len) };
}

enum mrt_result
mrt_next(struct mrt_file *file, struct mrt_record *ret, struct mrt_error *e)
{
	struct mrt_record record = { 0 };
	struct body b = { .record = &record };
	size_t len;

	if (reader_done(&file->rest) || !reader_ok(&file->rest))
		return MRT_END;
	record.offset = (uint64_t)(file->rest.pos - file->start);
	record.time.seconds = reader_u32(&file->rest);
	record.type = reader_u16(&file->rest);
	record.subtype = reader_u16(&file->rest);
	len = reader_u32(&file->rest);
	*e = (struct mrt_error){ .record = record.offset };
	b.r = reader_sub(&file->rest, len);
	if (!reader_ok(&b.r)) {
		e->place = (uint64_t)(file->rest.end - file->start);
		e->what = "the file ends inside of a record";
		return MRT_CUT;
	}
	if (!read_body(&b, file)) {
		e->place = (uint64_t)(b.place - file->start);
		e->what = b.what;
		return MRT_BAD_RECORD;
	}
	*ret = record;
	return MRT_RECORD;
}

/* The one that was read is off the list. */
static bool
taken(struct mrt_record *record, const struct body *b)
{
	record->list = b->r;
	record->count--;
	return true;
}

bool
mrt_next_peer(struct mrt_record *record, struct mrt_peer *ret)
{
	struct body b = { .r = record->list };

	return record->count > 0 && read_peer(&b, ret) && taken(record, &b);
}

bool
mrt_next_route(struct mrt_record *record, struct mrt_route *ret)
{
	struct body b = { .r = record->list };

	return record->count > 0 && read_route(&b, ret) && taken(record, &b);
}
