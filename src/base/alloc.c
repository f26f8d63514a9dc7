#include "base/alloc.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _noreturn_ void
out_of_memory(void)
{
	(void)fputs("out of memory\n", stderr);
	abort();
}

void *
xmalloc(size_t n)
{
	void *p = malloc(n ? n : 1);

	if (p == NULL)
		out_of_memory();
	return p;
}

void *
xcalloc(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size ? size : 1);

	if (p == NULL)
		out_of_memory();
	return p;
}

void *
xrealloc(void *p, size_t n)
{
	void *q = realloc(p, n ? n : 1);

	if (q == NULL)
		out_of_memory();
	return q;
}

char *
xstrdup(const char *s)
{
	size_t n = strlen(s) + 1;

	return memcpy(xmalloc(n), s, n);
}

char *
xasprintf(const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		out_of_memory();
	va_end(ap);
	return text;
}

void *
grow_array(void *array, size_t count, size_t *cap, size_t size)
{
	size_t wanted;

	if (count < *cap)
		return array;
	wanted = *cap ? *cap * 2 : 8;
	if (wanted > SIZE_MAX / size)
		out_of_memory();
	array = xrealloc(array, wanted * size);
	*cap = wanted;
	return array;
}

void
freep(void *p)
{
	free(*(void **)p);
}

/* Blocks are chained; the newest is filled first. A large request gets a block of its own. */
struct arena_block {
	struct arena_block *next;
	size_t used, size;
	_Alignas(max_align_t) unsigned char data[];
};

struct arena {
	struct arena_block *blocks; /* owned */
};

#define ARENA_BLOCK 4096

struct arena *
arena_new(void)
{
	return xcalloc(1, sizeof(struct arena));
}

void
arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	while (a->blocks) {
		struct arena_block *b = a->blocks;

		a->blocks = b->next;
		free(b);
	}
	free(a);
}

void
arena_freep(struct arena **a)
{
	arena_free(*a);
}

void *
arena_alloc(struct arena *a, size_t n)
{
	const size_t align = _Alignof(max_align_t);
	struct arena_block *b = a->blocks;
	void *p;

	if (n > SIZE_MAX / 2)
		out_of_memory();
	n = (MAX(n, (size_t)1) + align - 1) / align * align;
	if (b == NULL || b->size - b->used < n) {
		size_t size = MAX(n, (size_t)ARENA_BLOCK);

		b = xcalloc(1, sizeof(*b) + size);
		b->size = size;
		b->next = a->blocks;
		a->blocks = b;
	}
	p = b->data + b->used;
	b->used += n;
	return p;
}

void *
arena_memdup(struct arena *a, const void *mem, size_t n)
{
	void *p = arena_alloc(a, n);

	if (n > 0)
		memcpy(p, mem, n);
	return p;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return arena_memdup(a, s, strlen(s) + 1);
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *text, *copy;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		out_of_memory();
	va_end(ap);
	copy = arena_strdup(a, text);
	free(text);
	return copy;
}
