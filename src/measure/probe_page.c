/*
 * A run on a page of a terminal, which nobody scrolls while it is painted anew: the report is cut
 * down to what matters most until it fits.
 */
#include <stdio.h>
#include <string.h>

#include "base/style.h"
#include "measure/inflation.h"
#include "measure/probe.h"

#define FIGURES 3 /* median, p95, failed */
#define FIGURE_WIDTH 9
#define NAME_LEAST 6

struct page {
	const struct probe_target *targets;
	const struct probe_summary *summaries;
	const struct inflation *inflations;
	size_t count;
	struct probe_look look;
	size_t name; /* width */
};

static size_t
lines_of(const struct strbuf *text, size_t columns)
{
	size_t lines = 0;

	for (const char *p = strbuf_get(text), *end; *p; p = end + 1) {
		_cleanup_(strbuf_done) struct strbuf line = { 0 };

		end = strchr(p, '\n');
		if (end == NULL)
			return lines + 1;
		strbuf_add_mem(&line, p, (size_t)(end - p));
		lines += MAX((utf8_width(strbuf_get(&line)) + columns - 1) / columns, (size_t)1);
	}
	return lines;
}

static size_t
name_width(const struct page *p)
{
	size_t widest = NAME_LEAST, figures = (size_t)FIGURES * FIGURE_WIDTH;

	for (size_t i = 0; i < p->count; i++)
		widest = MAX(widest, utf8_width(p->targets[i].name));
	return MIN(widest, MAX(p->look.columns, figures + NAME_LEAST) - figures);
}

static void
add_figure_ms(struct strbuf *line, const struct stats *total, struct duration d)
{
	double ms = duration_ms_f(d);

	if (total->count == 0)
		strbuf_addf(line, "%*s", FIGURE_WIDTH, "-");
	else
		strbuf_addf(line, "%*.*f", FIGURE_WIDTH, ms < 10000 ? 2 : 0, ms);
}

/* A line, cut to the page. */
static void
add_line(const struct page *p, enum style style, const struct strbuf *line, struct strbuf *out)
{
	const char *text = strbuf_get(line);

	strbuf_add(out, style_begin(style, p->look.colour));
	strbuf_add_fitted(out, text, MIN(utf8_width(text), p->look.columns));
	strbuf_add(out, style_end(style, p->look.colour));
	strbuf_add_char(out, '\n');
}

static void
add_figures(const struct page *p, size_t i, struct strbuf *out)
{
	const struct probe_summary *s = &p->summaries[i];
	const struct stats *total = &s->phases[PROBE_TOTAL];
	_cleanup_(strbuf_done) struct strbuf line = { 0 };
	char failed[48];

	(void)snprintf(failed, sizeof(failed), "%llu/%llu", (unsigned long long)s->failed,
	    (unsigned long long)s->count);
	strbuf_add_fitted(&line, p->targets[i].name, p->name);
	add_figure_ms(&line, total, total->median);
	add_figure_ms(&line, total, total->p95);
	strbuf_addf(&line, "%*s", FIGURE_WIDTH, failed);
	add_line(p, s->failed > 0 ? STYLE_BAD : STYLE_STRONG, &line, out);
}

/* "  8 × am6-edge (am6), 2 × sg1-edge (sg1) +2.00 ms +120 km" */
static void
add_who(const struct page *p, size_t i, struct strbuf *out)
{
	const struct probe_summary *s = &p->summaries[i];
	const struct inflation *n = &p->inflations[i];
	_cleanup_(strbuf_done) struct strbuf line = { 0 };

	strbuf_add(&line, "  ");
	if (s->hosts.count == 0 && s->errors.count > 0)
		strbuf_add(&line, s->errors.items[s->errors.count - 1].text);
	else if (s->hosts.count == 0)
		strbuf_add(&line, s->count > 0 ? "who answered is not said" : "no answer yet");
	for (size_t k = 0; k < s->hosts.count; k++) {
		const struct probe_count *c = &s->hosts.items[k];

		if (k > 0)
			strbuf_add(&line, ", ");
		if (c->count < s->count - s->failed)
			strbuf_addf(&line, "%llu × ", (unsigned long long)c->count);
		strbuf_add(&line, c->text);
		if (c->site != NULL)
			strbuf_addf(&line, " (%s)", c->site);
	}
	if (n->is_best)
		strbuf_add(&line, ", the best");
	else if (n->has_latency)
		strbuf_addf(&line, " %+.2f ms", duration_ms_f(n->latency));
	if (n->has_km && n->km >= 0.5)
		strbuf_addf(&line, " %+.0f km", n->km);
	add_line(p, STYLE_DIM, &line, out);
}

static void
add_heads(const struct page *p, struct strbuf *out)
{
	static const char *const heads[FIGURES] = { "median", "p95", "failed" };
	_cleanup_(strbuf_done) struct strbuf line = { 0 };

	strbuf_add_fitted(&line, "ms", p->name);
	for (size_t i = 0; i < FIGURES; i++)
		strbuf_addf(&line, "%*s", FIGURE_WIDTH, heads[i]);
	add_line(p, STYLE_DIM, &line, out);
}

static void
short_to_text(const struct page *p, struct strbuf *out)
{
	_cleanup_(strbuf_done) struct strbuf waterfall = { 0 }, more = { 0 };
	size_t rows = p->look.rows, shown = MIN(p->count, MAX(rows, (size_t)2) - 1);
	bool who = 1 + 2 * p->count <= rows;

	if (shown < p->count)
		shown = MAX(shown, (size_t)2) - 1; /* a line for how many are left out */
	add_heads(p, out);
	for (size_t i = 0; i < shown; i++) {
		add_figures(p, i, out);
		if (who)
			add_who(p, i, out);
	}
	if (shown < p->count) {
		strbuf_addf(&more, "and %zu more", p->count - shown);
		add_line(p, STYLE_DIM, &more, out);
	}
	probe_waterfall_to_text(p->targets, p->summaries, p->count,
	    (struct probe_look){ .columns = p->look.columns }, &waterfall);
	if (!who || 1 + 2 * p->count + 1 + lines_of(&waterfall, p->look.columns) > rows)
		return;
	strbuf_add_char(out, '\n');
	probe_waterfall_to_text(p->targets, p->summaries, p->count, p->look, out);
}

void
probe_to_page(const struct probe_target *targets, const struct probe_summary *summaries,
    const struct inflation *inflations, size_t count, struct probe_look look, struct strbuf *out)
{
	struct page p = { targets, summaries, inflations, count, look, 0 };
	_cleanup_(strbuf_done) struct strbuf plain = { 0 };

	if (look.rows > 0 && look.columns > 0) {
		/* without colours, which have no width */
		probe_to_text(targets, summaries, inflations, count,
		    (struct probe_look){ .columns = look.columns }, &plain);
		if (lines_of(&plain, look.columns) > look.rows) {
			p.name = name_width(&p);
			short_to_text(&p, out);
			return;
		}
	}
	probe_to_text(targets, summaries, inflations, count, look, out);
}
