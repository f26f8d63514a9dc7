/* Answers written by hand; those of a real server are read in tests/lab/measure.py. */
#include "proto/identity/dns_identity.h"

#include <errno.h>

#include "base/attr.h"
#include "tap.h"
#include "wire/writer.h"

#define ID 0x1234

static const struct dns_identity_question www = { "www.example.com", DNS_TYPE_A, DNS_CLASS_IN },
					  server = { "id.server", DNS_TYPE_TXT, DNS_CLASS_CHAOS };

struct message {
	uint8_t bytes[512];
	struct writer w;
};

static void
begin(struct message *m, unsigned flags, const char *question, size_t len, unsigned type,
    unsigned class, unsigned answers, unsigned additional)
{
	m->w = writer_init(m->bytes, sizeof(m->bytes));
	writer_u16(&m->w, ID);
	writer_u16(&m->w, flags);
	writer_u16(&m->w, question != NULL);
	writer_u16(&m->w, answers);
	writer_u16(&m->w, 0);
	writer_u16(&m->w, additional);
	if (question == NULL)
		return;
	writer_bytes(&m->w, question, len);
	writer_u16(&m->w, type);
	writer_u16(&m->w, class);
}

/* Its name is a pointer to the question's, or the root for OPT. */
static void
add(struct message *m, unsigned type, unsigned class, uint32_t ttl, const char *data, size_t len)
{
	if (type == 41)
		writer_u8(&m->w, 0);
	else
		writer_u16(&m->w, 0xc00c);
	writer_u16(&m->w, type);
	writer_u16(&m->w, class);
	writer_u32(&m->w, ttl);
	writer_u16(&m->w, len);
	writer_bytes(&m->w, data, len);
}

#define WWW "\3wWw\7example\3com"
#define ID_SERVER "\2id\6server"

static int
decode(
    const struct dns_identity_question *q, const struct message *m, struct dns_identity_answer *ret)
{
	return dns_identity_decode(q, ID, m->bytes, writer_len(&m->w), ret);
}

TEST(a_query_asks_for_the_name_of_the_server)
{
	static const uint8_t want[] = "\x12\x34\1\0\0\1\0\0\0\0\0\1\3www\7example\3com\0\0\1\0\1"
				      "\0\0\x29\x04\xd0\0\0\0\0\0\4\0\3\0\0";
	uint8_t got[DNS_IDENTITY_QUERY_MAX];
	struct err e = { 0 };
	size_t n;

	REQUIRE(dns_identity_encode(&www, ID, got, &n, &e) == 0);
	CHECK_MEM(got, n, want, sizeof(want) - 1);
}

TEST(names_that_are_none)
{
	char long_label[70], long_name[300];
	const char *const bad[] = { "a..b", ".a", long_label, long_name };
	const char *const good[] = { "", ".", "a.", "a.b" };
	uint8_t got[DNS_IDENTITY_QUERY_MAX];
	struct err e = { 0 };
	size_t n;

	(void)memset(long_label, 'a', sizeof(long_label) - 1);
	long_label[sizeof(long_label) - 1] = '\0';
	for (size_t i = 0; i < sizeof(long_name) - 1; i++)
		long_name[i] = i % 2 ? '.' : 'a';
	long_name[sizeof(long_name) - 1] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct dns_identity_question q = { bad[i], 1, 1 };

		CHECK_INT(dns_identity_encode(&q, ID, got, &n, &e), -EINVAL);
	}
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		struct dns_identity_question q = { good[i], 1, 1 };

		CHECK_INT(dns_identity_encode(&q, ID, got, &n, &e), 0);
	}
}

