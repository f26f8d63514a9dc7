#include "cli/catchments_text.h"

#include <stdio.h>

#include "cli/fields.h"

static void
add_site(struct table *t, const char *name, const json_t *amount, const json_t *rtt)
{
	const json_t *median = json_object_get(rtt, "median_ms");

	table_add_row(t);
	table_add_cellf(t, "%.14s", name);
	table_add_cellf(t, "%lld", field_int(amount, "targets"));
	table_add_cellf(t, "%.1f %%", json_number_value(json_object_get(amount, "share")));
	if (json_is_number(median))
		table_add_cellf(t, "%.1f ms", json_number_value(median));
	else
		table_add_cell(t, "");
}

static void
add_sites(const json_t *result, struct table_look look, struct strbuf *out)
{
	struct table *t = table_new();
	bool has_rtt = json_is_object(json_object_get(result, "inflation"));
	json_t *site;
	size_t i;

	table_add_column(t, "site", TABLE_LEFT);
	table_add_column(t, "targets", TABLE_RIGHT);
	table_add_column(t, "", TABLE_RIGHT);
	table_add_column(t, has_rtt ? "rtt" : "", TABLE_RIGHT);
	json_array_foreach (json_object_get(result, "sites"), i, site)
		add_site(t, field_text(site, "site"), site, json_object_get(site, "rtt"));
	add_site(t, "(flipping)", json_object_get(result, "flipping"), NULL);
	table_format(t, look, out);
	table_free(t);
}

static void
add_inflation(const json_t *inflation, struct strbuf *out)
{
	const json_t *best = json_object_get(inflation, "at_best_site");

	if (!json_is_object(inflation))
		return;
	strbuf_addf(out, "at their best site: %lld of %lld targets\n", field_int(best, "targets"),
	    field_int(json_object_get(inflation, "compared"), "targets"));
}

static void
add_reason(const json_t *part, const char *why, struct strbuf *out)
{
	strbuf_add(out, "incomplete: ");
	strbuf_add_printable(out, field_text(part, "host"));
	strbuf_add(out, ": ");
	strbuf_add_printable(out, why);
	strbuf_add_char(out, '\n');
}

/* What is missing of it, host by host. */
static void
add_missing(const json_t *catchment, struct strbuf *out)
{
	json_t *part;
	size_t i;

	json_array_foreach (json_object_get(catchment, "parts"), i, part) {
		const char *why = field_text(part, "why");
		long long dropped = field_int(json_object_get(part, "counts"), "dropped");
		char text[80];

		if (*why != '\0')
			add_reason(part, why, out);
		else if (json_is_true(json_object_get(part, "restarted")))
			add_reason(part, "nearcastd was started anew, or upgraded, meanwhile", out);
		(void)snprintf(text, sizeof(text),
		    "up to %lld replies came faster than they could be taken", dropped);
		if (dropped > 0)
			add_reason(part, text, out);
	}
}

/* "203.0.113.10 from fra1: done": in one line. */
static void
add_state(const json_t *catchment, struct strbuf *out)
{
	strbuf_add_printable(out, field_text(catchment, "address"));
	strbuf_addf(out, " from ");
	strbuf_add_printable(out, field_text(catchment, "site"));
	strbuf_addf(out, ": %s", field_text(catchment, "state"));
	if (*field_text(catchment, "why") != '\0') {
		strbuf_add(out, ", ");
		strbuf_add_printable(out, field_text(catchment, "why"));
	}
	strbuf_add_char(out, '\n');
}

bool
catchments_is_over(const json_t *catchment)
{
	return json_is_string(json_object_get(catchment, "ended_at"));
}

bool
catchments_is_whole(const json_t *catchment)
{
	const json_t *result = json_object_get(catchment, "result");

	return !json_is_object(result) || json_is_true(json_object_get(result, "complete"));
}

void
catchments_text(const json_t *catchment, struct table_look look, struct strbuf *out)
{
	const json_t *result = json_object_get(catchment, "result");
	const json_t *progress = json_object_get(catchment, "progress");

	strbuf_addf(out, "%s  ", field_text(catchment, "id"));
	add_state(catchment, out);
	strbuf_addf(out, "%lld targets, %lld requests sent, %lld replies landed\n",
	    field_int(catchment, "target_count"), field_int(progress, "sent"),
	    field_int(progress, "landed"));
	if (field_int(progress, "not_sent") > 0)
		strbuf_addf(
		    out, "%lld requests could not be sent\n", field_int(progress, "not_sent"));
	if (field_int(progress, "forged") > 0)
		strbuf_addf(
		    out, "%lld forged replies did not count\n", field_int(progress, "forged"));
	if (json_is_object(result)) {
		add_sites(result, look, out);
		add_inflation(json_object_get(result, "inflation"), out);
	}
	add_missing(catchment, out);
}
