#include "wire/writer.h"

#include <string.h>

static uint8_t *
claim(struct writer *w, size_t n)
{
	uint8_t *p = w->pos;

	if (w->bad || (size_t)(w->end - w->pos) < n) {
		w->bad = true;
		return NULL;
	}
	w->pos += n;
	return p;
}

static void
put_be(uint8_t *p, uint64_t v, size_t n)
{
	for (size_t i = n; i-- > 0; v >>= 8)
		p[i] = (uint8_t)(v & 0xff);
}

static void
write_be(struct writer *w, uint64_t v, size_t n)
{
	uint8_t *p;

	if (n < 8 && v >> (8 * n) != 0) {
		w->bad = true;
		return;
	}
	p = claim(w, n);
	if (p != NULL)
		put_be(p, v, n);
}

void
writer_u8(struct writer *w, uint64_t v)
{
	write_be(w, v, 1);
}

void
writer_u16(struct writer *w, uint64_t v)
{
	write_be(w, v, 2);
}

void
writer_u32(struct writer *w, uint64_t v)
{
	write_be(w, v, 4);
}

void
writer_u64(struct writer *w, uint64_t v)
{
	write_be(w, v, 8);
}

void
writer_bytes(struct writer *w, const void *bytes, size_t n)
{
	uint8_t *p = claim(w, n);

	if (p != NULL && n > 0)
		memcpy(p, bytes, n);
}

void
writer_fill(struct writer *w, uint8_t byte, size_t n)
{
	uint8_t *p = claim(w, n);

	if (p != NULL)
		memset(p, byte, n);
}

static struct writer_mark
len_begin(struct writer *w, size_t size)
{
	struct writer_mark mark = { .at = writer_len(w), .size = size };

	writer_fill(w, 0, size);
	return mark;
}

struct writer_mark
writer_len8_begin(struct writer *w)
{
	return len_begin(w, 1);
}

struct writer_mark
writer_len16_begin(struct writer *w)
{
	return len_begin(w, 2);
}

void
writer_len_end(struct writer *w, struct writer_mark mark)
{
	uint64_t n;

	if (w->bad)
		return;
	n = writer_len(w) - mark.at - mark.size;
	if (n >> (8 * mark.size) != 0) {
		w->bad = true;
		return;
	}
	put_be(w->start + mark.at, n, mark.size);
}

void
writer_patch_u16(struct writer *w, size_t at, uint64_t v)
{
	if (w->bad || at + 2 > writer_len(w) || v > UINT16_MAX) {
		w->bad = true;
		return;
	}
	put_be(w->start + at, v, 2);
}
