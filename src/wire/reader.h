/*
 * A cursor over borrowed bytes: the only way bytes from outside become numbers.
 *
 * The error is sticky: after the first read past the end every read gives zero and `bad` stays set,
 * so a decoder is written straight through and looks at reader_ok() once at the end of each object.
 * A sub-reader is bounded by its length field and cannot see past it. Nothing here asserts on
 * input, jumps, or allocates. The common reads are inline, since a router sends a million prefixes.
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

/* Borrows n bytes; NULL when they are not there. */
static inline const uint8_t *
reader_bytes(struct reader *r, size_t n)
{
	const uint8_t *p = r->pos;

	if (r->bad || (size_t)(r->end - r->pos) < n) {
		r->bad = true;
		return NULL;
	}
	if (n > 0) /* NULL + 0 is undefined */
		r->pos += n;
	return p;
}

static inline uint8_t
reader_u8(struct reader *r)
{
	const uint8_t *p = reader_bytes(r, 1);

	return p ? p[0] : 0;
}

/* Big endian, as all of these. */
static inline uint16_t
reader_u16(struct reader *r)
{
	const uint8_t *p = reader_bytes(r, 2);

	return p ? (uint16_t)(p[0] << 8 | p[1]) : 0;
}

static inline uint32_t
reader_u32(struct reader *r)
{
	const uint8_t *p = reader_bytes(r, 4);

	return p ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3] : 0;
}

uint64_t reader_u64(struct reader *r);

static inline void
reader_skip(struct reader *r, size_t n)
{
	(void)reader_bytes(r, n);
}

/* Copies n bytes; fills with zero when they are not there. */
void reader_copy(struct reader *r, void *to, size_t n);

/*
 * A reader over the next n bytes, which this one skips. Bad from the start when they are not there.
 */
static inline struct reader
reader_sub(struct reader *r, size_t n)
{
	const uint8_t *p = reader_bytes(r, n);

	return p ? reader_init(p, n) : (struct reader){ .bad = true };
}
