/*
 * The shortest valley-free way of every network to a few.
 *
 * Two distances for each network, of which the second is never larger: `down`, over customers only,
 * which is what it tells everyone; and `any`, first up to providers and at most once across to a
 * peer, which is what it tells its customers. `down` grows from the goals to their providers, step
 * by step; `any` from those, over peers, and then down to customers.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "measure/relations.h"

#define FAR UINT8_MAX

struct way {
	uint32_t asn;
	uint32_t down_next, any_next; /* the network after it; itself at a goal */
	uint8_t down, any;            /* steps to the goal; FAR: none */
};

struct relation_ways {
	const struct relations *relations;
	struct way *ways; /* owned; sorted by number */
	size_t count;
};

static int
compare(const void *a, const void *b)
{
	const struct way *x = a, *y = b;

	return (x->asn > y->asn) - (x->asn < y->asn);
}

static struct way *
find(const struct relation_ways *w, uint32_t asn)
{
	const struct way key = { .asn = asn };

	if (w->count == 0)
		return NULL;
	return bsearch(&key, w->ways, w->count, sizeof(*w->ways), compare);
}

static void
offer(struct way *to, const struct way *from, const struct relation_neighbor *n, uint8_t steps,
    bool down)
{
	if (down && n->relation == RELATION_PROVIDER && to->down == FAR) {
		to->down = steps + 1;
		to->down_next = from->asn;
	}
	/* peers are told of customers only, customers of all */
	if (!down && to->any > steps + 1 &&
	    ((n->relation == RELATION_CUSTOMER && from->any == steps) ||
		(n->relation == RELATION_PEER && from->down == steps))) {
		to->any = steps + 1;
		to->any_next = from->asn;
	}
}

/* Whoever is `steps` away tells its neighbors. False: nobody is. */
static bool
spread(struct relation_ways *w, uint8_t steps, bool down)
{
	bool spreads = false;

	for (size_t i = 0; i < w->count; i++) {
		const struct way *from = &w->ways[i];
		const struct relation_neighbor *n;
		size_t count;

		if (from->down != steps && (down || from->any != steps))
			continue;
		spreads = true;
		n = relations_of(w->relations, from->asn, &count);
		for (size_t k = 0; k < count; k++) {
			struct way *to = find(w, n[k].asn);

			if (to)
				offer(to, from, &n[k], steps, down);
		}
	}
	return spreads;
}

static void
add_networks(struct relation_ways *w, const uint32_t *goals, size_t goal_count)
{
	size_t cap = 0, kept = 0, count;
	const struct relation_neighbor *n = relations_all(w->relations, &count);

	for (size_t i = 0; i < count + goal_count; i++) {
		uint32_t asn = i < count ? n[i].of : goals[i - count];

		if (w->count > 0 && w->ways[w->count - 1].asn == asn)
			continue;
		w->ways = grow_array(w->ways, w->count, &cap, sizeof(*w->ways));
		w->ways[w->count++] = (struct way){ .asn = asn, .down = FAR, .any = FAR };
	}
	if (w->count == 0)
		return;
	qsort(w->ways, w->count, sizeof(*w->ways), compare);
	for (size_t i = 0; i < w->count; i++) {
		if (kept == 0 || w->ways[kept - 1].asn != w->ways[i].asn)
			w->ways[kept++] = w->ways[i];
	}
	w->count = kept;
}

struct relation_ways *
relation_ways_new(const struct relations *r, const uint32_t *goals, size_t goal_count)
{
	struct relation_ways *w = xcalloc(1, sizeof(*w));

	w->relations = r;
	add_networks(w, goals, goal_count);
	for (size_t i = 0; i < goal_count; i++) {
		struct way *goal = find(w, goals[i]);

		goal->down = 0;
		goal->down_next = goal->asn;
	}
	for (uint8_t steps = 0; steps < RELATION_PATH_MAX && spread(w, steps, true);)
		steps++;
	for (size_t i = 0; i < w->count; i++) {
		w->ways[i].any = w->ways[i].down;
		w->ways[i].any_next = w->ways[i].down_next;
	}
	/* steps of `any` may begin anywhere: each is asked for */
	for (uint8_t steps = 0; steps < RELATION_PATH_MAX; steps++)
		(void)spread(w, steps, false);
	return w;
}

void
relation_ways_free(struct relation_ways *w)
{
	if (w == NULL)
		return;
	free(w->ways);
	free(w);
}

size_t
relation_way_over(const struct relation_ways *w, uint32_t from, uint32_t neighbor,
    uint32_t path[static RELATION_PATH_MAX])
{
	enum relation relation = relations_between(w->relations, from, neighbor);
	const struct way *at = find(w, neighbor);
	bool down = relation != RELATION_PROVIDER;
	size_t count = 0;

	if (relation == RELATION_NONE || at == NULL || (down ? at->down : at->any) == FAR)
		return 0;
	path[count++] = from;
	while (at && count < RELATION_PATH_MAX) {
		uint32_t next;

		if (at->asn == from)
			return 0; /* the neighbor would come back */
		path[count++] = at->asn;
		/* once on its way down, a way stays so */
		down = down || at->any == at->down;
		next = down ? at->down_next : at->any_next;
		if (next == at->asn)
			return count;
		if (!down && relations_between(w->relations, at->asn, next) == RELATION_PEER)
			down = true;
		at = find(w, next);
	}
	return 0;
}
