#include "report/spots.h"

#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "report/grouping.h"

/* What is told apart, from most to least. */
static const struct detail {
	bool network;
	unsigned degrees;
} details[] = { { true, 0 }, { false, 0 }, { false, 1 }, { false, 3 }, { false, 10 } };

/* A client, and what has to be the same for it to be in one spot with another. */
struct entry {
	const struct report_client *c;
	double latitude, longitude; /* of its cell; its own where there are none */
	uint32_t client;
	uint32_t better_site;
	struct detail detail;
};

static int
compare_numbers(double a, double b)
{
	return (a > b) - (a < b);
}

static int
compare_places(const struct entry *a, const struct entry *b)
{
	const struct report_place *p = &a->c->place, *q = &b->c->place;
	int way = p->has_point - q->has_point;

	if (way == 0)
		way = compare_numbers(a->latitude, b->latitude);
	if (way == 0)
		way = compare_numbers(a->longitude, b->longitude);
	if (way == 0 && a->detail.degrees == 0)
		way = grouping_compare_texts(p->country, q->country);
	if (way == 0 && a->detail.degrees == 0)
		way = grouping_compare_texts(p->city, q->city);
	return way;
}

static int
compare_networks(const struct entry *a, const struct entry *b)
{
	if (a->c->asn != b->c->asn)
		return a->c->asn < b->c->asn ? -1 : 1;
	return grouping_compare_texts(a->c->network, b->c->network);
}

static int
compare_landings(const struct entry *a, const struct entry *b)
{
	const struct report_landing *l = &a->c->after, *m = &b->c->after;

	if (l->heard != m->heard)
		return l->heard ? 1 : -1;
	if (l->site != m->site)
		return l->site < m->site ? -1 : 1;
	return (a->better_site > b->better_site) - (a->better_site < b->better_site);
}

static int
compare_spots(const struct entry *a, const struct entry *b)
{
	int way = compare_places(a, b);

	if (way == 0)
		way = compare_landings(a, b);
	return way == 0 && a->detail.network ? compare_networks(a, b) : way;
}

/* Within a spot by network, so that those can be counted. */
static int
compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int way = compare_spots(x, y);

	if (way == 0)
		way = compare_networks(x, y);
	return way != 0 ? way : (x->client > y->client) - (x->client < y->client);
}

static int
compare_weights(const void *a, const void *b)
{
	const struct spot *x = a, *y = b;

	if (x->weight != y->weight)
		return x->weight < y->weight ? 1 : -1;
	return (x->client > y->client) - (x->client < y->client);
}

/* ---- one spot ---- */

/* In the making. */
struct sums {
	struct spot spot;
	struct mean rtt, best_rtt, ms, km;
};

static void
add(const struct report *r, const struct entry *e, struct sums *s)
{
	const struct report_landing *l = &e->c->after;

	if (s->spot.clients == 0 || e->c->weight > r->clients[s->spot.client].weight)
		s->spot.client = e->client;
	s->spot.site = l->site;
	s->spot.is_heard = l->heard;
	s->spot.better_site = e->better_site;
	s->spot.clients++;
	s->spot.weight += e->c->weight;
	mean_add(&s->rtt, l->rtt, e->c->weight);
	mean_add(&s->best_rtt, l->best_rtt, e->c->weight);
	mean_add(&s->ms, l->inflation, e->c->weight);
	mean_add(&s->km, l->inflation_km, e->c->weight);
}

static struct spot
finish(const struct sums *s)
{
	struct spot spot = s->spot;

	spot.rtt = mean_of(&s->rtt);
	spot.best_rtt = mean_of(&s->best_rtt);
	spot.ms = mean_of(&s->ms);
	spot.km = mean_of(&s->km);
	return spot;
}

/* ---- all of them ---- */

/* The middle of the cell that it is in. */
static double
cell(double value, unsigned degrees)
{
	return degrees == 0 ? value : (floor(value / degrees) + 0.5) * degrees;
}

static uint32_t
better_site_of(const struct report *r, const struct report_client *c)
{
	return c->finding == REPORT_NONE ? REPORT_NONE : r->findings[c->finding].better_site;
}

static void
collect(const struct report *r, struct detail detail, struct entry *ret)
{
	for (uint32_t i = 0; i < r->client_count; i++) {
		const struct report_client *c = &r->clients[i];

		ret[i] = (struct entry){
			.c = c, .client = i, .better_site = better_site_of(r, c), .detail = detail
		};
		if (!c->place.has_point)
			continue;
		ret[i].latitude = cell(c->place.point.latitude, detail.degrees);
		ret[i].longitude = cell(c->place.point.longitude, detail.degrees);
	}
	qsort(ret, r->client_count, sizeof(*ret), compare_entries);
}

static size_t
count_spots(const struct report *r, const struct entry *entries)
{
	size_t count = r->client_count > 0;

	for (size_t i = 1; i < r->client_count; i++)
		count += compare_spots(&entries[i - 1], &entries[i]) != 0;
	return count;
}

static void
fill(const struct report *r, const struct entry *entries, struct spots *ret)
{
	struct sums s = { 0 };

	for (size_t i = 0; i < r->client_count; i++) {
		bool is_last =
		    i + 1 == r->client_count || compare_spots(&entries[i], &entries[i + 1]) != 0;

		add(r, &entries[i], &s);
		s.spot.networks += is_last || compare_networks(&entries[i], &entries[i + 1]) != 0;
		ret->unplaced += !entries[i].c->place.has_point;
		if (!is_last)
			continue;
		ret->items[ret->count++] = finish(&s);
		s = (struct sums){ 0 };
	}
	qsort(ret->items, ret->count, sizeof(*ret->items), compare_weights);
}

static void
leave_out(struct spots *s, size_t max)
{
	while (s->count > max) {
		const struct spot *spot = &s->items[--s->count];

		s->left_out += spot->clients;
		s->left_out_weight += spot->weight;
	}
}

struct spots
spots_of(const struct report *r, size_t max)
{
	_cleanup_(freep) struct entry *entries = xcalloc(r->client_count + 1, sizeof(*entries));
	struct spots s = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(details) && (i == 0 || count > max); i++) {
		s.by_network = details[i].network;
		s.degrees = details[i].degrees;
		collect(r, details[i], entries);
		count = count_spots(r, entries);
	}
	s.items = xcalloc(count + 1, sizeof(*s.items));
	fill(r, entries, &s);
	leave_out(&s, max);
	return s;
}

void
spots_done(struct spots *s)
{
	free(s->items);
	*s = (struct spots){ 0 };
}
