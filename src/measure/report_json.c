/* A report as JSON: everything that is in it, by names that stay. */
#include <math.h>

#include "measure/json.h"
#include "measure/report_write.h"

json_t *
report_number_to_json(double value)
{
	return isnan(value) ? json_null() : json_real(round(value * 1000) / 1000);
}

json_t *
report_asn_to_json(uint32_t value)
{
	return value ? json_integer(value) : json_null();
}

json_t *
report_site_to_json(const struct report *r, uint32_t site)
{
	return site == REPORT_NONE ? json_null() : json_text(r->sites[site].name);
}

static json_t *
index_or_null(uint32_t index)
{
	return index == REPORT_NONE ? json_null() : json_integer(index);
}

void
report_place_to_json(json_t *j, const struct report_place *p)
{
	json_object_set_new(j, "city", json_text(p->city));
	json_object_set_new(j, "country", json_text(p->country));
	/* as many digits as their file had */
	json_object_set_new(
	    j, "latitude", p->has_point ? json_real(p->point.latitude) : json_null());
	json_object_set_new(
	    j, "longitude", p->has_point ? json_real(p->point.longitude) : json_null());
}

static json_t *
amount_to_json(const struct report_amount *a)
{
	json_t *j = json_object();

	json_object_set_new(j, "clients", json_integer((json_int_t)a->clients));
	json_object_set_new(j, "weight", report_number_to_json(a->weight));
	json_object_set_new(j, "share", report_number_to_json(a->share));
	return j;
}

static json_t *
sites_to_json(const struct report *r)
{
	json_t *array = json_array();

	for (size_t i = 0; i < r->site_count; i++) {
		const struct report_site *s = &r->sites[i];
		json_t *j = json_object();

		json_object_set_new(j, "name", json_text(s->name));
		report_place_to_json(j, &s->place);
		json_object_set_new(
		    j, "before", r->has_before ? amount_to_json(&s->before) : json_null());
		json_object_set_new(j, "after", amount_to_json(&s->after));
		json_array_append_new(array, j);
	}
	return array;
}

static json_t *
quantiles_to_json(const struct report_quantiles *q)
{
	json_t *j;

	if (isnan(q->median))
		return json_null();
	j = json_object();
	json_object_set_new(j, "median", report_number_to_json(q->median));
	json_object_set_new(j, "p90", report_number_to_json(q->p90));
	json_object_set_new(j, "p95", report_number_to_json(q->p95));
	json_object_set_new(j, "p99", report_number_to_json(q->p99));
	return j;
}

static json_t *
cdf_to_json(const struct report_cdf *cdf)
{
	json_t *array = json_array();

	for (size_t i = 0; i < cdf->count; i++) {
		json_t *point = json_array();

		json_array_append_new(point, report_number_to_json(cdf->points[i].value));
		json_array_append_new(point, report_number_to_json(cdf->points[i].share));
		json_array_append_new(array, point);
	}
	return array;
}

static json_t *
state_to_json(const struct report_state *s)
{
	json_t *j = json_object();

	json_object_set_new(j, "label", json_text(s->label));
	json_object_set_new(j, "heard", amount_to_json(&s->heard));
	json_object_set_new(j, "at_several_sites", amount_to_json(&s->several));
	json_object_set_new(j, "compared", amount_to_json(&s->compared));
	json_object_set_new(j, "at_best_site", amount_to_json(&s->at_best));
	json_object_set_new(j, "placed", amount_to_json(&s->placed));
	json_object_set_new(j, "at_nearest_site", amount_to_json(&s->at_nearest));
	json_object_set_new(j, "rtt_ms", quantiles_to_json(&s->rtt));
	json_object_set_new(j, "inflation_ms", quantiles_to_json(&s->inflation));
	json_object_set_new(j, "inflation_km", quantiles_to_json(&s->inflation_km));
	json_object_set_new(j, "latency_cdf", cdf_to_json(&s->latency_cdf));
	json_object_set_new(j, "inflation_cdf", cdf_to_json(&s->inflation_cdf));
	return j;
}

