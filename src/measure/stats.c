#include "measure/stats.h"

#include <assert.h>
#include <stdlib.h>

static int
compare(const void *a, const void *b)
{
	return duration_cmp(*(const struct duration *)a, *(const struct duration *)b);
}

struct duration
stats_quantile(const struct duration *sorted, size_t count, unsigned permille)
{
	unsigned __int128 position;
	size_t below;
	int64_t rest;
	struct duration gap;

	assert(count > 0 && permille <= 1000);
	position = (unsigned __int128)permille * (count - 1);
	below = (size_t)(position / 1000);
	rest = (int64_t)(position % 1000);
	if (rest == 0)
		return sorted[below];
	gap = DURATION_NS(sorted[below + 1].ns - sorted[below].ns);
	return DURATION_NS(sorted[below].ns + duration_scale(gap, rest, 1000).ns);
}

struct stats
stats_compute(struct duration *values, size_t count)
{
	__int128 sum = 0;

	if (count == 0)
		return (struct stats){ 0 };
	qsort(values, count, sizeof(*values), compare);
	for (size_t i = 0; i < count; i++)
		sum += values[i].ns;
	return (struct stats){
		.count = count,
		.min = values[0],
		.median = stats_quantile(values, count, 500),
		.p95 = stats_quantile(values, count, 950),
		.p99 = stats_quantile(values, count, 990),
		.max = values[count - 1],
		.mean = DURATION_NS(sum / (__int128)count),
	};
}
