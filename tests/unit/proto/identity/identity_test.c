#include "proto/identity/identity.h"

#include <errno.h>

#include "tap.h"

#define NONCE UINT64_C(0x0123456789abcdef)
#define HEAD_SIZE 16

TEST(a_question_is_as_documented)
{
	static const uint8_t head[HEAD_SIZE] = { 'N', 'C', 'I', 'D', 1, 0, 0, 0, 0x01, 0x23, 0x45,
		0x67, 0x89, 0xab, 0xcd, 0xef };
	uint8_t q[IDENTITY_SIZE];
	uint64_t nonce;

	identity_question_encode(NONCE, q);
	CHECK_MEM(q, HEAD_SIZE, head, HEAD_SIZE);
	for (size_t i = HEAD_SIZE; i < sizeof(q); i++)
		CHECK_INT(q[i], 0);
	REQUIRE(identity_question_decode(q, sizeof(q), &nonce) == 0);
	CHECK(nonce == NONCE);
}

TEST(an_answer_is_as_documented)
{
	static const uint8_t want[] = "NCID\1\1\0\0\x01\x23\x45\x67\x89\xab\xcd\xef"
				      "\3am6\4h.x1\3web";
	uint8_t a[IDENTITY_SIZE];
	size_t n = identity_answer_encode(NONCE, "am6", "h.x1", "web", a);
	struct identity id;

	CHECK_MEM(a, n, want, sizeof(want) - 1);
	REQUIRE(identity_answer_decode(a, n, NONCE, &id) == 0);
	CHECK_STR(id.site, "am6");
	CHECK_STR(id.host, "h.x1");
	CHECK_STR(id.service, "web");
	CHECK_INT(identity_answer_decode(a, n, NONCE + 1, &id), -ENOMSG);
	/* a version that says more can still be read */
	a[n] = 7;
	CHECK_INT(identity_answer_decode(a, n + 1, NONCE, &id), 0);
}

TEST(what_is_no_question_is_not_answered)
{
	uint8_t q[IDENTITY_SIZE + 1] = { 0 };
	uint64_t nonce;

	identity_question_encode(NONCE, q);
	CHECK_INT(identity_question_decode(q, IDENTITY_SIZE - 1, &nonce), -EBADMSG);
	CHECK_INT(identity_question_decode(q, IDENTITY_SIZE + 1, &nonce), -EBADMSG);
	for (size_t at = 0; at < 6; at++) { /* magic, version, kind */
		q[at] ^= 1;
		CHECK_INT(identity_question_decode(q, IDENTITY_SIZE, &nonce), -EBADMSG);
		q[at] ^= 1;
	}
	CHECK_INT(identity_question_decode(q, IDENTITY_SIZE, &nonce), 0);
}

/* Never larger than the question, whatever a host is called. */
TEST(long_names_are_cut_at_a_character)
{
	char name[600], want[IDENTITY_NAME_MAX + 1];
	uint8_t a[IDENTITY_SIZE];
	struct identity id;
	size_t n;

	(void)memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	(void)memcpy(name + IDENTITY_NAME_MAX - 1, "\xc3\xa9", 2); /* é, of which one byte fits */
	(void)memset(want, 'x', IDENTITY_NAME_MAX - 1);
	want[IDENTITY_NAME_MAX - 1] = '\0';
	n = identity_answer_encode(NONCE, name, name, name, a);
	CHECK(n > 300 && n <= IDENTITY_SIZE);
	REQUIRE(identity_answer_decode(a, n, NONCE, &id) == 0);
	CHECK_STR(id.site, want);
	CHECK_STR(id.service, want);
	CHECK_INT(strlen(id.host), IDENTITY_TEXT_MAX);
}

TEST(what_is_no_answer_is_refused)
{
	uint8_t a[IDENTITY_SIZE + 1] = { 0 };
	size_t n = identity_answer_encode(NONCE, "am6", "h", "web", a);
	struct identity id;

	for (size_t len = 0; len < n; len++)
		CHECK_INT(identity_answer_decode(a, len, NONCE, &id), -EBADMSG);
	CHECK_INT(identity_answer_decode(a, sizeof(a), NONCE, &id), -EBADMSG);
	a[HEAD_SIZE + 1] = '\n';
	CHECK_INT(identity_answer_decode(a, n, NONCE, &id), -EBADMSG);
	a[HEAD_SIZE + 1] = 0xff; /* not UTF-8 */
	REQUIRE(identity_answer_decode(a, n, NONCE, &id) == 0);
	CHECK_STR(id.site, "?m6");
	a[HEAD_SIZE] = IDENTITY_NAME_MAX + 1;
	CHECK_INT(identity_answer_decode(a, IDENTITY_SIZE, NONCE, &id), -EBADMSG);
}
