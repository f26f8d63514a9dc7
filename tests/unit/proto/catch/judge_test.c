#include "base/attr.h"
#include "proto/catch/catch.h"
#include "tap.h"
#include "wire/csum.h"

#define SECRET "a secret of ours"
#define SENT INT64_C(1700000000000000000)

static const struct ip target4 = { IP_V4, { 198, 51, 100, 7 } };
static const struct ip target6 = { IP_V6, { 0x20, 0x01, 0x0d, 0xb8, [15] = 7 } };

static struct catch_judge
new_judge(enum ip_family family)
{
	struct catch_judge j = { .family = family, .late = DURATION_S(10) };

	catch_key_init(&j.key, SECRET, strlen(SECRET));
	return j;
}

/* What a target sends back to a request that was signed with the secret. */
static size_t
make_reply(const char *secret, uint32_t run, uint32_t sequence, struct ip target,
    uint8_t buf[static CATCH_MESSAGE_MAX])
{
	struct catch_request request = {
		.run = run, .sequence = sequence, .target = target, .sent = SENT
	};
	struct catch_key key;
	size_t n;

	catch_key_init(&key, secret, secret ? strlen(secret) : 0);
	n = catch_request_encode(&key, &request, "who asks", buf);
	buf[0] = target.family == IP_V4 ? 0 : 129;
	return n;
}

static enum catch_verdict
judge(struct catch_judge *j, struct ip from, int64_t after_ms, const uint8_t *bytes, size_t n)
{
	struct catch_reply reply;

	return catch_judge_reply(j, from, SENT + after_ms * NS_PER_MS, false, bytes, n, &reply);
}

TEST(bytes_of_a_request)
{
	static const uint8_t expected[] = { 8, 0, 0, 0, 0xbe, 0xef, 0x00, 0x05, /* ICMP */
		'N', 'c', 'C', '1', 0xde, 0xad, 0xbe, 0xef, 0x00, 0x01, 0x00,
		0x05,                                           /* run, sequence */
		0x17, 0x97, 0x9c, 0xfe, 0x36, 0x2a, 0x00, 0x00, /* sent */
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 198, 51, 100, 7 };
	struct catch_request request = {
		.run = 0xdeadbeef, .sequence = 0x10005, .target = target4, .sent = SENT
	};
	uint8_t buf[CATCH_MESSAGE_MAX], again[CATCH_MESSAGE_MAX];
	struct catch_key key;
	size_t n;

	catch_key_init(&key, SECRET, strlen(SECRET));
	n = catch_request_encode(&key, &request, "who asks", buf);
	CHECK_INT(n, CATCH_ICMP_LEN + CATCH_PAYLOAD_MIN + 8);
	CHECK_MEM(buf + 4, sizeof(expected) - 4, expected + 4, sizeof(expected) - 4);
	CHECK_INT(buf[0], 8);
	CHECK_MEM(buf + n - 8, 8, "who asks", 8);
	CHECK_INT(csum_finish(csum_add(0, buf, n)), 0);
	/* the key keeps no state */
	CHECK_INT(catch_request_encode(&key, &request, "who asks", again), n);
	CHECK_MEM(again, n, buf, n);
}

TEST(a_text_that_is_too_long_is_cut)
{
	struct catch_request request = { .target = target6 };
	char text[CATCH_TEXT_MAX + 20];
	uint8_t buf[CATCH_MESSAGE_MAX];
	struct catch_key key;

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	catch_key_init(&key, NULL, 0);
	CHECK_INT(catch_request_encode(&key, &request, text, buf), CATCH_MESSAGE_MAX);
	CHECK_INT(buf[0], 128);
}

TEST(own_then_duplicate)
{
	const struct ip targets[] = { target4, target6 };

	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		struct catch_judge j = new_judge(targets[i].family);
		struct catch_reply reply;
		uint8_t buf[CATCH_MESSAGE_MAX];
		size_t n = make_reply(SECRET, 1, 77, targets[i], buf);

		CHECK_INT(
		    catch_judge_reply(&j, targets[i], SENT + 25 * NS_PER_MS, false, buf, n, &reply),
		    CATCH_OWN);
		CHECK_INT(reply.sequence, 77);
		CHECK(ip_equal(reply.target, targets[i]));
		CHECK_INT(reply.elapsed.ns, 25 * NS_PER_MS);
		CHECK_INT(judge(&j, targets[i], 26, buf, n), CATCH_DUPLICATE);
		n = make_reply(SECRET, 1, 78, targets[i], buf);
		CHECK_INT(judge(&j, targets[i], 27, buf, n), CATCH_OWN);
		CHECK_INT(j.counts[CATCH_OWN], 2);
		CHECK_INT(j.counts[CATCH_DUPLICATE], 1);
		catch_judge_done(&j);
	}
}

