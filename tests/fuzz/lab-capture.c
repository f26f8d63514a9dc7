/*
 * The capture of lab run: bytes of a BGP session give the same prefixes, however they are cut into segments. The first
 * two bytes say where; the rest is the payload after the SYN. Raw packets are tried as well.
 */
#include <assert.h>
#include <stdlib.h>

#include "lab/bgp_watch.h"
#include "wire/writer.h"

#define PAYLOAD_MAX 4000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
feed(struct bgp_watch *w, uint32_t seq, bool syn, const uint8_t *bytes, size_t n, int64_t at_ns)
{
	uint8_t buf[PAYLOAD_MAX + 40];
	struct writer p = writer_init(buf, sizeof(buf));

	writer_u16(&p, 0x4500);
	writer_u16(&p, 40 + n);
	writer_u32(&p, 0x00004000);
	writer_u32(&p, 0x40060000);
	writer_u32(&p, 0xc6336405);
	writer_u32(&p, 0xc6336404);
	writer_u16(&p, 179);
	writer_u16(&p, 50000);
	writer_u32(&p, seq);
	writer_u32(&p, 0);
	writer_u32(&p, syn ? 0x50020040 : 0x50180040);
	writer_u32(&p, 0);
	writer_bytes(&p, bytes, n);
	assert(writer_ok(&p));
	bgp_watch_packet(w, buf, writer_len(&p), at_ns);
}

static void
check_same(const struct bgp_watch *a, const struct bgp_watch *b)
{
	assert(a->event_count == b->event_count);
	assert(a->malformed == b->malformed);
	for (size_t i = 0; i < a->event_count; i++) {
		assert(prefix_equal(a->events[i].prefix, b->events[i].prefix));
		assert(a->events[i].withdrawn == b->events[i].withdrawn);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bgp_watch whole, cut;

	bgp_watch_init(&whole);
	bgp_watch_packet(&whole, data, size, 1);
	bgp_watch_done(&whole);
	if (size < 2 || size > PAYLOAD_MAX)
		return 0;

	const uint8_t *bytes = data + 2;
	size_t n = size - 2, at = n ? (size_t)(data[0] << 8 | data[1]) % n : 0;

	bgp_watch_init(&whole);
	feed(&whole, 99, true, NULL, 0, 1);
	feed(&whole, 100, false, bytes, n, 1);
	bgp_watch_init(&cut);
	feed(&cut, 99, true, NULL, 0, 1);
	feed(&cut, 100, false, bytes, at, 1);
	feed(&cut, 100 + (uint32_t)at, false, bytes + at, n - at, 2);
	check_same(&whole, &cut);
	bgp_watch_done(&whole);
	bgp_watch_done(&cut);
	return 0;
}
