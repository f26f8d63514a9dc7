#include "measure/catch_sums.h"

#include <stdlib.h>

#include "base/alloc.h"

const unsigned catch_steps_ms[CATCH_STEPS] = { 5, 10, 20, 50, 100 };

double
catch_share(double part, double whole)
{
	return whole > 0 ? part * 100 / whole : 0;
}

static int
compare_us(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* By nearest rank: a value that was measured. */
static struct catch_quantiles
quantiles(uint32_t *values, size_t count)
{
	if (count == 0)
		return (struct catch_quantiles){ 0, CATCH_US_NONE, CATCH_US_NONE, CATCH_US_NONE,
			CATCH_US_NONE };
	qsort(values, count, sizeof(*values), compare_us);
	return (struct catch_quantiles){
		.count = count,
		.median = values[(count - 1) / 2],
		.p90 = values[(count * 90 + 99) / 100 - 1],
		.p95 = values[(count * 95 + 99) / 100 - 1],
		.p99 = values[(count * 99 + 99) / 100 - 1],
	};
}

/* What an inflation weighs: only kept where there are weights. */
struct weighed {
	uint32_t us;
	double weight;
};

static int
compare_weighed(const void *a, const void *b)
{
	const struct weighed *x = a, *y = b;

	return (x->us > y->us) - (x->us < y->us);
}

/* The least value which that share of the weight does not exceed. */
static uint32_t
quantile(const struct weighed *values, size_t count, double share)
{
	double all = 0, sum = 0;

	for (size_t i = 0; i < count; i++)
		all += values[i].weight;
	for (size_t i = 0; i < count && all > 0; i++) {
		sum += values[i].weight;
		if (values[i].weight > 0 && sum >= all * share)
			return values[i].us;
	}
	return CATCH_US_NONE;
}

static struct catch_quantiles
quantiles_by_weight(struct weighed *values, size_t count)
{
	if (count > 0)
		qsort(values, count, sizeof(*values), compare_weighed);
	return (struct catch_quantiles){
		.count = count,
		.median = quantile(values, count, 0.5),
		.p90 = quantile(values, count, 0.9),
		.p95 = quantile(values, count, 0.95),
		.p99 = quantile(values, count, 0.99),
	};
}

static void
add(struct catch_amount *a, double weight)
{
	a->targets++;
	a->weight += weight;
}

/* Of a target whose RTTs are known. */
static uint32_t
add_inflation(struct catch_sums *s, const struct catch_row *row)
{
	uint32_t us = row->rtt > row->best ? row->rtt - row->best : 0;

	add(&s->compared, row->weight);
	/* two sites may be equally far */
	if (us == 0)
		add(&s->at_best, row->weight);
	for (size_t i = 0; i < CATCH_STEPS; i++) {
		if (us > catch_steps_ms[i] * 1000)
			add(&s->more[i], row->weight);
	}
	return us;
}

/* The RTTs of each site's targets, one site after the other in one array. */
static void
sort_rtts(const struct catch_table *t, struct catch_sums *s, uint32_t *values)
{
	size_t *at = xcalloc(s->site_count + 1, sizeof(*at)), from = 0;

	for (size_t i = 0; i < t->count; i++)
		at[t->rows[i].site + 1] += t->rows[i].rtt != CATCH_US_NONE;
	for (size_t i = 1; i < s->site_count; i++)
		at[i] += at[i - 1];
	for (size_t i = 0; i < t->count; i++) {
		if (t->rows[i].rtt != CATCH_US_NONE)
			values[at[t->rows[i].site]++] = t->rows[i].rtt;
	}
	/* at[] is the end of each by now */
	for (size_t i = 0; i < s->site_count; from = at[i++])
		s->rtts[i] = quantiles(values + from, at[i] - from);
	free(at);
}

void
catch_sums_compute(const struct catch_table *t, bool by_weight, struct catch_sums *ret)
{
	struct catch_sums s = { .site_count = t->site_count };
	struct weighed *weighed = by_weight ? xcalloc(t->count + 1, sizeof(*weighed)) : NULL;
	uint32_t *values = xcalloc(t->count + 1, sizeof(*values));
	size_t count = 0;

	s.sites = xcalloc(t->site_count + 1, sizeof(*s.sites));
	s.rtts = xcalloc(t->site_count + 1, sizeof(*s.rtts));
	for (size_t i = 0, next; i < t->count; i = next) {
		const struct catch_row *row = &t->rows[i];

		next = catch_table_next(t, i);
		add(&s.all, row->weight);
		if (next - i > 1) {
			add(&s.flipping, row->weight);
			continue;
		}
		add(&s.sites[row->site], row->weight);
		if (row->rtt == CATCH_US_NONE || row->best == CATCH_US_NONE)
			continue;
		values[count] = add_inflation(&s, row);
		if (by_weight)
			weighed[count] = (struct weighed){ values[count], row->weight };
		count++;
	}
	s.inflation = by_weight ? quantiles_by_weight(weighed, count) : quantiles(values, count);
	free(weighed);
	sort_rtts(t, &s, values);
	free(values);
	*ret = s;
}

void
catch_sums_done(struct catch_sums *s)
{
	free(s->sites);
	free(s->rtts);
	*s = (struct catch_sums){ 0 };
}
