#include "proto/trace/packet.h"

#include "base/attr.h"
#include "tap.h"
#include "wire/csum.h"

static const struct trace_flow v4 = { .family = IP_V4, .cookie = 0xc0ffee11, .ident = 0x1234 };
static const struct trace_flow v6 = { .family = IP_V6, .cookie = 0xc0ffee11, .ident = 0x1234 };

TEST(bytes_of_probes)
{
	static const uint8_t udp[TRACE_PAYLOAD_LEN] = { 0xc0, 0xff, 0xee, 0x11, 0x01, 0x02, 0xfe,
		0xfd };
	static const uint8_t echo6[TRACE_ECHO_LEN] = { 128, 0, 0, 0, 0x12, 0x34, 0x01, 0x02, 0xc0,
		0xff, 0xee, 0x11, 0x01, 0x02, 0xfe, 0xfd, 0xfe, 0xfd };
	uint8_t buf[TRACE_ECHO_LEN];

	trace_encode_udp(&v4, 0x0102, buf);
	CHECK_MEM(buf, TRACE_PAYLOAD_LEN, udp, sizeof(udp));
	trace_encode_echo(&v6, 0x0102, buf);
	CHECK_MEM(buf, sizeof(buf), echo6, sizeof(echo6));
	trace_encode_echo(&v4, 0x0102, buf);
	CHECK_INT(buf[0], 8);
	CHECK_INT(csum_finish(csum_add(0, buf, sizeof(buf))), 0);
}

/* What a load balancer may hash is the same for every probe. */
TEST(the_checksum_is_that_of_the_flow)
{
	uint8_t first[TRACE_ECHO_LEN], buf[TRACE_ECHO_LEN];
	uint16_t udp, echo6;

	trace_encode_udp(&v4, 0, buf);
	udp = csum_finish(csum_add(0, buf, TRACE_PAYLOAD_LEN));
	trace_encode_echo(&v6, 0, buf);
	echo6 = csum_finish(csum_add(0, buf, TRACE_ECHO_LEN));
	trace_encode_echo(&v4, 0, first);
	for (unsigned n = 1; n < 65536; n += 7) {
		trace_encode_echo(&v4, (uint16_t)n, buf);
		if (memcmp(buf, first, 6) != 0)
			tap_fail(__FILE__, __LINE__, "echo %u has another checksum", n);
		trace_encode_echo(&v6, (uint16_t)n, buf);
		CHECK_INT(csum_finish(csum_add(0, buf, TRACE_ECHO_LEN)), echo6);
		trace_encode_udp(&v4, (uint16_t)n, buf);
		CHECK_INT(csum_finish(csum_add(0, buf, TRACE_PAYLOAD_LEN)), udp);
	}
}

/* However long the probe is. The sums are of what a length adds to them: RFC 768, RFC 4443 2.3. */
TEST(the_checksum_is_that_of_the_flow_at_any_size)
{
	uint8_t buf[TRACE_ECHO_LEN];
	uint16_t udp, echo6;

	CHECK_INT(trace_payload_len(IP_V4, 0), TRACE_PAYLOAD_LEN);
	CHECK_INT(trace_payload_len(IP_V4, 1500), 1472);
	CHECK_INT(trace_payload_len(IP_V6, 1500), 1452);
	trace_encode_udp(&v4, 7, buf);
	udp = csum_finish(csum_add(2 * (8 + TRACE_PAYLOAD_LEN), buf, TRACE_PAYLOAD_LEN));
	trace_encode_echo(&v6, 7, buf);
	echo6 = csum_finish(csum_add(TRACE_ECHO_LEN, buf, TRACE_ECHO_LEN));
	for (uint32_t len = TRACE_PAYLOAD_LEN; len < 65508; len += 13) {
		trace_encode_udp(&v4, 7, buf);
		trace_fit_udp(buf, len);
		CHECK_INT(csum_finish(csum_add(2 * (8 + len), buf, TRACE_PAYLOAD_LEN)), udp);
		trace_encode_echo(&v6, 7, buf);
		trace_fit_echo(&v6, buf, len);
		CHECK_INT(csum_finish(csum_add(8 + len, buf, TRACE_ECHO_LEN)), echo6);
	}
}

TEST(quotes_of_udp)
{
	uint8_t buf[TRACE_PAYLOAD_LEN];
	struct trace_flow other = v4;
	uint16_t number = 0;

	trace_encode_udp(&v4, 777, buf);
	CHECK_INT(trace_decode_udp_quote(&v4, buf, sizeof(buf), &number), TRACE_MATCH_NUMBER);
	CHECK_INT(number, 777);
	CHECK_INT(trace_decode_udp_quote(&v4, buf, 8, &number), TRACE_MATCH_NUMBER);
	number = 5;
	for (size_t n = 0; n < 8; n++)
		CHECK_INT(trace_decode_udp_quote(&v4, buf, n, &number), TRACE_MATCH_UNKNOWN);
	CHECK_INT(number, 5);
	other.cookie++;
	CHECK_INT(trace_decode_udp_quote(&other, buf, sizeof(buf), &number), TRACE_MATCH_FOREIGN);
	buf[5] ^= 1;
	CHECK_INT(trace_decode_udp_quote(&v4, buf, sizeof(buf), &number), TRACE_MATCH_FOREIGN);
	CHECK_INT(number, 5);
}

