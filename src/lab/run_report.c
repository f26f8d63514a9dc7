#include "lab/run_report.h"

#include <errno.h>
#include <string.h>

#include "lab/cities.h"
#include "lab/host_conf.h"
#include "measure/report_build.h"
#include "measure/report_reason.h"

struct filling {
	const struct scenario *scenario;
	struct report *report;
	struct report_builder builder;
	const json_t *anycast, *unicast, *trace; /* the steps; NULL: not played */
	const char *service, *family;            /* of the rows that count */
};

static const char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

/* The first step of a kind that was played, and has rows. */
static const json_t *
find_step(const json_t *doc, const char *kind)
{
	const json_t *step;
	size_t i;

	json_array_foreach (json_object_get(doc, "steps"), i, step) {
		if (strcmp(text_of(step, "step"), kind) == 0 &&
		    json_array_size(json_object_get(step, "rows")) > 0)
			return step;
	}
	return NULL;
}

/* ---- probes, in the form that nearcast probe has ---- */

static json_t *
make_target(const json_t *row, const char *site, bool reference)
{
	json_t *sites = site ? json_pack("{s:O?}", site, json_object_get(row, "ok"))
			     : json_deep_copy(json_object_get(row, "sites"));

	return json_pack("{s:s, s:o?, s:O?, s:b}", "name", site ? site : "", "sites", sites,
	    "timings", json_object_get(row, "timings"), "reference", reference);
}

static bool
is_of(const json_t *row, const char *client, const char *family)
{
	return strcmp(text_of(row, "client"), client) == 0 &&
	       strcmp(text_of(row, "family"), family) == 0;
}

/*
 * One document of a client: `asked` first, then the sites' own addresses. asked: NULL for that of
 * the first site, while it stood alone.
 */
static json_t *
make_probe(const struct filling *f, const char *client, const json_t *asked)
{
	const char *first = scenario_at(&f->scenario->sites, struct scenario_site, 0)->name;
	json_t *targets = json_array();
	const json_t *row;
	size_t i;

	if (asked)
		json_array_append_new(targets, make_target(asked, NULL, false));
	json_array_foreach (json_object_get(f->unicast, "rows"), i, row) {
		const char *site = text_of(row, "site");

		if (!is_of(row, client, f->family) ||
		    json_integer_value(json_object_get(row, "ok")) == 0)
			continue;
		if (asked == NULL && strcmp(site, first) == 0)
			json_array_append_new(targets, make_target(row, site, false));
		json_array_append_new(targets, make_target(row, site, true));
	}
	return json_pack("{s:o}", "targets", targets);
}

static int
add_probe(struct filling *f, const char *client, const json_t *asked, struct err *e)
{
	json_t *doc = make_probe(f, client, asked);
	int r = report_build_probe(
	    &f->builder, client, asked ? REPORT_AFTER : REPORT_BEFORE, doc, client, e);

	json_decref(doc);
	return r;
}

static int
add_probes(struct filling *f, struct err *e)
{
	const json_t *row;
	size_t i;
	int r = 0;

	json_array_foreach (json_object_get(f->anycast, "rows"), i, row) {
		const char *client = text_of(row, "client");

		if (strcmp(text_of(row, "service"), f->service) != 0 ||
		    strcmp(text_of(row, "family"), f->family) != 0)
			continue;
		r = add_probe(f, client, row, e);
		if (r >= 0 && f->unicast)
			r = add_probe(f, client, NULL, e);
		if (r < 0)
			return r;
	}
	return 0;
}

static int
add_traces(struct filling *f, struct err *e)
{
	bool v6 = strcmp(f->family, "ipv6") == 0;
	const json_t *row;
	size_t i;

	json_array_foreach (json_object_get(f->trace, "rows"), i, row) {
		const char *address = text_of(row, "address");
		int r;

		/* one that failed has none */
		if (!json_object_get(row, "hops") || (strchr(address, ':') != NULL) != v6)
			continue;
		r = report_build_trace(&f->builder, text_of(row, "client"), row, address, e);
		if (r < 0)
			return r;
	}
	return 0;
}

/* ---- what the scenario knows ---- */

/* The same text that nodes have in a file. */
static int
load_names(const struct lab_plan *plan, struct names **ret, struct err *e)
{
	for (size_t i = 0; plan->node_count > 0 && i < plan->nodes[0].file_count; i++) {
		const struct lab_file *file = &plan->nodes[0].files[i];

		if (strcmp(file->path, NAMES_PATH) == 0)
			return names_load_text(
			    file->path, file->content, strlen(file->content), ret, e);
	}
	return 0;
}

