#include "report/dots.h"

#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"

#define CELL 7 /* units of the view: what lies closer together is one place */

/* A client, and what has to be the same for it to be in one dot with another. */
struct entry {
	int32_t column, row;
	uint32_t site;
	bool is_heard, is_bad;
	uint32_t client;
	struct plane_point at;
};

static int
compare_places(const struct entry *a, const struct entry *b)
{
	if (a->column != b->column)
		return a->column < b->column ? -1 : 1;
	if (a->row != b->row)
		return a->row < b->row ? -1 : 1;
	if (a->site != b->site)
		return a->site < b->site ? -1 : 1;
	if (a->is_bad != b->is_bad)
		return a->is_bad ? 1 : -1;
	return a->is_heard - b->is_heard;
}

static int
compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int way = compare_places(x, y);

	return way != 0 ? way : (x->client > y->client) - (x->client < y->client);
}

static int
compare_dots(const void *a, const void *b)
{
	const struct dot *x = a, *y = b;

	if (x->weight != y->weight)
		return x->weight < y->weight ? 1 : -1;
	return (x->client > y->client) - (x->client < y->client);
}

static const struct report_landing *
landing_of(const struct report_client *c, bool before)
{
	return before ? &c->before : &c->after;
}

static size_t
collect(const struct report *r, const struct map_view *v, bool before, struct entry *ret)
{
	size_t count = 0;

	for (uint32_t i = 0; i < r->client_count; i++) {
		const struct report_client *c = &r->clients[i];
		const struct report_landing *l = landing_of(c, before);
		struct plane_point at;

		if (!c->place.has_point)
			continue;
		at = map_view_at(v, c->place.point);
		ret[count++] = (struct entry){
			.column = (int32_t)floor(at.x / CELL),
			.row = (int32_t)floor(at.y / CELL),
			.site = l->heard ? l->site : REPORT_NONE,
			.is_heard = l->heard,
			.is_bad = report_lands_badly(r, l),
			.client = i,
			.at = at,
		};
	}
	return count;
}

/* Adds a client to its dot. One without weight counts little, but is somewhere. */
static void
add(const struct report *r, bool before, const struct entry *e, struct dot *d)
{
	const struct report_client *c = &r->clients[e->client];
	const struct report_landing *l = landing_of(c, before);
	double weight = fmax(c->weight, 1e-9), part = weight / (d->weight + weight);

	if (d->clients == 0 || c->weight > r->clients[d->client].weight)
		d->client = e->client;
	d->at.x += (e->at.x - d->at.x) * part;
	d->at.y += (e->at.y - d->at.y) * part;
	d->weight += weight;
	d->clients++;
	if (e->is_bad)
		d->cost += weight * report_cost_ms(l->inflation, l->inflation_km);
}

struct dots
dots_of(const struct report *r, const struct map_view *v, bool before)
{
	_cleanup_(freep) struct entry *entries = xcalloc(r->client_count + 1, sizeof(*entries));
	size_t count = collect(r, v, before, entries);
	struct dots d = { .items = xcalloc(count + 1, sizeof(*d.items)),
		.unplaced = r->client_count - count };

	qsort(entries, count, sizeof(*entries), compare_entries);
	for (size_t i = 0; i < count; i++) {
		const struct entry *e = &entries[i];

		if (i == 0 || compare_places(e, &entries[i - 1]) != 0)
			d.items[d.count++] = (struct dot){
				.site = e->site,
				.is_heard = e->is_heard,
				.is_bad = e->is_bad,
			};
		add(r, before, e, &d.items[d.count - 1]);
	}
	qsort(d.items, d.count, sizeof(*d.items), compare_dots);
	while (d.count > DOTS_MAX)
		d.left_out += d.items[--d.count].clients;
	return d;
}

void
dots_done(struct dots *d)
{
	free(d->items);
	*d = (struct dots){ 0 };
}
