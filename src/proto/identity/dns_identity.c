#include "proto/identity/dns_identity.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/strbuf.h"
#include "base/utf8.h"
#include "proto/dns/name.h"
#include "wire/reader.h"
#include "wire/writer.h"

#define FLAG_QR 0x8000
#define FLAG_RD 0x0100
#define TYPE_OPT 41
#define OPTION_NSID 3
#define POINTER 0xc0
/* What a path with tunnels still carries in one piece. */
#define UDP_MAX 1232

static const struct {
	const char *name;
	uint16_t number;
} types[] = {
	{ "A", DNS_TYPE_A },
	{ "NS", 2 },
	{ "CNAME", 5 },
	{ "SOA", 6 },
	{ "PTR", 12 },
	{ "MX", 15 },
	{ "TXT", DNS_TYPE_TXT },
	{ "AAAA", 28 },
	{ "SRV", 33 },
	{ "NAPTR", 35 },
	{ "DS", 43 },
	{ "DNSKEY", 48 },
	{ "SVCB", 64 },
	{ "HTTPS", 65 },
	{ "CAA", 257 },
};

static const char *const rcodes[] = { "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP",
	"REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE" };

int
dns_identity_type_parse(const char *text, uint16_t *ret)
{
	uint32_t number;

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (strcasecmp(types[i].name, text) == 0) {
			*ret = types[i].number;
			return 0;
		}
	}
	if (strncasecmp(text, "TYPE", 4) != 0 || parse_u32(text + 4, UINT16_MAX, &number) < 0)
		return -EINVAL;
	*ret = (uint16_t)number;
	return 0;
}

const char *
dns_identity_rcode_text(unsigned rcode, char buf[static 24])
{
	if (rcode < ARRAY_SIZE(rcodes))
		return rcodes[rcode];
	(void)snprintf(buf, 24, "RCODE %u", rcode);
	return buf;
}

/* ---- the query ---- */

static int
write_question(struct writer *w, const struct dns_identity_question *q)
{
	int r = dns_name_write(w, q->name);

	writer_u16(w, q->type);
	writer_u16(w, q->class);
	return r;
}

int
dns_identity_encode(const struct dns_identity_question *q, uint16_t id,
    uint8_t ret[static DNS_IDENTITY_QUERY_MAX], size_t *ret_len, struct err *e)
{
	struct writer w = writer_init(ret, DNS_IDENTITY_QUERY_MAX);

	writer_u16(&w, id);
	writer_u16(&w, q->class == DNS_CLASS_IN ? FLAG_RD : 0);
	writer_u16(&w, 1);
	writer_u32(&w, 0);
	writer_u16(&w, 1);
	if (write_question(&w, q) < 0)
		return err_set(e, -EINVAL, "\"%s\" is not a name that can be asked for", q->name);
	writer_u8(&w, 0); /* OPT, RFC 6891 section 6.1.2 */
	writer_u16(&w, TYPE_OPT);
	writer_u16(&w, UDP_MAX);
	writer_u32(&w, 0);
	writer_u16(&w, 4);
	writer_u16(&w, OPTION_NSID);
	writer_u16(&w, 0);
	if (!writer_ok(&w))
		return err_set(e, -EINVAL, "\"%s\" is too long for a name", q->name);
	*ret_len = writer_len(&w);
	return 0;
}

/* ---- the answer ---- */

static void
skip_name(struct reader *r)
{
	unsigned label;

	do {
		label = reader_u8(r);
		if ((label & POINTER) == POINTER) {
			reader_skip(r, 1);
			return;
		}
		if (label > DNS_LABEL_MAX)
			r->bad = true;
		reader_skip(r, label);
	} while (label != 0 && reader_ok(r));
}

