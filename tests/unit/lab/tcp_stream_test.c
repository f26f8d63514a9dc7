#include "lab/tcp_stream.h"

#include "base/attr.h"
#include "tap.h"

/* A withdraw as BIRD sent it, from the IP header on. */
static const uint8_t packet4[] = {
	0x45, 0xc0, 0x00, 0x55, 0xca, 0xe5, 0x40, 0x00, 0x01, 0x06, 0x59, 0x8d, 0xc6, 0x33, 0x64, 0x05,
	0xc6, 0x33, 0x64, 0x04, 0x00, 0xb3, 0xec, 0x2b, 0x4a, 0xb5, 0xb6, 0x18, 0x35, 0xf9, 0x77, 0xe9,
	0x80, 0x18, 0x00, 0x40, 0x54, 0xb8, 0x00, 0x00, 0x01, 0x01, 0x08, 0x0a, 0xab, 0x8d, 0xf7, 0x82,
	0x38, 0x27, 0x5d, 0xba, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0x00, 0x21, 0x02, 0x00, 0x0a, 0x20, 0xcb, 0x00, 0x71, 0x0b, 0x20, 0xcb,
	0x00, 0x71, 0x0a, 0x00, 0x00,
};

static const uint8_t packet6[] = {
	0x60, 0x00, 0x00, 0x00, 0x00, 0x17, 0x06, 0x40,                         /* 23 bytes of TCP */
	0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4,             /* from */
	0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5,             /* to */
	0xc3, 0x50, 0x00, 0xb3, 0, 0, 0, 9, 0, 0, 0, 0, 0x50, 0x12, 0, 0, 0, 0, 0, 0, /* SYN, ACK */
	'a', 'b', 'c', 'p', 'a', 'd',                                           /* with padding behind */
};

TEST(decodes_a_packet_of_ipv4)
{
	struct tcp_segment s;
	char buf[ENDPOINT_STR_MAX];

	REQUIRE(tcp_segment_decode(packet4, sizeof(packet4), &s));
	CHECK_STR(endpoint_format(s.src, buf), "198.51.100.5:179");
	CHECK_STR(endpoint_format(s.dst, buf), "198.51.100.4:60459");
	CHECK_INT(s.seq, 0x4ab5b618);
	CHECK(!s.syn && !s.rst);
	CHECK_MEM(s.payload, s.len, packet4 + 52, 33);
}

TEST(decodes_a_packet_of_ipv6_without_padding)
{
	struct tcp_segment s;
	char buf[ENDPOINT_STR_MAX];

	REQUIRE(tcp_segment_decode(packet6, sizeof(packet6), &s));
	CHECK_STR(endpoint_format(s.src, buf), "[2001:db8:1::4]:50000");
	CHECK_STR(endpoint_format(s.dst, buf), "[2001:db8:1::5]:179");
	CHECK(s.syn);
	CHECK_MEM(s.payload, s.len, "abc", 3);
}

TEST(refuses_what_is_cut_off_or_not_tcp)
{
	uint8_t copy[sizeof(packet4)];
	struct tcp_segment s;

	for (size_t n = 0; n < sizeof(packet4); n++)
		CHECK(!tcp_segment_decode(packet4, n, &s));
	for (size_t n = 0; n < sizeof(packet6) - 3; n++)
		CHECK(!tcp_segment_decode(packet6, n, &s));

	static const struct {
		size_t at;
		uint8_t byte;
	} rows[] = {
		{ 0, 0x44 },  /* IPv4 header of 16 bytes */
		{ 0, 0x55 },  /* version 5 */
		{ 3, 0x10 },  /* total length below the header's */
		{ 6, 0x20 },  /* a fragment */
		{ 9, 17 },    /* UDP */
		{ 32, 0x40 }, /* TCP header of 16 bytes */
	};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		memcpy(copy, packet4, sizeof(copy));
		copy[rows[i].at] = rows[i].byte;
		if (tcp_segment_decode(copy, sizeof(copy), &s))
			tap_fail(__FILE__, __LINE__, "row %zu was taken", i);
	}
}

static struct tcp_segment
segment(uint32_t seq, const char *text)
{
	return (struct tcp_segment){ .seq = seq, .payload = (const uint8_t *)text, .len = strlen(text) };
}

TEST(puts_segments_together)
{
	static const struct {
		uint32_t seq;
		const char *text;
		const char *want;
		bool fresh;
	} rows[] = {
		{ 100, "abc", "abc", true },        /* the capture begins here */
		{ 103, "def", "abcdef", true },
		{ 103, "def", "abcdef", true },     /* sent again */
		{ 100, "abcdef", "abcdef", true },
		{ 104, "efgh", "abcdefgh", true },  /* overlaps */
		{ 108, "", "abcdefgh", true },      /* an acknowledgement */
		{ 110, "kl", "kl", true },          /* a gap */
		{ 112, "mnopqrstuvw", "", true },   /* more than may be kept */
		{ 123, "x", "x", true },
	};
	struct tcp_stream s = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct tcp_segment seg = segment(rows[i].seq, rows[i].text);

		tcp_stream_add(&s, &seg, 12);
		if (!tap_check_str(__FILE__, __LINE__, rows[i].text, strbuf_get(&s.data), rows[i].want))
			break;
		CHECK(s.fresh == rows[i].fresh);
	}
	tcp_stream_done(&s);
}

TEST(begins_at_a_syn_and_wraps)
{
	struct tcp_stream s = { 0 };
	struct tcp_segment syn = { .seq = UINT32_MAX - 2, .syn = true };
	struct tcp_segment first = segment(UINT32_MAX - 1, "abcd"), second = segment(2, "ef");

	tcp_stream_add(&s, &syn, 100);
	CHECK(!s.fresh);
	tcp_stream_add(&s, &first, 100);
	tcp_stream_add(&s, &second, 100);
	CHECK_STR(strbuf_get(&s.data), "abcdef");
	tcp_stream_take(&s, 4);
	CHECK_STR(strbuf_get(&s.data), "ef");
	tcp_stream_take(&s, 100);
	CHECK_INT(s.data.len, 0);
	tcp_stream_done(&s);
}