static json_t *
landing_to_json(const struct report *r, const struct report_landing *l)
{
	json_t *j;

	if (!l->heard)
		return json_null();
	j = json_object();
	json_object_set_new(j, "site", report_site_to_json(r, l->site));
	json_object_set_new(j, "sites", json_text(l->sites));
	json_object_set_new(j, "rtt_ms", report_number_to_json(l->rtt));
	json_object_set_new(j, "best_site", report_site_to_json(r, l->best_site));
	json_object_set_new(j, "best_rtt_ms", report_number_to_json(l->best_rtt));
	json_object_set_new(j, "inflation_ms", report_number_to_json(l->inflation));
	json_object_set_new(j, "nearest_site", report_site_to_json(r, l->nearest_site));
	json_object_set_new(j, "km", report_number_to_json(l->km));
	json_object_set_new(j, "nearest_km", report_number_to_json(l->nearest_km));
	json_object_set_new(j, "inflation_km", report_number_to_json(l->inflation_km));
	return j;
}

static json_t *
clients_to_json(const struct report *r)
{
	json_t *array = json_array();

	for (size_t i = 0; i < r->client_count; i++) {
		const struct report_client *c = &r->clients[i];
		json_t *j = json_object();

		json_object_set_new(j, "client", json_text(c->name));
		json_object_set_new(j, "label", json_text(c->label));
		json_object_set_new(j, "network", json_text(c->network));
		json_object_set_new(j, "asn", report_asn_to_json(c->asn));
		report_place_to_json(j, &c->place);
		json_object_set_new(j, "weight", report_number_to_json(c->weight));
		json_object_set_new(j, "before", landing_to_json(r, &c->before));
		json_object_set_new(j, "after", landing_to_json(r, &c->after));
		json_object_set_new(j, "trace", index_or_null(c->trace));
		json_object_set_new(j, "best_trace", index_or_null(c->best_trace));
		json_array_append_new(array, j);
	}
	return array;
}

static json_t *
as_to_json(const struct report_as *as)
{
	json_t *j;

	if (as->asn == 0)
		return json_null();
	j = json_object();
	json_object_set_new(j, "asn", report_asn_to_json(as->asn));
	json_object_set_new(j, "name", json_text(as->name));
	return j;
}

static json_t *
hop_to_json(const struct report_hop *h)
{
	json_t *j = json_object();

	json_object_set_new(j, "ttl", json_integer(h->ttl));
	json_object_set_new(j, "address", json_text(h->address));
	json_object_set_new(j, "name", json_text(h->name));
	json_object_set_new(j, "network", json_text(h->network));
	json_object_set_new(j, "asn", report_asn_to_json(h->asn));
	report_place_to_json(j, &h->place);
	json_object_set_new(j, "rtt_ms", report_number_to_json(h->rtt));
	return j;
}

static json_t *
traces_to_json(const struct report *r)
{
	json_t *array = json_array();

	for (size_t i = 0; i < r->trace_count; i++) {
		const struct report_trace *t = &r->traces[i];
		json_t *j = json_object(), *hops = json_array(), *path = json_array();

		for (size_t k = 0; k < t->hop_count; k++)
			json_array_append_new(hops, hop_to_json(&t->hops[k]));
		for (size_t k = 0; k < t->path_count; k++)
			json_array_append_new(path, as_to_json(&t->path[k]));
		json_object_set_new(j, "client", json_text(r->clients[t->client].name));
		json_object_set_new(j, "target", json_text(t->target));
		json_object_set_new(j, "target_site", report_site_to_json(r, t->target_site));
		json_object_set_new(j, "reached", json_boolean(t->reached));
		json_object_set_new(j, "answered_by", json_text(t->answered_by));
		json_object_set_new(j, "site", report_site_to_json(r, t->site));
		json_object_set_new(j, "path", path);
		json_object_set_new(j, "astray", index_or_null(t->astray));
		json_object_set_new(j, "hops", hops);
		json_array_append_new(array, j);
	}
	return array;
}

static json_t *
tries_to_json(const struct report *r, const struct report_finding *f)
{
	json_t *array = json_array();

	for (size_t i = 0; i < f->try_count; i++) {
		const struct report_action *a = &f->actions[i];
		json_t *j = json_object();

		json_object_set_new(j, "do", json_string(report_act_key(a->act)));
		json_object_set_new(j, "site", report_site_to_json(r, a->site));
		json_object_set_new(j, "neighbor", as_to_json(&a->neighbor));
		json_object_set_new(j, "toward", as_to_json(&a->toward));
		json_object_set_new(j, "text", json_text(f->tries[i]));
		json_array_append_new(array, j);
	}
	return array;
}