TEST(any_bit_that_was_changed_is_seen)
{
	struct catch_judge j = new_judge(IP_V4);
	uint8_t buf[CATCH_MESSAGE_MAX];
	size_t n = make_reply(SECRET, 1, 77, target4, buf);

	j.run_known = true;
	j.run = 1;
	for (size_t bit = 0; bit < CATCH_PAYLOAD_MIN * 8; bit++) {
		uint8_t *at = &buf[CATCH_ICMP_LEN + bit / 8];
		/* without the magic or with another run it looks like nobody's of ours */
		enum catch_verdict wanted = bit < 64 ? CATCH_FOREIGN : CATCH_FORGED;

		*at ^= (uint8_t)(1u << bit % 8);
		CHECK_INT(judge(&j, target4, 1, buf, n), wanted);
		*at ^= (uint8_t)(1u << bit % 8);
	}
	CHECK_INT(judge(&j, target4, 1, buf, n), CATCH_OWN);
	catch_judge_done(&j);
}

TEST(foreign_and_forged)
{
	struct catch_judge j = new_judge(IP_V4);
	uint8_t buf[CATCH_MESSAGE_MAX];
	size_t n = make_reply("another secret!!", 1, 1, target4, buf);

	CHECK_INT(judge(&j, target4, 1, buf, n), CATCH_FORGED);
	n = make_reply(NULL, 1, 1, target4, buf);
	CHECK_INT(judge(&j, target4, 1, buf, n), CATCH_FORGED);
	/* a forged one says nothing about the run */
	CHECK(!j.run_known);
	n = make_reply(SECRET, 9, 1, target4, buf);
	CHECK_INT(judge(&j, target4, 1, buf, n), CATCH_OWN);
	n = make_reply(SECRET, 8, 2, target4, buf);
	CHECK_INT(judge(&j, target4, 1, buf, n), CATCH_FOREIGN);
	n = make_reply(SECRET, 9, 3, target4, buf);
	for (size_t len = 0; len < CATCH_ICMP_LEN + CATCH_PAYLOAD_MIN; len++)
		CHECK_INT(judge(&j, target4, 1, buf, len), CATCH_FOREIGN);
	buf[0] = 8; /* somebody asks us */
	CHECK_INT(judge(&j, target4, 1, buf, n), CATCH_FOREIGN);
	buf[0] = 0;
	/* the text may be cut off on the way */
	CHECK_INT(judge(&j, target4, 1, buf, CATCH_ICMP_LEN + CATCH_PAYLOAD_MIN), CATCH_OWN);
	/* IPv6 in an answer over IPv4 */
	n = make_reply(SECRET, 9, 4, target6, buf);
	buf[0] = 0;
	CHECK_INT(judge(&j, target6, 1, buf, n), CATCH_FORGED);
	catch_judge_done(&j);
}

TEST(from_another_address_than_asked)
{
	struct catch_judge j = new_judge(IP_V4);
	uint8_t buf[CATCH_MESSAGE_MAX];
	size_t n = make_reply(SECRET, 1, 1, target4, buf);

	CHECK_INT(judge(&j, ip_from_v4(0xc6336408), 1, buf, n), CATCH_OTHER_ADDRESS);
	/* the right one can still come */
	CHECK_INT(judge(&j, target4, 1, buf, n), CATCH_OWN);
	catch_judge_done(&j);
}

TEST(late)
{
	struct catch_judge j = new_judge(IP_V4);
	uint8_t buf[CATCH_MESSAGE_MAX];
	size_t n = make_reply(SECRET, 1, 1, target4, buf);
	struct catch_reply reply;

	CHECK_INT(judge(&j, target4, 10001, buf, n), CATCH_LATE);
	CHECK_INT(judge(&j, target4, -10001, buf, n), CATCH_LATE);
	CHECK_INT(catch_judge_reply(&j, target4, INT64_MIN, false, buf, n, &reply), CATCH_LATE);
	CHECK_INT(judge(&j, target4, 10000, buf, n), CATCH_OWN);
	CHECK_INT(j.counts[CATCH_LATE], 3);
	catch_judge_done(&j);
}

TEST(the_ipv4_header_is_skipped)
{
	struct catch_judge j = new_judge(IP_V4);
	uint8_t packet[24 + CATCH_MESSAGE_MAX] = { 0x46 };
	size_t n = make_reply(SECRET, 1, 1, target4, packet + 24);
	struct catch_reply reply;

	CHECK_INT(catch_judge_reply(&j, target4, SENT, true, packet, 24 + n, &reply), CATCH_OWN);
	packet[0] = 0x44; /* shorter than a header is */
	CHECK_INT(
	    catch_judge_reply(&j, target4, SENT, true, packet, 24 + n, &reply), CATCH_FOREIGN);
	packet[0] = 0x66;
	CHECK_INT(
	    catch_judge_reply(&j, target4, SENT, true, packet, 24 + n, &reply), CATCH_FOREIGN);
	catch_judge_done(&j);
}

TEST(every_verdict_has_a_name)
{
	for (int v = 0; v < CATCH_VERDICTS; v++)
		CHECK(catch_verdict_name((enum catch_verdict)v) != NULL);
}

