/* Keyed SHA1 and its meticulous kin: bytes, digests, and the window of sequence numbers. */
#include "bench.h"

static struct bfd_key
key(enum bfd_auth type)
{
	return (struct bfd_key){ .type = type, .id = 7, .secret = "s3cret" };
}

TEST(signed_packets_in_bytes)
{
	/* digests by another implementation, over the packet with the padded key in their place */
	static const struct {
		enum bfd_auth type;
		uint8_t section[28];
	} cases[] = {
		{ BFD_AUTH_SHA1, { 4, 28, 7, 0, 0xde, 0xad, 0xbe, 0xef, 0x97, 0xec, 0x42, 0xb8,
				     0xcb, 0x0c, 0xd2, 0xc9, 0x4a, 0xcf, 0x29, 0xe9, 0x5c, 0xc5,
				     0xb7, 0x35, 0xb5, 0xfc, 0x64, 0x58 } },
		{ BFD_AUTH_METICULOUS_SHA1,
		    { 5, 28, 7, 0, 0xde, 0xad, 0xbe, 0xef, 0x09, 0x3f, 0x45, 0xe0, 0x57, 0x92, 0x60,
			0x45, 0x9f, 0x1b, 0xd2, 0x41, 0x55, 0xdb, 0xa4, 0x6c, 0x3d, 0xc0, 0xc1,
			0x71 } },
	};
	struct bfd_packet p = { .state = BFD_UP,
		.multiplier = 3,
		.my_discriminator = 0x01020304,
		.your_discriminator = 0x05060708,
		.desired_min_tx_us = 10000,
		.required_min_rx_us = 20000 };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct bfd_key k = key(cases[i].type);
		uint8_t buf[BFD_PACKET_MAX];
		uint32_t sequence = 0;
		struct bfd_packet read;

		CHECK_INT(bfd_packet_encode(&p, &k, 0xdeadbeef, buf), BFD_PACKET_MAX);
		CHECK_INT(buf[1], 0xc4);
		CHECK_INT(buf[3], BFD_PACKET_MAX);
		CHECK_MEM(buf + BFD_HEADER_LEN, 28, cases[i].section, 28);
		REQUIRE(bfd_packet_decode(buf, sizeof(buf), &read) == BFD_ACCEPTED);
		CHECK_INT(bfd_auth_verify(&k, &read, &sequence), BFD_ACCEPTED);
		CHECK_INT(sequence, 0xdeadbeef);
	}
}

