/* Probes as tables for people: the timings side by side, then who answered, then what failed. */
#include "base/alloc.h"
#include "base/table.h"
#include "measure/probe.h"

/* What one more target takes of the page, and the labels before them. */
#define TARGET_COLUMNS 28
#define LABEL_COLUMNS 13

static void
add_ms(struct table *t, enum style style, struct duration d)
{
	table_add_styled(t, style, "%.2f", duration_ms_f(d));
}

static void
timings_to_text(const struct probe_target *targets, const struct probe_summary *summaries,
    size_t count, struct probe_look look, struct strbuf *out)
{
	struct table *t = table_new();

	table_add_column(t, "ms", TABLE_LEFT);
	for (size_t i = 0; i < count; i++) {
		table_add_group(t, targets[i].name, 3);
		table_add_column(t, "min", TABLE_RIGHT);
		table_add_column(t, "median", TABLE_RIGHT);
		table_add_column(t, "p95", TABLE_RIGHT);
	}
	for (int p = 0; p < PROBE_PHASE_MAX; p++) {
		enum style style = p == PROBE_TOTAL ? STYLE_STRONG : STYLE_PLAIN;

		table_add_row(t);
		table_add_styled(t, style, "%s", probe_phase_label((enum probe_phase)p));
		for (size_t i = 0; i < count; i++) {
			const struct stats *s = &summaries[i].phases[p];

			if (s->count == 0) {
				for (int k = 0; k < 3; k++)
					table_add_styled(t, STYLE_DIM, "-");
				continue;
			}
			add_ms(t, style, s->min);
			add_ms(t, style, s->median);
			add_ms(t, style, s->p95);
		}
	}
	table_format(t, (struct table_look){ .underline = true, .colour = look.colour }, out);
	table_free(t);
}

/* "am6-c3.medium.x86-01 (am6)", "8 × " in front when not all were its. */
static void
add_answered_by(struct table *t, const struct probe_summary *s, size_t i)
{
	const struct probe_count *c = &s->hosts.items[i];
	bool alone = c->count == s->count - s->failed;
	_cleanup_(freep) char *times =
	    alone ? xstrdup("") : xasprintf("%llu × ", (unsigned long long)c->count);

	table_add_cellf(t, "%s%s%s%s%s", times, c->text, c->site ? " (" : "",
	    c->site ? c->site : "", c->site ? ")" : "");
}

static void
add_from_best(struct table *t, const struct probe_summary *s, struct duration best)
{
	struct duration median = s->phases[PROBE_TOTAL].median;

	if (s->phases[PROBE_TOTAL].count == 0)
		return;
	table_add_cellf(t, "%+.2f ms", duration_ms_f(DURATION_NS(median.ns - best.ns)));
	if (best.ns > 0)
		table_add_cellf(t, "%.2f×", (double)median.ns / (double)best.ns);
}

static void
answers_to_text(const struct probe_target *targets, const struct probe_summary *summaries,
    size_t count, struct probe_look look, struct strbuf *out)
{
	size_t best = probe_best(targets, summaries, count);
	struct table *t = table_new();

	table_add_column(t, "target", TABLE_LEFT);
	table_add_column(t, "requests", TABLE_RIGHT);
	table_add_column(t, "failed", TABLE_RIGHT);
	table_add_column(t, "answered by", TABLE_LEFT);
	if (best != PROBE_NO_BEST) {
		table_add_column(t, "from the best", TABLE_RIGHT);
		table_add_column(t, "", TABLE_RIGHT);
	}
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
		if (i == best)
			table_add_styled(t, STYLE_GOOD, "the best");
		else if (best != PROBE_NO_BEST)
			add_from_best(t, s, summaries[best].phases[PROBE_TOTAL].median);
		for (size_t k = 1; k < s->hosts.count; k++) {
			table_add_row(t);
			for (int c = 0; c < 3; c++)
				table_add_cell(t, "");
			add_answered_by(t, s, k);
		}
	}
	table_format(t, (struct table_look){ .colour = look.colour }, out);
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
    size_t count, struct probe_look look, struct strbuf *out)
{
	size_t room =
	    look.columns > LABEL_COLUMNS ? (look.columns - LABEL_COLUMNS) / TARGET_COLUMNS : 0;
	size_t step = MAX(room, (size_t)1);

	for (size_t i = 0; i < count; i += step) {
		timings_to_text(targets + i, summaries + i, MIN(step, count - i), look, out);
		strbuf_add_char(out, '\n');
	}
	answers_to_text(targets, summaries, count, look, out);
	failures_to_text(targets, summaries, count, look, out);
}
