#include "cli/catchment_report_text.h"

#include <stdio.h>

#include "base/attr.h"
#include "cli/fields.h"

static const json_t *
at(const json_t *report, const char *state, const char *key)
{
	return json_object_get(json_object_get(report, state), key);
}

static double
number(const json_t *j, const char *key)
{
	return json_number_value(json_object_get(j, key));
}

static void
add_number(struct table *t, const json_t *j, const char *key, int digits)
{
	const json_t *value = json_object_get(j, key);

	if (json_is_number(value))
		table_add_cellf(t, "%.*f", digits, json_number_value(value));
	else
		table_add_cell(t, "");
}

static void
format(struct table *t, struct table_look look, struct strbuf *out)
{
	table_format(t, look, out);
	table_free(t);
}

/* ---- the head ---- */

static void
add_share(const json_t *part, const char *what, const json_t *of, struct strbuf *out)
{
	if (field_int(of, "clients") > 0)
		strbuf_addf(out, "%s: %lld of %lld, %.1f %%\n", what, field_int(part, "clients"),
		    field_int(of, "clients"), number(part, "share"));
}

static void
add_quantiles(const json_t *q, const char *what, const char *unit, struct strbuf *out)
{
	if (json_is_object(q))
		strbuf_addf(out, "%s: median %.1f, 90 %% %.1f, 99 %% %.1f %s\n", what,
		    number(q, "median"), number(q, "p90"), number(q, "p99"), unit);
}

static void
add_head(const json_t *report, struct strbuf *out)
{
	strbuf_add_printable(out, field_text(report, "title"));
	strbuf_addf(out, "\n%lld clients asked, %lld heard", field_int(report, "asked"),
	    field_int(at(report, "after", "heard"), "clients"));
	if (field_int(at(report, "after", "at_several_sites"), "clients") > 0)
		strbuf_addf(out, ", %lld at several sites",
		    field_int(at(report, "after", "at_several_sites"), "clients"));
	strbuf_add_char(out, '\n');
	if (json_is_true(json_object_get(report, "weighted")))
		strbuf_add(out, "shares and distributions: of the weight that was told\n");
	add_share(at(report, "after", "at_best_site"), "at their best site",
	    at(report, "after", "compared"), out);
	add_share(at(report, "after", "at_nearest_site"), "at their nearest site",
	    at(report, "after", "placed"), out);
	add_quantiles(at(report, "after", "rtt_ms"), "RTT", "ms", out);
	add_quantiles(at(report, "after", "inflation_ms"), "inflation", "ms", out);
	if (json_is_object(json_object_get(report, "change")))
		strbuf_addf(out,
		    "moved since the one before: %lld; served well now: %lld, badly now: %lld\n",
		    field_int(at(report, "change", "moved"), "clients"),
		    field_int(at(report, "change", "mended"), "clients"),
		    field_int(at(report, "change", "worsened"), "clients"));
}

static void
add_sites(const json_t *report, struct table_look look, struct strbuf *out)
{
	static const char *const heads[] = { "site", "city", "clients", "share", "before" };
	bool has_before = json_is_object(json_object_get(report, "before"));
	struct table *t = table_new();
	json_t *site;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(heads) - !has_before; i++)
		table_add_column(t, heads[i], i < 2 ? TABLE_LEFT : TABLE_RIGHT);
	json_array_foreach (json_object_get(report, "sites"), i, site) {
		const json_t *after = json_object_get(site, "after");
		const json_t *before = json_object_get(site, "before");

		table_add_row(t);
		table_add_cell(t, field_text(site, "name"));
		table_add_cell(t, field_text(site, "city"));
		table_add_cellf(t, "%lld", field_int(after, "clients"));
		table_add_cellf(t, "%.1f %%", number(after, "share"));
		if (has_before)
			table_add_cellf(t, "%.1f %%", number(before, "share"));
	}
	strbuf_add_char(out, '\n');
	format(t, look, out);
}

/* ---- whom a better site could serve ---- */

static void
add_network(struct table *t, const json_t *row)
{
	const char *name = field_text(row, "network");
	long long asn = field_int(row, "asn");
	char brief[24];

	if (asn == 0) {
		table_add_cell(t, *name != '\0' ? name : field_text(row, "client"));
		return;
	}
	table_add_cellf(t, "AS%lld%s%s", asn, *name != '\0' ? " " : "", name);
	(void)snprintf(brief, sizeof(brief), "AS%lld", asn);
	table_add_brief(t, brief);
}

static void
add_row(struct table *t, const json_t *row)
{
	table_add_row(t);
	add_network(t, row);
	table_add_cell(t, field_text(row, "country"));
	table_add_cellf(t, "%lld", field_int(row, "clients"));
	table_add_cellf(t, "%.1f %%", number(row, "share"));
	table_add_cell(t, field_text(row, "site"));
	add_number(t, row, "rtt_ms", 1);
	table_add_cell(t, field_text(row, "better_site"));
	add_number(t, row, "better_rtt_ms", 1);
	add_number(t, row, "inflation_ms", 1);
	add_number(t, row, "inflation_km", 0);
}

static void
add_left_out(const json_t *report, size_t shown, struct strbuf *out)
{
	size_t rows = json_array_size(json_object_get(report, "better"));
	long long more = field_int(json_object_get(report, "better_left_out"), "rows") +
			 (long long)(rows - shown);

	if (more > 0)
		strbuf_addf(out, "and %lld more rows, which cost less\n", more);
}

static void
add_better(const json_t *report, size_t limit, struct table_look look, struct strbuf *out)
{
	static const struct {
		const char *head;
		enum table_align align;
		unsigned worth;
	} columns[] = { { "network", TABLE_LEFT, 0 }, { "country", TABLE_LEFT, 1 },
		{ "clients", TABLE_RIGHT, 0 }, { "share", TABLE_RIGHT, 2 },
		{ "lands at", TABLE_LEFT, 0 }, { "RTT ms", TABLE_RIGHT, 4 },
		{ "better", TABLE_LEFT, 0 }, { "RTT ms", TABLE_RIGHT, 4 },
		{ "costs ms", TABLE_RIGHT, 0 }, { "km", TABLE_RIGHT, 3 } };
	const json_t *rows = json_object_get(report, "better");
	struct table *t;
	size_t i;

	if (json_array_size(rows) == 0) {
		strbuf_add(out,
		    "\nNo client was found that another site would serve noticeably better.\n");
		return;
	}
	t = table_new();
	for (i = 0; i < ARRAY_SIZE(columns); i++) {
		table_add_column(t, columns[i].head, columns[i].align);
		if (columns[i].worth > 0)
			table_may_leave_out(t, columns[i].worth);
	}
	for (i = 0; i < json_array_size(rows) && i < limit; i++)
		add_row(t, json_array_get(rows, i));
	strbuf_add(out, "\nA better site could serve:\n");
	format(t, look, out);
	add_left_out(report, i, out);
}

void
catchment_report_text(
    const json_t *report, size_t limit, struct table_look look, struct strbuf *out)
{
	json_t *note;
	size_t i;

	add_head(report, out);
	add_sites(report, look, out);
	add_better(report, limit, look, out);
	json_array_foreach (json_object_get(report, "notes"), i, note) {
		strbuf_add(out, "incomplete: ");
		strbuf_add_printable(out, json_string_value(note));
		strbuf_add_char(out, '\n');
	}
}
