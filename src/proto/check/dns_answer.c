#include "proto/check/dns_answer.h"

#include <ares.h>
#include <errno.h>
#include <string.h>

#include "base/ip.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "wire/reader.h"

enum dns_type {
	DNS_A,
	DNS_AAAA,
	DNS_CNAME,
	DNS_MX,
	DNS_NS,
	DNS_PTR,
	DNS_SOA,
	DNS_SRV,
	DNS_TXT,
};

const char *const dns_type_names[] = { "A", "AAAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT",
	NULL };
/* Their numbers (RFC 1035 section 3.2.2, RFC 3596, RFC 2782). */
static const uint16_t type_numbers[] = { 1, 28, 5, 15, 2, 12, 6, 33, 16 };
/* RFC 1035 section 4.1.1, RFC 2136 section 2.2 */
const char *const dns_rcode_names[] = { "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP",
	"REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE", NULL };

#define RCODE_COUNT 11
#define CLASS_IN 1
#define FLAG_QR 0x8000
#define FLAG_TC 0x0200

int
dns_query(const struct dns_question *q, uint16_t id, uint8_t buf[static DNS_QUERY_MAX],
    size_t *ret_len, struct err *e)
{
	unsigned char *query = NULL;
	int len = 0;
	int code = ares_create_query(
	    q->name, CLASS_IN, type_numbers[q->type], id, 1, &query, &len, DNS_UDP_MAX);

	if (code != ARES_SUCCESS || len > DNS_QUERY_MAX) {
		if (code == ARES_SUCCESS)
			ares_free_string(query);
		return err_set(e, -EINVAL, "not a name that can be asked for");
	}
	memcpy(buf, query, (size_t)len);
	ares_free_string(query);
	*ret_len = (size_t)len;
	return 0;
}

/* A message under way through its records. */
struct message {
	const uint8_t *bytes;
	size_t n;
	struct reader r;
};

/* A name at the reader, which moves behind it; owned by the caller (ares_free_string), NULL: none.
 */
static char *
read_name(struct message *m)
{
	char *name = NULL;
	long len = 0;

	if (!reader_ok(&m->r) ||
	    ares_expand_name(m->r.pos, m->bytes, (int)m->n, &name, &len) != ARES_SUCCESS) {
		m->r.bad = true;
		return NULL;
	}
	reader_skip(&m->r, (size_t)len);
	return name;
}

static void
add_name(struct message *m, const char *before, struct strbuf *out)
{
	char *name = read_name(m);

	strbuf_addf(out, "%s%s", before, name ? name : "");
	ares_free_string(name);
}

static void
add_address(struct message *m, enum ip_family family, struct strbuf *out)
{
	const uint8_t *bytes = reader_bytes(&m->r, ip_size(family));
	char text[IP_STR_MAX];

	if (bytes != NULL)
		strbuf_add(out, ip_format(ip_from_bytes(family, bytes), text));
}

/* Its strings as one text. */
static void
add_strings(struct message *m, size_t len, struct strbuf *out)
{
	struct reader r = reader_sub(&m->r, len);

	while (reader_left(&r) > 0) {
		size_t n = reader_u8(&r);
		const uint8_t *bytes = reader_bytes(&r, n);

		if (bytes != NULL)
			strbuf_add_mem(out, bytes, n);
	}
	m->r.bad |= !reader_ok(&r);
}

/* The data of a record as a zone file has it, without the last dot of names. */
static void
add_data(struct message *m, enum dns_type type, size_t len, struct strbuf *out)
{
	switch (type) {
	case DNS_A:
		add_address(m, IP_V4, out);
		break;
	case DNS_AAAA:
		add_address(m, IP_V6, out);
		break;
	case DNS_CNAME:
	case DNS_NS:
	case DNS_PTR:
		add_name(m, "", out);
		break;
	case DNS_MX:
		strbuf_addf(out, "%u", reader_u16(&m->r));
		add_name(m, " ", out);
		break;
	case DNS_SOA:
		add_name(m, "", out);
		add_name(m, " ", out);
		for (int i = 0; i < 5; i++)
			strbuf_addf(out, " %u", reader_u32(&m->r));
		break;
	case DNS_SRV:
		for (int i = 0; i < 3; i++)
			strbuf_addf(out, "%s%u", i > 0 ? " " : "", reader_u16(&m->r));
		add_name(m, " ", out);
		break;
	case DNS_TXT:
		add_strings(m, len, out);
		break;
	}
}

/* Without the last dot: both "example.com." and "example.com" are written. */
static bool
names_equal(const char *a, const char *b)
{
	size_t n = strlen(a), k = strlen(b);

	n -= n > 0 && a[n - 1] == '.';
	k -= k > 0 && b[k - 1] == '.';
	return n == k && strncasecmp(a, b, n) == 0;
}