TEST(a_nat_may_change_the_identifier)
{
	struct catch_judge j = new_judge(IP_V4);
	uint8_t buf[CATCH_MESSAGE_MAX];
	size_t n = make_reply(SECRET, 1, 1, target4, buf);

	buf[4] ^= 0xff;
	buf[6] ^= 0xff;
	CHECK_INT(judge(&j, target4, 1, buf, n), CATCH_OWN);
	catch_judge_done(&j);
}

/* ---- DNS ---- */

#define NAME_AT 12

/* What a server answers that refuses: the question is sent back. */
static size_t
make_answer(uint32_t sequence, struct ip target, uint8_t buf[static CATCH_MESSAGE_MAX])
{
	struct catch_request request = { 1, sequence, target, SENT };
	struct catch_key key;
	size_t n;

	catch_key_init(&key, SECRET, strlen(SECRET));
	n = catch_query_encode(&key, &request, "measure.example.net", buf);
	buf[2] |= 0x80;
	buf[3] |= 5;
	return n;
}

static struct catch_judge
new_dns_judge(enum ip_family family)
{
	struct catch_judge j = new_judge(family);

	j.method = CATCH_DNS;
	return j;
}

TEST(bytes_of_a_query)
{
	static const uint8_t head[] = { 0x00, 0x05, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0 };
	static const uint8_t tail[] = "\7measure\7example\3net\0\0\1\0\1";
	struct catch_request request = { 1, 0x10005, target4, SENT };
	struct catch_key key;
	uint8_t buf[CATCH_MESSAGE_MAX];
	size_t n;

	catch_key_init(&key, SECRET, strlen(SECRET));
	n = catch_query_encode(&key, &request, "measure.example.net", buf);
	CHECK_MEM(buf, sizeof(head), head, sizeof(head));
	/* what the filter looks for */
	CHECK_INT(buf[NAME_AT], CATCH_DNS_LABEL);
	CHECK_INT((uint32_t)buf[NAME_AT + 1] << 24 | (uint32_t)buf[NAME_AT + 2] << 16 |
		      (uint32_t)buf[NAME_AT + 3] << 8 | buf[NAME_AT + 4],
	    CATCH_DNS_MAGIC);
	CHECK_INT(buf[NAME_AT + 1 + CATCH_DNS_LABEL], 35);
	CHECK_INT(n, NAME_AT + 1 + 36 + 1 + 35 + sizeof(tail) - 1);
	CHECK_MEM(buf + n - (sizeof(tail) - 1), sizeof(tail) - 1, tail, sizeof(tail) - 1);
}

TEST(answers_of_servers)
{
	const struct ip targets[] = { target4, target6 };

	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		struct catch_judge j = new_dns_judge(targets[i].family);
		uint8_t buf[CATCH_MESSAGE_MAX];
		size_t n = make_answer(3, targets[i], buf);

		/* the question of somebody else is no answer */
		buf[2] &= 0x7f;
		CHECK_INT(judge(&j, targets[i], 1, buf, n), CATCH_FOREIGN);
		buf[2] |= 0x80;
		for (size_t len = 0; len < NAME_AT + 1 + 36 + 1 + 35; len++)
			CHECK_INT(judge(&j, targets[i], 1, buf, len), CATCH_FOREIGN);
		/* big and small letters are the same in DNS */
		for (size_t k = NAME_AT + 1; k < NAME_AT + 30; k += 2)
			buf[k] = (uint8_t)(buf[k] >= 'a' && buf[k] <= 'z' ? buf[k] - 32 : buf[k]);
		CHECK_INT(judge(&j, targets[i], 1, buf, n), CATCH_OWN);
		CHECK_INT(judge(&j, targets[i], 1, buf, n), CATCH_DUPLICATE);
		n = make_answer(4, targets[i], buf);
		buf[NAME_AT + 1 + 36 + 1 + 30] ^= 1;
		CHECK_INT(judge(&j, targets[i], 1, buf, n), CATCH_FORGED);
		buf[NAME_AT + 1 + 36 + 1 + 30] = '1'; /* none of base32 */
		CHECK_INT(judge(&j, targets[i], 1, buf, n), CATCH_FOREIGN);
		catch_judge_done(&j);
	}
}

TEST(suffixes)
{
	static const char *const good[] = { "net", "a.b", "_x.example.net", "xn--a.example" };
	static const char *const bad[] = { "", ".", "a.", ".a", "a..b", "-a.b", "a b",
		"\xc3\xa4.net",
		"x123456789x123456789x123456789x123456789x123456789x123456789x123.net",
		"a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.x.y.z.a.b.c.d.e.f.g.h.i.j.k.l.m.n.o."
		"p.q.r."
		"s.t.u.v.w.x.y.z" };

	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		CHECK(catch_is_dns_suffix(good[i]));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK(!catch_is_dns_suffix(bad[i]));
}
