/*
 * What a report has many of as JSON, one after the other: a million clients never stand in memory
 * as JSON all at once.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "measure/json.h"
#include "measure/report_write.h"

#define INDENT "    " /* of an item of a list in the document */

static json_t *
index_or_null(uint32_t index)
{
	return index == REPORT_NONE ? json_null() : json_integer(index);
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
client_to_json(const struct report *r, size_t i)
{
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
	return j;
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
trace_to_json(const struct report *r, size_t i)
{
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
	return j;
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
finding_to_json(const struct report *r, size_t i)
{
	const struct report_finding *f = &r->findings[i];
	json_t *j = json_object();

	json_object_set_new(j, "client", json_text(r->clients[f->client].name));
	json_object_set_new(j, "label", json_text(r->clients[f->client].label));
	json_object_set_new(j, "site", report_site_to_json(r, f->site));
	json_object_set_new(j, "rtt_ms", report_number_to_json(r->clients[f->client].after.rtt));
	json_object_set_new(j, "better_site", report_site_to_json(r, f->better_site));
	json_object_set_new(j, "better_rtt_ms", report_number_to_json(f->better_rtt));
	json_object_set_new(j, "inflation_ms", report_number_to_json(f->ms));
	json_object_set_new(j, "inflation_km", report_number_to_json(f->km));
	json_object_set_new(j, "share", report_number_to_json(f->share));
	json_object_set_new(j, "reason", json_string(report_reason_key(f->reason)));
	json_object_set_new(j, "decider", as_to_json(&f->decider));
	json_object_set_new(j, "text", json_text(f->said));
	json_object_set_new(j, "tries", tries_to_json(r, f));
	return j;
}

/* ---- the document ---- */

struct writer {
	const struct report *report;
	report_put *put;
	void *userdata;
	struct strbuf text; /* owned; what is not put yet */
};

static int
flush(struct writer *w)
{
	int r = w->text.len ? w->put(w->userdata, strbuf_get(&w->text), w->text.len) : 0;

	strbuf_done(&w->text);
	return r;
}

/* json is the callee's. */
static int
dump(json_t *json, char **ret)
{
	*ret = json_dumps(json, JSON_INDENT(2) | MEASURE_JSON_FLAGS);
	json_decref(json);
	return *ret ? 0 : -ENOMEM;
}

/* An item, each of its lines indented. */
static int
add_item(struct writer *w, json_t *item)
{
	_cleanup_(freep) char *text = NULL;
	int r = dump(item, &text);

	for (const char *line = text; r == 0 && line; line = strchr(line, '\n')) {
		size_t n;

		line += *line == '\n';
		n = strcspn(line, "\n");
		strbuf_add(&w->text, "\n" INDENT);
		strbuf_add_mem(&w->text, line, n);
	}
	return r;
}

static int
add_list(struct writer *w, const char *key, size_t count,
    json_t *(*to_json)(const struct report *r, size_t i))
{
	int r = 0;

	strbuf_addf(&w->text, ",\n  \"%s\": [", key);
	for (size_t i = 0; i < count && r >= 0; i++) {
		if (i > 0)
			strbuf_add_char(&w->text, ',');
		r = add_item(w, to_json(w->report, i));
		if (r >= 0)
			r = flush(w);
	}
	strbuf_add(&w->text, count > 0 ? "\n  ]" : "]");
	return r;
}

int
report_write_json(const struct report *r, report_put *put, void *userdata)
{
	struct writer w = { .report = r, .put = put, .userdata = userdata };
	_cleanup_(freep) char *head = NULL;
	int status = dump(report_head_to_json(r), &head);

	if (status >= 0)
		strbuf_add_mem(&w.text, head, strlen(head) - strlen("\n}"));
	if (status >= 0 && !report_knows_better(r))
		strbuf_add(&w.text, ",\n  \"findings\": null");
	else if (status >= 0)
		status = add_list(&w, "findings", r->finding_count, finding_to_json);
	if (status >= 0)
		status = add_list(&w, "traces", r->trace_count, trace_to_json);
	if (status >= 0)
		status = add_list(&w, "clients", r->client_count, client_to_json);
	strbuf_add(&w.text, "\n}\n");
	if (status >= 0)
		status = flush(&w);
	strbuf_done(&w.text);
	return status;
}
