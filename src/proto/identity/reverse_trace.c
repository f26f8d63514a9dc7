#include "proto/identity/reverse_trace.h"

#include <errno.h>

#include "base/attr.h"
#include "proto/identity/identity_internal.h"

#define KIND_ICMP 0x80 /* in the byte of an answer's kind */

void
reverse_question_encode(const struct reverse_question *q, uint8_t ret[static IDENTITY_SIZE])
{
	struct writer w;

	identity_begin(&w, ret, IDENTITY_REVERSE_QUESTION, q->nonce);
	writer_u64(&w, q->cookie);
	writer_u16(&w, q->first);
	writer_u8(&w, q->rounds);
	writer_fill(&w, 0, writer_left(&w));
}

int
reverse_question_decode(const void *bytes, size_t len, struct reverse_question *ret)
{
	struct reader r = reader_init(bytes, len);

	if (len != IDENTITY_SIZE ||
	    identity_read_head(&r, IDENTITY_REVERSE_QUESTION, &ret->nonce) < 0)
		return -EBADMSG;
	ret->cookie = reader_u64(&r);
	ret->first = reader_u16(&r);
	ret->rounds = reader_u8(&r);
	return 0;
}

/* ---- answers ---- */

static size_t
record_size(const struct trace_answer *a)
{
	return a->kind == TRACE_LOST ? 1 : 7 + ip_size(a->from.family);
}

static void
add_record(struct writer *w, const struct trace_answer *a)
{
	writer_u8(w, a->kind | (a->icmp ? KIND_ICMP : 0u));
	if (a->kind == TRACE_LOST)
		return;
	writer_u8(w, a->type);
	writer_u8(w, a->code);
	writer_u32(w, (uint64_t)MIN(a->rtt.ns / NS_PER_US, (int64_t)UINT32_MAX));
	writer_bytes(w, a->from.bytes, ip_size(a->from.family));
}

static void
add_result(struct writer *w, const struct trace *t, uint32_t first)
{
	uint32_t queries = trace_queries(t), end = trace_hops(t) * queries;
	struct writer head;
	uint16_t count = 0;

	writer_u8(w, trace_has_reached(t));
	writer_u8(w, trace_hops(t));
	writer_u8(w, queries);
	writer_u16(w, first);
	head = *w;
	writer_u16(w, 0);
	for (uint32_t i = first; i < end && count < REVERSE_PIECE_MAX; i++) {
		const struct trace_answer *a = trace_answer(t, i / queries + 1, i % queries);

		if (record_size(a) > writer_left(w))
			break;
		add_record(w, a);
		count++;
	}
	writer_u16(&head, count);
}

size_t
reverse_answer_encode(uint64_t nonce, const struct reverse_answer *a, const struct trace *result,
    uint8_t ret[static IDENTITY_SIZE])
{
	struct writer w;

	identity_begin(&w, ret, IDENTITY_REVERSE_ANSWER, nonce);
	writer_u8(&w, a->state);
	writer_u64(&w, a->cookie);
	writer_u8(&w, a->asker.family);
	writer_bytes(&w, a->asker.bytes, ip_size(a->asker.family));
	if (a->state == REVERSE_OVER) {
		add_result(&w, result, a->first);
	} else {
		identity_add_text(&w, a->who.site, IDENTITY_NAME_MAX);
		identity_add_text(&w, a->who.host, IDENTITY_TEXT_MAX);
	}
	return writer_len(&w);
}

static int
read_ip(struct reader *r, enum ip_family family, struct ip *ret)
{
	const uint8_t *bytes;

	if (family != IP_V4 && family != IP_V6)
		return -EBADMSG;
	bytes = reader_bytes(r, ip_size(family));
	if (bytes == NULL)
		return -EBADMSG;
	*ret = ip_from_bytes(family, bytes);
	return 0;
}

static int
read_record(struct reader *r, enum ip_family family, struct trace_answer *ret)
{
	unsigned kind = reader_u8(r);

	*ret = (struct trace_answer){ .icmp = kind & KIND_ICMP };
	kind &= ~(unsigned)KIND_ICMP;
	if (!reader_ok(r) || kind > TRACE_OTHER)
		return -EBADMSG;
	ret->kind = (enum trace_kind)kind;
	if (ret->kind == TRACE_LOST)
		return 0;
	ret->type = reader_u8(r);
	ret->code = reader_u8(r);
	ret->rtt = DURATION_US(reader_u32(r));
	return read_ip(r, family, &ret->from);
}

static int
read_result(struct reader *r, struct reverse_answer *ret)
{
	ret->reached = reader_u8(r) != 0;
	ret->hops = reader_u8(r);
	ret->queries = reader_u8(r);
	ret->first = reader_u16(r);
	ret->count = reader_u16(r);
	if (!reader_ok(r) || ret->hops == 0 || ret->queries == 0 ||
	    ret->queries > TRACE_QUERIES_MAX || ret->count > REVERSE_PIECE_MAX ||
	    ret->first + ret->count > ret->hops * ret->queries)
		return -EBADMSG;
	for (uint32_t i = 0; i < ret->count; i++) {
		if (read_record(r, ret->asker.family, &ret->answers[i]) < 0)
			return -EBADMSG;
	}
	return 0;
}

int
reverse_answer_decode(const void *bytes, size_t len, uint64_t nonce, struct reverse_answer *ret)
{
	struct reader r = reader_init(bytes, len);
	unsigned state, family;
	uint64_t of;

	*ret = (struct reverse_answer){ 0 };
	if (len > IDENTITY_SIZE || identity_read_head(&r, IDENTITY_REVERSE_ANSWER, &of) < 0)
		return -EBADMSG;
	if (of != nonce)
		return -ENOMSG;
	state = reader_u8(&r);
	ret->cookie = reader_u64(&r);
	family = reader_u8(&r);
	if (!reader_ok(&r) || state >= REVERSE_STATES ||
	    read_ip(&r, (enum ip_family)family, &ret->asker) < 0)
		return -EBADMSG;
	ret->state = (enum reverse_state)state;
	if (ret->state == REVERSE_OVER)
		return read_result(&r, ret);
	if (identity_read_text(&r, ret->who.site, IDENTITY_NAME_MAX) < 0 ||
	    identity_read_text(&r, ret->who.host, IDENTITY_TEXT_MAX) < 0)
		return -EBADMSG;
	return 0;
}
