#include "proto/trace/packet.h"

#include <assert.h>
#include <stdio.h>

#include "base/attr.h"
#include "wire/csum.h"
#include "wire/reader.h"
#include "wire/writer.h"

/* RFC 792, RFC 4443 */
#define ICMP4_ECHO_REPLY 0
#define ICMP4_UNREACHABLE 3
#define ICMP4_ECHO 8
#define ICMP4_EXCEEDED 11
#define ICMP6_UNREACHABLE 1
#define ICMP6_TOO_BIG 2
#define ICMP6_EXCEEDED 3
#define ICMP6_ECHO 128
#define ICMP6_ECHO_REPLY 129
/* of an unreachable, RFC 1191 */
#define ICMP4_FRAGMENTATION_NEEDED 4

static void
write_payload(struct writer *w, const struct trace_flow *flow, uint16_t number)
{
	writer_u32(w, flow->cookie);
	writer_u16(w, number);
	writer_u16(w, (uint16_t)~number);
	writer_fill(w, 0, TRACE_PAYLOAD_LEN - 8);
}

void
trace_encode_udp(
    const struct trace_flow *flow, uint16_t number, uint8_t buf[static TRACE_PAYLOAD_LEN])
{
	struct writer w = writer_init(buf, TRACE_PAYLOAD_LEN);

	write_payload(&w, flow, number);
	assert(writer_ok(&w) && writer_left(&w) == 0);
}

static size_t
header_len(enum ip_family family)
{
	return (family == IP_V4 ? 20 : 40) + 8; /* UDP and ICMP have 8 bytes each */
}

uint32_t
trace_packet_size(enum ip_family family)
{
	return (uint32_t)header_len(family) + TRACE_PAYLOAD_LEN;
}

size_t
trace_payload_len(enum ip_family family, uint32_t size)
{
	return size > trace_packet_size(family) ? size - header_len(family) : TRACE_PAYLOAD_LEN;
}

/* Makes up for what `more` adds to a checksum, in a word of the payload that is zero. */
static void
fit_checksum(uint8_t *word, size_t more)
{
	struct writer w = writer_init(word, 2);

	writer_u16(&w, 0xffff - more % 0xffff);
}

/* The length of a UDP packet is summed twice: in its header, and in the pseudo-header (RFC 768). */
void
trace_fit_udp(uint8_t buf[static TRACE_PAYLOAD_LEN], size_t payload_len)
{
	fit_checksum(buf + 8, 2 * (payload_len - TRACE_PAYLOAD_LEN));
}

/* Only ICMPv6 has a pseudo-header (RFC 4443 2.3). */
void
trace_fit_echo(
    const struct trace_flow *flow, uint8_t buf[static TRACE_ECHO_LEN], size_t payload_len)
{
	if (flow->family == IP_V6)
		fit_checksum(buf + 18, payload_len - TRACE_PAYLOAD_LEN);
}

void
trace_encode_echo(
    const struct trace_flow *flow, uint16_t number, uint8_t buf[static TRACE_ECHO_LEN])
{
	struct writer w = writer_init(buf, TRACE_ECHO_LEN);

	writer_u8(&w, flow->family == IP_V4 ? ICMP4_ECHO : ICMP6_ECHO);
	writer_u8(&w, 0);
	writer_u16(&w, 0);
	writer_u16(&w, flow->ident);
	writer_u16(&w, number);
	/* the sequence number and its complement cancel out; the copy in the payload does so by
	 * itself */
	writer_u32(&w, flow->cookie);
	writer_u16(&w, number);
	writer_u16(&w, (uint16_t)~number);
	writer_u16(&w, (uint16_t)~number);
	writer_fill(&w, 0, TRACE_PAYLOAD_LEN - 10);
	if (flow->family == IP_V4)
		writer_patch_u16(&w, 2, csum_finish(csum_add(0, buf, TRACE_ECHO_LEN)));
	assert(writer_ok(&w) && writer_left(&w) == 0);
}

/* The payload, of which the end may be missing. number: what the sequence said, or -1. */
static enum trace_match
match_payload(const struct trace_flow *flow, struct reader *r, int number, uint16_t *ret_number)
{
	uint32_t cookie;
	uint16_t given, complement;

	if (reader_left(r) < 8) {
		if (number < 0)
			return TRACE_MATCH_UNKNOWN;
		*ret_number = (uint16_t)number;
		return TRACE_MATCH_NUMBER;
	}
	cookie = reader_u32(r);
	given = reader_u16(r);
	complement = reader_u16(r);
	if (cookie != flow->cookie || (given ^ complement) != 0xffff ||
	    (number >= 0 && number != given))
		return TRACE_MATCH_FOREIGN;
	*ret_number = given;
	return TRACE_MATCH_NUMBER;
}

enum trace_match
trace_decode_udp_quote(
    const struct trace_flow *flow, const void *bytes, size_t n, uint16_t *ret_number)
{
	struct reader r = reader_init(bytes, n);

	return match_payload(flow, &r, -1, ret_number);
}

/* An ICMP header of this type with our identifier, and what follows. */
static enum trace_match
match_echo(const struct trace_flow *flow, struct reader *r, uint8_t type, uint16_t *ret_number)
{
	uint8_t got_type = reader_u8(r), code = reader_u8(r);
	uint16_t ident, sequence;

	reader_skip(r, 2);
	ident = reader_u16(r);
	sequence = reader_u16(r);
	if (!reader_ok(r) || got_type != type || code != 0 ||
	    (flow->ident != 0 && ident != flow->ident))
		return TRACE_MATCH_FOREIGN;
	return match_payload(flow, r, sequence, ret_number);
}

