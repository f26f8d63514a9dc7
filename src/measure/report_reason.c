#include "measure/report_reason.h"

#include "measure/report_reason_internal.h"

#define GOALS_MAX 64

/* ---- the ways to a site ---- */

struct goals {
	uint32_t asns[GOALS_MAX];
	bool own[GOALS_MAX]; /* it is the site's own network */
	size_t count;
};

static void
add_goal(struct goals *g, uint32_t asn, bool own)
{
	for (size_t i = 0; i < g->count; i++) {
		if (g->asns[i] == asn)
			return;
	}
	if (asn == 0 || g->count == GOALS_MAX)
		return;
	g->asns[g->count] = asn;
	g->own[g->count++] = own;
}

/* The site's own network, if a trace shows it: that of the last hop. 0: it does not. */
static uint32_t
own_network(const struct report_trace *t)
{
	return t->reached && t->hop_count > 0 ? t->hops[t->hop_count - 1].asn : 0;
}

/* Whether another site has the same: then it says nothing of the site. */
static bool
is_shared(const struct report *r, uint32_t site, uint32_t asn)
{
	for (size_t i = 0; i < r->trace_count; i++) {
		const struct report_trace *t = &r->traces[i];

		if (t->site != REPORT_NONE && t->site != site && own_network(t) == asn)
			return true;
	}
	return false;
}

/*
 * The networks that have the site's route of a customer, by the traces that end there: the site's
 * own, if no other site has the same, and the one before it, unless that is only its peer.
 */
static struct goals
find_goals(const struct report *r, const struct relations *relations, uint32_t site)
{
	struct goals g = { 0 };

	for (size_t i = 0; i < r->trace_count; i++) {
		const struct report_trace *t = &r->traces[i];
		uint32_t own = own_network(t), before;

		if (!t->reached || t->site != site || t->path_count < 1 + (own != 0))
			continue;
		before = t->path[t->path_count - 1 - (own != 0)].asn;
		if (own && !is_shared(r, site, own))
			add_goal(&g, own, true);
		if (own == 0 || relations_between(relations, before, own) != RELATION_PEER)
			add_goal(&g, before, false);
	}
	return g;
}

/* Networks of a way behind its first one, the site's own included if that of `way` is. */
static size_t
length(const struct goals *g, const uint32_t *path, size_t count, bool has_origin)
{
	bool own = false;

	for (size_t i = 0; i < g->count; i++)
		own |= g->asns[i] == path[count - 1] && g->own[i];
	return count - 1 + (has_origin && !own) - (!has_origin && own);
}

/* One site's ways; those of the finding before are often asked for again. */
struct ways {
	uint32_t site;
	struct goals goals;
	struct relation_ways *ways; /* owned */
};

static void
get_ways(struct ways *w, const struct report *r, const struct relations *relations, uint32_t site)
{
	if (w->ways && w->site == site)
		return;
	relation_ways_free(w->ways);
	w->site = site;
	w->goals = find_goals(r, relations, site);
	w->ways = relation_ways_new(relations, w->goals.asns, w->goals.count);
}

/* ---- what the relations say ---- */

/* A network that has it from a provider or peer, and tells another one of those. */
static bool
find_leak(struct report_why *w)
{
	const struct report_trace *t = w->way;

	for (size_t i = 1; t && i + 1 < t->path_count; i++) {
		enum relation to =
		    relations_between(w->relations, t->path[i].asn, t->path[i - 1].asn);
		enum relation from =
		    relations_between(w->relations, t->path[i].asn, t->path[i + 1].asn);

		if ((to != RELATION_PROVIDER && to != RELATION_PEER) ||
		    (from != RELATION_PROVIDER && from != RELATION_PEER))
			continue;
		w->decider = (uint32_t)i;
		w->to_is = to;
		w->from_is = from;
		return true;
	}
	return false;
}

