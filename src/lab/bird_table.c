#include "lab/bird_table.h"

void
bird_table_done(struct bird_table *t)
{
	prefix_map_done(&t->used);
}

void
bird_table_add(struct bird_table *t, const struct bird_routes *routes)
{
	for (size_t i = 0; i < routes->count; i++) {
		const struct bird_route *route = &routes->items[i];

		if (!route->best || route->dest.len == 0)
			continue;
		prefix_map_put(&t->used, route->dest, (uint32_t)i);
		prefix_lengths_add(&t->lengths, route->dest);
	}
}

bool
bird_table_has(const struct bird_table *t, struct prefix prefix, bool exact)
{
	uint32_t index;

	return exact ? prefix_map_get(&t->used, prefix, &index)
		     : prefix_map_longest(&t->used, &t->lengths, prefix.addr, &index);
}
