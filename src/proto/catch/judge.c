#include <errno.h>
#include <string.h>

#include <nettle/memops.h>

#include "base/attr.h"
#include "proto/catch/internal.h"
#include "wire/reader.h"

#define ICMP4_ECHO_REPLY 0
#define ICMP6_ECHO_REPLY 129

/* What was taken out of a reply, before anything is believed. */
struct content {
	struct catch_request said;
	const uint8_t *signed_part, *mac;
};

const char *
catch_verdict_name(enum catch_verdict v)
{
	static const char *const names[CATCH_VERDICTS] = {
		[CATCH_OWN] = "own",
		[CATCH_FOREIGN] = "foreign",
		[CATCH_FORGED] = "forged",
		[CATCH_OTHER_ADDRESS] = "other_address",
		[CATCH_LATE] = "late",
		[CATCH_DUPLICATE] = "duplicate",
	};
	return names[v];
}

void
catch_judge_done(struct catch_judge *j)
{
	catch_seen_free(TAKE(j->seen));
}

static void
skip_ip4(struct reader *r)
{
	uint8_t first = reader_u8(r);
	size_t len = (size_t)(first & 0xf) * 4;

	if (first >> 4 != 4 || len < 20)
		r->bad = true;
	else
		reader_skip(r, len - 1);
}

static struct ip
read_address(struct reader *r, enum ip_family family)
{
	uint8_t bytes[16];

	reader_copy(r, bytes, sizeof(bytes));
	if (memcmp(bytes, catch_mapped, sizeof(catch_mapped)) == 0)
		return ip_from_bytes(IP_V4, bytes + sizeof(catch_mapped));
	return family == IP_V6 ? ip_from_bytes(IP_V6, bytes) : (struct ip){ 0 };
}

/* The header; what is behind it is left to be read. */
static bool
is_echo_reply(enum ip_family family, struct reader *r)
{
	uint8_t type = reader_u8(r), code = reader_u8(r);

	/* the identifier may have been changed on the way (NAT, RFC 5508): the payload counts */
	reader_skip(r, CATCH_ICMP_LEN - 2);
	return code == 0 && type == (family == IP_V4 ? ICMP4_ECHO_REPLY : ICMP6_ECHO_REPLY);
}

/* False: it does not even look like ours. */
static bool
read_payload(enum ip_family family, struct reader *r, struct content *ret)
{
	ret->signed_part = r->pos;
	if (reader_u32(r) != CATCH_MAGIC)
		return false;
	ret->said.run = reader_u32(r);
	ret->said.sequence = reader_u32(r);
	ret->said.sent = (int64_t)reader_u64(r);
	ret->said.target = read_address(r, family);
	ret->mac = reader_bytes(r, CATCH_MAC_LEN);
	return reader_ok(r);
}

static bool
is_signed(struct catch_judge *j, const struct content *c)
{
	uint8_t mac[CATCH_MAC_LEN];

	catch_mac(&j->key, c->signed_part, mac);
	return memeql_sec(mac, c->mac, sizeof(mac)) && c->said.sequence < CATCH_SEQUENCES_MAX &&
	       c->said.target.family == j->family;
}

static bool
is_late(const struct catch_judge *j, int64_t sent, int64_t at, struct duration *ret)
{
	/* a moment that does not fit was never on a clock */
	if (__builtin_sub_overflow(at, sent, &ret->ns))
		return true;
	return ret->ns > j->late.ns || ret->ns < -j->late.ns;
}

static enum catch_verdict
judge(struct catch_judge *j, struct ip from, int64_t at, struct reader *r, struct catch_reply *ret)
{
	uint8_t payload[CATCH_PAYLOAD_MIN];
	struct content c = { 0 };
	struct reader body;

	if (j->method == CATCH_ICMP ? !is_echo_reply(j->family, r) : !catch_read_answer(r, payload))
		return CATCH_FOREIGN;
	body = j->method == CATCH_DNS ? reader_init(payload, sizeof(payload)) : *r;
	if (!read_payload(j->family, &body, &c) || (j->run_known && c.said.run != j->run))
		return CATCH_FOREIGN;
	if (!is_signed(j, &c))
		return CATCH_FORGED;
	if (!ip_equal(from, c.said.target))
		return CATCH_OTHER_ADDRESS;
	*ret = (struct catch_reply){ .sequence = c.said.sequence, .target = c.said.target };
	if (is_late(j, c.said.sent, at, &ret->elapsed))
		return CATCH_LATE;
	if (!catch_seen_mark(&j->seen, c.said.sequence))
		return CATCH_DUPLICATE;
	j->run = c.said.run;
	j->run_known = true;
	return CATCH_OWN;
}

enum catch_verdict
catch_judge_reply(struct catch_judge *j, struct ip from, int64_t at, bool ip_header,
    const void *bytes, size_t n, struct catch_reply *ret)
{
	struct reader r = reader_init(bytes, n);
	enum catch_verdict v;

	if (ip_header)
		skip_ip4(&r);
	v = judge(j, from, at, &r, ret);
	j->counts[v]++;
	return v;
}
