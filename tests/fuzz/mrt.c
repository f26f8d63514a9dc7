/*
 * A file of MRT that nobody checked: every record, every UPDATE and every list of attributes in it
 * is read, and what was read is written and reads the same.
 */
#include <assert.h>
#include <string.h>

#include "proto/bgp/codec.h"
#include "proto/bgp/path.h"
#include "proto/mrt/mrt.h"
#include "same.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try_path(struct arena *arena, struct reader r, struct bgp_path_style style)
{
	size_t len = reader_left(&r);
	uint8_t *buf = arena_alloc(arena, len);
	struct writer w = writer_init(buf, len);
	struct bgp_path path, again;
	bool whole = bgp_path_decode(r, style, arena, &path);

	bgp_path_encode(&w, &path, style);
	assert(writer_ok(&w) && (!whole || writer_len(&w) == len));
	assert(bgp_path_decode(reader_init(buf, writer_len(&w)), style, arena, &again));
	assert(same_path(&path, &again));
}

static void
try_update(struct arena *arena, struct reader r, struct bgp_path_style style)
{
	size_t len = reader_left(&r);
	uint8_t *buf = arena_alloc(arena, len);
	struct writer w = writer_init(buf, len);
	struct bgp_routes routes, again;

	if (!bgp_routes_decode(r, style, arena, &routes))
		return;
	bgp_routes_encode(&w, &routes, style);
	assert(writer_ok(&w) && writer_len(&w) == len);
	assert(bgp_routes_decode(reader_init(buf, len), style, arena, &again));
	assert(same_routes(&routes, &again));
}

static void
try_message(struct arena *arena, const struct mrt_record *record)
{
	struct bgp_path_style style = { .as4 = record->session.as4 };
	struct reader r = record->message;
	struct bgp_header h;
	struct bgp_error e;

	if (reader_left(&r) < BGP_HEADER_LEN ||
	    !bgp_header_decode(r.pos, BGP_EXTENDED_MESSAGE_MAX, &h, &e))
		return;
	reader_skip(&r, BGP_HEADER_LEN);
	if (h.type == BGP_UPDATE)
		try_update(arena, r, style);
}

/* A message with the header that ours have says the same. */
static void
write_again(struct arena *arena, const struct mrt_record *record)
{
	size_t len = reader_left(&record->message) + 64;
	uint8_t *buf = arena_alloc(arena, len);
	struct writer w = writer_init(buf, len);
	struct mrt_file file;
	struct mrt_record again;
	struct mrt_error e;

	mrt_write_message(&w, record->time, &record->session, record->sent, record->message.pos,
	    reader_left(&record->message));
	assert(writer_ok(&w));
	file = mrt_open(buf, writer_len(&w));
	assert(mrt_next(&file, &again, &e) == MRT_RECORD && again.kind == MRT_KIND_MESSAGE);
	assert(again.sent == record->sent && again.session.as4 == record->session.as4);
	assert(again.session.peer_as == record->session.peer_as);
	assert(ip_equal(again.session.local, record->session.local));
	assert(reader_left(&again.message) == reader_left(&record->message));
}

static void
try_record(struct arena *arena, struct mrt_record *record)
{
	const struct bgp_path_style table = { .as4 = true, .table = true };
	struct mrt_route route;
	struct mrt_peer peer;
	size_t n = 0, count = record->count;

	switch (record->kind) {
	case MRT_KIND_TABLE_ROUTE:
		assert(prefix_equal(record->prefix, prefix_mask(record->prefix)));
		try_path(arena, record->route.attributes, (struct bgp_path_style){ 0 });
		break;
	case MRT_KIND_PEERS:
		while (mrt_next_peer(record, &peer))
			n++;
		assert(n == count);
		break;
	case MRT_KIND_RIB:
		while (mrt_next_route(record, &route)) {
			try_path(arena, route.attributes, table);
			n++;
		}
		assert(n == count);
		break;
	case MRT_KIND_MESSAGE:
		try_message(arena, record);
		write_again(arena, record);
		break;
	case MRT_KIND_SKIPPED:
	case MRT_KIND_STATE_CHANGE:
	case MRT_KIND_MAX:
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new();
	struct mrt_file file = mrt_open(data, size);
	struct mrt_record record;
	enum mrt_result result;
	struct mrt_error e;

	while ((result = mrt_next(&file, &record, &e)) != MRT_END) {
		if (result == MRT_RECORD) {
			try_record(arena, &record);
			continue;
		}
		assert(e.what != NULL && e.record <= e.place && e.place <= size);
		if (result == MRT_CUT)
			break;
	}
	return 0;
}
