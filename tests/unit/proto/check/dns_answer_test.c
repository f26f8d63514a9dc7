/* Answers written by hand, byte by byte; those of a real server are judged in tests/lab/checks.py.
 */
#include "proto/check/dns_answer.h"

#include <errno.h>

#include "base/attr.h"
#include "tap.h"
#include "wire/writer.h"

enum { A, AAAA, CNAME, MX, NS, PTR, SOA, SRV, TXT };
enum { NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED };

#define ID 0x1234
#define NAME "\3www\7example\3com"
#define TO_NAME "\xc0\x0c" /* a pointer to the question's */

struct answer {
	uint8_t bytes[512];
	struct writer w;
};

static void
begin(struct answer *a, uint16_t flags, unsigned questions, unsigned answers)
{
	a->w = writer_init(a->bytes, sizeof(a->bytes));
	writer_u16(&a->w, ID);
	writer_u16(&a->w, flags);
	writer_u16(&a->w, questions);
	writer_u16(&a->w, answers);
	writer_u32(&a->w, 0);
	if (questions == 0)
		return;
	writer_bytes(&a->w, NAME, sizeof(NAME));
	writer_u16(&a->w, 1);
	writer_u16(&a->w, 1);
}

static void
add_record(struct answer *a, uint16_t type, const char *data, size_t len)
{
	writer_bytes(&a->w, TO_NAME, 2);
	writer_u16(&a->w, type);
	writer_u16(&a->w, 1);
	writer_u32(&a->w, 300);
	writer_u16(&a->w, len);
	writer_bytes(&a->w, data, len);
}

/* "verdict: why" */
static const char *
judge(const struct dns_question *q, const struct answer *a)
{
	static const char *const names[] = { "foreign", "expected", "unexpected" };
	static char text[256];
	char why[192] = "";
	enum dns_verdict verdict = dns_judge(q, ID, a->bytes, writer_len(&a->w), why, sizeof(why));

	(void)snprintf(text, sizeof(text), "%s: %s", names[verdict], why);
	return text;
}

static const char *const one[] = { "192.0.2.7" };
static const char *const two[] = { "192.0.2.8", "192.0.2.7" };
static const char *const other[] = { "192.0.2.9" };
static const struct dns_question any = { .name = "www.example.com" };

TEST(queries)
{
	static const uint8_t want[] = { 0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 3, 'w', 'w', 'w',
		7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 3, 'c', 'o', 'm', 0, 0, 1, 0, 1,
		/* EDNS: the size that we take */
		0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0 };
	struct dns_question q = any;
	uint8_t buf[DNS_QUERY_MAX];
	char name[300];
	size_t len = 0;

	REQUIRE(dns_query(&q, ID, buf, &len, NULL) == 0);
	CHECK_MEM(buf, len, want, sizeof(want));
	q.name = "www..com";
	CHECK_INT(dns_query(&q, ID, buf, &len, NULL), -EINVAL);
	memset(name, 'x', sizeof(name));
	name[64] = '\0';
	q.name = name; /* one byte more than a label has */
	CHECK_INT(dns_query(&q, ID, buf, &len, NULL), -EINVAL);
	/* the longest name there is */
	name[64] = 'x';
	for (int i = 49; i < 250; i += 50)
		name[i] = '.';
	name[253] = '\0';
	CHECK_INT(dns_query(&q, ID, buf, &len, NULL), 0);
	CHECK_INT(len, 12 + 255 + 4 + 11);
}

