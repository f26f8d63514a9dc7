/* The control packet of RFC 5880 section 4.1, both directions. */
#include "proto/bfd/session_internal.h"
#include "wire/reader.h"
#include "wire/writer.h"

#define VERSION 1
#define AUTH_HEADER_LEN 2 /* type and length: what a packet with the A bit has at least */

enum {
	FLAG_MULTIPOINT = 1,
	FLAG_DEMAND = 2,
	FLAG_AUTH = 4,
	FLAG_CPI = 8,
	FLAG_FINAL = 16,
	FLAG_POLL = 32
};

const char *
bfd_state_name(enum bfd_state state)
{
	static const char *const names[BFD_STATE_MAX] = { "AdminDown", "Down", "Init", "Up" };

	return names[state];
}

const char *
bfd_diag_name(uint8_t diag)
{
	static const char *const names[] = { "no diagnostic", "control detection time expired",
		"echo function failed", "neighbor signaled session down", "forwarding plane reset",
		"path down", "concatenated path down", "administratively down",
		"reverse concatenated path down" };

	return diag < ARRAY_SIZE(names) ? names[diag] : "unknown diagnostic";
}

const char *
bfd_verdict_name(enum bfd_verdict verdict)
{
	static const char *const names[BFD_VERDICT_MAX] = {
		[BFD_ACCEPTED] = "accepted",
		[BFD_BAD_LENGTH] = "bad_length",
		[BFD_BAD_VERSION] = "bad_version",
		[BFD_BAD_MULTIPLIER] = "bad_multiplier",
		[BFD_MULTIPOINT] = "multipoint",
		[BFD_NO_MY_DISCRIMINATOR] = "no_my_discriminator",
		[BFD_NO_YOUR_DISCRIMINATOR] = "no_your_discriminator",
		[BFD_NO_SESSION] = "no_session",
		[BFD_BAD_SOURCE] = "bad_source",
		[BFD_BAD_TTL] = "bad_ttl",
		[BFD_AUTH_MISSING] = "auth_missing",
		[BFD_AUTH_FAILED] = "auth_failed",
		[BFD_AUTH_REPLAYED] = "auth_replayed",
		[BFD_IGNORED] = "ignored",
	};

	return names[verdict];
}

enum bfd_verdict
bfd_packet_decode(const void *bytes, size_t len, struct bfd_packet *ret)
{
	struct reader r = reader_init(bytes, len);
	uint8_t first = reader_u8(&r), flags = reader_u8(&r);
	struct bfd_packet p = {
		.diag = first & 0x1f,
		.state = flags >> 6,
		.poll = flags & FLAG_POLL,
		.final = flags & FLAG_FINAL,
		.control_plane_independent = flags & FLAG_CPI,
		.auth = flags & FLAG_AUTH,
		.demand = flags & FLAG_DEMAND,
		.multiplier = reader_u8(&r),
		.bytes = bytes,
		.len = reader_u8(&r),
	};

	p.my_discriminator = reader_u32(&r);
	p.your_discriminator = reader_u32(&r);
	p.desired_min_tx_us = reader_u32(&r);
	p.required_min_rx_us = reader_u32(&r);
	p.required_min_echo_rx_us = reader_u32(&r);
	/* in the order of section 6.8.6, except that nothing is said about what is not there */
	if (!reader_ok(&r))
		return BFD_BAD_LENGTH;
	if (first >> 5 != VERSION)
		return BFD_BAD_VERSION;
	if (p.len < BFD_HEADER_LEN + (p.auth ? AUTH_HEADER_LEN : 0u) || p.len > len)
		return BFD_BAD_LENGTH;
	if (p.multiplier == 0)
		return BFD_BAD_MULTIPLIER;
	if (flags & FLAG_MULTIPOINT)
		return BFD_MULTIPOINT;
	if (p.my_discriminator == 0)
		return BFD_NO_MY_DISCRIMINATOR;
	if (p.your_discriminator == 0 && p.state != BFD_DOWN && p.state != BFD_ADMIN_DOWN)
		return BFD_NO_YOUR_DISCRIMINATOR;
	*ret = p;
	return BFD_ACCEPTED;
}

size_t
bfd_packet_encode(const struct bfd_packet *p, const struct bfd_key *key, uint32_t sequence,
    uint8_t buf[static BFD_PACKET_MAX])
{
	struct writer w = writer_init(buf, BFD_PACKET_MAX);
	bool signed_ = key->type != BFD_AUTH_NONE;

	writer_u8(&w, VERSION << 5 | (p->diag & 0x1f));
	writer_u8(&w, (unsigned)p->state << 6 | (p->poll ? FLAG_POLL : 0u) |
			  (p->final ? FLAG_FINAL : 0u) |
			  (p->control_plane_independent ? FLAG_CPI : 0u) |
			  (signed_ ? FLAG_AUTH : 0u) | (p->demand ? FLAG_DEMAND : 0u));
	writer_u8(&w, p->multiplier);
	writer_u8(&w, BFD_HEADER_LEN + (signed_ ? BFD_AUTH_LEN : 0u));
	writer_u32(&w, p->my_discriminator);
	writer_u32(&w, p->your_discriminator);
	writer_u32(&w, p->desired_min_tx_us);
	writer_u32(&w, p->required_min_rx_us);
	writer_u32(&w, p->required_min_echo_rx_us);
	if (signed_)
		bfd_auth_sign(key, sequence, &w);
	return writer_len(&w);
}
