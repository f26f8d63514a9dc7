/*
 * From the address of a field to its place in the file. Marks are made while the file is read and
 * sorted once, before the first check function: the ranges nest, so the innermost one around an
 * address is found by a binary search and a walk outwards.
 */
#include "config/internal.h"

#include <assert.h>
#include <stdlib.h>

void
conf_mark_add(struct conf *c, const void *at, size_t size, struct conf_place place, bool leaf)
{
	c->marks = grow_array(c->marks, c->mark_count, &c->mark_cap, sizeof(*c->marks));
	c->marks[c->mark_count] = (struct conf_mark){
		.start = (uintptr_t)at,
		.end = (uintptr_t)at + size,
		.place = place,
		.leaf = leaf,
		.order = c->mark_count,
	};
	c->mark_count++;
}

static int
mark_cmp(const void *a, const void *b)
{
	const struct conf_mark *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->end != y->end)
		return x->end > y->end ? -1 : 1;
	if (x->leaf != y->leaf)
		return x->leaf ? 1 : -1;
	return x->order < y->order ? -1 : 1;
}

void
conf_marks_sort(struct conf *c)
{
	size_t around = SIZE_MAX;

	if (c->mark_count > 0)
		qsort(c->marks, c->mark_count, sizeof(*c->marks), mark_cmp);
	for (size_t i = 0; i < c->mark_count; i++) {
		while (around != SIZE_MAX && c->marks[around].end <= c->marks[i].start)
			around = c->marks[around].parent;
		c->marks[i].parent = around;
		around = i;
	}
}

static const struct conf_mark *
find_mark(const struct conf *c, const void *field)
{
	uintptr_t at = (uintptr_t)field;
	size_t low = 0, high = c->mark_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (c->marks[middle].start <= at)
			low = middle + 1;
		else
			high = middle;
	}
	for (size_t i = low - 1; i != SIZE_MAX; i = c->marks[i].parent) {
		if (c->marks[i].end > at)
			return &c->marks[i];
	}
	return NULL;
}

void
conf_error_at(struct conf *c, const void *field, const char *fmt, ...)
{
	const struct conf_mark *mark = find_mark(c, field);
	va_list ap;

	assert(mark != NULL); /* an address inside what was loaded */
	va_start(ap, fmt);
	conf_report_va(c, mark->place, fmt, ap);
	va_end(ap);
}

bool
conf_is_set(const struct conf *c, const void *field)
{
	const struct conf_mark *mark = find_mark(c, field);

	return mark != NULL && mark->leaf && mark->start == (uintptr_t)field;
}

bool
conf_is_added(const struct conf *c, const void *field)
{
	const struct conf_mark *mark = find_mark(c, field);

	return mark != NULL && mark->place.start >= c->added_at;
}

const char *
conf_where(const struct conf *c, const void *field)
{
	const struct conf_mark *mark = find_mark(c, field);

	if (mark == NULL)
		return "";
	return arena_printf(c->arena, "%s:%zu",
	    mark->place.start >= c->added_at ? c->added_name : c->name,
	    conf_line_of(c, mark->place.start));
}
