/* MRT, read and written; broken records are errors with their places. */
#include "../bgp/bytes.h"
#include "proto/mrt/mrt.h"

#define TIME "3d3c9a00 "
#define MESSAGE19 MARKER "0013 04 "

/*
 * A file of one record, from hex: its header's first 8 bytes, and a body whose length is filled in.
 */
static size_t
record(const char *head, const char *body, uint8_t *buf, size_t size)
{
	struct writer w = writer_init(buf, size);
	uint8_t part[512];
	size_t n = from_hex(head, part, sizeof(part));

	writer_bytes(&w, part, n);
	n = from_hex(body, part, sizeof(part));
	writer_u32(&w, n);
	writer_bytes(&w, part, n);
	return writer_len(&w);
}

#define PEERS_HEAD TIME "000d 0001 "
#define PEERS                                                                                      \
	"c0000201 0000 0002 00 c0000202 c6336402 fbf5 03 c0000203 "                                \
	"20010db8 00000000 00000000 00000002 00010000 "
#define RIB_HEAD TIME "000d 0002 "
#define RIB "00000007 18 cb0071 0001 0001 3d3c9a01 0004 40010100 "
#define MP_HEAD TIME "0010 0001 "
#define MP "fbf5 fde9 0003 0001 c0000202 c0000201 " MESSAGE19

static struct mrt_record
read_one(const uint8_t *bytes, size_t len)
{
	struct mrt_file file = mrt_open(bytes, len);
	struct mrt_record r = { 0 }, after;
	struct mrt_error e = { 0 };

	CHECK_INT(mrt_next(&file, &r, &e), MRT_RECORD);
	CHECK_INT(mrt_next(&file, &after, &e), MRT_END);
	return r;
}

TEST(table_dump)
{
	uint8_t buf[256];
	size_t len = record(TIME "000c 0001 ",
	    "0000 0001 cb007100 18 01 3d3c9a01 c0000202 fbf5 0004 40010100", buf, sizeof(buf));
	struct mrt_record r = read_one(buf, len);

	CHECK_INT(r.kind, MRT_KIND_TABLE_ROUTE);
	CHECK_INT(r.time.seconds, 0x3d3c9a00);
	CHECK(prefix_equal(r.prefix, prefix_of("203.0.113.0/24")));
	CHECK(ip_equal(r.peer.address, ip_of("192.0.2.2")));
	CHECK_INT(r.peer.as, 64501);
	CHECK_INT(r.route.originated, 0x3d3c9a01);
	CHECK_INT(reader_left(&r.route.attributes), 4);
}

TEST(table_dump_v2)
{
	uint8_t buf[512];
	size_t len = record(PEERS_HEAD, PEERS, buf, sizeof(buf));
	struct mrt_file file;
	struct mrt_record r;
	struct mrt_error e;
	struct mrt_peer peer;
	struct mrt_route route;

	len += record(RIB_HEAD, RIB, buf + len, sizeof(buf) - len);
	file = mrt_open(buf, len);
	REQUIRE(mrt_next(&file, &r, &e) == MRT_RECORD && r.kind == MRT_KIND_PEERS);
	CHECK(mrt_next_peer(&r, &peer) && peer.as == 64501 && peer.id == 0xc0000202);
	CHECK(mrt_next_peer(&r, &peer) && peer.as == 65536);
	CHECK(ip_equal(peer.address, ip_of("2001:db8::2")));
	CHECK(!mrt_next_peer(&r, &peer));
	REQUIRE(mrt_next(&file, &r, &e) == MRT_RECORD && r.kind == MRT_KIND_RIB);
	CHECK(prefix_equal(r.prefix, prefix_of("203.0.113.0/24")));
	CHECK(mrt_next_route(&r, &route) && route.peer == 1 && reader_left(&route.attributes) == 4);
	CHECK(!mrt_next_route(&r, &route));
	CHECK_INT(mrt_next(&file, &r, &e), MRT_END);
}

