/*
 * A whole BFD session under any sequence of packets, silences, and orders of an operator. The first
 * byte chooses authentication, multiplier and intervals; then come steps of a kind and its bytes.
 * Packets are mostly well-formed and signed, so that the fuzzer gets behind the decoder; some are
 * bytes as they come.
 */
#include <assert.h>
#include <string.h>

#include "proto/bfd/bfd.h"
#include "wire/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define OURS 0xa1b2c3d4u
#define STEPS_MAX 12

enum { STEP_PACKET, STEP_BYTES, STEP_PASS, STEP_TICK, STEP_ADMIN, STEP_TIMING, STEP_KINDS };

struct trial {
	struct bfd_session *s;
	struct bfd_conf conf;
	struct instant now;
	uint32_t sequence;
	bool was_up, admin_down;
};

static void
look(struct trial *t, const struct bfd_actions *a)
{
	struct bfd_info info;
	struct bfd_packet p;

	bfd_session_info(t->s, &info);
	assert((info.state == BFD_ADMIN_DOWN) == t->admin_down);
	assert((a->change == BFD_CHANGE_UP) == (!t->was_up && info.state == BFD_UP));
	assert((a->change == BFD_CHANGE_DOWN || a->change == BFD_CHANGE_ADMIN_DOWN) ==
	       (t->was_up && info.state != BFD_UP));
	assert((a->why != NULL) == (a->change != BFD_CHANGE_NONE));
	assert(info.state != BFD_UP || info.remote_discriminator != 0);
	t->was_up = info.state == BFD_UP;
	if (a->len == 0)
		return;
	assert(bfd_packet_decode(a->packet, a->len, &p) == BFD_ACCEPTED);
	assert(p.state == info.state && p.my_discriminator == OURS);
	assert(p.your_discriminator == info.remote_discriminator);
	assert(!(p.poll && p.final) && !p.demand);
	assert(p.state == BFD_UP || p.desired_min_tx_us >= 1000000);
}

static void
hear(struct trial *t, const uint8_t *bytes, size_t len)
{
	struct bfd_actions a;
	struct bfd_packet p;

	if (bfd_packet_decode(bytes, len, &p) != BFD_ACCEPTED)
		return;
	(void)bfd_session_receive(t->s, &p, t->now, &a);
	assert(!p.poll || a.len > 0 || a.change == BFD_CHANGE_NONE);
	look(t, &a);
}

static void
hear_packet(struct trial *t, struct reader *r)
{
	uint8_t flags = reader_u8(r), mix = reader_u8(r), buf[BFD_PACKET_MAX];
	struct bfd_packet p = {
		.state = flags & 3,
		.poll = flags & 4,
		.final = flags & 8,
		.demand = flags & 16,
		.diag = mix & 31,
		.multiplier = (uint8_t)(1 + (mix >> 5)),
		.my_discriminator = flags & 32 ? 7 : 9,
		.your_discriminator = OURS,
		.desired_min_tx_us = reader_u16(r) * 1000u,
		.required_min_rx_us = reader_u16(r) * 1000u,
	};

	t->sequence += flags >> 6;
	hear(t, buf, bfd_packet_encode(&p, &t->conf.key, t->sequence, buf));
}

/* Silence of up to 65 s, or until the session has nothing left to do at its clock. */
static void
pass(struct trial *t, struct duration d)
{
	struct instant end = instant_add(t->now, d);
	struct bfd_actions a;

	for (int i = 0; i < 2 && instant_cmp(bfd_session_deadline(t->s), end) <= 0; i++) {
		struct instant deadline = bfd_session_deadline(t->s);

		t->now = instant_cmp(deadline, t->now) > 0 ? deadline : t->now;
		bfd_session_tick(t->s, t->now, &a);
		look(t, &a);
		assert(instant_cmp(bfd_session_deadline(t->s), t->now) >
		       0); /* or the loop would spin */
	}
	t->now = end;
}

static void
step(struct trial *t, struct reader *r)
{
	struct bfd_actions a = { 0 };
	const uint8_t *bytes;
	size_t len;

	switch (reader_u8(r) % STEP_KINDS) {
	case STEP_PACKET:
		hear_packet(t, r);
		return;
	case STEP_BYTES:
		len = reader_u8(r) % 64;
		bytes = reader_bytes(r, len);
		if (bytes)
			hear(t, bytes, len);
		return;
	case STEP_PASS:
		pass(t, DURATION_MS(reader_u16(r)));
		return;
	case STEP_TICK: /* late, or for nothing */
		t->now = instant_add(t->now, DURATION_MS(reader_u8(r)));
		bfd_session_tick(t->s, t->now, &a);
		break;
	case STEP_ADMIN:
		t->admin_down = !t->admin_down;
		bfd_session_set_admin_down(t->s, t->admin_down, t->now, &a);
		break;
	case STEP_TIMING: {
		struct duration min_tx = DURATION_MS(1 + reader_u16(r));
		struct duration min_rx = DURATION_MS(1 + reader_u16(r));

		bfd_session_set_timing(
		    t->s, min_tx, min_rx, (uint8_t)(1 + (reader_u8(r) & 7)), t->now, &a);
		break;
	}
	}
	look(t, &a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum bfd_auth types[] = { BFD_AUTH_NONE, BFD_AUTH_NONE, BFD_AUTH_SHA1,
		BFD_AUTH_METICULOUS_SHA1 };
	struct reader r = reader_init(data, size);
	uint8_t first = reader_u8(&r);
	struct trial t = {
		.conf = { .min_tx = DURATION_MS(first & 4 ? 10 : 2000),
		    .min_rx = DURATION_MS(first & 8 ? 10 : 300),
		    .multiplier = (uint8_t)(1 + (first >> 4)),
		    .key = { .type = types[first & 3], .id = 1, .secret = "s3cret" } },
		.now = { NS_PER_S },
	};

	t.s = bfd_session_new(&t.conf, OURS, first, t.now);
	for (int i = 0; i < STEPS_MAX && reader_left(&r) > 0; i++)
		step(&t, &r);
	bfd_session_free(t.s);
	return 0;
}
