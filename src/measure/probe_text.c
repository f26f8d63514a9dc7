/*
 * Probes as tables for people: the timings side by side, where the time went, who answered, and
 * what failed.
 */
#include <stdio.h>

#include "base/alloc.h"
#include "base/table.h"
#include "measure/inflation.h"

/* What one more target takes of the page, and the labels before them. */
#define TARGET_COLUMNS 33
#define QUANTILES 4
#define LABEL_COLUMNS 13

/* Where there is little room, no more digits than that: five columns hold 99999 ms. */
static void
add_ms(struct table *t, enum style style, struct duration d, bool narrow)
{
	double ms = duration_ms_f(d);

	table_add_styled(t, style, "%.*f", !narrow || ms < 100 ? 2 : ms < 1000 ? 1 : 0, ms);
}

static void
timings_to_text(const struct probe_target *targets, const struct probe_summary *summaries,
    size_t count, struct probe_look look, struct strbuf *out)
{
	struct table *t = table_new();
	/* the name in a line of its own, and the numbers as short as they can be */
	bool alone = count == 1 && look.columns > 0 && look.columns < LABEL_COLUMNS + TARGET_COLUMNS;

	if (alone) {
		strbuf_add_printable(out, targets[0].name);
		strbuf_add_char(out, '\n');
	}
	table_add_column(t, "ms", TABLE_LEFT);
	for (size_t i = 0; i < count; i++) {
		if (!alone)
			table_add_group(t, targets[i].name, QUANTILES);
		table_add_column(t, "min", TABLE_RIGHT);
		table_add_column(t, "median", TABLE_RIGHT);
		table_add_column(t, "p95", TABLE_RIGHT);
		table_add_column(t, "p99", TABLE_RIGHT);
	}
	for (int p = 0; p < PROBE_PHASE_MAX; p++) {
		enum style style = p == PROBE_TOTAL ? STYLE_STRONG : STYLE_PLAIN;

		table_add_row(t);
		table_add_styled(t, style, "%s", probe_phase_label((enum probe_phase)p));
		for (size_t i = 0; i < count; i++) {
			const struct stats *s = &summaries[i].phases[p];

			if (s->count == 0) {
				for (int k = 0; k < QUANTILES; k++)
					table_add_styled(t, STYLE_DIM, "-");
				continue;
			}
			add_ms(t, style, s->min, alone);
			add_ms(t, style, s->median, alone);
			add_ms(t, style, s->p95, alone);
			add_ms(t, style, s->p99, alone);
		}
	}
	table_format(t,
	    (struct table_look){
		.underline = true, .colour = look.colour, .columns = alone ? look.columns : 0 },
	    out);
	table_free(t);
}

/* "am6-c3.medium.x86-01 (am6)", "8 × " in front when not all were its; briefly the site. */
static void
add_answered_by(struct table *t, const struct probe_summary *s, size_t i)
{
	const struct probe_count *c = &s->hosts.items[i];
	bool alone = c->count == s->count - s->failed;
	_cleanup_(freep) char *times =
	    alone ? xstrdup("") : xasprintf("%llu × ", (unsigned long long)c->count);

	table_add_cellf(t, "%s%s%s%s%s", times, c->text, c->site ? " (" : "",
	    c->site ? c->site : "", c->site ? ")" : "");
	if (c->site) {
		_cleanup_(freep) char *brief = xasprintf("%s%s", times, c->site);

		table_add_brief(t, brief);
	}
}

static void
add_from_best(struct table *t, const struct inflation *n)
{
	if (!n->has_latency) {
		table_add_cell(t, "");
		table_add_cell(t, "");
		return;
	}
	table_add_cellf(t, "%+.2f ms", duration_ms_f(n->latency));
	if (n->ratio > 0)
		table_add_cellf(t, "%.2f×", n->ratio);
	else
		table_add_cell(t, "");
}

/* "+9870 km, am6 is nearest"; briefly without the site */
static void
add_km(struct table *t, const struct inflation *n)
{
	char brief[32];

	if (n->km < 0.5) {
		table_add_styled(t, STYLE_GOOD, "the nearest site");
		return;
	}
	(void)snprintf(brief, sizeof(brief), "%+.0f km", n->km);
	table_add_cellf(t, "%s, %s is nearest", brief, n->nearest);
	table_add_brief(t, brief);
}

static bool
any_latency(const struct inflation *inflations, size_t count)
{
	bool any = false;

	for (size_t i = 0; i < count; i++)
		any = any || inflations[i].has_latency;
	return any;
}