TEST(verdicts)
{
	const struct {
		uint16_t flags;
		unsigned records;
		struct dns_question q;
		const char *want;
	} cases[] = {
		{ 0x8180, 1, any, "expected: A 192.0.2.7" },
		{ 0x8180, 2, any, "expected: A 192.0.2.7 and others" },
		{ 0x8180, 0, any, "unexpected: NOERROR without any A record" },
		{ 0x8180, 2, { "www.example.com", A, NOERROR, one, 1 },
		    "expected: A 192.0.2.7 and others" },
		{ 0x8180, 2, { "WWW.example.COM.", A, NOERROR, two, 2 },
		    "expected: A 192.0.2.7 and others" },
		{ 0x8180, 1, { "www.example.com", A, NOERROR, two, 2 },
		    "unexpected: A 192.0.2.7, expected 192.0.2.8" },
		{ 0x8180, 2, { "www.example.com", A, NOERROR, other, 1 },
		    "unexpected: A 192.0.2.7 and others, expected 192.0.2.9" },
		{ 0x8180, 0, { "www.example.com", A, NOERROR, other, 1 },
		    "unexpected: NOERROR without any A record, expected 192.0.2.9" },
		{ 0x8380, 1, { "www.example.com", A, NOERROR, other, 1 },
		    "unexpected: A 192.0.2.7, expected 192.0.2.9; the answer is truncated, TCP has "
		    "all of it" },
		{ 0x8183, 0, any, "unexpected: NXDOMAIN, expected NOERROR" },
		{ 0x8185, 0, any, "unexpected: REFUSED, expected NOERROR" },
		{ 0x818b, 0, any, "unexpected: rcode 11, expected NOERROR" },
		{ 0x8183, 0, { "www.example.com", A, NXDOMAIN, NULL, 0 }, "expected: NXDOMAIN" },
		{ 0x8180, 1, { "www.example.com", A, NXDOMAIN, NULL, 0 },
		    "unexpected: NOERROR, expected NXDOMAIN" },
		/* a query, another name, another type */
		{ 0x0180, 1, any, "foreign: " },
		{ 0x8180, 1, { .name = "example.com" }, "foreign: " },
		{ 0x8180, 1, { .name = "www.example.com", .type = MX }, "foreign: " },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct answer a;

		begin(&a, cases[i].flags, 1, cases[i].records);
		if (cases[i].records > 0)
			add_record(&a, 1, "\xc0\x00\x02\x07", 4);
		if (cases[i].records > 1)
			add_record(&a, 1, "\xc0\x00\x02\x08", 4);
		CHECK_STR(judge(&cases[i].q, &a), cases[i].want);
	}
}

TEST(foreign_ids_and_errors_without_a_question)
{
	struct answer a;
	char why[192];

	begin(&a, 0x8180, 1, 0);
	CHECK_INT(
	    dns_judge(&any, ID + 1, a.bytes, writer_len(&a.w), why, sizeof(why)), DNS_FOREIGN);
	for (size_t n = 0; n < 12; n++)
		CHECK_INT(dns_judge(&any, ID, a.bytes, n, why, sizeof(why)), DNS_FOREIGN);
	begin(&a, 0x8181, 0, 0);
	CHECK_STR(judge(&any, &a), "unexpected: FORMERR, expected NOERROR");
	begin(&a, 0x8180, 0, 0);
	CHECK_STR(judge(&any, &a), "foreign: ");
}

/* A record of another type before it: what a CNAME leads to is in the same answer. */
TEST(aliases)
{
	static const struct dns_question q = { "www.example.com", A, NOERROR, one, 1 };
	struct answer a;

	begin(&a, 0x8180, 1, 2);
	add_record(&a, 5, "\4host\xc0\x10", 7);
	add_record(&a, 1, "\xc0\x00\x02\x07", 4);
	CHECK_STR(judge(&q, &a), "expected: A 192.0.2.7");
}

/* Cut anywhere, or made to lie, it is one that can not be read, or not ours. */
TEST(broken_answers)
{
	static const struct dns_question q = { "www.example.com", A, NOERROR, one, 1 };
	struct answer a;
	char why[192];

	begin(&a, 0x8180, 1, 1);
	add_record(&a, 1, "\xc0\x00\x02\x07", 4);
	for (size_t n = 33; n < writer_len(&a.w); n++) {
		CHECK_INT(dns_judge(&q, ID, a.bytes, n, why, sizeof(why)), DNS_UNEXPECTED);
		CHECK_STR(why, "an answer that can not be read");
	}
	begin(&a, 0x8180, 1, 1);
	add_record(&a, 1, "\xc0\x00\x02\x07\x00", 5); /* longer than an address */
	CHECK_STR(judge(&q, &a), "unexpected: an answer that can not be read");
	begin(&a, 0x8180, 1, 1);
	writer_bytes(&a.w, "\xc0\x21", 2); /* a name that points to itself */
	writer_fill(&a.w, 0, 20);
	CHECK_STR(judge(&q, &a), "unexpected: an answer that can not be read");
}