static bool
answers_equal(enum dns_type type, const char *got, const char *want)
{
	struct ip a, b;

	if (type == DNS_TXT)
		return strcmp(got, want) == 0;
	if ((type == DNS_A || type == DNS_AAAA) && ip_parse(got, &a) == 0 &&
	    ip_parse(want, &b) == 0)
		return ip_equal(a, b);
	return names_equal(got, want);
}

/* What the answers of a message come to. */
struct findings {
	bool found[64]; /* of those expected */
	size_t count;   /* of records of the type */
	char first[80]; /* the first of them */
};

static void
read_record(struct message *m, const struct dns_question *q, struct findings *f)
{
	struct strbuf text = { 0 };
	const uint8_t *end;
	uint16_t type, class;
	size_t len;

	ares_free_string(read_name(m));
	type = reader_u16(&m->r);
	class = reader_u16(&m->r);
	reader_skip(&m->r, 4); /* TTL */
	len = reader_u16(&m->r);
	if (reader_left(&m->r) < len) {
		m->r.bad = true;
		return;
	}
	end = m->r.pos + len;
	if (type == type_numbers[q->type] && class == CLASS_IN) {
		add_data(m, (enum dns_type)q->type, len, &text);
		m->r.bad |= m->r.pos != end;
		if (f->count++ == 0)
			utf8_format(f->first, sizeof(f->first), "%s", strbuf_get(&text));
		for (size_t i = 0; i < MIN(q->answer_count, ARRAY_SIZE(f->found)); i++)
			f->found[i] |=
			    answers_equal((enum dns_type)q->type, strbuf_get(&text), q->answers[i]);
		strbuf_done(&text);
	} else {
		reader_skip(&m->r, len);
	}
}

static bool
question_is_ours(struct message *m, const struct dns_question *q)
{
	char *name = read_name(m);
	bool same = name != NULL && names_equal(name, q->name);

	ares_free_string(name);
	return reader_u16(&m->r) == type_numbers[q->type] && reader_u16(&m->r) == CLASS_IN && same;
}

static enum dns_verdict
judge_findings(
    const struct dns_question *q, const struct findings *f, bool truncated, char *why, size_t size)
{
	const char *type = dns_type_names[q->type];
	const char *cut = truncated ? "; the answer is truncated, TCP has all of it" : "";

	for (size_t i = 0; i < MIN(q->answer_count, ARRAY_SIZE(f->found)); i++) {
		if (f->found[i])
			continue;
		if (f->count == 0)
			utf8_format(why, size, "NOERROR without any %s record, expected %.80s%s",
			    type, q->answers[i], cut);
		else
			utf8_format(why, size, "%s %s%s, expected %.80s%s", type, f->first,
			    f->count > 1 ? " and others" : "", q->answers[i], cut);
		return DNS_UNEXPECTED;
	}
	if (f->count == 0 && q->rcode == 0) {
		utf8_format(why, size, "NOERROR without any %s record%s", type, cut);
		return DNS_UNEXPECTED;
	}
	if (f->count > 0)
		utf8_format(
		    why, size, "%s %s%s", type, f->first, f->count > 1 ? " and others" : "");
	else
		utf8_format(why, size, "%s", dns_rcode_names[q->rcode]);
	return DNS_EXPECTED;
}

enum dns_verdict
dns_judge(const struct dns_question *q, uint16_t id, const uint8_t *bytes, size_t n, char *why,
    size_t size)
{
	struct message m = { .bytes = bytes, .n = n, .r = reader_init(bytes, n) };
	uint16_t got_id = reader_u16(&m.r), flags = reader_u16(&m.r), questions, answers;
	unsigned rcode = flags & 0xf;
	struct findings f = { .count = 0 };

	questions = reader_u16(&m.r);
	answers = reader_u16(&m.r);
	reader_skip(&m.r, 4);
	if (!reader_ok(&m.r) || got_id != id || !(flags & FLAG_QR))
		return DNS_FOREIGN;
	/* a server that could not read the query need not repeat it */
	if (questions == 0 && rcode != 0)
		answers = 0;
	else if (questions != 1 || !question_is_ours(&m, q))
		return DNS_FOREIGN;
	if (rcode != (unsigned)q->rcode) {
		if (rcode < RCODE_COUNT)
			utf8_format(why, size, "%s, expected %s", dns_rcode_names[rcode],
			    dns_rcode_names[q->rcode]);
		else
			utf8_format(
			    why, size, "rcode %u, expected %s", rcode, dns_rcode_names[q->rcode]);
		return DNS_UNEXPECTED;
	}
	for (unsigned i = 0; i < answers && reader_ok(&m.r); i++)
		read_record(&m, q, &f);
	if (!reader_ok(&m.r)) {
		utf8_format(why, size, "an answer that can not be read");
		return DNS_UNEXPECTED;
	}
	return judge_findings(q, &f, flags & FLAG_TC, why, size);
}
