/*
 * A bounded writer with reservations for length fields.
 *
 * The error is sticky: a write past the end, or a value that does not fit its field, sets `bad` and
 * changes nothing more; the caller looks at writer_ok() once. Setters take wide integers and check the
 * range, so nothing is cut off silently.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

struct writer {
	uint8_t *start; /* borrowed */
	uint8_t *pos;
	uint8_t *end;
	bool bad;
};

static inline struct writer
writer_init(void *buf, size_t n)
{
	uint8_t *p = buf;

	return (struct writer){ .start = p, .pos = p, .end = p + n };
}

static inline size_t
writer_len(const struct writer *w)
{
	return (size_t)(w->pos - w->start);
}

static inline size_t
writer_left(const struct writer *w)
{
	return w->bad ? 0 : (size_t)(w->end - w->pos);
}

static inline bool
writer_ok(const struct writer *w)
{
	return !w->bad;
}

void writer_u8(struct writer *w, uint64_t v);
void writer_u16(struct writer *w, uint64_t v); /* big endian, as all of these */
void writer_u32(struct writer *w, uint64_t v);
void writer_u64(struct writer *w, uint64_t v);
void writer_bytes(struct writer *w, const void *bytes, size_t n);
void writer_fill(struct writer *w, uint8_t byte, size_t n);

/* The place of a length field that is not known yet. */
struct writer_mark {
	size_t at;
	size_t size;
};

/* Leaves room for a length of 1 or 2 bytes ... */
struct writer_mark writer_len8_begin(struct writer *w);
struct writer_mark writer_len16_begin(struct writer *w);
/* ... and fills it with the count of bytes written since, not counting the field itself. */
void writer_len_end(struct writer *w, struct writer_mark mark);
/* Overwrites two bytes at an offset that was written already. */
void writer_patch_u16(struct writer *w, size_t at, uint64_t v);
