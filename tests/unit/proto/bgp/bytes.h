/* What the tests of BGP share: bytes from hex text, and a configuration that works. */
#pragma once

#include "base/attr.h"
#include "proto/bgp/codec.h"
#include "tap.h"

/* "ff 00 7f" to bytes; spaces are skipped. Returns the count. */
static inline size_t
from_hex(const char *text, uint8_t *buf, size_t size)
{
	size_t n = 0;

	for (; *text; text++) {
		unsigned byte;

		if (*text == ' ')
			continue;
		if (n == size || sscanf(text, "%2x", &byte) != 1) {
			tap_fail(__FILE__, __LINE__, "bad hex: %s", text);
			return n;
		}
		buf[n++] = (uint8_t)byte;
		text++;
	}
	return n;
}

#define CHECK_HEX(got, got_len, text)                                                              \
	do {                                                                                       \
		uint8_t _want[BGP_MESSAGE_MAX];                                                    \
		size_t _want_len = from_hex((text), _want, sizeof(_want));                         \
		CHECK_MEM((got), (got_len), _want, _want_len);                                     \
	} while (0)

#define MARKER "ffffffff ffffffff ffffffff ffffffff "

/* An UPDATE's body from its three parts; the lengths are filled in. */
static inline size_t
compose(const char *withdrawn, const char *attributes, const char *nlri, uint8_t *body, size_t size)
{
	struct writer w = writer_init(body, size);
	struct writer_mark mark;
	uint8_t part[1024];
	size_t n;

	mark = writer_len16_begin(&w);
	n = from_hex(withdrawn, part, sizeof(part));
	writer_bytes(&w, part, n);
	writer_len_end(&w, mark);
	mark = writer_len16_begin(&w);
	n = from_hex(attributes, part, sizeof(part));
	writer_bytes(&w, part, n);
	writer_len_end(&w, mark);
	n = from_hex(nlri, part, sizeof(part));
	writer_bytes(&w, part, n);
	return writer_len(&w);
}

static inline struct prefix
prefix_of(const char *text)
{
	struct prefix p = { 0 };

	if (prefix_parse(text, &p) < 0)
		tap_fail(__FILE__, __LINE__, "bad prefix: %s", text);
	return p;
}

static inline struct ip
ip_of(const char *text)
{
	struct ip ip = { 0 };

	if (ip_parse(text, &ip) < 0)
		tap_fail(__FILE__, __LINE__, "bad address: %s", text);
	return ip;
}

/* AS 65001, 192.0.2.1, towards AS 64501; both families. */
static inline struct bgp_conf
usual_conf(void)
{
	return (struct bgp_conf){
		.local_as = 65001,
		.peer_as = 64501,
		.router_id = ip_of("192.0.2.1"),
		.hold_time = DURATION_S(90),
		.connect_retry = DURATION_S(5),
		.idle_hold = DURATION_S(1),
		.idle_hold_max = DURATION_S(60),
		.families = { true, true },
		.next_hop = { ip_of("192.0.2.1"), ip_of("2001:db8::1") },
		.prefix_limit = 10,
		.offer = BGP_OFFER_DEFAULT,
	};
}

static inline struct bgp_peering
usual_peering(void)
{
	return (struct bgp_peering){
		.local_as = 65001,
		.as4 = true,
		.families = { true, true },
		.next_hop = { ip_of("192.0.2.1"), ip_of("2001:db8::1") },
		.message_max = BGP_MESSAGE_MAX,
	};
}
