#include "base/strbuf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void
strbuf_done(struct strbuf *b)
{
	free(b->text);
	*b = (struct strbuf){ 0 };
}

static void
strbuf_reserve(struct strbuf *b, size_t more)
{
	size_t need = b->len + more + 1;
	size_t cap = b->cap ? b->cap : 64;

	if (need <= b->cap)
		return;
	while (cap < need)
		cap *= 2;
	b->text = xrealloc(b->text, cap);
	b->cap = cap;
}

void
strbuf_add_mem(struct strbuf *b, const void *mem, size_t n)
{
	strbuf_reserve(b, n);
	if (n > 0)
		memcpy(b->text + b->len, mem, n);
	b->len += n;
	b->text[b->len] = '\0';
}

void
strbuf_add(struct strbuf *b, const char *text)
{
	strbuf_add_mem(b, text, strlen(text));
}

void
strbuf_add_char(struct strbuf *b, char c)
{
	strbuf_add_mem(b, &c, 1);
}

void
strbuf_addf(struct strbuf *b, const char *fmt, ...)
{
	va_list ap, again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n > 0) {
		strbuf_reserve(b, (size_t)n);
		(void)vsnprintf(b->text + b->len, (size_t)n + 1, fmt, again);
		b->len += (size_t)n;
	}
	va_end(again);
}

void
strbuf_add_i64(struct strbuf *b, int64_t v)
{
	char text[20]; /* INT64_MIN has a sign and 19 digits */
	uint64_t left = v < 0 ? -(uint64_t)v : (uint64_t)v;
	size_t at = sizeof(text);

	do
		text[--at] = (char)('0' + left % 10);
	while ((left /= 10) > 0);
	if (v < 0)
		text[--at] = '-';
	strbuf_add_mem(b, text + at, sizeof(text) - at);
}

void
strbuf_pad(struct strbuf *b, char c, size_t n)
{
	strbuf_reserve(b, n);
	memset(b->text + b->len, c, n);
	b->len += n;
	b->text[b->len] = '\0';
}

const char *
strbuf_get(const struct strbuf *b)
{
	return b->text ? b->text : "";
}

char *
strbuf_take(struct strbuf *b)
{
	char *text = b->text ? b->text : xstrdup("");

	*b = (struct strbuf){ 0 };
	return text;
}

int
parse_u64(const char *text, uint64_t max, uint64_t *ret)
{
	uint64_t v = 0;

	if (*text == '\0')
		return -EINVAL;
	for (const char *p = text; *p; p++) {
		if (!ascii_is_digit(*p))
			return -EINVAL;
	}
	for (const char *p = text; *p; p++) {
		if (__builtin_mul_overflow(v, UINT64_C(10), &v) ||
		    __builtin_add_overflow(v, (uint64_t)(*p - '0'), &v))
			return -ERANGE;
	}
	if (v > max)
		return -ERANGE;
	*ret = v;
	return 0;
}

int
parse_u32(const char *text, uint32_t max, uint32_t *ret)
{
	uint64_t v;
	int r = parse_u64(text, max, &v);

	if (r < 0)
		return r;
	*ret = (uint32_t)v;
	return 0;
}

bool
str_starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

size_t
utf8_width(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

#define NEAREST_LEN_MAX 48

/* Levenshtein distance of two short texts, one row at a time. */
static size_t
edit_distance(const char *a, const char *b)
{
	size_t row[NEAREST_LEN_MAX + 1], la = strlen(a), lb = strlen(b);

	if (la > NEAREST_LEN_MAX || lb > NEAREST_LEN_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= lb; j++)
		row[j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t change = diagonal + (a[i - 1] != b[j - 1]);
			size_t gap = MIN(row[j], row[j - 1]) + 1;

			diagonal = row[j];
			row[j] = MIN(change, gap);
		}
	}
	return row[lb];
}

size_t
str_index(const char *text, const char *const *names)
{
	size_t i = 0;

	while (names[i] != NULL && strcmp(names[i], text) != 0)
		i++;
	return i;
}

const char *
str_nearest(const char *text, const char *const *candidates)
{
	const char *best = NULL;
	size_t best_distance = 3;

	for (; *candidates; candidates++) {
		size_t d = edit_distance(text, *candidates);

		if (d < best_distance && d * 2 < MAX(strlen(text), (size_t)2) + 1) {
			best = *candidates;
			best_distance = d;
		}
	}
	return best;
}
