#include "wire/reader.h"

#include <string.h>

const uint8_t *
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

static uint64_t
read_be(struct reader *r, size_t n)
{
	const uint8_t *p = reader_bytes(r, n);
	uint64_t v = 0;

	if (p == NULL)
		return 0;
	for (size_t i = 0; i < n; i++)
		v = v << 8 | p[i];
	return v;
}

uint8_t
reader_u8(struct reader *r)
{
	return (uint8_t)read_be(r, 1);
}

uint16_t
reader_u16(struct reader *r)
{
	return (uint16_t)read_be(r, 2);
}

uint32_t
reader_u24(struct reader *r)
{
	return (uint32_t)read_be(r, 3);
}

uint32_t
reader_u32(struct reader *r)
{
	return (uint32_t)read_be(r, 4);
}

uint64_t
reader_u64(struct reader *r)
{
	return read_be(r, 8);
}

void
reader_skip(struct reader *r, size_t n)
{
	(void)!reader_bytes(r, n);
}

void
reader_copy(struct reader *r, void *to, size_t n)
{
	const uint8_t *p = reader_bytes(r, n);

	if (p == NULL)
		memset(to, 0, n);
	else
		memcpy(to, p, n);
}

struct reader
reader_sub(struct reader *r, size_t n)
{
	const uint8_t *p = reader_bytes(r, n);

	if (p == NULL)
		return (struct reader){ .bad = true };
	return reader_init(p, n);
}