static bool
any_km(const struct inflation *inflations, size_t count)
{
	bool any = false;

	for (size_t i = 0; i < count; i++)
		any = any || inflations[i].has_km;
	return any;
}

static void
add_answer_columns(struct table *t, bool compared, bool km)
{
	table_add_column(t, "target", TABLE_LEFT);
	table_add_column(t, "requests", TABLE_RIGHT);
	table_may_leave_out(t, 2);
	table_add_column(t, "failed", TABLE_RIGHT);
	table_add_column(t, "answered by", TABLE_LEFT);
	if (compared) {
		table_add_column(t, "from the best", TABLE_RIGHT);
		table_add_column(t, "", TABLE_RIGHT);
		table_may_leave_out(t, 1);
	}
	if (km)
		table_add_column(t, "from the nearest", TABLE_LEFT);
}

static void
answers_to_text(const struct probe_target *targets, const struct probe_summary *summaries,
    const struct inflation *inflations, size_t count, struct probe_look look, struct strbuf *out)
{
	bool compared = any_latency(inflations, count);
	struct table *t = table_new();

	add_answer_columns(t, compared, any_km(inflations, count));
	for (size_t i = 0; i < count; i++) {
		const struct probe_summary *s = &summaries[i];

		table_add_row(t);
		table_add_cell(t, targets[i].name);
		table_add_cellf(t, "%llu", (unsigned long long)s->count);
		table_add_styled(
		    t, s->failed ? STYLE_BAD : STYLE_PLAIN, "%llu", (unsigned long long)s->failed);
		if (s->hosts.count > 0)
			add_answered_by(t, s, 0);
		else
			table_add_styled(
			    t, STYLE_DIM, s->failed == s->count ? "nobody" : "not said");
		if (inflations[i].is_best) {
			table_add_styled(t, STYLE_GOOD, "the best");
			table_add_cell(t, "");
		} else if (compared) {
			add_from_best(t, &inflations[i]);
		}
		if (inflations[i].has_km)
			add_km(t, &inflations[i]);
		for (size_t k = 1; k < s->hosts.count; k++) {
			table_add_row(t);
			for (int c = 0; c < 3; c++)
				table_add_cell(t, "");
			add_answered_by(t, s, k);
		}
	}
	table_format(t, (struct table_look){ .colour = look.colour, .columns = look.columns }, out);
	table_free(t);
}

static void
failures_to_text(const struct probe_target *targets, const struct probe_summary *summaries,
    size_t count, struct probe_look look, struct strbuf *out)
{
	struct table *t = table_new();
	uint64_t failed = 0, skipped = 0;

	for (int c = 0; c < 3; c++)
		table_add_column(t, "", c == 1 ? TABLE_RIGHT : TABLE_LEFT);
	for (size_t i = 0; i < count; i++) {
		const struct probe_tally *errors = &summaries[i].errors;

		failed += summaries[i].failed;
		skipped += summaries[i].skipped;
		for (size_t k = 0; k < errors->count; k++) {
			table_add_row(t);
			table_add_cell(t, k == 0 ? targets[i].name : "");
			table_add_cellf(t, "%llu ×", (unsigned long long)errors->items[k].count);
			table_add_cell(t, errors->items[k].text);
		}
	}
	if (failed > 0) {
		strbuf_add(out, "\nFailed:\n");
		table_format(t, (struct table_look){ .indent = 2, .colour = look.colour }, out);
	}
	if (skipped > 0)
		strbuf_addf(out,
		    "\n%llu requests were due but not sent: too many were in flight.\n",
		    (unsigned long long)skipped);
	table_free(t);
}

void
probe_to_text(const struct probe_target *targets, const struct probe_summary *summaries,
    const struct inflation *inflations, size_t count, struct probe_look look, struct strbuf *out)
{
	size_t room =
	    look.columns > LABEL_COLUMNS ? (look.columns - LABEL_COLUMNS) / TARGET_COLUMNS : 0;
	size_t step = MAX(room, (size_t)1);

	for (size_t i = 0; i < count; i += step) {
		timings_to_text(targets + i, summaries + i, MIN(step, count - i), look, out);
		strbuf_add_char(out, '\n');
	}
	probe_waterfall_to_text(targets, summaries, count, look, out);
	answers_to_text(targets, summaries, inflations, count, look, out);
	failures_to_text(targets, summaries, count, look, out);
}