/* The best way that the decider could take over another neighbor than it does. */
static bool
find_other(struct report_why *w, struct ways *ways)
{
	uint32_t decider = report_why_as(w, w->decider).asn;
	uint32_t taken = report_why_as(w, w->decider + 1).asn, path[RELATION_PATH_MAX];
	const struct relation_neighbor *n;
	size_t count;

	get_ways(ways, w->r, w->relations, w->f->better_site);
	for (size_t i = 0; i < ways->goals.count; i++)
		w->has_both |= ways->goals.asns[i] == decider;
	n = relations_of(w->relations, decider, &count);
	for (size_t i = 0; i < count; i++) {
		size_t len =
		    n[i].asn == taken ? 0 : relation_way_over(ways->ways, decider, n[i].asn, path);

		if (len == 0)
			continue;
		len = length(&ways->goals, path, len, w->has_origin);
		if (w->other.asn && (n[i].relation < w->other_is ||
					(n[i].relation == w->other_is && len >= w->other_len)))
			continue;
		w->other = (struct report_as){ n[i].asn, report_as_name(w->r, n[i].asn) };
		w->other_is = n[i].relation;
		w->other_len = len;
	}
	return w->other.asn != 0;
}

static bool
explain_by_relations(struct report_why *w, struct ways *ways)
{
	uint32_t taken = report_why_as(w, w->decider + 1).asn;

	if (w->relations == NULL || w->decider == UINT32_MAX || taken == 0)
		return false;
	w->taken_is = relations_between(w->relations, report_why_as(w, w->decider).asn, taken);
	w->taken_len = w->way->path_count - 1 - w->decider;
	if (w->taken_is == RELATION_NONE)
		return false;
	if (!find_other(w, ways)) {
		/* with no trace that ends there, nobody knows who has its route */
		if (ways->goals.count == 0)
			return false;
		report_say_one_city(w);
		return true;
	}
	if (w->other_is > w->taken_is)
		return false; /* it should have been taken, and was not: maybe it is not there */
	if (w->other_is == w->taken_is && w->other_len > w->taken_len)
		report_say_length(w);
	else if (w->inside || (w->other_is == w->taken_is && w->other_len == w->taken_len))
		report_say_one_city(w);
	else
		report_say_preference(w);
	return true;
}

/* ---- what two traces say ---- */

/* How many networks both have in common, from the client on. */
static uint32_t
common(const struct report_trace *a, const struct report_trace *b)
{
	uint32_t n = 0;

	while (n < a->path_count && n < b->path_count && a->path[n].asn == b->path[n].asn)
		n++;
	return n;
}

static bool
explain_by_traces(struct report_why *w)
{
	/* a path without its end would be one too short */
	bool both = w->way && w->best && own_network(w->best) != 0;
	uint32_t n = both ? common(w->way, w->best) : 0;
	size_t taken, other;

	if (n == 0 || n >= w->way->path_count || n >= w->best->path_count) {
		if (!w->inside || w->decider == UINT32_MAX)
			return false;
		report_say_one_city(w);
		return true;
	}
	taken = w->way->path_count - n;
	other = w->best->path_count - n;
	/* behind the last network of both are the sites: that one has both */
	if (taken == 1 && other == 1 && w->has_origin) {
		if (w->decider == UINT32_MAX)
			w->decider = n - 1;
		report_say_one_city(w);
		return true;
	}
	if (taken == other)
		return false;
	w->decider = n - 1;
	w->other = w->best->path[n];
	w->taken_len = taken;
	w->other_len = other;
	if (taken > other)
		report_say_preference(w);
	else
		report_say_length(w);
	return true;
}

/* ---- all of it ---- */

static void
explain(struct report_why *w, struct ways *ways)
{
	report_why_look(w);
	if (w->best && !w->best->reached) {
		report_say_no_path(w);
		return;
	}
	if (find_leak(w)) {
		report_say_leak(w);
		return;
	}
	/* without the site's network at its end, who announces there to whom is not known */
	if ((w->way && !w->has_origin) || (!explain_by_relations(w, ways) && !explain_by_traces(w)))
		report_say_unknown(w);
}

static const struct report_trace *
trace_at(const struct report *r, uint32_t index)
{
	return index == REPORT_NONE ? NULL : &r->traces[index];
}

void
report_explain(struct report *r, const struct relations *relations)
{
	struct ways ways = { .site = REPORT_NONE };

	for (size_t i = 0; i < r->finding_count; i++) {
		struct report_finding *f = &r->findings[i];
		const struct report_client *c = &r->clients[f->client];
		struct report_why w = {
			.r = r,
			.relations = relations,
			.f = f,
			.client = c,
			.way = trace_at(r, c->trace),
			.best = trace_at(r, c->best_trace),
		};

		if (f->better_site == REPORT_NONE)
			continue;
		explain(&w, &ways);
		if (w.way)
			r->traces[c->trace].astray = report_why_handover(&w);
	}
	relation_ways_free(ways.ways);
}
