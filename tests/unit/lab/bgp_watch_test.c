/* The messages are what two BIRDs sent each other; the packets around them are made here. */
#include "lab/bgp_watch.h"

#include "base/alloc.h"
#include "tap.h"
#include "wire/writer.h"

#define ONES 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff

static const uint8_t keepalive[] = { ONES, 0x00, 0x13, 0x04 };

/* 203.0.113.11/32 and .10/32, in the classic withdrawn routes */
static const uint8_t withdraw4[] = { ONES, 0x00, 0x21, 0x02, 0x00, 0x0a, 0x20, 0xcb, 0x00, 0x71, 0x0b,
	0x20, 0xcb, 0x00, 0x71, 0x0a, 0x00, 0x00 };

/* 2001:db8:f00d::10/128 in MP_UNREACH_NLRI */
static const uint8_t withdraw6[] = { ONES, 0x00, 0x2f, 0x02, 0x00, 0x00, 0x00, 0x18, 0x90, 0x0f, 0x00,
	0x14, 0x00, 0x02, 0x01, 0x80, 0x20, 0x01, 0x0d, 0xb8, 0xf0, 0x0d, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x10 };

static const uint8_t announce4[] = { ONES, 0x00, 0x35, 0x02, 0x00, 0x00, 0x00, 0x14, 0x40, 0x01, 0x01,
	0x00, 0x40, 0x02, 0x06, 0x02, 0x01, 0x00, 0x00, 0xfd, 0xe9, 0x40, 0x03, 0x04, 0xc6, 0x33, 0x64,
	0x05, 0x20, 0xcb, 0x00, 0x71, 0x0a, 0x20, 0xcb, 0x00, 0x71, 0x0b };

/* End of IPv4's RIB, 2001:db8:f00d::10/128 in MP_REACH_NLRI, end of IPv6's RIB: one segment of BIRD */
static const uint8_t announce6[] = { ONES, 0x00, 0x17, 0x02, 0x00, 0x00, 0x00, 0x00, ONES, 0x00, 0x4e,
	0x02, 0x00, 0x00, 0x00, 0x37, 0x90, 0x0e, 0x00, 0x26, 0x00, 0x02, 0x01, 0x10, 0x20, 0x01, 0x0d,
	0xb8, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x05, 0x00, 0x80, 0x20,
	0x01, 0x0d, 0xb8, 0xf0, 0x0d, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x40,
	0x01, 0x01, 0x00, 0x40, 0x02, 0x06, 0x02, 0x01, 0x00, 0x00, 0xfd, 0xe9, ONES, 0x00, 0x1d, 0x02,
	0x00, 0x00, 0x00, 0x06, 0x80, 0x0f, 0x03, 0x00, 0x02, 0x01 };

static struct prefix
prefix(const char *text)
{
	struct prefix p = { 0 };

	if (prefix_parse(text, &p) < 0)
		tap_fail(__FILE__, __LINE__, "%s is no prefix", text);
	return p;
}

/* A packet of IPv4 and TCP from 198.51.100.5:179 to 198.51.100.4:port. */
static void
feed(struct bgp_watch *w, uint16_t port, uint32_t seq, const uint8_t *bytes, size_t n, int64_t at_ns)
{
	uint8_t buf[512];
	struct writer p = writer_init(buf, sizeof(buf));

	writer_u16(&p, 0x4500);
	writer_u16(&p, 40 + n);
	writer_u32(&p, 0x00004000);
	writer_u32(&p, 0x40060000);
	writer_u32(&p, 0xc6336405);
	writer_u32(&p, 0xc6336404);
	writer_u16(&p, port == 80 ? 80 : 179);
	writer_u16(&p, port);
	writer_u32(&p, seq);
	writer_u32(&p, 0);
	writer_u32(&p, 0x50180040);
	writer_u32(&p, 0);
	writer_bytes(&p, bytes, n);
	if (!writer_ok(&p))
		tap_fail(__FILE__, __LINE__, "the packet does not fit");
	bgp_watch_packet(w, buf, writer_len(&p), at_ns);
}

