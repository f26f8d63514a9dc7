/* Messages as text. */
#include "bytes.h"
#include "proto/bgp/describe.h"

/* A message from its type and its body; the length is filled in. */
static void
check_described(const char *type, const char *body, const char *want)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	uint8_t message[BGP_MESSAGE_MAX] = { 0 };
	size_t len = BGP_HEADER_LEN;

	(void)from_hex(type, message + BGP_HEADER_LEN - 1, 1);
	len += from_hex(body, message + len, sizeof(message) - len);
	bgp_describe(&out, message, len, true);
	CHECK_STR(strbuf_get(&out), want);
}

TEST(an_open)
{
	check_described("01", "04 fbf5 005a c0000202 03 0200",
	    "    version 4, AS 64501, hold time 90 s, router ID 192.0.2.2\n"
	    "    malformed: 04fbf5005ac0000202030200\n");
	check_described("01",
	    "04 fbf5 005a c0000202 41 "
	    "023f 010400010001 010400020001 010400190041 0200 0506 000100010002 0600 090103 "
	    "400a c078 00010180 00020100 4104 00010000 4600 490403616263 7f02abcd",
	    "    version 4, AS 64501, hold time 90 s, router ID 192.0.2.2\n"
	    "    capability multiprotocol ipv4\n"
	    "    capability multiprotocol ipv6\n"
	    "    capability multiprotocol 25/65\n"
	    "    capability route refresh\n"
	    "    capability extended next hop ipv4 by IPv6\n"
	    "    capability extended message\n"
	    "    capability role customer\n"
	    "    capability graceful restart 120 s, restarted, hard reset, ipv4 kept, ipv6\n"
	    "    capability four-octet AS 65536\n"
	    "    capability enhanced route refresh\n"
	    "    capability host name 03616263\n"
	    "    capability 127 abcd\n");
	/* RFC 9072 */
	check_described("01", "04 fbf5 005a c0000202 ff ff 0005 02 0002 0200",
	    "    version 4, AS 64501, hold time 90 s, router ID 192.0.2.2\n"
	    "    capability route refresh\n");
	check_described("01", "04 fbf5",
	    "    version 4, AS 64501, hold time 0 s, router ID 0.0.0.0\n"
	    "    malformed: 04fbf5\n");
}

TEST(an_update)
{
	check_described("02",
	    "0004 18 cb0071 0068 400101 02 400214 0202 0000fbf5 00010000 0102 00000001 ffffffff "
	    "400304 c0000202 800404 00000007 400600 e00708 0000fbf5 c0000203 c00808 ffff0000 fbf50001 "
	    "800a08 c0000202 c0000203 c0200c 0000fbf5 00000001 00000002 c06302 abcd 800404 00000008 20 cb007101",
	    "    withdrawn 203.0.113.0/24\n"
	    "    ORIGIN incomplete\n"
	    "    AS_PATH 64501 65536 {1 4294967295}\n"
	    "    NEXT_HOP 192.0.2.2\n"
	    "    MULTI_EXIT_DISC 7\n"
	    "    ATOMIC_AGGREGATE\n"
	    "    AGGREGATOR 64501 192.0.2.3 (partial)\n"
	    "    COMMUNITIES graceful-shutdown 64501:1\n"
	    "    CLUSTER_LIST 192.0.2.2 192.0.2.3\n"
	    "    LARGE_COMMUNITIES 64501:1:2\n"
	    "    attribute 99 not known, flags 0xc0: abcd\n"
	    "    MULTI_EXIT_DISC again, flags 0x80: 00000008\n"
	    "    announced 203.0.113.1/32\n");
	check_described("02",
	    "0000 003f 400101 03 400200 800e2a 0002 01 20 20010db8 00000000 00000000 00000002 fe800000 00000000 "
	    "00000000 00000002 00 20 20010db8 800f08 0002 01 20 20010db9",
	    "    withdrawn 2001:db9::/32\n"
	    "    ORIGIN malformed, flags 0x40: 03\n"
	    "    AS_PATH empty\n"
	    "    MP_REACH_NLRI ipv6, next hop 2001:db8::2 fe80::2\n"
	    "    MP_UNREACH_NLRI ipv6\n"
	    "    announced 2001:db8::/32\n");
	check_described("02", "0000 0000", "    End-of-RIB ipv4\n");
	check_described("02", "0000 0006 800f03 0002 01", "    End-of-RIB ipv6\n");
	check_described("02", "0000 0005 400101", "    malformed: 00000005400101\n");
}

TEST(the_rest)
{
	check_described("04", "", "");
	check_described("03", "06 02 05 68656c6c6f",
	    "    Cease/Administrative Shutdown (6/2): \"hello\"\n"
	    "    data 0568656c6c6f\n");
	check_described("03", "04 00", "    Hold Timer Expired (4/0)\n");
	check_described("05", "0001 00 01", "    request ipv4\n");
	check_described("05", "0002 02 01", "    end ipv6\n");
	check_described("05", "0019 03 41", "    unknown subtype family 25/65\n");
	check_described("07", "00", "");
	CHECK_STR(bgp_type_name(2), "UPDATE");
	CHECK_STR(bgp_type_name(7), "message of an unknown type");
}

/* Cut anywhere, a message is described, and nothing past its end is looked at. */
TEST(messages_cut_at_each_byte)
{
	uint8_t message[256], copy[256];
	size_t len = BGP_HEADER_LEN;

	memset(message, 0xff, sizeof(message));
	len += from_hex("0004 18 cb0071 0018 400101 02 400206 0201 0000fbf5 c00804 ffff0000 20 cb007101",
	    message + len, sizeof(message) - len);
	for (size_t at = 0; at <= len; at++) {
		for (uint8_t type = 0; type < 7; type++) {
			_cleanup_(strbuf_done) struct strbuf out = { 0 };

			memcpy(copy, message, at);
			copy[BGP_HEADER_LEN - 1] = type;
			bgp_describe(&out, copy, at, true);
			for (const char *p = strbuf_get(&out); *p; p++)
				CHECK(*p == '\n' || (*p >= 0x20 && *p < 0x7f));
		}
	}
}
