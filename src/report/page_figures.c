/* The key figures: how they are now, how they were, and which way that is. */
#include <math.h>

#include "report/html.h"
#include "report/page_internal.h"

enum goal { MORE_IS_BETTER, LESS_IS_BETTER };

struct tile {
	const char *title, *unit;
	enum goal goal;
	double now, then;
};

static void
add_change(const struct tile *t, struct strbuf *out)
{
	double by = t->now - t->then;
	bool better = t->goal == MORE_IS_BETTER ? by > 0 : by < 0;

	if (fabs(by) < 0.05) {
		strbuf_add(out, "<p class=\"change faint\">unchanged</p>");
		return;
	}
	strbuf_addf(out, "<p class=\"change %s\">%s ", better ? "good" : "bad", by > 0 ? "▲" : "▼");
	html_number(out, fabs(by), 1);
	strbuf_addf(out, " %s %s</p>", t->goal == MORE_IS_BETTER ? "points" : "ms",
	    better ? "better" : "worse");
}

static void
add_tile(const struct report *r, const struct tile *t, struct strbuf *out)
{
	if (isnan(t->now))
		return;
	strbuf_addf(out, "<li><p class=\"what\">%s</p><p class=\"now\">", t->title);
	html_number(out, t->now, 1);
	strbuf_addf(out, " <span class=\"unit\">%s</span></p>", t->unit);
	if (r->has_before && !isnan(t->then)) {
		strbuf_add(out, "<p class=\"then\">");
		html_text(out, page_label(r, true));
		strbuf_add(out, ": ");
		html_number(out, t->then, 1);
		strbuf_addf(out, " %s</p>", t->unit);
		add_change(t, out);
	}
	strbuf_add(out, "</li>\n");
}

static double
share_of(const struct report_amount *a, const struct report_amount *whole)
{
	return whole->clients > 0 ? a->share : NAN;
}

void
page_figures(const struct report *r, struct strbuf *out)
{
	const struct report_state *now = &r->after, *then = &r->before;
	const struct tile tiles[] = {
		{ "At their best site", "%", MORE_IS_BETTER,
		    share_of(&now->at_best, &now->compared),
		    share_of(&then->at_best, &then->compared) },
		{ "At their nearest site", "%", MORE_IS_BETTER,
		    share_of(&now->at_nearest, &now->placed),
		    share_of(&then->at_nearest, &then->placed) },
		{ "RTT, median", "ms", LESS_IS_BETTER, now->rtt.median, then->rtt.median },
		{ "RTT, 95th percentile", "ms", LESS_IS_BETTER, now->rtt.p95, then->rtt.p95 },
		{ "Latency inflation, median", "ms", LESS_IS_BETTER, now->inflation.median,
		    then->inflation.median },
		{ "Latency inflation, 95th percentile", "ms", LESS_IS_BETTER, now->inflation.p95,
		    then->inflation.p95 },
	};

	strbuf_add(out, "<ul class=\"tiles\" id=\"figures\">\n");
	for (size_t i = 0; i < ARRAY_SIZE(tiles); i++)
		add_tile(r, &tiles[i], out);
	strbuf_add(out, "</ul>\n");
}