/* Some servers write the name in letters of their own. */
static bool
same_question(struct reader *r, const struct dns_identity_question *q)
{
	uint8_t want[DNS_IDENTITY_QUERY_MAX];
	struct writer w = writer_init(want, sizeof(want));
	const uint8_t *is;

	if (write_question(&w, q) < 0)
		return false;
	is = reader_bytes(r, writer_len(&w));
	for (size_t i = 0; is != NULL && i < writer_len(&w); i++) {
		if ((ascii_is_upper((char)is[i]) ? is[i] | 0x20 : is[i]) !=
		    (ascii_is_upper((char)want[i]) ? want[i] | 0x20 : want[i]))
			return false;
	}
	return is != NULL;
}

static void
take_text(const uint8_t *bytes, size_t n, char ret[static DNS_IDENTITY_TEXT_MAX + 1])
{
	n = MIN(n, (size_t)DNS_IDENTITY_TEXT_MAX);
	memcpy(ret, bytes, n);
	ret[n] = '\0';
	for (size_t i = 0; i < n; i++) {
		if (ret[i] == '\0')
			ret[i] = '?';
	}
	(void)utf8_mend(ret);
}

/* RFC 5001 section 2.3: any bytes; as text where they are one. */
static void
take_nsid(struct reader nsid, char ret[static DNS_IDENTITY_TEXT_MAX + 1])
{
	size_t n = reader_left(&nsid), at = 0;
	const uint8_t *bytes = reader_bytes(&nsid, n);
	bool is_text = true;

	for (size_t i = 0; bytes != NULL && i < n; i++)
		is_text = is_text && bytes[i] >= ' ' && bytes[i] < 0x7f;
	if (bytes == NULL || is_text) {
		take_text(bytes ? bytes : (const uint8_t *)"", bytes ? n : 0, ret);
		return;
	}
	for (size_t i = 0; i < n && at + 3 <= DNS_IDENTITY_TEXT_MAX; i++)
		at += (size_t)snprintf(ret + at, 3, "%02x", bytes[i]);
}

static void
take_options(struct reader options, struct dns_identity_answer *ret)
{
	while (reader_left(&options) > 0) {
		unsigned code = reader_u16(&options);
		struct reader value = reader_sub(&options, reader_u16(&options));

		if (reader_ok(&value) && code == OPTION_NSID)
			take_nsid(value, ret->nsid);
	}
}

static void
take_record(struct reader *r, struct dns_identity_answer *ret)
{
	unsigned type, extended;
	struct reader data;

	skip_name(r);
	type = reader_u16(r);
	reader_skip(r, 2);
	extended = reader_u8(r); /* of OPT: the upper bits of the RCODE, RFC 6891 section 6.1.3 */
	reader_skip(r, 3);
	data = reader_sub(r, reader_u16(r));
	if (!reader_ok(r))
		return;
	if (type == TYPE_OPT) {
		ret->rcode |= extended << 4;
		take_options(data, ret);
	} else if (type == DNS_TYPE_TXT && ret->text[0] == '\0') {
		size_t n = reader_u8(&data);
		const uint8_t *bytes = reader_bytes(&data, n);

		if (bytes != NULL)
			take_text(bytes, n, ret->text);
	}
}

int
dns_identity_decode(const struct dns_identity_question *q, uint16_t id, const void *bytes,
    size_t len, struct dns_identity_answer *ret)
{
	struct reader r = reader_init(bytes, len);
	struct dns_identity_answer a = { 0 };
	unsigned is = reader_u16(&r), flags = reader_u16(&r), questions = reader_u16(&r);
	unsigned records;

	a.answers = reader_u16(&r);
	records = a.answers + reader_u16(&r);
	records += reader_u16(&r);
	if (!reader_ok(&r) || is != id || !(flags & FLAG_QR))
		return -ENOMSG;
	a.rcode = flags & 0xf;
	/* one that could not read the question may leave it out */
	if (questions != 0 && (questions != 1 || !same_question(&r, q)))
		return -ENOMSG;
	if (questions == 0 && a.rcode == 0)
		return -ENOMSG;
	for (unsigned i = 0; i < records && reader_ok(&r); i++)
		take_record(&r, &a);
	if (!reader_ok(&r))
		return -EBADMSG;
	*ret = a;
	return 0;
}
