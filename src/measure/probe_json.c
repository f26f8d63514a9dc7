/* Probes as JSON, for `--json` and `--each`. */
#include <math.h>

#include "base/style.h"
#include "measure/inflation.h"
#include "measure/json.h"
#include "measure/probe.h"

json_t *
probe_record_to_json(const struct probe_target *targets, const struct probe_record *r)
{
	const struct probe_target *target = &targets[r->target];
	json_t *j = json_object();

	json_object_set_new(j, "url", json_text(target->url));
	json_object_set_new(j, "name", json_text(target->name));
	json_object_set_new(j, "at", json_wall_time(r->at_wall_ns));
	json_object_set_new(j, "at_wall_ns", json_integer(r->at_wall_ns));
	json_object_set_new(j, "ok", json_boolean(r->error == NULL));
	json_object_set_new(j, "error", json_text(r->error));
	json_object_set_new(j, "status", r->status ? json_integer(r->status) : json_null());
	json_object_set_new(j, "http_version", json_text(r->http_version));
	json_object_set_new(j, "served_by", json_text(r->served_by));
	json_object_set_new(j, "site", json_text(r->site));
	json_object_set_new(j, "remote_address", json_text(r->remote_address));
	for (int p = 0; p < PROBE_PHASE_MAX; p++)
		json_object_set_new(j, probe_phase_key((enum probe_phase)p), json_ms(r->phases[p]));
	return j;
}

static json_t *
tally_to_json(const struct probe_tally *t)
{
	json_t *j = json_object();

	/* a host that named two sites stands here once */
	for (size_t i = 0; i < t->count; i++) {
		struct strbuf key = { 0 };
		json_int_t before;

		strbuf_add_printable(&key, t->items[i].text);
		before = json_integer_value(json_object_get(j, strbuf_get(&key)));
		json_object_set_new(
		    j, strbuf_get(&key), json_integer(before + (json_int_t)t->items[i].count));
		strbuf_done(&key);
	}
	return j;
}

static json_t *
stats_to_json(const struct stats *s)
{
	json_t *j;

	if (s->count == 0)
		return json_null();
	j = json_object();
	json_object_set_new(j, "min", json_ms(s->min));
	json_object_set_new(j, "median", json_ms(s->median));
	json_object_set_new(j, "p95", json_ms(s->p95));
	json_object_set_new(j, "p99", json_ms(s->p99));
	json_object_set_new(j, "max", json_ms(s->max));
	json_object_set_new(j, "mean", json_ms(s->mean));
	return j;
}

static json_t *
summary_to_json(const struct probe_target *target, const struct probe_summary *s)
{
	json_t *j = json_object(), *timings = json_object();

	json_object_set_new(j, "name", json_text(target->name));
	json_object_set_new(j, "url", json_text(target->url));
	json_object_set_new(j, "family",
	    target->family == IP_V4   ? json_string("ipv4")
	    : target->family == IP_V6 ? json_string("ipv6")
				      : json_null());
	json_object_set_new(j, "reference", json_boolean(target->reference));
	json_object_set_new(j, "count", json_integer((json_int_t)s->count));
	json_object_set_new(j, "ok", json_integer((json_int_t)(s->count - s->failed)));
	json_object_set_new(j, "failed", json_integer((json_int_t)s->failed));
	json_object_set_new(j, "skipped", json_integer((json_int_t)s->skipped));
	json_object_set_new(j, "served_by", tally_to_json(&s->hosts));
	json_object_set_new(j, "sites", tally_to_json(&s->sites));
	json_object_set_new(j, "errors", tally_to_json(&s->errors));
	for (int p = 0; p < PROBE_PHASE_MAX; p++)
		json_object_set_new(
		    timings, probe_phase_key((enum probe_phase)p), stats_to_json(&s->phases[p]));
	json_object_set_new(j, "timings", timings);
	return j;
}

static void
add_inflation(json_t *target, const struct inflation *n)
{
	if (n->has_latency) {
		json_object_set_new(target, "from_best_ms", json_ms(n->latency));
		json_object_set_new(target, "from_best_p95_ms", json_ms(n->latency_p95));
	}
	if (n->has_latency && n->ratio > 0)
		json_object_set_new(target, "from_best_ratio", json_real(n->ratio));
	if (!n->has_km)
		return;
	json_object_set_new(target, "inflation_km", json_real(round(n->km)));
	json_object_set_new(target, "nearest_site", json_text(n->nearest));
	json_object_set_new(target, "nearest_km", json_real(round(n->nearest_km)));
}

/* The best target, or null. */
static json_t *
best_to_json(
    const struct probe_target *targets, const struct probe_summary *summaries, size_t count)
{
	size_t best = probe_best(targets, summaries, count);
	json_t *j;

	if (best == PROBE_NO_BEST)
		return json_null();
	j = json_object();
	json_object_set_new(j, "name", json_text(targets[best].name));
	json_object_set_new(j, "url", json_text(targets[best].url));
	json_object_set_new(j, "total_ms", json_ms(summaries[best].phases[PROBE_TOTAL].median));
	return j;
}

json_t *
probe_to_json(const struct probe_target *targets, const struct probe_summary *summaries,
    const struct inflation *inflations, size_t count, const struct probe_record *records,
    size_t record_count)
{
	json_t *j = json_object(), *array = json_array();

	for (size_t i = 0; i < count; i++) {
		json_t *target = summary_to_json(&targets[i], &summaries[i]);

		add_inflation(target, &inflations[i]);
		json_object_set_new(target, "requests", json_array());
		json_array_append_new(array, target);
	}
	for (size_t i = 0; i < record_count; i++) {
		json_t *target = json_array_get(array, records[i].target);

		json_array_append_new(json_object_get(target, "requests"),
		    probe_record_to_json(targets, &records[i]));
	}
	json_object_set_new(j, "best", best_to_json(targets, summaries, count));
	json_object_set_new(j, "targets", array);
	return j;
}
