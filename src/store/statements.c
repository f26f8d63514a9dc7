#include "store/statements.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* FNV-1a. */
static uint64_t
hash(const char *text)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return h;
}

void *
statements_find(const struct statements *all, const char *sql)
{
	uint64_t h = hash(sql);

	for (size_t i = 0; i < all->count; i++) {
		if (all->list[i].hash == h && strcmp(all->list[i].sql, sql) == 0)
			return all->list[i].prepared;
	}
	return NULL;
}

bool
statements_add(struct statements *all, const char *sql, void *prepared)
{
	if (all->count == STATEMENTS_MAX)
		return false;
	all->list = grow_array(all->list, all->count, &all->cap, sizeof(*all->list));
	all->list[all->count++] = (struct statement){ hash(sql), xstrdup(sql), prepared };
	return true;
}

void
statements_clear(struct statements *all, void (*finish)(void *prepared))
{
	for (size_t i = 0; i < all->count; i++) {
		finish(all->list[i].prepared);
		free(all->list[i].sql);
	}
	free(all->list);
	*all = (struct statements){ 0 };
}
