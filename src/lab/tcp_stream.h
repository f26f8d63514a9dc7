/*
 * The bytes of TCP connections, from captured IP packets. Pure.
 *
 * Just enough for a capture in a quiet network: one direction of a connection is a stream; what was
 * seen before is dropped, and a gap starts the stream anew behind it, because a lost packet will
 * not come to us again in order. The reader of a stream therefore has to find its own footing
 * (tcp_stream.fresh).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/strbuf.h"

struct tcp_segment {
	struct endpoint src, dst;
	uint32_t seq;
	bool syn, rst;
	const uint8_t *payload; /* borrowed from the packet */
	size_t len;
};

/* From an IPv4 or IPv6 packet that starts at its IP header. False: not a TCP segment, or cut off.
 */
bool tcp_segment_decode(const void *packet, size_t n, struct tcp_segment *ret);

struct tcp_stream {
	struct endpoint src, dst;
	uint32_t next_seq;
	bool known;         /* next_seq is valid */
	bool fresh;         /* what is buffered may begin in the middle of a message */
	struct strbuf data; /* bytes not taken yet */
};

void tcp_stream_done(struct tcp_stream *s);
/* Adds what is new of a segment of this stream. Keeps at most max bytes; drops all when it would be
 * more. */
void tcp_stream_add(struct tcp_stream *s, const struct tcp_segment *segment, size_t max);
/* Removes n bytes (at most what is there) from the front. */
void tcp_stream_take(struct tcp_stream *s, size_t n);