TEST(quotes_of_echo)
{
	uint8_t buf[TRACE_ECHO_LEN];
	struct trace_flow other = v6;
	uint16_t number = 0;

	trace_encode_echo(&v6, 300, buf);
	/* the 8 bytes of RFC 792 are enough */
	for (size_t n = 8; n <= sizeof(buf); n++) {
		number = 0;
		CHECK_INT(trace_decode_echo_quote(&v6, buf, n, &number), TRACE_MATCH_NUMBER);
		CHECK_INT(number, 300);
	}
	number = 5;
	for (size_t n = 0; n < 8; n++)
		CHECK_INT(trace_decode_echo_quote(&v6, buf, n, &number), TRACE_MATCH_FOREIGN);
	CHECK_INT(trace_decode_echo_quote(&v4, buf, sizeof(buf), &number), TRACE_MATCH_FOREIGN);
	other.ident++;
	CHECK_INT(trace_decode_echo_quote(&other, buf, sizeof(buf), &number), TRACE_MATCH_FOREIGN);
	buf[7] ^= 1; /* the sequence is not that of the payload */
	CHECK_INT(trace_decode_echo_quote(&v6, buf, sizeof(buf), &number), TRACE_MATCH_FOREIGN);
	CHECK_INT(number, 5);
}

TEST(echo_replies)
{
	uint8_t packet[20 + TRACE_ECHO_LEN] = { 0x45 };
	uint8_t *icmp = packet + 20;
	uint16_t number = 0;

	trace_encode_echo(&v4, 9, icmp);
	CHECK_INT(trace_decode_echo_reply(&v4, false, icmp, TRACE_ECHO_LEN, &number),
	    TRACE_MATCH_FOREIGN);
	icmp[0] = 0;
	CHECK_INT(
	    trace_decode_echo_reply(&v4, false, icmp, TRACE_ECHO_LEN, &number), TRACE_MATCH_NUMBER);
	CHECK_INT(number, 9);
	CHECK_INT(trace_decode_echo_reply(&v4, true, packet, sizeof(packet), &number),
	    TRACE_MATCH_NUMBER);
	/* a longer header than there are bytes, a shorter one than there can be, another version */
	packet[0] = 0x4f;
	CHECK_INT(trace_decode_echo_reply(&v4, true, packet, 40, &number), TRACE_MATCH_FOREIGN);
	packet[0] = 0x44;
	CHECK_INT(trace_decode_echo_reply(&v4, true, packet, sizeof(packet), &number),
	    TRACE_MATCH_FOREIGN);
	packet[0] = 0x65;
	CHECK_INT(trace_decode_echo_reply(&v4, true, packet, sizeof(packet), &number),
	    TRACE_MATCH_FOREIGN);
	CHECK_INT(trace_decode_echo_reply(&v4, true, packet, 0, &number), TRACE_MATCH_FOREIGN);
}

TEST(what_icmp_means)
{
	static const struct {
		enum ip_family family;
		uint8_t type, code;
		enum trace_kind kind;
		const char *mark, *text;
	} rows[] = {
		{ IP_V4, 11, 0, TRACE_EXCEEDED, "", "time exceeded" },
		{ IP_V4, 11, 1, TRACE_OTHER, "", "type 11 code 1" },
		{ IP_V4, 0, 0, TRACE_REACHED, "", "echo reply" },
		{ IP_V4, 3, 3, TRACE_REACHED, "", "port unreachable" },
		{ IP_V4, 3, 0, TRACE_UNREACHABLE, "!N", "net unreachable" },
		{ IP_V4, 3, 1, TRACE_UNREACHABLE, "!H", "host unreachable" },
		{ IP_V4, 3, 4, TRACE_OTHER, "!F", "fragmentation needed" },
		{ IP_V4, 3, 13, TRACE_UNREACHABLE, "!X", "administratively prohibited" },
		{ IP_V4, 3, 20, TRACE_UNREACHABLE, "!<20>", "type 3 code 20" },
		{ IP_V4, 12, 0, TRACE_OTHER, "", "type 12 code 0" },
		{ IP_V6, 3, 0, TRACE_EXCEEDED, "", "time exceeded" },
		{ IP_V6, 129, 0, TRACE_REACHED, "", "echo reply" },
		{ IP_V6, 1, 4, TRACE_REACHED, "", "port unreachable" },
		{ IP_V6, 1, 0, TRACE_UNREACHABLE, "!N", "no route" },
		{ IP_V6, 1, 3, TRACE_UNREACHABLE, "!H", "address unreachable" },
		{ IP_V6, 1, 200, TRACE_UNREACHABLE, "!<200>", "type 1 code 200" },
		{ IP_V6, 2, 0, TRACE_OTHER, "", "packet too big" },
		{ IP_V6, 11, 0, TRACE_OTHER, "", "type 11 code 0" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char buf[TRACE_TEXT_MAX];

		CHECK_INT(
		    trace_kind_of_icmp(rows[i].family, rows[i].type, rows[i].code), rows[i].kind);
		CHECK_STR(
		    trace_mark(rows[i].family, rows[i].type, rows[i].code, buf), rows[i].mark);
		CHECK_STR(
		    trace_icmp_text(rows[i].family, rows[i].type, rows[i].code, buf), rows[i].text);
	}
}
