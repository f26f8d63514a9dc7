/*
 * What many rounds of a trace have shown, hop by hop, for people: a table. Where it is too wide,
 * each hop's name and place stand in a line above its figures; where that is too wide, too, each
 * figure follows its name over as many lines as it takes. Nothing is left out.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "measure/trace_report_internal.h"

/* How the figures of a hop are laid out. */
enum layout {
	LAYOUT_TABLE, /* heads, and a cell each */
	LAYOUT_WORDS, /* "lost 0.0%" */
};

static const char *const heads[] = { "lost", "no answer", "sent", "last ms", "avg", "best", "worst",
	"stdev" };

static double
percent(uint32_t part, uint32_t whole)
{
	return whole > 0 ? 100.0 * part / whole : 0.0;
}

/* Four cells. */
static void
add_router(struct table *t, const struct trace_report *report, const struct trace_round_hop *hop,
    size_t router)
{
	bool named = trace_is_named(report), silent = router >= hop->router_count;
	struct trace_shown s = { 0 };
	char text[IP_STR_MAX];

	if (!silent)
		s = trace_look_up(report, hop->routers[router].address);
	table_add_styled(t, STYLE_STRONG, "%s", s.name ? s.name : "");
	table_add_cell(t, s.city_name ? s.city_name : s.city ? s.city : "");
	trace_add_network(t, &s);
	table_add_styled(t, named ? STYLE_DIM : STYLE_PLAIN, "%s",
	    silent ? "*" : ip_format(hop->routers[router].address, text));
}

static void
add_figure(struct table *t, enum layout layout, size_t figure, enum style style, const char *text)
{
	if (layout == LAYOUT_TABLE)
		table_add_styled(t, style, "%s", text);
	else
		table_add_styled(t, style, "%s %s", heads[figure], text);
}

static void
add_figures(struct table *t, enum layout layout, const struct trace_rounds *r, uint32_t ttl)
{
	const struct trace_round_hop *hop = trace_rounds_hop(r, ttl);
	struct trace_loss loss = trace_rounds_loss(r, ttl);
	const double ms[] = { duration_ms_f(hop->last), hop->mean_ms, duration_ms_f(hop->best),
		duration_ms_f(hop->worst), hop->stdev_ms };
	bool known = loss.kind != TRACE_LOSS_UNKNOWN;
	char text[32];

	(void)snprintf(text, sizeof(text), "%.1f%%", percent(loss.on_way, hop->sent));
	add_figure(
	    t, layout, 0, known && loss.on_way > 0 ? STYLE_BAD : STYLE_PLAIN, known ? text : "?");
	(void)snprintf(text, sizeof(text), "%.1f%%", percent(loss.lost, hop->sent));
	add_figure(t, layout, 1, loss.lost > loss.on_way ? STYLE_PLAIN : STYLE_DIM, text);
	(void)snprintf(text, sizeof(text), "%" PRIu32, hop->sent);
	add_figure(t, layout, 2, STYLE_PLAIN, text);
	for (size_t i = 0; i < ARRAY_SIZE(ms) && hop->answered > 0; i++) {
		(void)snprintf(text, sizeof(text), "%.3f", ms[i]);
		add_figure(t, layout, 3 + i, STYLE_PLAIN, text);
	}
}

/* ttl: whether it stands in front of the routers, of which all but the first get a row of their
 * own. */
static void
add_routers(struct table *t, const struct trace_report *report, const struct trace_rounds *r,
    uint32_t ttl, size_t from)
{
	const struct trace_round_hop *hop = trace_rounds_hop(r, ttl);

	for (size_t i = from; i < MAX(hop->router_count, (size_t)1); i++) {
		table_add_row(t);
		if (i == 0)
			table_add_cellf(t, "%" PRIu32, ttl);
		else
			table_add_cell(t, "");
		add_router(t, report, hop, i);
	}
}

static void
add_columns(struct table *t, bool routers, enum layout layout)
{
	if (routers)
		table_add_column(t, "", TABLE_RIGHT);
	for (int i = 0; i < 4 && routers; i++)
		table_add_column(t, "", TABLE_LEFT);
	for (size_t i = 0; i < ARRAY_SIZE(heads); i++)
		table_add_column(t, layout == LAYOUT_TABLE ? heads[i] : "", TABLE_RIGHT);
}

/* Routers and figures of a hop in one row; a further router has a row without figures. */
static struct table *
whole_table(const struct trace_report *report, const struct trace_rounds *r, enum layout layout)
{
	struct table *t = table_new();

	add_columns(t, true, layout);
	for (uint32_t ttl = 1; ttl <= trace_rounds_hops(r); ttl++) {
		table_add_row(t);
		table_add_cellf(t, "%" PRIu32, ttl);
		add_router(t, report, trace_rounds_hop(r, ttl), 0);
		add_figures(t, layout, r, ttl);
		if (trace_rounds_hop(r, ttl)->router_count > 1)
			add_routers(t, report, r, ttl, 1);
	}
	return t;
}

static struct table *
figures_table(const struct trace_rounds *r)
{
	struct table *t = table_new();

	add_columns(t, false, LAYOUT_TABLE);
	for (uint32_t ttl = 1; ttl <= trace_rounds_hops(r); ttl++) {
		table_add_row(t);
		add_figures(t, LAYOUT_TABLE, r, ttl);
	}
	return t;
}

/* The lines that say who a hop is. */
static void
routers_to_text(const struct trace_report *report, const struct trace_rounds *r, uint32_t ttl,
    struct strbuf *out)
{
	_cleanup_(table_freep) struct table *t = table_new();

	table_add_column(t, "", TABLE_RIGHT);
	for (int i = 0; i < 4; i++)
		table_add_column(t, "", TABLE_LEFT);
	add_routers(t, report, r, ttl, 0);
	table_format(t, trace_look(report), out);
}

/* Each line of the figures below those of its routers. */
static void
interleave(const struct trace_report *report, const struct trace_rounds *r, struct table *figures,
    struct table_look look, struct strbuf *out)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	const char *line;

	table_format(figures, look, &text);
	line = strbuf_get(&text);
	for (uint32_t ttl = 0; ttl <= trace_rounds_hops(r) && *line; ttl++) {
		const char *end = strchr(line, '\n') + 1;

		if (ttl > 0)
			routers_to_text(report, r, ttl, out);
		strbuf_add_mem(out, line, (size_t)(end - line));
		line = end;
	}
}

void
trace_rounds_to_text(
    const struct trace_report *report, const struct trace_rounds *r, struct strbuf *out)
{
	uint32_t hops = trace_rounds_hops(r), count = trace_rounds_count(r);
	_cleanup_(table_freep) struct table *whole = whole_table(report, r, LAYOUT_TABLE);
	_cleanup_(table_freep) struct table *figures = figures_table(r);
	_cleanup_(table_freep) struct table *words = whole_table(report, r, LAYOUT_WORDS);
	struct table_look look = trace_look(report), below = look;
	char rounds[32];

	(void)snprintf(
	    rounds, sizeof(rounds), ", %" PRIu32 " round%s", count, count == 1 ? "" : "s");
	trace_add_head(report, rounds, out);
	below.indent = 3;
	if (table_fits(whole, look))
		table_format(whole, look, out);
	else if (table_fits(figures, below))
		interleave(report, r, figures, below, out);
	else
		table_format(words, look, out);
	if (!trace_rounds_reached(r))
		strbuf_addf(out, "%s was not reached; the last answer came from hop %" PRIu32 "\n",
		    report->target, hops);
	else
		trace_add_answered_by(report, out);
}