TEST(bgp4mp_of_each_kind)
{
	static const struct {
		const char *head, *body;
		enum mrt_kind kind;
		bool sent, as4;
		uint32_t microseconds;
	} rows[] = {
		{ MP_HEAD, MP, MRT_KIND_MESSAGE, false, false, 0 },
		{ TIME "0010 0006", MP, MRT_KIND_MESSAGE, true, false, 0 },
		{ TIME "0011 0001", "0001e240 " MP, MRT_KIND_MESSAGE, false, false, 123456 },
		{ TIME "0010 0004", "0000fbf5 0000fde9 0003 0001 c0000202 c0000201 " MESSAGE19,
		    MRT_KIND_MESSAGE, false, true, 0 },
		{ TIME "0010 0000", "fbf5 fde9 0003 0001 c0000202 c0000201 0005 0006",
		    MRT_KIND_STATE_CHANGE, false, false, 0 },
		{ TIME "0010 0005", "0000fbf5 0000fde9 0003 0001 c0000202 c0000201 0005 0006",
		    MRT_KIND_STATE_CHANGE, false, true, 0 },
		{ TIME "0010 0009", "00", MRT_KIND_SKIPPED, false, false, 0 },
		{ TIME "000d 0003", "00", MRT_KIND_SKIPPED, false, false, 0 },
		{ TIME "0005 0000", "", MRT_KIND_SKIPPED, false, false, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint8_t buf[256];
		struct mrt_record r;

		r = read_one(buf, record(rows[i].head, rows[i].body, buf, sizeof(buf)));
		CHECK_INT(r.kind, rows[i].kind);
		CHECK_INT(r.sent, rows[i].sent);
		CHECK_INT(r.time.microseconds, rows[i].microseconds);
		if (rows[i].kind == MRT_KIND_SKIPPED)
			continue;
		CHECK_INT(r.session.peer_as, 64501);
		CHECK_INT(r.session.local_as, 65001);
		CHECK_INT(r.session.interface, 3);
		CHECK_INT(r.session.as4, rows[i].as4);
		CHECK(ip_equal(r.session.peer, ip_of("192.0.2.2")));
		CHECK(ip_equal(r.session.local, ip_of("192.0.2.1")));
		if (r.kind == MRT_KIND_MESSAGE)
			CHECK_INT(reader_left(&r.message), 19);
		else
			CHECK(r.old_state == MRT_OPEN_CONFIRM && r.new_state == MRT_ESTABLISHED);
	}
}

/* What is wrong, and where: offsets count from the file's start; the header has 12 bytes. */
TEST(broken_records)
{
	static const struct {
		const char *head, *body;
		uint64_t place;
		const char *what;
	} rows[] = {
		{ TIME "000c 0001", "0000 0001 cb0071", 16, "the record ends inside of a field" },
		{ TIME "000c 0001", "0000 0001 cb007100 21 01 3d3c9a01 c0000202 fbf5 0000", 20,
		    "a prefix longer than its family" },
		{ TIME "000c 0001", "0000 0001 cb007100 18 01 3d3c9a01 c0000202 fbf5 0005 40010100", 32,
		    "a length runs past the record" },
		{ TIME "000c 0001", "0000 0001 cb007100 18 01 3d3c9a01 c0000202 fbf5 0003 40010100", 37,
		    "the record goes on behind its end" },
		{ PEERS_HEAD, "c0000201 0000 0002 00 c0000202 c6336402 fbf5", 31,
		    "the record ends inside of a field" },
		{ PEERS_HEAD, "c0000201 0009 0000", 16, "a length runs past the record" },
		{ RIB_HEAD, RIB, 12, "routes before the index of their peers" },
		{ MP_HEAD, "fbf5 fde9 0003 0003 c0000202 c0000201", 18,
		    "an address family that is neither IPv4 nor IPv6" },
		{ MP_HEAD, "fbf5 fde9 0003 0001 c0000202 c000", 24, "the record ends inside of a field" },
		{ TIME "0011 0001", "0001e2", 12, "the record ends inside of a field" },
		{ TIME "0010 0000", "fbf5 fde9 0003 0001 c0000202 c0000201 0005 0006 00", 32,
		    "the record goes on behind its end" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint8_t buf[256];
		size_t len = record(rows[i].head, rows[i].body, buf, sizeof(buf));
		struct mrt_file file = mrt_open(buf, len);
		struct mrt_record r;
		struct mrt_error e = { 0 };

		CHECK_INT(mrt_next(&file, &r, &e), MRT_BAD_RECORD);
		CHECK_INT(e.record, 0);
		CHECK_INT(e.place, rows[i].place);
		CHECK_STR(e.what, rows[i].what);
		CHECK_INT(mrt_next(&file, &r, &e), MRT_END);
	}
}

TEST(a_route_names_a_peer_of_the_index)
{
	uint8_t buf[512];
	size_t first = record(PEERS_HEAD, PEERS, buf, sizeof(buf));
	size_t len =
	    first + record(RIB_HEAD, "00000007 18 cb0071 0001 0002 3d3c9a01 0004 40010100 ",
			buf + first, sizeof(buf) - first);
	struct mrt_file file = mrt_open(buf, len);
	struct mrt_record r;
	struct mrt_error e = { 0 };

	CHECK_INT(mrt_next(&file, &r, &e), MRT_RECORD);
	CHECK_INT(mrt_next(&file, &r, &e), MRT_BAD_RECORD);
	CHECK_INT(e.record, first);
	CHECK_INT(e.place, first + 22);
	CHECK_STR(e.what, "a peer that is not in the index");
}

/* Cut anywhere, a file is whole records, and then an error with its place. */
TEST(a_file_cut_at_each_byte)
{
	uint8_t buf[512];
	size_t first = record(PEERS_HEAD, PEERS, buf, sizeof(buf)), second, len;

	second = first + record(RIB_HEAD, RIB, buf + first, sizeof(buf) - first);
	len = second + record(MP_HEAD, MP, buf + second, sizeof(buf) - second);
	for (size_t at = 0; at <= len; at++) {
		struct mrt_file file = mrt_open(buf, at);
		struct mrt_record r;
		struct mrt_error e = { 0 };
		enum mrt_result result;
		size_t records = 0, last = at >= second ? second : at >= first ? first : 0;

		while ((result = mrt_next(&file, &r, &e)) == MRT_RECORD)
			records++;
		CHECK_INT(records, (at >= first) + (at >= second) + (at >= len));
		if (at == 0 || at == first || at == second || at == len) {
			CHECK_INT(result, MRT_END);
			continue;
		}
		CHECK_INT(result, MRT_CUT);
		CHECK_INT(e.record, last);
		CHECK_INT(e.place, at);
	}
}

TEST(what_is_written_in_bytes)
{
	const struct mrt_session four = { .peer_as = 64501, .local_as = 65536, .interface = 3,
		.peer = ip_of("192.0.2.2"), .local = ip_of("192.0.2.1"), .as4 = true };
	const struct mrt_session two = { .peer_as = 64501, .local_as = 65536,
		.peer = ip_of("2001:db8::2"), .local = ip_of("2001:db8::1") };
	const struct mrt_time time = { 0x3d3c9a00, 123456 };
	uint8_t buf[512], message[BGP_HEADER_LEN];
	struct writer w = writer_init(buf, sizeof(buf));

	(void)from_hex(MESSAGE19, message, sizeof(message));
	mrt_write_message(&w, time, &four, false, message, sizeof(message));
	CHECK_HEX(buf, writer_len(&w),
	    TIME "0011 0004 0000002b 0001e240 0000fbf5 00010000 0003 0001 "
		 "c0000202 c0000201 " MESSAGE19);
	w = writer_init(buf, sizeof(buf));
	mrt_write_message(&w, time, &two, true, message, sizeof(message));
	CHECK_HEX(buf, writer_len(&w), TIME "0011 0006 0000003f 0001e240 fbf5 5ba0 0000 0002 "
	    "20010db8 00000000 00000000 00000002 20010db8 00000000 00000000 00000001 " MESSAGE19);
	w = writer_init(buf, sizeof(buf));
	mrt_write_state_change(&w, time, &four, MRT_OPEN_CONFIRM, MRT_ESTABLISHED);
	CHECK_HEX(buf, writer_len(&w),
	    TIME "0011 0005 0000001c 0001e240 0000fbf5 00010000 0003 0001 "
		 "c0000202 c0000201 0005 0006");
}

TEST(what_is_written_reads_the_same)
{
	const struct mrt_session session = { .peer_as = 65536, .local_as = 4200000000,
		.peer = ip_of("2001:db8::2"), .local = ip_of("2001:db8::1"), .as4 = true };
	uint8_t buf[256], message[BGP_HEADER_LEN];
	struct writer w = writer_init(buf, sizeof(buf));
	struct mrt_record r;

	(void)from_hex(MESSAGE19, message, sizeof(message));
	mrt_write_message(
	    &w, (struct mrt_time){ 1, 999999 }, &session, true, message, sizeof(message));
	r = read_one(buf, writer_len(&w));
	CHECK(r.kind == MRT_KIND_MESSAGE && r.sent && r.session.as4);
	CHECK(r.time.seconds == 1 && r.time.microseconds == 999999);
	CHECK(r.session.peer_as == 65536 && r.session.local_as == 4200000000);
	CHECK(ip_equal(r.session.peer, session.peer) && ip_equal(r.session.local, session.local));
	CHECK_MEM(r.message.pos, reader_left(&r.message), message, sizeof(message));
}