TEST(sees_withdrawals_and_announcements_of_both_families)
{
	struct bgp_watch w;
	uint32_t seq = 1000;

	bgp_watch_init(&w);
	feed(&w, 50000, seq, keepalive, sizeof(keepalive), 1);
	seq += sizeof(keepalive);
	feed(&w, 50000, seq, announce6, sizeof(announce6), 2);
	seq += sizeof(announce6);
	feed(&w, 50000, seq, withdraw4, sizeof(withdraw4), 3);
	seq += sizeof(withdraw4);
	feed(&w, 50000, seq, withdraw6, sizeof(withdraw6), 4);
	seq += sizeof(withdraw6);
	feed(&w, 50000, seq, announce4, sizeof(announce4), 5);

	static const struct {
		int64_t at_ns;
		const char *prefix;
		bool withdrawn;
	} want[] = {
		{ 2, "2001:db8:f00d::10/128", false },
		{ 3, "203.0.113.11/32", true },
		{ 3, "203.0.113.10/32", true },
		{ 4, "2001:db8:f00d::10/128", true },
		{ 5, "203.0.113.10/32", false },
		{ 5, "203.0.113.11/32", false },
	};
	REQUIRE(w.event_count == ARRAY_SIZE(want));
	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		char buf[PREFIX_STR_MAX];

		CHECK_INT(w.events[i].at_ns, want[i].at_ns);
		CHECK_STR(prefix_format(w.events[i].prefix, buf), want[i].prefix);
		CHECK_INT(w.events[i].withdrawn, want[i].withdrawn);
		CHECK_STR(ip_format(w.events[i].from, (char[IP_STR_MAX]){ 0 }), "198.51.100.5");
		CHECK_STR(ip_format(w.events[i].to, (char[IP_STR_MAX]){ 0 }), "198.51.100.4");
	}
	CHECK_INT(w.packets, 5);
	CHECK_INT(w.malformed, 0);

	CHECK(bgp_watch_find(&w, prefix("203.0.113.10/32"), true, 3) == &w.events[2]);
	CHECK(bgp_watch_find(&w, prefix("203.0.113.10/32"), true, 4) == NULL);
	CHECK(bgp_watch_find(&w, prefix("203.0.113.10/32"), false, 0) == &w.events[4]);
	CHECK(bgp_watch_find(&w, prefix("203.0.113.0/24"), true, 0) == NULL);
	bgp_watch_done(&w);
}

TEST(a_message_counts_when_its_last_byte_comes)
{
	for (size_t cut = 1; cut < sizeof(withdraw4); cut++) {
		struct bgp_watch w;

		bgp_watch_init(&w);
		feed(&w, 50000, 500, withdraw4, cut, 10);
		CHECK_INT(w.event_count, 0);
		feed(&w, 50000, 500, withdraw4, cut, 15); /* sent again */
		feed(&w, 50000, 500 + (uint32_t)cut, withdraw4 + cut, sizeof(withdraw4) - cut, 20);
		if (w.event_count != 2 || w.events[0].at_ns != 20)
			tap_fail(__FILE__, __LINE__, "cut at %zu: %zu events", cut, w.event_count);
		bgp_watch_done(&w);
	}
}

TEST(finds_its_footing_in_the_middle)
{
	struct bgp_watch w;

	bgp_watch_init(&w);
	/* The end of a message, then a whole one. */
	feed(&w, 50000, 100, announce4 + 10, sizeof(announce4) - 10, 1);
	CHECK_INT(w.event_count, 0);
	feed(&w, 50000, 100 + sizeof(announce4) - 10, withdraw4, sizeof(withdraw4), 2);
	CHECK_INT(w.event_count, 2);
	/* A gap, and the next segment begins in a message too. */
	feed(&w, 50000, 5000, withdraw6 + 20, sizeof(withdraw6) - 20, 3);
	feed(&w, 50000, 5000 + sizeof(withdraw6) - 20, withdraw6, sizeof(withdraw6), 4);
	REQUIRE(w.event_count == 3);
	CHECK_INT(w.events[2].at_ns, 4);
	CHECK_INT(w.malformed, 0);
	bgp_watch_done(&w);
}

TEST(garbage_is_skipped_and_other_ports_are_not_looked_at)
{
	static const uint8_t bad_length[] = { ONES, 0x00, 0x05, 0x02 };
	struct bgp_watch w;

	bgp_watch_init(&w);
	feed(&w, 80, 100, withdraw4, sizeof(withdraw4), 1);
	CHECK_INT(w.packets, 0);
	feed(&w, 50000, 100, bad_length, sizeof(bad_length), 2);
	CHECK_INT(w.malformed, 1);
	feed(&w, 50000, 100 + sizeof(bad_length), withdraw4, sizeof(withdraw4), 3);
	REQUIRE(w.event_count == 2);
	CHECK_INT(w.events[0].at_ns, 3);
	bgp_watch_done(&w);
}

TEST(a_bad_message_does_not_repeat_those_before_it)
{
	static const uint8_t bad_length[] = { ONES, 0x00, 0x05, 0x02 };
	uint8_t bytes[2 * sizeof(withdraw4) + sizeof(bad_length) + sizeof(withdraw6)], *at = bytes;
	struct bgp_watch w;

	at = (uint8_t *)mempcpy(at, withdraw4, sizeof(withdraw4));
	at = (uint8_t *)mempcpy(at, withdraw4, sizeof(withdraw4));
	at = (uint8_t *)mempcpy(at, bad_length, sizeof(bad_length));
	memcpy(at, withdraw6, sizeof(withdraw6));
	bgp_watch_init(&w);
	feed(&w, 50000, 100, bytes, sizeof(bytes), 1);
	CHECK_INT(w.event_count, 5);
	CHECK_INT(w.malformed, 1);
	bgp_watch_done(&w);
}

TEST(connections_do_not_mix)
{
	struct bgp_watch w;

	bgp_watch_init(&w);
	feed(&w, 50000, 100, withdraw4, 20, 1);
	feed(&w, 50001, 100, withdraw6, 20, 2);
	feed(&w, 50000, 120, withdraw4 + 20, sizeof(withdraw4) - 20, 3);
	feed(&w, 50001, 120, withdraw6 + 20, sizeof(withdraw6) - 20, 4);
	CHECK_INT(w.event_count, 3);
	CHECK_INT(w.malformed, 0);
	bgp_watch_done(&w);
}