static json_t *
findings_to_json(const struct report *r)
{
	json_t *array = json_array();

	for (size_t i = 0; i < r->finding_count; i++) {
		const struct report_finding *f = &r->findings[i];
		json_t *j = json_object();

		json_object_set_new(j, "client", json_text(r->clients[f->client].name));
		json_object_set_new(j, "label", json_text(r->clients[f->client].label));
		json_object_set_new(j, "site", report_site_to_json(r, f->site));
		json_object_set_new(
		    j, "rtt_ms", report_number_to_json(r->clients[f->client].after.rtt));
		json_object_set_new(j, "better_site", report_site_to_json(r, f->better_site));
		json_object_set_new(j, "better_rtt_ms", report_number_to_json(f->better_rtt));
		json_object_set_new(j, "inflation_ms", report_number_to_json(f->ms));
		json_object_set_new(j, "inflation_km", report_number_to_json(f->km));
		json_object_set_new(j, "share", report_number_to_json(f->share));
		json_object_set_new(j, "reason", json_string(report_reason_key(f->reason)));
		json_object_set_new(j, "decider", as_to_json(&f->decider));
		json_object_set_new(j, "text", json_text(f->said));
		json_object_set_new(j, "tries", tries_to_json(r, f));
		json_array_append_new(array, j);
	}
	return array;
}

static json_t *
conditions_to_json(const struct report *r)
{
	json_t *array = json_array();

	for (size_t i = 0; i < r->condition_count; i++) {
		json_t *j = json_object();

		json_object_set_new(j, "name", json_text(r->conditions[i].name));
		json_object_set_new(j, "value", json_text(r->conditions[i].value));
		json_array_append_new(array, j);
	}
	return array;
}

static json_t *
change_to_json(const struct report_change *c)
{
	json_t *j = json_object();

	json_object_set_new(j, "moved", amount_to_json(&c->moved));
	json_object_set_new(j, "mended", amount_to_json(&c->mended));
	json_object_set_new(j, "worsened", amount_to_json(&c->worsened));
	return j;
}

json_t *
report_head_to_json(const struct report *r)
{
	json_t *j = json_object(), *notes = json_array(), *limits = json_object();

	for (size_t i = 0; i < r->note_count; i++)
		json_array_append_new(notes, json_text(r->notes[i]));
	json_object_set_new(limits, "inflation_ms", report_number_to_json(r->limits.ms));
	json_object_set_new(limits, "inflation_km", report_number_to_json(r->limits.km));
	json_object_set_new(j, "nearcast_report", json_integer(REPORT_VERSION));
	json_object_set_new(j, "title", json_text(r->title));
	json_object_set_new(j, "global_ip", json_text(r->global_ip));
	json_object_set_new(j, "made_at", json_wall_time(r->made_wall_ns));
	json_object_set_new(j, "complete", json_boolean(r->note_count == 0));
	json_object_set_new(j, "weighted", json_boolean(r->has_weights));
	json_object_set_new(
	    j, "asked", r->asked ? json_integer((json_int_t)r->asked) : json_null());
	json_object_set_new(j, "limits", limits);
	json_object_set_new(j, "conditions", conditions_to_json(r));
	json_object_set_new(j, "notes", notes);
	json_object_set_new(j, "sites", sites_to_json(r));
	json_object_set_new(j, "before", r->has_before ? state_to_json(&r->before) : json_null());
	json_object_set_new(j, "after", state_to_json(&r->after));
	json_object_set_new(j, "change", r->has_before ? change_to_json(&r->change) : json_null());
	return j;
}

json_t *
report_to_json(const struct report *r)
{
	json_t *j = report_head_to_json(r);

	json_object_set_new(j, "findings", findings_to_json(r));
	json_object_set_new(j, "traces", traces_to_json(r));
	json_object_set_new(j, "clients", clients_to_json(r));
	return j;
}
