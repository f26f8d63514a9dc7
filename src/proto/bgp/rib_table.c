#include "proto/bgp/rib_table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define ROUTES_MIN 16

void
rib_table_done(struct rib_table *table)
{
	free(table->routes);
	free(table->buckets);
	*table = (struct rib_table){ 0 };
}

static uint32_t *
bucket_of(const struct rib_table *table, struct prefix prefix)
{
	return &table->buckets[prefix_hash(prefix) & (table->bucket_count - 1)];
}

uint32_t
rib_table_find(const struct rib_table *table, struct prefix prefix)
{
	uint32_t i = table->bucket_count ? *bucket_of(table, prefix) : 0;

	for (; i > 0; i = table->routes[i].chain) {
		const struct rib_route *route = &table->routes[i];

		if (route->len == prefix.len && route->family == prefix.addr.family &&
		    memcmp(route->addr, prefix.addr.bytes, sizeof(route->addr)) == 0)
			break;
	}
	return i;
}

static void
link_route(struct rib_table *table, uint32_t index)
{
	struct rib_route *route = &table->routes[index];
	uint32_t *bucket = bucket_of(table, rib_route_prefix(route));

	route->chain = *bucket;
	*bucket = index;
}

static void
resize_buckets(struct rib_table *table, size_t count)
{
	free(table->buckets);
	table->buckets = xcalloc(count, sizeof(*table->buckets));
	table->bucket_count = count;
	for (uint32_t i = 0; (i = rib_table_after(table, i)) > 0;)
		link_route(table, i);
}

static uint32_t
take_free(struct rib_table *table)
{
	uint32_t index = table->free;

	if (index > 0) {
		table->free = table->routes[index].chain;
		return index;
	}
	if (table->used == table->cap) {
		assert(table->cap < UINT32_MAX / 2);
		table->cap = MAX(table->cap * 2, (uint32_t)ROUTES_MIN);
		table->routes = xrealloc(table->routes, table->cap * sizeof(*table->routes));
	}
	if (table->used == 0)
		table->routes[table->used++] = (struct rib_route){ 0 };
	return table->used++;
}

uint32_t
rib_table_add(struct rib_table *table, struct prefix prefix)
{
	uint32_t index = take_free(table);
	struct rib_route *route = &table->routes[index];

	*route = (struct rib_route){ .len = prefix.len };
	memcpy(route->addr, prefix.addr.bytes, sizeof(route->addr));
	if (table->count >= table->bucket_count)
		resize_buckets(table, MAX(table->bucket_count * 2, (size_t)ROUTES_MIN));
	route->family = (uint8_t)prefix.addr.family;
	link_route(table, index);
	table->count++;
	return index;
}

uint32_t
rib_table_add_hole(struct rib_table *table)
{
	uint32_t index = take_free(table);

	table->routes[index] = (struct rib_route){ 0 };
	return index;
}

void
rib_table_free_hole(struct rib_table *table, uint32_t index)
{
	table->routes[index].chain = table->free;
	table->free = index;
}

void
rib_table_remove(struct rib_table *table, uint32_t index)
{
	struct rib_route *route = &table->routes[index];
	uint32_t *slot = bucket_of(table, rib_route_prefix(route));

	assert(!route->queued);
	while (*slot != index)
		slot = &table->routes[*slot].chain;
	*slot = route->chain;
	route->family = IP_NONE;
	rib_table_free_hole(table, index);
	table->count--;
}
