/* Distributions of latency and of its inflation, as curves, and their quantiles as a table. */
#include <math.h>

#include "report/chart.h"
#include "report/html.h"
#include "report/page_internal.h"

static void
describe(const struct report *r, const char *what, const struct report_quantiles *then,
    const struct report_quantiles *now, struct strbuf *out)
{
	strbuf_addf(out, "Share of %s whose %s is at most that of the horizontal axis. ",
	    page_whom(r), what);
	if (r->has_before && !isnan(then->median))
		strbuf_addf(out, "%s: median %.1f ms, 95th percentile %.1f ms. ",
		    page_label(r, true), then->median, then->p95);
	strbuf_addf(out, "%s: median %.1f ms, 95th percentile %.1f ms.", page_label(r, false),
	    now->median, now->p95);
}

static void
add_figure(const struct report *r, const struct chart *chart, const char *what, struct strbuf *out)
{
	if (!chart_has_points(chart))
		return;
	strbuf_addf(out, "<figure class=\"card chart\"><h3>%s</h3>\n", chart->title);
	chart_write(chart, out);
	strbuf_addf(out,
	    "<figcaption class=\"sub\">How many of the %s have that %s or less</figcaption>"
	    "</figure>\n",
	    page_whom(r), what);
}

static void
add_chart(const struct report *r, bool inflation, struct strbuf *out)
{
	_cleanup_(strbuf_done) struct strbuf description = { 0 };
	const struct report_state *then = &r->before, *now = &r->after;
	const char *what = inflation ? "latency inflation" : "RTT";
	struct chart chart = {
		.id = inflation ? "inflation" : "latency",
		.title = inflation ? "Latency inflation" : "Latency",
		.quantity = inflation ? "ms above the best site" : "RTT, ms",
		.curves = { { page_label(r, true), "was",
				inflation ? &then->inflation_cdf : &then->latency_cdf },
		    { page_label(r, false), "is",
			inflation ? &now->inflation_cdf : &now->latency_cdf } },
		.count = 2,
	};

	if (!r->has_before) {
		chart.curves[0] = chart.curves[1];
		chart.count = 1;
	}
	describe(r, what, inflation ? &then->inflation : &then->rtt,
	    inflation ? &now->inflation : &now->rtt, &description);
	chart.description = strbuf_get(&description);
	add_figure(r, &chart, what, out);
}

static void
add_quantiles(
    const char *label, const struct report_quantiles *q, unsigned decimals, struct strbuf *out)
{
	strbuf_add(out, "<tr><th scope=\"row\">");
	html_text(out, label);
	strbuf_add(out, "</th>");
	page_cell(out, "n", q->median, decimals);
	page_cell(out, "n", q->p90, decimals);
	page_cell(out, "n", q->p95, decimals);
	page_cell(out, "n", q->p99, decimals);
	strbuf_add(out, "</tr>\n");
}

static const struct {
	const char *what;
	size_t offset; /* of its quantiles in a state */
	unsigned decimals;
} measures[] = {
	{ "RTT, ms", offsetof(struct report_state, rtt), 1 },
	{ "Latency inflation, ms", offsetof(struct report_state, inflation), 1 },
	{ "Geographic inflation, km", offsetof(struct report_state, inflation_km), 0 },
};

static const struct report_quantiles *
quantiles_of(const struct report_state *s, size_t measure)
{
	return (const void *)((const char *)s + measures[measure].offset);
}

static bool
was_measured(const struct report *r, size_t measure)
{
	return !isnan(quantiles_of(&r->after, measure)->median) ||
	       (r->has_before && !isnan(quantiles_of(&r->before, measure)->median));
}

/* A group of rows: one measure, before and after. */
static void
add_measure(const struct report *r, size_t measure, struct strbuf *out)
{
	unsigned decimals = measures[measure].decimals;

	if (!was_measured(r, measure))
		return;
	strbuf_addf(out,
	    "<tbody><tr class=\"group\"><th scope=\"rowgroup\" colspan=\"5\">%s</th></tr>\n",
	    measures[measure].what);
	if (r->has_before)
		add_quantiles(
		    page_label(r, true), quantiles_of(&r->before, measure), decimals, out);
	add_quantiles(page_label(r, false), quantiles_of(&r->after, measure), decimals, out);
	strbuf_add(out, "</tbody>\n");
}

static void
add_table(const struct report *r, struct strbuf *out)
{
	strbuf_addf(out,
	    "<div class=\"scroll\" role=\"region\" aria-label=\"Table of quantiles\" "
	    "tabindex=\"0\">"
	    "<table class=\"quantiles\">\n<caption>The same as numbers: so much, or less, have "
	    "half "
	    "of the %s, and 90, 95 and 99 %% of them</caption>\n<thead><tr><td></td>"
	    "<th scope=\"col\" class=\"n\">median</th><th scope=\"col\" class=\"n\">90 %%</th>"
	    "<th scope=\"col\" class=\"n\">95 %%</th><th scope=\"col\" class=\"n\">99 %%</th>"
	    "</tr></thead>\n",
	    page_whom(r));
	for (size_t i = 0; i < ARRAY_SIZE(measures); i++)
		add_measure(r, i, out);
	strbuf_add(out, "</table></div>\n");
}

void
page_charts(const struct report *r, struct strbuf *out)
{
	strbuf_add(out, "<section aria-labelledby=\"distributions\">\n"
			"<h2 id=\"distributions\">Distributions</h2>\n");
	if (was_measured(r, 0) || was_measured(r, 1) || was_measured(r, 2)) {
		strbuf_add(out, "<div class=\"pair charts\">\n");
		add_chart(r, false, out);
		add_chart(r, true, out);
		strbuf_add(out, "</div>\n");
		add_table(r, out);
	} else {
		strbuf_add(out, "<p>Nothing was measured.</p>\n");
	}
	strbuf_add(out, "</section>\n");
}
