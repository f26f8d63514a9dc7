#include <errno.h>
#include <string.h>

#include "lab/run_report_internal.h"
#include "measure/report_build.h"
#include "measure/report_reason.h"

#define HELD_UP_MS 5 /* what a finding is at the least */

struct filling {
	const struct scenario *scenario;
	struct report *report;
	struct report_builder builder;
	const json_t *steps;             /* all that were played */
	const json_t *anycast, *unicast; /* of them; NULL: not played */
	struct lab_report_of of;         /* the rows that count */
	const char *family;              /* of them, as they call it */
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

		if (strcmp(text_of(row, "service"), f->of.service) != 0 ||
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

/* Whether the client's way to that address is known: of two, the first was there at `anycast`. */
static bool
has_trace(const struct filling *f, const char *client, const char *target)
{
	const struct report *r = f->report;
	uint32_t index = report_builder_find(&f->builder, client);

	for (size_t i = 0; i < r->trace_count; i++) {
		if (r->traces[i].client == index && strcmp(r->traces[i].target, target) == 0)
			return true;
	}
	return false;
}

static int
add_traces(struct filling *f, const json_t *step, struct err *e)
{
	const json_t *row;
	size_t i;

	json_array_foreach (json_object_get(step, "rows"), i, row) {
		const char *address = text_of(row, "address"), *client = text_of(row, "client");
		bool v6 = strchr(address, ':') != NULL;
		int r;

		/* one that failed has none */
		if (!json_object_get(row, "hops") || v6 != (f->of.family == IP_V6) ||
		    has_trace(f, client, text_of(row, "target")))
			continue;
		r = report_build_trace(&f->builder, client, row, address, e);
		if (r < 0)
			return r;
	}
	return 0;
}

static int
add_all_traces(struct filling *f, struct err *e)
{
	const json_t *step;
	size_t i;

	json_array_foreach (f->steps, i, step) {
		int r = strcmp(text_of(step, "step"), "trace") == 0 ? add_traces(f, step, e) : 0;

		if (r < 0)
			return r;
	}
	return 0;
}

/* ---- how it was measured ---- */

static void
add_step(struct report *r, const char *name, const json_t *step)
{
	const char *command =
	    json_string_value(json_array_get(json_object_get(step, "commands"), 0));

	if (command)
		report_add_condition(r, name, command);
}

/* A busy machine makes requests late, some more than others: how many clients saw that. */
static void
add_held_up(struct filling *f)
{
	size_t asked = 0, held_up = 0, i;
	const json_t *row;

	json_array_foreach (json_object_get(f->anycast, "rows"), i, row) {
		const json_t *connect =
		    json_object_get(json_object_get(row, "timings"), "connect_ms");
		double least = json_number_value(json_object_get(connect, "min")),
		       median = json_number_value(json_object_get(connect, "median"));

		if (strcmp(text_of(row, "service"), f->of.service) != 0 ||
		    strcmp(text_of(row, "family"), f->family) != 0)
			continue;
		asked++;
		held_up += median - least > HELD_UP_MS;
	}
	report_add_condition(f->report, "round trips",
	    held_up == 0
		? "the least of each client's requests"
		: report_printf(f->report,
		      "the least of each client's requests; at %zu of %zu clients the median was "
		      "more than "
		      "%d ms above it: the machine was busy, and single figures can be too high",
		      held_up, asked, HELD_UP_MS));
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
	report_add_condition(r, "began", report_time(r, text_of(doc, "started_at")));
	report_add_condition(r, "asked",
	    report_printf(
		r, "service %s, %s", f->of.service, f->of.family == IP_V6 ? "IPv6" : "IPv4"));
	add_held_up(f);
	add_step(r, "before, at each client", f->unicast);
	add_step(r, "after, at each client", f->anycast);
	add_step(r, "traces, at each client", find_step(doc, "trace"));
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
		status = add_all_traces(f, e);
	if (status < 0)
		return status;
	lab_report_add_countries(f->scenario, r);
	add_conditions(f, doc);
	if (!json_is_true(json_object_get(doc, "held")))
		report_add_note(r, "not all that the scenario expects was seen");
	return 0;
}

int
lab_report_of(const json_t *doc, struct lab_report_of *ret, struct err *e)
{
	const json_t *rows = json_object_get(find_step(doc, "anycast"), "rows"),
		     *row = json_array_get(rows, 0);

	if (row == NULL)
		return err_set(
		    e, -ENODATA, "no step `anycast` was played: there is nothing to report");
	*ret = (struct lab_report_of){
		.service = text_of(row, "service"),
		.family = strcmp(text_of(row, "family"), "ipv6") == 0 ? IP_V6 : IP_V4,
	};
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
		.steps = json_object_get(doc, "steps"),
		.anycast = find_step(doc, "anycast"),
		.unicast = find_step(doc, "unicast"),
	};
	struct relations *relations = NULL;
	struct names *names = NULL;
	int status = lab_report_of(doc, &f.of, e);

	if (status < 0)
		return status;
	f.family = f.of.family == IP_V6 ? "ipv6" : "ipv4";
	status = lab_report_names(plan, &names, e);
	f.builder.names = names;
	if (status >= 0)
		status = lab_report_relations(s, &relations, e);
	if (status >= 0)
		status = fill(&f, doc, e);
	if (status >= 0) {
		report_compute(r);
		report_builder_know_rtts(&f.builder);
		report_explain(r, relations);
	}
	report_builder_done(&f.builder);
	relations_free(relations);
	names_free(names);
	return status;
}