static uint32_t
asn_of(const struct scenario *s, const char *network)
{
	return scenario_network(s, network)->asn;
}

static int
load_relations(const struct scenario *s, struct relations **ret, struct err *e)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 }, bad = { 0 };

	scenario_each (rel, &s->relationships, struct scenario_relationship) {
		if (rel->customer)
			strbuf_addf(&text, "%u|%u|-1\n", asn_of(s, rel->provider),
			    asn_of(s, rel->customer));
		else
			strbuf_addf(&text, "%u|%u|0\n", asn_of(s, scenario_str(&rel->peers, 0)),
			    asn_of(s, scenario_str(&rel->peers, 1)));
	}
	return relations_load_text("relationships", strbuf_get(&text), ret, &bad, e);
}

static void
add_country(struct report *r, const char *city, struct report_place *place)
{
	const struct city *c = city_find(city);

	if (c)
		place->country = report_text(r, c->country);
}

static void
add_countries(struct filling *f)
{
	struct report *r = f->report;

	for (size_t i = 0; i < r->client_count; i++) {
		const char *name = r->clients[i].label;
		const struct scenario_client *c = name ? scenario_client(f->scenario, name) : NULL;

		if (c)
			add_country(r, c->city, &r->clients[i].place);
	}
	for (size_t i = 0; i < r->site_count; i++) {
		const struct scenario_site *site = scenario_site(f->scenario, r->sites[i].name);

		if (site)
			add_country(r, site->city, &r->sites[i].place);
	}
}

static void
add_step(struct report *r, const char *name, const json_t *step)
{
	const char *command =
	    json_string_value(json_array_get(json_object_get(step, "commands"), 0));

	if (command)
		report_add_condition(r, name, command);
}

static void
add_conditions(struct filling *f, const json_t *doc)
{
	const struct scenario *s = f->scenario;
	struct report *r = f->report;

	report_add_condition(r, "lab",
	    report_printf(r, "%s: %zu networks, %zu sites, %zu clients on this machine",
		text_of(doc, "lab"), s->networks.count, s->sites.count, s->clients.count));
	report_add_condition(r, "delays",
	    report_printf(r, "of light in fibre, %g times the great circle", s->path_factor));
	report_add_condition(r, "began", text_of(doc, "started_at"));
	report_add_condition(r, "asked",
	    report_printf(
		r, "service %s, %s", f->service, strcmp(f->family, "ipv6") == 0 ? "IPv6" : "IPv4"));
	add_step(r, "before, at each client", f->unicast);
	add_step(r, "after, at each client", f->anycast);
	add_step(r, "traces, at each client", f->trace);
}

/* ---- all of it ---- */

static int
fill(struct filling *f, const json_t *doc, struct err *e)
{
	struct report *r = f->report;
	int status;

	r->title = report_text(r, f->scenario->title ? f->scenario->title : text_of(doc, "lab"));
	r->before.label = report_printf(
	    r, "%s alone", scenario_at(&f->scenario->sites, struct scenario_site, 0)->name);
	r->after.label = report_printf(r, "one address at %zu sites", f->scenario->sites.count);
	status = add_probes(f, e);
	if (status >= 0)
		status = add_traces(f, e);
	if (status < 0)
		return status;
	add_countries(f);
	add_conditions(f, doc);
	if (!json_is_true(json_object_get(doc, "held")))
		report_add_note(r, "not all that the scenario expects was seen");
	return 0;
}

int
lab_report_fill(const json_t *doc, const struct scenario *s, const struct lab_plan *plan,
    struct report *r, struct err *e)
{
	struct filling f = {
		.scenario = s,
		.report = r,
		.builder.report = r,
		.anycast = find_step(doc, "anycast"),
		.unicast = find_step(doc, "unicast"),
		.trace = find_step(doc, "trace"),
	};
	const json_t *row = json_array_get(json_object_get(f.anycast, "rows"), 0);
	struct relations *relations = NULL;
	struct names *names = NULL;
	int status;

	if (row == NULL)
		return err_set(
		    e, -ENODATA, "no step `anycast` was played: there is nothing to report");
	f.service = text_of(row, "service");
	f.family = text_of(row, "family");
	status = load_names(plan, &names, e);
	f.builder.names = names;
	if (status >= 0)
		status = load_relations(s, &relations, e);
	if (status >= 0)
		status = fill(&f, doc, e);
	if (status >= 0) {
		report_compute(r);
		report_explain(r, relations);
	}
	report_builder_done(&f.builder);
	relations_free(relations);
	names_free(names);
	return status;
}