TEST(any_changed_bit_is_noticed)
{
	struct bfd_key k = key(BFD_AUTH_SHA1);
	struct bfd_packet p = bench_packet(BFD_UP);
	uint8_t buf[BFD_PACKET_MAX + 1] = { 0 };
	uint32_t sequence;

	(void)bfd_packet_encode(&p, &k, 1, buf);
	for (size_t bit = 0; bit < BFD_PACKET_MAX * 8; bit++) {
		struct bfd_packet read;

		buf[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (bfd_packet_decode(buf, sizeof(buf), &read) == BFD_ACCEPTED && read.auth)
			CHECK_INT(bfd_auth_verify(&k, &read, &sequence), BFD_AUTH_FAILED);
		buf[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

TEST(type_key_and_secret_must_be_ours)
{
	static const struct {
		enum bfd_auth ours;
		struct bfd_key theirs;
		enum bfd_verdict want;
	} cases[] = {
		{ BFD_AUTH_SHA1, { BFD_AUTH_SHA1, 7, "s3cret" }, BFD_ACCEPTED },
		{ BFD_AUTH_SHA1, { BFD_AUTH_SHA1, 8, "s3cret" }, BFD_AUTH_FAILED },
		{ BFD_AUTH_SHA1, { BFD_AUTH_SHA1, 7, "secret" }, BFD_AUTH_FAILED },
		{ BFD_AUTH_SHA1, { BFD_AUTH_METICULOUS_SHA1, 7, "s3cret" }, BFD_AUTH_FAILED },
		{ BFD_AUTH_METICULOUS_SHA1, { BFD_AUTH_SHA1, 7, "s3cret" }, BFD_AUTH_FAILED },
		{ BFD_AUTH_SHA1, { BFD_AUTH_NONE, 0, "" }, BFD_AUTH_MISSING },
		{ BFD_AUTH_NONE, { BFD_AUTH_SHA1, 7, "s3cret" }, BFD_AUTH_MISSING },
		{ BFD_AUTH_NONE, { BFD_AUTH_NONE, 0, "" }, BFD_ACCEPTED },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct bfd_conf conf = bench_conf();

		conf.key = key(cases[i].ours);
		_cleanup_(bench_done) struct bench b = bench_new(&conf);
		b.key = cases[i].theirs;
		CHECK_INT(bench_hear_state(&b, BFD_DOWN), cases[i].want);
		CHECK_INT(
		    bench_info(&b).state, cases[i].want == BFD_ACCEPTED ? BFD_INIT : BFD_DOWN);
		CHECK_INT(bench_info(&b).remote_discriminator,
		    cases[i].want == BFD_ACCEPTED ? THEIRS : 0);
		CHECK_INT(bench_info(&b).verdicts[cases[i].want], 1);
	}
}

/* RFC 5880 sections 6.7.3 and 6.7.4: 3 x multiplier ahead, and for the meticulous not the same
 * again. */
TEST(sequence_numbers_keep_to_their_window)
{
	static const struct {
		enum bfd_auth type;
		uint32_t first, second;
		enum bfd_verdict want;
	} cases[] = {
		{ BFD_AUTH_SHA1, 100, 100, BFD_ACCEPTED },
		{ BFD_AUTH_SHA1, 100, 101, BFD_ACCEPTED },
		{ BFD_AUTH_SHA1, 100, 109, BFD_ACCEPTED },
		{ BFD_AUTH_SHA1, 100, 110, BFD_AUTH_REPLAYED },
		{ BFD_AUTH_SHA1, 100, 99, BFD_AUTH_REPLAYED },
		{ BFD_AUTH_SHA1, UINT32_MAX, 8, BFD_ACCEPTED },
		{ BFD_AUTH_SHA1, UINT32_MAX, 9, BFD_AUTH_REPLAYED },
		{ BFD_AUTH_SHA1, 0, UINT32_MAX, BFD_AUTH_REPLAYED },
		{ BFD_AUTH_METICULOUS_SHA1, 100, 100, BFD_AUTH_REPLAYED },
		{ BFD_AUTH_METICULOUS_SHA1, 100, 101, BFD_ACCEPTED },
		{ BFD_AUTH_METICULOUS_SHA1, 100, 109, BFD_ACCEPTED },
		{ BFD_AUTH_METICULOUS_SHA1, 100, 110, BFD_AUTH_REPLAYED },
		{ BFD_AUTH_METICULOUS_SHA1, UINT32_MAX, 0, BFD_ACCEPTED },
		{ BFD_AUTH_METICULOUS_SHA1, 100, 99, BFD_AUTH_REPLAYED },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct bfd_conf conf = bench_conf();

		conf.key = key(cases[i].type);
		_cleanup_(bench_done) struct bench b = bench_new(&conf);
		b.sequence = cases[i].first;
		CHECK_INT(bench_hear_state(&b, BFD_DOWN), BFD_ACCEPTED);
		b.sequence = cases[i].second;
		enum bfd_verdict got = bench_hear_state(&b, BFD_INIT);
		if (got != cases[i].want)
			tap_fail(__FILE__, __LINE__, "%u then %u: %s", cases[i].first,
			    cases[i].second, bfd_verdict_name(got));
		CHECK_INT(bench_info(&b).state, got == BFD_ACCEPTED ? BFD_UP : BFD_INIT);
	}
}

TEST(a_neighbor_that_starts_again_is_believed_after_two_detection_times)
{
	struct bfd_conf conf = bench_conf();

	conf.key = key(BFD_AUTH_METICULOUS_SHA1);
	_cleanup_(bench_done) struct bench b = bench_up(&conf);
	b.sequence = 77;
	bench_pass(&b, DURATION_US(59999));
	CHECK_INT(bench_hear_state(&b, BFD_DOWN), BFD_AUTH_REPLAYED);
	bench_pass(&b, DURATION_US(1));
	CHECK_INT(bench_hear_state(&b, BFD_DOWN), BFD_ACCEPTED);
	CHECK_INT(bench_info(&b).state, BFD_INIT);
}

TEST(numbers_are_kept_while_silence_was_not_judged_yet)
{
	struct bfd_conf conf = bench_conf();

	conf.key = key(BFD_AUTH_METICULOUS_SHA1);
	_cleanup_(bench_done) struct bench b = bench_up(&conf);
	b.sequence = 77;
	b.now = instant_add(b.now, DURATION_S(1)); /* a driver that slept */
	CHECK_INT(bench_hear_state(&b, BFD_UP), BFD_AUTH_REPLAYED);
	bench_tick(&b);
	CHECK_INT(bench_info(&b).state, BFD_DOWN);
	CHECK_INT(bench_hear_state(&b, BFD_DOWN), BFD_ACCEPTED);
}

TEST(a_wrong_digest_teaches_no_sequence_number)
{
	struct bfd_conf conf = bench_conf();

	conf.key = key(BFD_AUTH_SHA1);
	_cleanup_(bench_done) struct bench b = bench_new(&conf);
	b.key.secret[0] ^= 1;
	b.sequence = 900000;
	CHECK_INT(bench_hear_state(&b, BFD_DOWN), BFD_AUTH_FAILED);
	b.key = conf.key;
	b.sequence = 5;
	CHECK_INT(bench_hear_state(&b, BFD_DOWN), BFD_ACCEPTED);
}

static uint32_t
sequence_sent(const struct bench *b, const struct bfd_conf *conf)
{
	uint32_t sequence = 0;

	CHECK_INT(bfd_auth_verify(&conf->key, &b->sent, &sequence), BFD_ACCEPTED);
	return sequence;
}

TEST(ours_count_every_packet_or_every_change)
{
	static const enum bfd_auth types[] = { BFD_AUTH_SHA1, BFD_AUTH_METICULOUS_SHA1 };

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		struct bfd_conf conf = bench_conf();

		conf.key = key(types[i]);
		_cleanup_(bench_done) struct bench b = bench_new(&conf);
		bench_tick(&b);
		uint32_t first = sequence_sent(&b, &conf);
		(void)bench_step(&b);
		CHECK_INT(sequence_sent(&b, &conf) - first, i);
		(void)bench_step(&b);
		CHECK_INT(sequence_sent(&b, &conf) - first, 2 * i);
		CHECK_INT(bench_hear_state(&b, BFD_DOWN), BFD_ACCEPTED);
		REQUIRE(b.out.len > 0);
		CHECK_INT(sequence_sent(&b, &conf) - first, 2 * i + 1);
	}
}
