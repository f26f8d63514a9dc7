/* The head of a report as JSON, by names that stay; report_json_rows.c has what there is many of.
 */
#include <math.h>

#include "measure/json.h"
#include "measure/report_write.h"

json_t *
report_number_to_json(double value)
{
	return isnan(value) ? json_null() : json_real(round(value * 1000) / 1000);
}

json_t *
report_asn_to_json(uint32_t asn)
{
	return asn ? json_integer(asn) : json_null();
}

json_t *
report_site_to_json(const struct report *r, uint32_t site)
{
	return site == REPORT_NONE ? json_null() : json_text(r->sites[site].name);
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
