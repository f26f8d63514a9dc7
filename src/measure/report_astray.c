/* Where a trace goes astray, and who sends it there. */
#include <math.h>

#include "base/attr.h"
#include "measure/report_reason_internal.h"

/* A hop is astray that is farther from the better site than this many times the client is, and by
 * the limit of a finding. */
#define FAR_RATIO 1.5

struct report_as
report_why_as(const struct report_why *w, uint32_t index)
{
	if (w->way == NULL || index >= w->way->path_count)
		return (struct report_as){ 0 };
	return w->way->path[index];
}

static bool
is_far(const struct report_why *w, const struct report_hop *h)
{
	const struct report_place *site = &w->r->sites[w->f->better_site].place;
	const struct report_place *from = &w->client->place;
	double near, km;

	if (!site->has_point || !from->has_point || !h->place.has_point)
		return false;
	near = geo_distance_km(from->point, site->point);
	km = geo_distance_km(h->place.point, site->point);
	return km > near * FAR_RATIO && km > near + w->r->limits.km;
}

static bool
is_late(const struct report_why *w, const struct report_hop *h)
{
	return h->rtt > w->f->better_rtt + w->r->limits.ms;
}

/* Whether places say all that there is to say of where it goes. */
static bool
is_placed(const struct report_why *w)
{
	if (!w->client->place.has_point || !w->r->sites[w->f->better_site].place.has_point)
		return false;
	for (size_t i = 0; i < w->way->hop_count; i++) {
		if (w->way->hops[i].address && !w->way->hops[i].place.has_point)
			return false;
	}
	return true;
}

/* The first hop of a known network that is so. */
static uint32_t
first_hop(
    const struct report_why *w, bool (*is)(const struct report_why *, const struct report_hop *))
{
	for (size_t i = 0; i < w->way->hop_count; i++) {
		if (w->way->hops[i].address && w->way->hops[i].asn && is(w, &w->way->hops[i]))
			return (uint32_t)i;
	}
	return REPORT_NONE;
}

/* The index of a hop's network in the path. */
static uint32_t
path_index(const struct report_trace *t, uint32_t hop)
{
	uint32_t index = 0, last = 0;

	for (uint32_t i = 0; i <= hop; i++) {
		uint32_t asn = t->hops[i].asn;

		if (asn == 0)
			continue;
		index += last != 0 && asn != last;
		last = asn;
	}
	return index;
}

/* The last hop inside the network that decides; REPORT_NONE: there is none. */
static uint32_t
last_inside(const struct report_why *w)
{
	const struct report_trace *t = w->way;
	uint32_t index = 0, last = 0, found = REPORT_NONE;

	for (uint32_t i = 0; t && i < t->hop_count; i++) {
		uint32_t asn = t->hops[i].asn;

		if (asn == 0)
			continue;
		index += last != 0 && asn != last;
		last = asn;
		if (index == w->decider)
			found = i;
	}
	return found;
}

uint32_t
report_why_handover(const struct report_why *w)
{
	uint32_t astray;

	if (w->way == NULL)
		return REPORT_NONE;
	astray = w->astray ? (uint32_t)(w->astray - w->way->hops) : REPORT_NONE;
	if (w->decider == UINT32_MAX)
		return astray;
	/* far already where the next network begins: that is where they meet */
	if (astray != REPORT_NONE && path_index(w->way, astray) == w->decider + 1)
		return astray;
	return last_inside(w);
}

void
report_why_look(struct report_why *w)
{
	const struct report_trace *t = w->way;
	uint32_t hop, at;

	w->decider = UINT32_MAX;
	if (t == NULL || t->path_count == 0)
		return;
	w->has_origin = t->reached && t->hops[t->hop_count - 1].asn != 0;
	hop = first_hop(w, is_far);
	if (hop == REPORT_NONE && !is_placed(w))
		hop = first_hop(w, is_late);
	if (hop == REPORT_NONE)
		return;
	w->astray = &t->hops[hop];
	at = path_index(t, hop);
	w->inside = at == 0;
	for (uint32_t i = hop; i-- > 0 && at > 0;) {
		if (t->hops[i].asn == 0)
			continue;
		w->inside = t->hops[i].asn == w->astray->asn;
		break;
	}
	w->decider = w->inside ? at : at - 1;
	/* the site itself decides nothing */
	if (w->has_origin && w->decider + 1 >= t->path_count)
		w->decider = UINT32_MAX;
}
