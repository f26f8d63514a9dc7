/* The control packet: our bytes, and every check of RFC 5880 section 6.8.6 that needs no session.
 */
#include "proto/bfd/bfd.h"
#include "tap.h"

static const struct bfd_key no_key;

/* Version 1, Up, multiplier 3, my 0x01020304, yours 0x05060708, 10 ms, 20 ms, no echo. */
static const uint8_t plain[BFD_HEADER_LEN] = { 0x20, 0xc0, 3, 24, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0,
	0x27, 0x10, 0, 0, 0x4e, 0x20, 0, 0, 0, 0 };

TEST(our_packets_in_bytes)
{
	struct bfd_packet p = {
		.state = BFD_UP,
		.multiplier = 3,
		.my_discriminator = 0x01020304,
		.your_discriminator = 0x05060708,
		.desired_min_tx_us = 10000,
		.required_min_rx_us = 20000,
	};
	uint8_t buf[BFD_PACKET_MAX];

	CHECK_MEM(buf, bfd_packet_encode(&p, &no_key, 0, buf), plain, sizeof(plain));

	p.diag = BFD_DIAG_ADMIN_DOWN;
	p.state = BFD_ADMIN_DOWN;
	p.poll = p.control_plane_independent = p.demand = true;
	(void)bfd_packet_encode(&p, &no_key, 0, buf);
	CHECK_INT(buf[0], 0x27);
	CHECK_INT(buf[1], 0x2a);
	p.poll = p.control_plane_independent = p.demand = false;
	p.final = true;
	p.state = BFD_INIT;
	(void)bfd_packet_encode(&p, &no_key, 0, buf);
	CHECK_INT(buf[1], 0x90);
}

TEST(packets_are_read)
{
	struct bfd_packet p;

	REQUIRE(bfd_packet_decode(plain, sizeof(plain), &p) == BFD_ACCEPTED);
	CHECK_INT(p.state, BFD_UP);
	CHECK_INT(p.diag, 0);
	CHECK_INT(p.multiplier, 3);
	CHECK_INT(p.my_discriminator, 0x01020304);
	CHECK_INT(p.your_discriminator, 0x05060708);
	CHECK_INT(p.desired_min_tx_us, 10000);
	CHECK_INT(p.required_min_rx_us, 20000);
	CHECK_INT(p.required_min_echo_rx_us, 0);
	CHECK(!p.poll && !p.final && !p.auth && !p.demand && !p.control_plane_independent);
	CHECK_INT(p.len, BFD_HEADER_LEN);

	uint8_t all[] = { 0x3f, 0x7a, 255, 24, 0, 0, 0, 1, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255,
		255, 255, 0, 0, 0, 9 };
	REQUIRE(bfd_packet_decode(all, sizeof(all), &p) == BFD_ACCEPTED);
	CHECK_INT(p.state, BFD_DOWN);
	CHECK_INT(p.diag, 31);
	CHECK(p.poll && p.final && p.demand && p.control_plane_independent && !p.auth);
	CHECK_INT(p.desired_min_tx_us, UINT32_MAX);
	CHECK_INT(p.required_min_echo_rx_us, 9);
}

TEST(packets_are_checked_as_rfc5880_6_8_6_asks)
{
	static const struct {
		const char *what;
		int at[2], byte[2]; /* changed in the plain one; at 0: not */
		size_t len;         /* of the datagram; 0: as it was */
		enum bfd_verdict want;
	} cases[] = {
		{ "as it is", { 0 }, { 0 }, 0, BFD_ACCEPTED },
		{ "padded", { 0 }, { 0 }, 30, BFD_ACCEPTED },
		{ "length 25, and there", { 3 }, { 25 }, 30, BFD_ACCEPTED },
		{ "nothing", { 0 }, { 0 }, SIZE_MAX, BFD_BAD_LENGTH },
		{ "cut", { 0 }, { 0 }, 23, BFD_BAD_LENGTH },
		{ "length below 24", { 3 }, { 23 }, 0, BFD_BAD_LENGTH },
		{ "length over the datagram", { 3 }, { 25 }, 0, BFD_BAD_LENGTH },
		{ "A, and length 24", { 1 }, { 0xc4 }, 30, BFD_BAD_LENGTH },
		{ "A, and length 25", { 1, 3 }, { 0xc4, 25 }, 30, BFD_BAD_LENGTH },
		{ "A, and length 26", { 1, 3 }, { 0xc4, 26 }, 30, BFD_ACCEPTED },
		{ "multiplier 0", { 2 }, { 0 }, 0, BFD_BAD_MULTIPLIER },
		{ "multipoint", { 1 }, { 0xc1 }, 0, BFD_MULTIPOINT },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t bytes[32] = { 0 };
		struct bfd_packet p;
		size_t len = cases[i].len == SIZE_MAX ? 0
			     : cases[i].len           ? cases[i].len
						      : sizeof(plain);

		memcpy(bytes, plain, sizeof(plain));
		for (int k = 0; k < 2 && cases[i].at[k]; k++)
			bytes[cases[i].at[k]] = (uint8_t)cases[i].byte[k];
		enum bfd_verdict got = bfd_packet_decode(bytes, len, &p);
		if (got != cases[i].want)
			tap_fail(
			    __FILE__, __LINE__, "%s: %s", cases[i].what, bfd_verdict_name(got));
	}
}

TEST(other_versions_are_dropped)
{
	for (unsigned version = 0; version < 8; version++) {
		uint8_t bytes[BFD_HEADER_LEN];
		struct bfd_packet p;

		memcpy(bytes, plain, sizeof(bytes));
		bytes[0] = (uint8_t)(version << 5);
		CHECK_INT(bfd_packet_decode(bytes, sizeof(bytes), &p),
		    version == 1 ? BFD_ACCEPTED : BFD_BAD_VERSION);
	}
}

TEST(discriminators_must_be_there)
{
	for (enum bfd_state state = 0; state < BFD_STATE_MAX; state++) {
		uint8_t bytes[BFD_HEADER_LEN];
		struct bfd_packet p;

		memcpy(bytes, plain, sizeof(bytes));
		bytes[1] = (uint8_t)(state << 6);
		memset(bytes + 8, 0, 4);
		CHECK_INT(bfd_packet_decode(bytes, sizeof(bytes), &p),
		    state == BFD_INIT || state == BFD_UP ? BFD_NO_YOUR_DISCRIMINATOR
							 : BFD_ACCEPTED);
		memset(bytes + 4, 0, 4);
		CHECK_INT(bfd_packet_decode(bytes, sizeof(bytes), &p), BFD_NO_MY_DISCRIMINATOR);
	}
}

TEST(everything_has_a_name)
{
	for (enum bfd_state state = 0; state < BFD_STATE_MAX; state++)
		CHECK(bfd_state_name(state)[0]);
	for (unsigned diag = 0; diag <= UINT8_MAX; diag++)
		CHECK(bfd_diag_name((uint8_t)diag)[0]);
	for (enum bfd_verdict verdict = 0; verdict < BFD_VERDICT_MAX; verdict++)
		CHECK(bfd_verdict_name(verdict)[0]);
	CHECK_STR(bfd_diag_name(BFD_DIAG_NEIGHBOR_DOWN), "neighbor signaled session down");
	CHECK_STR(bfd_diag_name(31), "unknown diagnostic");
}
