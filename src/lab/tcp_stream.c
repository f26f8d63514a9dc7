#include "lab/tcp_stream.h"

#include <string.h>

#include "wire/reader.h"

#define IP_PROTOCOL_TCP 6
#define IPV4_FRAGMENT 0x3fff /* more fragments, or not the first */
#define TCP_SYN 0x02
#define TCP_RST 0x04

/* The payload of an IP packet when it is TCP; bad otherwise (RFC 791 3.1, RFC 8200 3). */
static struct reader
decode_ip(struct reader *r, struct ip *ret_src, struct ip *ret_dst)
{
	struct reader none = { .bad = true };
	uint8_t first = reader_u8(r);
	uint8_t bytes[16];

	if (first >> 4 == 4) {
		size_t header = (size_t)4 * (first & 0xf);

		reader_skip(r, 1);
		size_t total = reader_u16(r);
		reader_skip(r, 2);
		uint16_t fragment = reader_u16(r);
		reader_skip(r, 1);
		uint8_t protocol = reader_u8(r);
		reader_skip(r, 2);
		reader_copy(r, bytes, 4);
		*ret_src = ip_from_bytes(IP_V4, bytes);
		reader_copy(r, bytes, 4);
		*ret_dst = ip_from_bytes(IP_V4, bytes);
		if (header < 20 || total < header || fragment & IPV4_FRAGMENT ||
		    protocol != IP_PROTOCOL_TCP)
			return none;
		reader_skip(r, header - 20);
		return reader_sub(r, total - header);
	}
	if (first >> 4 == 6) {
		reader_skip(r, 3);
		size_t length = reader_u16(r);
		uint8_t next = reader_u8(r);
		reader_skip(r, 1);
		reader_copy(r, bytes, 16);
		*ret_src = ip_from_bytes(IP_V6, bytes);
		reader_copy(r, bytes, 16);
		*ret_dst = ip_from_bytes(IP_V6, bytes);
		if (next !=
		    IP_PROTOCOL_TCP) /* nothing in the lab puts extension headers before TCP */
			return none;
		return reader_sub(r, length);
	}
	return none;
}

bool
tcp_segment_decode(const void *packet, size_t n, struct tcp_segment *ret)
{
	struct reader whole = reader_init(packet, n);
	struct tcp_segment s = { 0 };
	struct reader r = decode_ip(&whole, &s.src.addr, &s.dst.addr);

	/* RFC 9293 3.1 */
	s.src.port = reader_u16(&r);
	s.dst.port = reader_u16(&r);
	s.seq = reader_u32(&r);
	reader_skip(&r, 4);
	size_t header = (size_t)4 * (reader_u8(&r) >> 4);
	uint8_t flags = reader_u8(&r);
	reader_skip(&r, 6);
	if (header < 20)
		return false;
	reader_skip(&r, header - 20);
	s.len = reader_left(&r);
	s.payload = reader_bytes(&r, s.len);
	s.syn = flags & TCP_SYN;
	s.rst = flags & TCP_RST;
	if (!reader_ok(&r))
		return false;
	*ret = s;
	return true;
}

void
tcp_stream_done(struct tcp_stream *s)
{
	strbuf_done(&s->data);
}

static void
start_at(struct tcp_stream *s, uint32_t seq, bool fresh)
{
	strbuf_done(&s->data);
	s->next_seq = seq;
	s->known = true;
	s->fresh = fresh;
}

void
tcp_stream_add(struct tcp_stream *s, const struct tcp_segment *segment, size_t max)
{
	const uint8_t *payload = segment->payload;
	size_t len = segment->len;
	uint32_t seq = segment->seq;

	if (segment->syn)
		start_at(s, ++seq, false);
	if (segment->rst || len == 0)
		return;
	if (!s->known)
		start_at(s, seq, true);

	int32_t ahead = (int32_t)(seq - s->next_seq);

	if (ahead > 0) {
		start_at(s, seq, true);
	} else if (ahead < 0) {
		size_t old = (size_t) - (int64_t)ahead;

		if (old >= len)
			return;
		payload += old;
		len -= old;
	}
	if (s->data.len + len > max)
		start_at(s, seq + (uint32_t)segment->len, true);
	else {
		strbuf_add_mem(&s->data, payload, len);
		s->next_seq += (uint32_t)len;
	}
}

void
tcp_stream_take(struct tcp_stream *s, size_t n)
{
	n = MIN(n, s->data.len);
	if (n == 0)
		return;
	memmove(s->data.text, s->data.text + n, s->data.len - n);
	s->data.len -= n;
	s->data.text[s->data.len] = '\0';
}
