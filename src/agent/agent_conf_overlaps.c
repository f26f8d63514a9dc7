/*
 * No two Global IPs overlap. Sorted by their first address, those that do stand beside each other:
 * two prefixes are apart, or one holds the other. So ten thousand cost no more than to sort them.
 */
#include <stdlib.h>

#include "agent/agent_conf.h"

struct block {
	const struct prefix *prefix;
	const struct agent_service *service;
	size_t order; /* in the file */
};

/* A block comes before those that it holds. */
static int
block_cmp(const void *a, const void *b)
{
	const struct block *x = a, *y = b;
	int r = ip_cmp(x->prefix->addr, y->prefix->addr);

	if (r == 0)
		r = (x->prefix->len > y->prefix->len) - (x->prefix->len < y->prefix->len);
	return r != 0 ? r : (x->order > y->order) - (x->order < y->order);
}

static int
order_cmp(const void *a, const void *b)
{
	const struct block *x = a, *y = b;

	return (x->order > y->order) - (x->order < y->order);
}

/* Each of these against those before it in the file; the first one holds them all. */
static void
refuse_overlaps(struct conf *c, struct block *blocks, size_t count)
{
	qsort(blocks, count, sizeof(*blocks), order_cmp);
	for (size_t i = 1; i < count; i++) {
		char text[PREFIX_STR_MAX];
		size_t k = 0;

		while (k < i && !prefix_contains(*blocks[k].prefix, blocks[i].prefix->addr) &&
		       !prefix_contains(*blocks[i].prefix, blocks[k].prefix->addr))
			k++;
		if (k < i)
			conf_error_at(c, blocks[i].prefix, "overlaps Global IP %s of service %s",
			    prefix_format(*blocks[k].prefix, text), blocks[k].service->name);
	}
}

void
agent_conf_check_overlaps(struct conf *c, const struct agent_conf *conf)
{
	const struct agent_service *services = conf->services.items;
	_cleanup_(freep) struct block *blocks = NULL;
	size_t count = 0, n = 0;

	for (size_t i = 0; i < conf->services.count; i++)
		count += services[i].global_ips.count;
	if (count == 0)
		return;
	blocks = xcalloc(count, sizeof(*blocks));
	for (size_t i = 0; i < conf->services.count; i++) {
		const struct prefix *prefixes = services[i].global_ips.items;

		for (size_t j = 0; j < services[i].global_ips.count; j++, n++)
			blocks[n] = (struct block){ &prefixes[j], &services[i], n };
	}
	qsort(blocks, count, sizeof(*blocks), block_cmp);
	for (size_t first = 0, end; first < count; first = end) {
		const struct prefix *outer = blocks[first].prefix;

		for (end = first + 1; end < count; end++) {
			if (!prefix_contains(*outer, blocks[end].prefix->addr))
				break;
		}
		refuse_overlaps(c, &blocks[first], end - first);
	}
}
