/*
 * A cursor over borrowed bytes: the only way bytes from outside become numbers.
 *
 * The error is sticky: after the first read past the end every read gives zero and `bad` stays set, so
 * a decoder is written straight through and looks at reader_ok() once at the end of each object. A
 * sub-reader is bounded by its length field and cannot see past it. Nothing here asserts on input,
 * jumps, or allocates.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

struct reader {
	const uint8_t *pos; /* borrowed */
	const uint8_t *end;
	bool bad;
};

static inline struct reader
reader_init(const void *bytes, size_t n)
{
	const uint8_t *p = bytes;

	return (struct reader){ .pos = p, .end = p ? p + n : p };
}

static inline size_t
reader_left(const struct reader *r)
{
	return r->bad ? 0 : (size_t)(r->end - r->pos);
}

/* No read went past the end. */
static inline bool
reader_ok(const struct reader *r)
{
	return !r->bad;
}

/* All was read, and nothing past the end: what a complete object must give. */
static inline bool
reader_done(const struct reader *r)
{
	return !r->bad && r->pos == r->end;
}

uint8_t reader_u8(struct reader *r);
uint16_t reader_u16(struct reader *r); /* big endian, as all of these */
uint32_t reader_u24(struct reader *r);
uint32_t reader_u32(struct reader *r);
uint64_t reader_u64(struct reader *r);
void reader_skip(struct reader *r, size_t n);
/* Copies n bytes; fills with zero when they are not there. */
void reader_copy(struct reader *r, void *to, size_t n);
/* Borrows n bytes; NULL when they are not there. */
const uint8_t *reader_bytes(struct reader *r, size_t n) _must_use_;
/* A reader over the next n bytes, which this one skips. Bad from the start when they are not there. */
struct reader reader_sub(struct reader *r, size_t n);
