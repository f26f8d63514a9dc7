#include "report/rows.h"

#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "report/grouping.h"

/* A row in the making. */
struct sums {
	struct row row;
	struct mean rtt, better_rtt, ms, km;
};

/* Clients whose network is not known are each alone. */
static int
compare_networks(
    const struct report_client *a, const struct report_client *b, uint32_t i, uint32_t j)
{
	int way;

	if (a->asn != b->asn)
		return a->asn < b->asn ? -1 : 1;
	if (a->asn == 0 && !a->network && !b->network)
		return (i > j) - (i < j);
	way = grouping_compare_texts(a->network, b->network);
	return way != 0 ? way : grouping_compare_texts(a->place.country, b->place.country);
}

struct entry {
	const struct report *report;
	const struct report_finding *finding;
};

static int
compare_groups(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	const struct report_finding *f = x->finding, *g = y->finding;
	const struct report_client *clients = x->report->clients;
	int way = compare_networks(&clients[f->client], &clients[g->client], f->client, g->client);

	if (way != 0)
		return way;
	if (f->site != g->site)
		return f->site < g->site ? -1 : 1;
	return (f->better_site > g->better_site) - (f->better_site < g->better_site);
}

static int
compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int way = compare_groups(a, b);

	return way != 0 ? way : (x->finding > y->finding) - (x->finding < y->finding);
}

static int
compare_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->cost != y->cost)
		return x->cost < y->cost ? 1 : -1;
	return (x->client > y->client) - (x->client < y->client);
}

static void
add(const struct report *r, const struct report_finding *f, struct sums *s)
{
	const struct report_client *c = &r->clients[f->client];

	if (s->row.clients == 0 || c->weight > r->clients[s->row.client].weight)
		s->row.client = f->client;
	s->row.only_nearer = f->only_nearer && (s->row.clients == 0 || s->row.only_nearer);
	s->row.site = f->site;
	s->row.better_site = f->better_site;
	s->row.clients++;
	s->row.share += f->share;
	s->row.cost += f->share * report_cost_ms(f->ms, f->km);
	mean_add(&s->rtt, c->after.rtt, c->weight);
	mean_add(&s->better_rtt, f->better_rtt, c->weight);
	mean_add(&s->ms, f->only_nearer ? NAN : f->ms, c->weight);
	mean_add(&s->km, f->km, c->weight);
}

static struct row
finish(const struct sums *s)
{
	struct row row = s->row;

	row.rtt = mean_of(&s->rtt);
	row.better_rtt = mean_of(&s->better_rtt);
	row.ms = mean_of(&s->ms);
	row.km = mean_of(&s->km);
	return row;
}

static void
leave_out(struct rows *rows, size_t max)
{
	rows->left_out_ms = NAN;
	while (rows->count > max) {
		const struct row *row = &rows->items[--rows->count];

		rows->left_out++;
		rows->left_out_clients += row->clients;
		rows->left_out_share += row->share;
		rows->left_out_ms = fmax(rows->left_out_ms, report_cost_ms(row->ms, row->km));
	}
}

struct rows
rows_of(const struct report *r, size_t max)
{
	size_t count = r->finding_count;
	_cleanup_(freep) struct entry *entries = xcalloc(count + 1, sizeof(*entries));
	struct rows rows = { .items = xcalloc(count + 1, sizeof(*rows.items)) };
	struct sums s = { 0 };

	for (size_t i = 0; i < count; i++)
		entries[i] = (struct entry){ r, &r->findings[i] };
	qsort(entries, count, sizeof(*entries), compare_entries);
	for (size_t i = 0; i < count; i++) {
		add(r, entries[i].finding, &s);
		if (i + 1 == count || compare_groups(&entries[i], &entries[i + 1]) != 0) {
			rows.items[rows.count++] = finish(&s);
			s = (struct sums){ 0 };
		}
	}
	qsort(rows.items, rows.count, sizeof(*rows.items), compare_rows);
	leave_out(&rows, max);
	return rows;
}

void
rows_done(struct rows *rows)
{
	free(rows->items);
	*rows = (struct rows){ 0 };
}
