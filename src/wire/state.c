#include "wire/state.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"

#define MAGIC "NEARCAST"
#define MAGIC_LEN 8
#define HEAD_LEN (MAGIC_LEN + 2 + 4)
#define RECORD_HEAD 6 /* tag, length */
#define NUMBER_LEN 8

/* ---- writing ---- */

void
state_writer_done(struct state_writer *w)
{
	if (w->bytes)
		explicit_bzero(w->bytes, w->cap);
	free(w->bytes);
	*w = (struct state_writer){ 0 };
}

struct writer
state_room(struct state_writer *w, size_t n)
{
	size_t at = w->len;

	if (w->cap - w->len < n) {
		size_t cap = MAX(w->cap * 2, w->len + n);
		uint8_t *bytes = xmalloc(cap);

		/* not realloc(), which may leave a copy of a secret behind */
		if (w->len > 0)
			memcpy(bytes, w->bytes, w->len);
		state_writer_done(w);
		w->bytes = bytes;
		w->cap = cap;
	}
	w->len = at + n;
	return writer_init(w->bytes + at, n);
}

static struct writer
claim_record(struct state_writer *w, uint16_t tag, size_t len)
{
	struct writer record = state_room(w, RECORD_HEAD + len);

	writer_u16(&record, tag);
	writer_u32(&record, len);
	return record;
}

void
state_bytes(struct state_writer *w, uint16_t tag, const void *bytes, size_t len)
{
	struct writer record = claim_record(w, tag, len);

	writer_bytes(&record, bytes, len);
}

void
state_text(struct state_writer *w, uint16_t tag, const char *text)
{
	state_bytes(w, tag, text, strlen(text));
}

void
state_numbers(struct state_writer *w, uint16_t tag, const uint64_t *numbers, size_t count)
{
	struct writer record = claim_record(w, tag, count * NUMBER_LEN);

	for (size_t i = 0; i < count; i++)
		writer_u64(&record, numbers[i]);
}

void
state_number(struct state_writer *w, uint16_t tag, uint64_t number)
{
	state_numbers(w, tag, &number, 1);
}

size_t
state_begin(struct state_writer *w, uint16_t tag)
{
	(void)claim_record(w, tag, 0);
	return w->len;
}

void
state_end(struct state_writer *w, size_t mark)
{
	struct writer length = writer_init(w->bytes + mark - 4, 4);

	writer_u32(&length, w->len - mark);
}

/* ---- reading ---- */

bool
state_next(struct reader *r, uint16_t *ret_tag, struct reader *ret_value)
{
	if (reader_left(r) == 0)
		return false;
	*ret_tag = reader_u16(r);
	size_t len = reader_u32(r);
	*ret_value = reader_sub(r, len);
	return reader_ok(r);
}

struct reader
state_find(struct reader r, uint16_t tag)
{
	struct reader value;
	uint16_t found;

	while (state_next(&r, &found, &value)) {
		if (found == tag)
			return value;
	}
	return reader_init(NULL, 0);
}

uint64_t
state_find_number(struct reader r, uint16_t tag, uint64_t otherwise)
{
	struct reader value = state_find(r, tag);

	return reader_left(&value) >= NUMBER_LEN ? reader_u64(&value) : otherwise;
}

void
state_read_text(struct reader value, char *buf, size_t size)
{
	size_t len = reader_left(&value);
	const uint8_t *bytes = reader_bytes(&value, len);

	utf8_format(buf, size, "%.*s", len > 0 ? (int)MIN(len, size) : 0,
	    len > 0 ? (const char *)bytes : "");
}

char *
state_find_text(struct reader r, uint16_t tag, char *buf, size_t size)
{
	state_read_text(state_find(r, tag), buf, size);
	return buf;
}

/* ---- documents ---- */

void
state_document_begin(struct state_writer *w, uint16_t version)
{
	struct writer head = state_room(w, HEAD_LEN);

	writer_bytes(&head, MAGIC, MAGIC_LEN);
	writer_u16(&head, version);
	writer_u32(&head, 0);
}

void
state_document_end(struct state_writer *w)
{
	state_end(w, HEAD_LEN);
}

bool
state_document_open(
    const void *bytes, size_t len, uint16_t *ret_version, struct reader *ret_records)
{
	struct reader r = reader_init(bytes, len);
	const uint8_t *magic = reader_bytes(&r, MAGIC_LEN);
	uint16_t version = reader_u16(&r);
	size_t length = reader_u32(&r);

	if (!reader_ok(&r) || memcmp(magic, MAGIC, MAGIC_LEN) != 0 || length != reader_left(&r))
		return false;
	*ret_version = version;
	*ret_records = r;
	return true;
}
