#include "measure/prefix_set.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/attr.h"

void
prefix_set_done(struct prefix_set *s)
{
	free(s->items);
	*s = (struct prefix_set){ 0 };
}

void
prefix_set_add(struct prefix_set *s, struct prefix p)
{
	s->items = grow_array(s->items, s->count, &s->cap, sizeof(*s->items));
	s->items[s->count++] = p;
}

static int
compare(const void *a, const void *b)
{
	return prefix_cmp(*(const struct prefix *)a, *(const struct prefix *)b);
}

size_t
prefix_set_sort(struct prefix_set *s)
{
	size_t kept = 0, before = s->count;

	if (before > 0)
		qsort(s->items, s->count, sizeof(*s->items), compare);
	/* whoever holds others stands right before them */
	for (size_t i = 0; i < before; i++) {
		if (kept == 0 || !prefix_contains(s->items[kept - 1], s->items[i].addr))
			s->items[kept++] = s->items[i];
	}
	s->count = kept;
	return before - kept;
}

const struct prefix *
prefix_set_find(const struct prefix_set *s, struct ip ip)
{
	size_t low = 0, high = s->count;

	/* the last that does not begin behind the address */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ip_cmp(s->items[middle].addr, ip) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 || !prefix_contains(s->items[low - 1], ip))
		return NULL;
	return &s->items[low - 1];
}
