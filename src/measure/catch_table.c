#include "measure/catch_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "measure/lines.h"
#include "measure/weights.h"

void
catch_table_done(struct catch_table *t)
{
	for (size_t i = 0; i < t->site_count; i++)
		free(t->sites[i]);
	free(t->sites);
	free(t->rows);
	*t = (struct catch_table){ 0 };
}

uint16_t
catch_table_site(struct catch_table *t, const char *name)
{
	for (size_t i = 0; i < t->site_count; i++) {
		if (strcmp(t->sites[i], name) == 0)
			return (uint16_t)i;
	}
	if (t->site_count >= CATCH_SITES_MAX)
		return CATCH_NO_SITE;
	t->sites = grow_array(t->sites, t->site_count, &t->site_cap, sizeof(*t->sites));
	t->sites[t->site_count] = xstrdup(name);
	return (uint16_t)t->site_count++;
}

struct catch_row *
catch_table_add(struct catch_table *t, struct ip target, uint16_t site)
{
	struct catch_row *row;

	t->rows = grow_array(t->rows, t->count, &t->cap, sizeof(*t->rows));
	row = &t->rows[t->count++];
	*row = (struct catch_row){ .site = site,
		.rtt = CATCH_US_NONE,
		.best = CATCH_US_NONE,
		.best_site = CATCH_NO_SITE };
	memcpy(row->address, target.bytes, sizeof(row->address));
	return row;
}

static int
compare(const void *a, const void *b)
{
	const struct catch_row *x = a, *y = b;
	int r = memcmp(x->address, y->address, sizeof(x->address));

	return r ? r : (x->site > y->site) - (x->site < y->site);
}

void
catch_table_sort(struct catch_table *t)
{
	size_t kept = 0;

	if (t->count > 0)
		qsort(t->rows, t->count, sizeof(*t->rows), compare);
	for (size_t i = 0; i < t->count; i++) {
		if (kept == 0 || compare(&t->rows[kept - 1], &t->rows[i]) != 0)
			t->rows[kept++] = t->rows[i];
	}
	t->count = kept;
}

struct ip
catch_table_target(const struct catch_table *t, size_t row)
{
	return ip_from_bytes(t->family, t->rows[row].address);
}

size_t
catch_table_next(const struct catch_table *t, size_t row)
{
	size_t next = row + 1;

	while (next < t->count &&
	       memcmp(t->rows[next].address, t->rows[row].address, sizeof(t->rows->address)) == 0)
		next++;
	return next;
}

size_t
catch_table_find(const struct catch_table *t, struct ip ip)
{
	size_t low = 0, high = t->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (memcmp(t->rows[middle].address, ip.bytes, sizeof(ip.bytes)) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* ---- weights ---- */

bool
catch_table_share(struct catch_table *t, struct prefix p, uint64_t weight)
{
	size_t first = catch_table_find(t, p.addr), targets = 0, end = first;

	if (p.addr.family != t->family)
		return false;
	while (end < t->count && prefix_contains(p, catch_table_target(t, end))) {
		targets++;
		end = catch_table_next(t, end);
	}
	for (size_t i = first; i < end; i = catch_table_next(t, i))
		t->rows[i].weight += (double)weight / (double)targets;
	return targets > 0;
}

/* A weight of the targets' family. */
static bool
read_weight(const struct catch_table *t, struct lines *l, struct weight *w)
{
	struct line_word word;

	if (!weight_read(l, w))
		return false;
	if (w->prefix.addr.family == t->family)
		return true;
	(void)lines_split(l, &word, 1);
	lines_bad(l, word.from, word.to, "is of the other family than the targets");
	return false;
}

int
catch_table_weigh(struct catch_table *t, const char *path, double *unmapped, struct strbuf *report,
    uint64_t *bad, struct err *e)
{
	_cleanup_(lines_done) struct lines l;
	int r = lines_open(&l, path, e);

	*unmapped = 0;
	while (r >= 0 && (r = lines_next(&l, e)) > 0) {
		struct weight w;

		if (read_weight(t, &l, &w) && !catch_table_share(t, w.prefix, w.count))
			*unmapped += (double)w.count;
	}
	lines_end_report(&l);
	strbuf_add(report, strbuf_get(&l.report));
	*bad += l.bad;
	return r;
}
