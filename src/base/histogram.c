#include "base/histogram.h"

const struct duration histogram_bounds[HISTOGRAM_BUCKETS - 1] = {
	{ 100 * NS_PER_US },
	{ 250 * NS_PER_US },
	{ 500 * NS_PER_US },
	{ 1 * NS_PER_MS },
	{ 2500 * NS_PER_US },
	{ 5 * NS_PER_MS },
	{ 10 * NS_PER_MS },
	{ 25 * NS_PER_MS },
	{ 50 * NS_PER_MS },
	{ 100 * NS_PER_MS },
	{ 500 * NS_PER_MS },
	{ 1 * NS_PER_S },
	{ 10 * NS_PER_S },
};

void
histogram_add(struct histogram *h, struct duration d)
{
	size_t i = 0;

	d.ns = MAX(d.ns, INT64_C(0));
	while (i < HISTOGRAM_BUCKETS - 1 && duration_cmp(d, histogram_bounds[i]) > 0)
		i++;
	h->counts[i]++;
	h->count++;
	h->sum_s += (double)d.ns / (double)NS_PER_S;
}
