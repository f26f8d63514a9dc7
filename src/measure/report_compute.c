/* What follows from a report's measurements. */
#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "measure/report.h"
#include "measure/weighted.h"

/* Of a distance, as much more than to the nearest site is far: a rule for a map, where two cities
 * of one region are as good as each other. */
#define FAR_RATIO 1.5
#define KM_PER_MS 100 /* of light in fibre, there and back */

/* ---- one landing ---- */

static void
find_distances(const struct report *r, const struct report_place *at, struct report_landing *l)
{
	if (!at->has_point)
		return;
	for (size_t i = 0; i < r->site_count; i++) {
		const struct report_place *site = &r->sites[i].place;
		double km;

		if (!site->has_point)
			continue;
		km = geo_distance_km(at->point, site->point);
		if (l->nearest_site == REPORT_NONE || km < l->nearest_km) {
			l->nearest_site = (uint32_t)i;
			l->nearest_km = km;
		}
		if (i == l->site)
			l->km = km;
	}
	l->inflation_km = l->km - l->nearest_km;
}

static void
compute_landing(const struct report *r, const struct report_client *c, struct report_landing *l)
{
	/*
	 * At the best site there is none: what was measured of it twice differs by noise. Of two
	 * sites that are equally far the smaller measurement may be that of the one it lands at.
	 */
	if (!isnan(l->rtt) && !isnan(l->best_rtt))
		l->inflation = l->site == l->best_site ? 0 : fmax(l->rtt - l->best_rtt, 0);
	find_distances(r, &c->place, l);
}

static bool
costs_ms(const struct report *r, const struct report_landing *l)
{
	return l->inflation > r->limits.ms;
}

static bool
costs_km(const struct report *r, const struct report_landing *l)
{
	return l->inflation_km > r->limits.km && l->km > l->nearest_km * FAR_RATIO;
}

bool
report_lands_badly(const struct report *r, const struct report_landing *l)
{
	return costs_ms(r, l) || costs_km(r, l);
}

bool
report_knows_better(const struct report *r)
{
	return r->after.compared.clients > 0 || r->after.placed.clients > 0;
}

static bool
is_judged(const struct report_landing *l)
{
	return !isnan(l->inflation) || !isnan(l->inflation_km);
}

/* ---- one state of all ---- */

static void
add(struct report_amount *a, const struct report_client *c)
{
	a->clients++;
	a->weight += c->weight;
}

static void
share_of(struct report_amount *a, const struct report_amount *whole)
{
	a->share = whole->weight > 0 ? a->weight * 100 / whole->weight : 0;
}

static void
count_landing(struct report_state *s, const struct report_client *c, const struct report_landing *l)
{
	if (!l->heard)
		return;
	add(&s->heard, c);
	if (l->site == REPORT_NONE)
		add(&s->several, c);
	if (!isnan(l->inflation)) {
		add(&s->compared, c);
		if (l->inflation == 0)
			add(&s->at_best, c);
	}
	if (!isnan(l->inflation_km)) {
		add(&s->placed, c);
		if (l->site == l->nearest_site)
			add(&s->at_nearest, c);
	}
}

enum which { BEFORE, AFTER };

static struct report_landing *
landing(struct report_client *c, enum which which)
{
	return which == BEFORE ? &c->before : &c->after;
}

static struct report_amount *
amount_at(struct report *r, uint32_t site, enum which which)
{
	return which == BEFORE ? &r->sites[site].before : &r->sites[site].after;
}

enum measure { LATENCY, INFLATION, INFLATION_KM };

static double
value_of(const struct report_landing *l, enum measure measure)
{
	switch (measure) {
	case LATENCY:
		return l->rtt;
	case INFLATION:
		return l->inflation;
	case INFLATION_KM:
		return l->inflation_km;
	}
	return NAN;
}

/* cdf: NULL: nobody draws it */
static struct report_quantiles
distribute(struct report *r, enum which which, enum measure measure, struct report_cdf *cdf)
{
	_cleanup_(weighted_done) struct weighted all = { 0 };
	struct report_quantiles q;

	for (size_t i = 0; i < r->client_count; i++) {
		struct report_client *c = &r->clients[i];

		weighted_add(&all, value_of(landing(c, which), measure), c->weight);
	}
	q = weighted_quantiles(&all);
	if (cdf)
		*cdf = weighted_cdf(&all);
	return q;
}

static void
compute_state(struct report *r, enum which which, struct report_state *s)
{
	for (size_t i = 0; i < r->client_count; i++) {
		struct report_client *c = &r->clients[i];
		struct report_landing *l = landing(c, which);

		compute_landing(r, c, l);
		count_landing(s, c, l);
		if (l->heard && l->site != REPORT_NONE)
			add(amount_at(r, l->site, which), c);
	}
	for (size_t i = 0; i < r->site_count; i++)
		share_of(amount_at(r, (uint32_t)i, which), &s->heard);
	share_of(&s->several, &s->heard);
	share_of(&s->at_best, &s->compared);
	share_of(&s->at_nearest, &s->placed);
	share_of(&s->compared, &s->heard);
	share_of(&s->placed, &s->heard);
	share_of(&s->heard, &s->heard);
	s->rtt = distribute(r, which, LATENCY, &s->latency_cdf);
	s->inflation = distribute(r, which, INFLATION, &s->inflation_cdf);
	s->inflation_km = distribute(r, which, INFLATION_KM, NULL);
}

