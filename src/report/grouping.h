/* What rows.h and spots.h share: they make one thing of several clients. */
#pragma once

#include <math.h>
#include <string.h>

/* NULL is not known, and comes first. */
static inline int
grouping_compare_texts(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

/* By weight, of those where it is known. Zeroed is of none. */
struct mean {
	double sum, weight;
};

/* value: NAN is not known. One without weight counts little, but is something. */
static inline void
mean_add(struct mean *m, double value, double weight)
{
	double w = fmax(weight, 1e-9);

	if (isnan(value))
		return;
	m->sum += value * w;
	m->weight += w;
}

/* NAN: of none. */
static inline double
mean_of(const struct mean *m)
{
	return m->weight > 0 ? m->sum / m->weight : NAN;
}