enum trace_match
trace_decode_echo_quote(
    const struct trace_flow *flow, const void *bytes, size_t n, uint16_t *ret_number)
{
	struct reader r = reader_init(bytes, n);

	return match_echo(flow, &r, flow->family == IP_V4 ? ICMP4_ECHO : ICMP6_ECHO, ret_number);
}

enum trace_match
trace_decode_echo_reply(const struct trace_flow *flow, bool ip_header, const void *bytes, size_t n,
    uint16_t *ret_number)
{
	struct reader r = reader_init(bytes, n);

	if (ip_header) {
		uint8_t version = reader_u8(&r);
		size_t len = (size_t)(version & 0xf) * 4;

		if (version >> 4 != 4 || len < 20)
			return TRACE_MATCH_FOREIGN;
		reader_skip(&r, len - 1);
	}
	return match_echo(
	    flow, &r, flow->family == IP_V4 ? ICMP4_ECHO_REPLY : ICMP6_ECHO_REPLY, ret_number);
}

enum trace_kind
trace_kind_of_icmp(enum ip_family family, uint8_t type, uint8_t code)
{
	bool v4 = family == IP_V4;

	if (type == (v4 ? ICMP4_EXCEEDED : ICMP6_EXCEEDED))
		return code == 0 ? TRACE_EXCEEDED : TRACE_OTHER; /* 1: reassembly */
	if (type == (v4 ? ICMP4_ECHO_REPLY : ICMP6_ECHO_REPLY))
		return TRACE_REACHED;
	if (type != (v4 ? ICMP4_UNREACHABLE : ICMP6_UNREACHABLE))
		return TRACE_OTHER;
	if (code == (v4 ? 3 : 4)) /* port */
		return TRACE_REACHED;
	if (trace_icmp_is_too_big(family, type, code))
		return TRACE_OTHER;
	return TRACE_UNREACHABLE;
}

bool
trace_icmp_is_too_big(enum ip_family family, uint8_t type, uint8_t code)
{
	if (family == IP_V4)
		return type == ICMP4_UNREACHABLE && code == ICMP4_FRAGMENTATION_NEEDED;
	return type == ICMP6_TOO_BIG;
}

struct code_name {
	const char *mark, *text;
};

/* RFC 792, RFC 1122 3.2.2.1, RFC 1812 5.2.7.1 */
static const struct code_name unreachable4[] = {
	{ "!N", "net unreachable" },
	{ "!H", "host unreachable" },
	{ "!P", "protocol unreachable" },
	{ "", "port unreachable" },
	{ "!F", "fragmentation needed" },
	{ "!S", "source route failed" },
	{ "!U", "net unknown" },
	{ "!W", "host unknown" },
	{ "!I", "source host isolated" },
	{ "!A", "net prohibited" },
	{ "!Z", "host prohibited" },
	{ "!Q", "net unreachable for this service" },
	{ "!T", "host unreachable for this service" },
	{ "!X", "administratively prohibited" },
	{ "!V", "host precedence violation" },
	{ "!C", "precedence cut-off" },
};

/* RFC 4443 3.1 */
static const struct code_name unreachable6[] = {
	{ "!N", "no route" },
	{ "!X", "administratively prohibited" },
	{ "!S", "beyond scope of source address" },
	{ "!H", "address unreachable" },
	{ "", "port unreachable" },
	{ "!P", "source address failed policy" },
	{ "!R", "reject route" },
};

/* The code of an unreachable, or NULL. */
static const struct code_name *
unreachable_code(enum ip_family family, uint8_t code)
{
	if (family == IP_V4)
		return code < ARRAY_SIZE(unreachable4) ? &unreachable4[code] : NULL;
	return code < ARRAY_SIZE(unreachable6) ? &unreachable6[code] : NULL;
}

static bool
is_unreachable(enum ip_family family, uint8_t type)
{
	return type == (family == IP_V4 ? ICMP4_UNREACHABLE : ICMP6_UNREACHABLE);
}

const char *
trace_mark(enum ip_family family, uint8_t type, uint8_t code, char buf[static TRACE_TEXT_MAX])
{
	const struct code_name *name = unreachable_code(family, code);

	if (!is_unreachable(family, type))
		return "";
	if (name)
		return name->mark;
	(void)snprintf(buf, TRACE_TEXT_MAX, "!<%u>", code);
	return buf;
}

const char *
trace_icmp_text(enum ip_family family, uint8_t type, uint8_t code, char buf[static TRACE_TEXT_MAX])
{
	const struct code_name *name = unreachable_code(family, code);
	bool v4 = family == IP_V4;

	if (is_unreachable(family, type) && name)
		return name->text;
	if (type == (v4 ? ICMP4_ECHO_REPLY : ICMP6_ECHO_REPLY))
		return "echo reply";
	if (type == (v4 ? ICMP4_EXCEEDED : ICMP6_EXCEEDED) && code == 0)
		return "time exceeded";
	if (!v4 && type == ICMP6_TOO_BIG)
		return "packet too big";
	(void)snprintf(buf, TRACE_TEXT_MAX, "type %u code %u", type, code);
	return buf;
}

const char *
trace_tcp_text(enum trace_tcp tcp)
{
	static const char *const texts[] = {
		[TRACE_TCP_SYN_ACK] = "syn-ack",
		[TRACE_TCP_RST] = "rst",
	};
	return texts[tcp];
}