TEST(nsid_is_read_beside_records)
{
	struct dns_identity_answer a;
	struct message m;

	begin(&m, 0x8180, WWW, sizeof(WWW), 1, 1, 1, 1);
	add(&m, 1, 1, 300, "\xcb\0\x71\x0a", 4);
	add(&m, 41, 1232, 0, "\0\12\0\2ab\0\3\0\5am6-1", 15);
	REQUIRE(decode(&www, &m, &a) == 0);
	CHECK_INT(a.rcode, 0);
	CHECK_INT(a.answers, 1);
	CHECK_STR(a.nsid, "am6-1");
	CHECK_STR(a.text, "");
	/* one that is no text */
	begin(&m, 0x8180, WWW, sizeof(WWW), 1, 1, 0, 1);
	add(&m, 41, 1232, 0, "\0\3\0\3\1\xff\x20", 7);
	REQUIRE(decode(&www, &m, &a) == 0);
	CHECK_STR(a.nsid, "01ff20");
}

TEST(id_server_is_read)
{
	struct dns_identity_answer a;
	struct message m;

	begin(&m, 0x8400, ID_SERVER, sizeof(ID_SERVER), 16, 3, 1, 0);
	add(&m, 16, 3, 0, "\5sg1-1\3two", 10);
	REQUIRE(decode(&server, &m, &a) == 0);
	CHECK_STR(a.text, "sg1-1");
	CHECK_STR(a.nsid, "");
}

TEST(rcodes_are_extended)
{
	struct dns_identity_answer a;
	struct message m;
	char text[24];

	begin(&m, 0x8180, WWW, sizeof(WWW), 1, 1, 0, 1);
	add(&m, 41, 1232, 0x01000000, "", 0);
	REQUIRE(decode(&www, &m, &a) == 0);
	CHECK_INT(a.rcode, 16);
	CHECK_STR(dns_identity_rcode_text(a.rcode, text), "RCODE 16");
	CHECK_STR(dns_identity_rcode_text(5, text), "REFUSED");
	/* it may leave the question out */
	begin(&m, 0x8181, NULL, 0, 0, 0, 0, 0);
	REQUIRE(decode(&www, &m, &a) == 0);
	CHECK_INT(a.rcode, 1);
}

TEST(what_answers_nothing_is_foreign)
{
	struct dns_identity_answer a;
	struct message m;

	begin(&m, 0x0180, WWW, sizeof(WWW), 1, 1, 0, 0);
	CHECK_INT(decode(&www, &m, &a), -ENOMSG); /* a query */
	begin(&m, 0x8180, WWW, sizeof(WWW), 28, 1, 0, 0);
	CHECK_INT(decode(&www, &m, &a), -ENOMSG);
	begin(&m, 0x8180, WWW, sizeof(WWW), 1, 3, 0, 0);
	CHECK_INT(decode(&www, &m, &a), -ENOMSG);
	begin(&m, 0x8180, NULL, 0, 0, 0, 0, 0);
	CHECK_INT(decode(&www, &m, &a), -ENOMSG);
	begin(&m, 0x8180, WWW, sizeof(WWW), 1, 1, 0, 0);
	m.bytes[0] ^= 1;
	CHECK_INT(decode(&www, &m, &a), -ENOMSG);
}

TEST(what_ends_early_cannot_be_read)
{
	struct dns_identity_answer a;
	struct message m;

	begin(&m, 0x8180, WWW, sizeof(WWW), 1, 1, 1, 1);
	add(&m, 1, 1, 300, "\xcb\0\x71\x0a", 4);
	add(&m, 41, 1232, 0, "\0\3\0\5am6-1", 9);
	for (size_t n = 0; n < writer_len(&m.w); n++) {
		int r = dns_identity_decode(&www, ID, m.bytes, n, &a);

		CHECK(r == -ENOMSG || r == -EBADMSG);
	}
}

TEST(types_have_names)
{
	uint16_t type = 0;

	CHECK(dns_identity_type_parse("aaaa", &type) == 0 && type == 28);
	CHECK(dns_identity_type_parse("TYPE65", &type) == 0 && type == 65);
	CHECK_INT(dns_identity_type_parse("TYPE65536", &type), -EINVAL);
	CHECK_INT(dns_identity_type_parse("ANYTHING", &type), -EINVAL);
	CHECK_INT(dns_identity_type_parse("", &type), -EINVAL);
}
