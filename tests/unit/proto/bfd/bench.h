/* One session on a bench: a fake clock, a neighbor played by the test, and what came out last. */
#pragma once

#include "base/attr.h"
#include "proto/bfd/bfd.h"
#include "tap.h"

#define OURS 0x11111111u
#define THEIRS 0x22222222u

struct bench {
	struct bfd_session *s;
	struct bfd_key key;
	struct instant now;
	struct bfd_actions out;
	struct bfd_packet sent; /* of out, when it has one */
	uint32_t sequence;      /* of the neighbor's next packet */
};

static inline void
bench_done(struct bench *b)
{
	bfd_session_free(b->s);
}

static inline struct bfd_conf
bench_conf(void)
{
	return (struct bfd_conf){
		.min_tx = DURATION_MS(10), .min_rx = DURATION_MS(10), .multiplier = 3
	};
}

static inline struct bench
bench_new(const struct bfd_conf *conf)
{
	struct bench b = { .key = conf->key, .now = { 1000 * NS_PER_S }, .sequence = 5000 };

	b.s = bfd_session_new(conf, OURS, 1, b.now);
	return b;
}

/* Our own packets must be right by our own checks, whatever else is tested. */
static inline void
bench_look(struct bench *b)
{
	if (b->out.len == 0)
		return;
	CHECK_INT(bfd_packet_decode(b->out.packet, b->out.len, &b->sent), BFD_ACCEPTED);
	CHECK_INT(b->sent.my_discriminator, OURS);
	CHECK(!(b->sent.poll && b->sent.final));
	CHECK(!b->sent.demand && b->sent.required_min_echo_rx_us == 0);
}

/* What the neighbor says by default: 10 ms both ways, times 3. */
static inline struct bfd_packet
bench_packet(enum bfd_state state)
{
	return (struct bfd_packet){
		.state = state,
		.multiplier = 3,
		.my_discriminator = THEIRS,
		.your_discriminator = OURS,
		.desired_min_tx_us = 10000,
		.required_min_rx_us = 10000,
	};
}

static inline enum bfd_verdict
bench_hear_bytes(struct bench *b, const uint8_t *bytes, size_t len)
{
	struct bfd_packet p;
	enum bfd_verdict verdict = bfd_packet_decode(bytes, len, &p);

	b->out.len = 0;
	if (verdict == BFD_ACCEPTED)
		verdict = bfd_session_receive(b->s, &p, b->now, &b->out);
	bench_look(b);
	return verdict;
}

static inline enum bfd_verdict
bench_hear(struct bench *b, struct bfd_packet p)
{
	uint8_t buf[BFD_PACKET_MAX];
	size_t len = bfd_packet_encode(&p, &b->key, b->sequence++, buf);

	return bench_hear_bytes(b, buf, len);
}

static inline enum bfd_verdict
bench_hear_state(struct bench *b, enum bfd_state state)
{
	return bench_hear(b, bench_packet(state));
}

static inline void
bench_tick(struct bench *b)
{
	bfd_session_tick(b->s, b->now, &b->out);
	bench_look(b);
}

/* To the next deadline, whose time it took is returned. */
static inline struct duration
bench_step(struct bench *b)
{
	struct instant before = b->now;
	struct instant deadline = bfd_session_deadline(b->s);

	if (instant_is_never(deadline))
		return DURATION_FOREVER;
	if (instant_cmp(deadline, b->now) > 0)
		b->now = deadline;
	bench_tick(b);
	return instant_diff(b->now, before);
}

/* Time passes, and what is sent is of no interest. */
static inline void
bench_pass(struct bench *b, struct duration d)
{
	struct instant end = instant_add(b->now, d);

	while (instant_cmp(bfd_session_deadline(b->s), end) <= 0)
		(void)bench_step(b);
	b->now = end;
}

static inline struct bfd_info
bench_info(const struct bench *b)
{
	struct bfd_info info;

	bfd_session_info(b->s, &info);
	return info;
}

/* A session that is Up, with its poll sequence answered. */
static inline struct bench
bench_up(const struct bfd_conf *conf)
{
	struct bench b = bench_new(conf);
	struct bfd_packet p = bench_packet(BFD_UP);

	bench_tick(&b);
	(void)bench_hear_state(&b, BFD_DOWN);
	(void)bench_hear_state(&b, BFD_INIT);
	p.final = true;
	(void)bench_hear(&b, p);
	CHECK_INT(bench_info(&b).state, BFD_UP);
	CHECK(!bench_info(&b).polling);
	return b;
}
