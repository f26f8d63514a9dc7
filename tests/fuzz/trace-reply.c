/*
 * What comes back of a trace: the decoders, the engine behind them, and then the search for the MTU on
 * the way that was found. The input is a sequence of
 * replies: a byte that says which decoder and how far time goes, a byte for type, one for code, one
 * for the sender, one for the length, and as many bytes of a quote.
 */
#include <assert.h>
#include <stdlib.h>

#include "proto/trace/mtu.h"
#include "wire/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct trace_conf conf = {
	.target = { IP_V4, { 203, 0, 113, 10 } },
	.max_hops = 12,
	.queries = 2,
	.parallel = 8,
	.gap_limit = 4,
	.wait = { NS_PER_S },
};

static enum trace_match
decode(uint8_t choice, const uint8_t *bytes, size_t n, uint16_t *ret_number)
{
	const struct trace_flow v4 = { .family = IP_V4, .cookie = 0x41414141, .ident = 0x4242 };
	const struct trace_flow v6 = { .family = IP_V6, .cookie = 0x41414141, .ident = 0 };

	switch (choice % 6) {
	case 0:
		return trace_decode_udp_quote(&v4, bytes, n, ret_number);
	case 1:
		return trace_decode_echo_quote(&v4, bytes, n, ret_number);
	case 2:
		return trace_decode_echo_quote(&v6, bytes, n, ret_number);
	case 3:
		return trace_decode_echo_reply(&v4, true, bytes, n, ret_number);
	case 4:
		return trace_decode_echo_reply(&v4, false, bytes, n, ret_number);
	default:
		return trace_decode_echo_reply(&v6, false, bytes, n, ret_number);
	}
}

static void
look_at(const struct trace *t)
{
	for (uint32_t ttl = 1; ttl <= trace_hops(t); ttl++) {
		for (uint32_t q = 0; q < trace_queries(t); q++) {
			const struct trace_answer *a = trace_answer(t, ttl, q);

			assert(a->kind == TRACE_LOST || a->rtt.ns >= 0);
		}
	}
}

/* Each reply of the input once more, to the probe that waits. It ends, and names falls in order. */
static void
find_mtu(const struct trace *t, const uint8_t *data, size_t size)
{
	enum ip_family family = size % 2 ? IP_V6 : IP_V4;
	struct trace_mtu *m = trace_mtu_new(t, family, DURATION_S(1));
	struct reader r = reader_init(data, size);
	struct instant now = { 0 };
	struct trace_probe probe = { 0 };
	const struct trace_mtu_fall *falls;
	uint32_t size_before = UINT16_MAX, hop;
	size_t count;

	for (int i = 0; !trace_mtu_is_over(m); i++) {
		uint8_t choice = reader_left(&r) > 0 ? reader_u8(&r) : 0;
		struct trace_reply reply = { .from = ip_from_v4(0xc6336400u + choice),
			.icmp = choice & 1,
			.type = choice & 2 ? 3 : 2,
			.code = choice & 4 ? 4 : 0,
			.numbered = choice & 8,
			.mtu = choice & 16 ? (uint32_t)choice << 4 : 0,
			.at = now };

		assert(i < 20000);
		if (trace_mtu_take_probe(m, now, &probe) && i == 0)
			trace_mtu_too_big_here(m, (uint32_t)choice << 4);
		reply.number = (uint16_t)(probe.number - (choice & 32 ? 1 : 0));
		if (choice & 64)
			(void)trace_mtu_input(m, &reply);
		if (!trace_mtu_is_over(m))
			now = instant_max(now, trace_mtu_deadline(m));
		trace_mtu_expire(m, now);
	}
	count = trace_mtu_falls(m, &falls);
	for (size_t i = 0; i < count; i++) {
		assert(falls[i].mtu < falls[i].before && falls[i].before <= size_before);
		size_before = falls[i].mtu;
	}
	assert(trace_mtu_path(m, &hop) <= UINT16_MAX && hop <= conf.max_hops);
	trace_mtu_free(m);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = reader_init(data, size);
	struct trace *t = trace_new(&conf);
	struct instant now = { 0 };
	struct trace_probe probe;
	unsigned sent = 0;

	while (reader_left(&r) > 0) {
		uint8_t choice = reader_u8(&r), type = reader_u8(&r), code = reader_u8(&r);
		uint8_t from = reader_u8(&r), n = reader_u8(&r);
		uint8_t quote[256];
		struct trace_reply reply = { .from = ip_from_v4(0xc6336400u + from),
			.icmp = choice & 0x80,
			.type = type,
			.code = code };
		char mark[TRACE_TEXT_MAX];
		enum trace_match match;

		reader_copy(&r, quote, n);
		while (trace_take_probe(t, now, &probe)) {
			assert(probe.ttl >= 1 && probe.ttl <= conf.max_hops);
			sent++;
		}
		now = instant_add(now, DURATION_MS(choice));
		match = decode(choice, quote, n, &reply.number);
		reply.kind = trace_kind_of_icmp(choice & 0x40 ? IP_V6 : IP_V4, type, code);
		(void)trace_mark(reply.from.family, type, code, mark);
		(void)trace_icmp_text(reply.from.family, type, code, mark);
		reply.numbered = match == TRACE_MATCH_NUMBER;
		reply.at = now;
		if (match != TRACE_MATCH_FOREIGN)
			(void)trace_input(t, &reply);
		trace_expire(t, now);
		look_at(t);
	}
	/* whatever came, it ends, and sends no more than it may */
	for (int i = 0; !trace_is_over(t); i++) {
		struct instant at = trace_deadline(t);

		assert(i < 1000 && !instant_is_never(at));
		now = instant_cmp(at, now) > 0 ? at : now;
		while (trace_take_probe(t, now, &probe))
			sent++;
		trace_expire(t, now);
	}
	assert(sent <= conf.max_hops * conf.queries);
	look_at(t);
	find_mtu(t, data, size);
	trace_free(t);
	return 0;
}
