#include "measure/inflation.h"

/* What it was asked with; IP_NONE: a name that nobody looked up before. */
static enum ip_family
family_of(const struct probe_target *t)
{
	return t->family != IP_NONE ? t->family : t->address.family;
}

/* The best of the references of the kind that were asked with the family. */
static size_t
best_of(const struct probe_target *targets, const struct probe_summary *summaries, size_t count,
    enum probe_kind kind, enum ip_family family)
{
	size_t best = PROBE_NO_BEST;

	for (size_t i = 0; i < count; i++) {
		if (!targets[i].reference || targets[i].parsed.kind != kind ||
		    summaries[i].phases[PROBE_TOTAL].count == 0 || family_of(&targets[i]) != family)
			continue;
		if (best == PROBE_NO_BEST || duration_cmp(summaries[i].phases[PROBE_TOTAL].median,
						 summaries[best].phases[PROBE_TOTAL].median) < 0)
			best = i;
	}
	return best;
}

static void
compute_latency(const struct probe_target *targets, const struct probe_summary *summaries,
    size_t count, size_t i, struct inflation *ret)
{
	const struct stats *total = &summaries[i].phases[PROBE_TOTAL];
	const struct stats *least;
	size_t best;

	if (total->count == 0)
		return;
	best = best_of(targets, summaries, count, targets[i].parsed.kind, family_of(&targets[i]));
	if (best == PROBE_NO_BEST)
		return;
	least = &summaries[best].phases[PROBE_TOTAL];
	ret->has_latency = true;
	ret->is_best = best == i;
	ret->latency = DURATION_NS(total->median.ns - least->median.ns);
	ret->latency_p95 = DURATION_NS(total->p95.ns - least->p95.ns);
	if (least->median.ns > 0)
		ret->ratio = (double)total->median.ns / (double)least->median.ns;
}

static void
compute_km(const struct probe_summary *s, const struct names *names, struct geo_point at,
    struct inflation *ret)
{
	const struct name_entry *nearest = names_nearest_site(names, at);
	uint64_t answers = 0;
	double sum = 0;

	for (size_t i = 0; i < s->sites.count && nearest; i++) {
		const struct name_entry *site = names_find_site(names, s->sites.items[i].text);

		if (site == NULL)
			return;
		answers += s->sites.items[i].count;
		sum += geo_distance_km(site->place, at) * (double)s->sites.items[i].count;
	}
	if (answers == 0)
		return;
	ret->has_km = true;
	ret->nearest = nearest->site;
	ret->nearest_km = geo_distance_km(nearest->place, at);
	ret->km = sum / (double)answers - ret->nearest_km;
}

void
inflation_compute(const struct probe_target *targets, const struct probe_summary *summaries,
    size_t count, const struct names *names, const struct geo_point *at, struct inflation *ret)
{
	for (size_t i = 0; i < count; i++) {
		ret[i] = (struct inflation){ 0 };
		compute_latency(targets, summaries, count, i, &ret[i]);
		if (names != NULL && at != NULL)
			compute_km(&summaries[i], names, *at, &ret[i]);
	}
}
