#include "measure/weighted.h"

#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/attr.h"

void
weighted_done(struct weighted *w)
{
	free(w->items);
	*w = (struct weighted){ 0 };
}

void
weighted_add(struct weighted *w, double value, double weight)
{
	if (isnan(value))
		return;
	w->items = grow_array(w->items, w->count, &w->cap, sizeof(*w->items));
	w->items[w->count++] = (struct weighted_value){ value, weight };
	w->weight += weight;
	w->is_sorted = false;
}

static int
compare(const void *a, const void *b)
{
	const struct weighted_value *x = a, *y = b;

	return (x->value > y->value) - (x->value < y->value);
}

static void
sort(struct weighted *w)
{
	if (!w->is_sorted && w->count > 0)
		qsort(w->items, w->count, sizeof(*w->items), compare);
	w->is_sorted = true;
}

static double
quantile(const struct weighted *w, double share)
{
	double sum = 0;

	for (size_t i = 0; i < w->count; i++) {
		sum += w->items[i].weight;
		if (sum >= w->weight * share)
			return w->items[i].value;
	}
	return w->count > 0 ? w->items[w->count - 1].value : NAN;
}

struct report_quantiles
weighted_quantiles(struct weighted *w)
{
	sort(w);
	return (struct report_quantiles){
		.median = quantile(w, 0.5),
		.p90 = quantile(w, 0.9),
		.p95 = quantile(w, 0.95),
		.p99 = quantile(w, 0.99),
	};
}

struct report_cdf
weighted_cdf(struct weighted *w)
{
	struct report_cdf cdf = { 0 };
	double sum = 0,
	       step = w->count > REPORT_CDF_POINTS_MAX ? 100.0 / (REPORT_CDF_POINTS_MAX - 2) : 0;

	if (w->count == 0 || w->weight <= 0)
		return cdf;
	sort(w);
	cdf.points = xcalloc(MIN(w->count, (size_t)REPORT_CDF_POINTS_MAX), sizeof(*cdf.points));
	for (size_t i = 0; i < w->count; i++) {
		bool last = i + 1 == w->count;
		double share;

		sum += w->items[i].weight;
		share = last ? 100 : sum * 100 / w->weight;
		if (!last && w->items[i + 1].value == w->items[i].value)
			continue;
		if (last || cdf.count == 0 || share >= cdf.points[cdf.count - 1].share + step)
			cdf.points[cdf.count++] =
			    (struct report_cdf_point){ w->items[i].value, share };
	}
	return cdf;
}