/* ---- who lands badly, and who does no more ---- */

static void
find(struct report *r, uint32_t client)
{
	struct report_client *c = &r->clients[client];
	const struct report_landing *l = &c->after;
	struct report_finding *f;

	r->findings =
	    grow_array(r->findings, r->finding_count, &r->finding_cap, sizeof(*r->findings));
	f = &r->findings[r->finding_count++];
	*f = (struct report_finding){
		.client = client,
		.site = l->site,
		.better_site = costs_ms(r, l) ? l->best_site : l->nearest_site,
		.better_rtt = NAN,
		.ms = l->inflation,
		.km = l->inflation_km,
		.share = r->after.heard.weight > 0 ? c->weight * 100 / r->after.heard.weight : 0,
	};
	if (f->better_site == l->best_site)
		f->better_rtt = l->best_rtt;
}

double
report_cost_ms(double ms, double km)
{
	return fmax(isnan(ms) ? 0 : ms, isnan(km) ? 0 : km / KM_PER_MS);
}

static double
cost(const struct report_finding *f)
{
	return f->share * report_cost_ms(f->ms, f->km);
}

static int
compare_findings(const void *a, const void *b)
{
	const struct report_finding *x = a, *y = b;
	double p = cost(x), q = cost(y);

	if (p != q)
		return p < q ? 1 : -1;
	return (x->client > y->client) - (x->client < y->client);
}

static void
find_all(struct report *r)
{
	for (size_t i = 0; i < r->client_count; i++) {
		if (report_lands_badly(r, &r->clients[i].after))
			find(r, (uint32_t)i);
	}
	if (r->finding_count > 0)
		qsort(r->findings, r->finding_count, sizeof(*r->findings), compare_findings);
	for (size_t i = 0; i < r->finding_count; i++)
		r->clients[r->findings[i].client].finding = (uint32_t)i;
}

/* The trace to the better site's own address, which also tells how far that is. */
static void
link_traces(struct report *r)
{
	for (size_t i = 0; i < r->trace_count; i++) {
		const struct report_trace *t = &r->traces[i];
		struct report_client *c = &r->clients[t->client];
		struct report_finding *f =
		    c->finding == REPORT_NONE ? NULL : &r->findings[c->finding];

		if (t->target_site == REPORT_NONE ||
		    t->target_site != (f ? f->better_site : c->after.best_site))
			continue;
		c->best_trace = (uint32_t)i;
		if (f && isnan(f->better_rtt) && t->reached && t->hop_count > 0)
			f->better_rtt = t->hops[t->hop_count - 1].rtt;
	}
}

static void
judge(const struct report *r, struct report_finding *f)
{
	const struct report_landing *l = &r->clients[f->client].after;

	double here = l->site == l->best_site ? fmin(l->rtt, l->best_rtt) : l->rtt;

	f->is_not_kept = l->of_merge && isnan(f->better_rtt);
	if (!costs_ms(r, l))
		f->only_nearer = !(f->better_rtt < here); /* NAN: not known */
}

static void
find_only_nearer(struct report *r)
{
	for (size_t i = 0; i < r->finding_count; i++)
		judge(r, &r->findings[i]);
}

void
report_know_rtt(struct report *r, uint32_t client, uint32_t site, double ms)
{
	uint32_t finding = r->clients[client].finding;
	struct report_finding *f = finding == REPORT_NONE ? NULL : &r->findings[finding];

	if (f == NULL || f->better_site != site || f->better_rtt <= ms)
		return;
	f->better_rtt = ms;
	judge(r, f);
}

const char *
report_nearer_words(const struct report_finding *f)
{
	if (!f->only_nearer)
		return NULL;
	if (f->is_not_kept)
		return "a merge does not keep how long its own address takes: the files of RTTs "
		       "tell it";
	return isnan(f->better_rtt) ? "how long its own address takes was not measured"
				    : "its own address is not quicker: the way there may share the "
				      "fault";
}

static void
compute_change(struct report *r)
{
	struct report_amount both = { 0 };

	for (size_t i = 0; i < r->client_count; i++) {
		const struct report_client *c = &r->clients[i];
		bool was = report_lands_badly(r, &c->before), is = report_lands_badly(r, &c->after);

		if (!c->before.heard || !c->after.heard)
			continue;
		add(&both, c);
		if (c->before.site != c->after.site)
			add(&r->change.moved, c);
		if (!is_judged(&c->before) || !is_judged(&c->after))
			continue;
		if (was && !is)
			add(&r->change.mended, c);
		if (is && !was)
			add(&r->change.worsened, c);
	}
	share_of(&r->change.moved, &both);
	share_of(&r->change.mended, &both);
	share_of(&r->change.worsened, &both);
}

void
report_compute(struct report *r)
{
	compute_state(r, AFTER, &r->after);
	if (r->has_before) {
		compute_state(r, BEFORE, &r->before);
		compute_change(r);
	}
	find_all(r);
	link_traces(r);
	find_only_nearer(r);
}
