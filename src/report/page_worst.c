/* The worst of those that land badly: why, what could be tried, and the ways their packets take. */
#include <math.h>

#include "report/html.h"
#include "report/page_internal.h"

#define OPEN_MAX 2 /* traces that are unfolded */

static const struct report_trace *
trace_of(const struct report *r, uint32_t trace)
{
	return trace == REPORT_NONE ? NULL : &r->traces[trace];
}

static bool
says_something(const struct report *r, const struct report_finding *f)
{
	return f->said || f->try_count > 0 || r->clients[f->client].trace != REPORT_NONE;
}

bool
page_has_worst(const struct report *r)
{
	for (size_t i = 0; i < r->finding_count; i++) {
		if (says_something(r, &r->findings[i]))
			return true;
	}
	return false;
}

/* ---- a trace ---- */

static double
slowest(const struct report_trace *t)
{
	double most = 1;

	for (size_t i = 0; i < t->hop_count; i++)
		most = fmax(most, t->hops[i].rtt); /* fmax() passes over NAN */
	return most;
}

static void
add_where(const struct report_hop *h, struct strbuf *out)
{
	if (!h->address) {
		strbuf_add(out, "<span class=\"faint\">no answer</span>");
		return;
	}
	if (h->name) {
		html_text(out, h->name);
		strbuf_add(out, " <span class=\"sub\">");
		html_text(out, h->address);
		strbuf_add(out, "</span>");
	} else {
		html_text(out, h->address);
	}
}

static void
add_hop(const struct report_hop *h, bool astray, double most, struct strbuf *out)
{
	strbuf_addf(out, "<tr%s><th scope=\"row\" class=\"n\">%u</th>",
	    astray ? " class=\"here\"" : "", (unsigned)h->ttl);
	page_cell(out, "n", h->rtt, 1);
	strbuf_add(out, "<td>");
	add_where(h, out);
	if (astray)
		strbuf_add(out, "<span class=\"flag\">◀ here it goes astray</span>");
	strbuf_add(out, "</td><td>");
	if (h->asn != 0)
		strbuf_addf(out, "<span class=\"tight\">AS%u</span> ", (unsigned)h->asn);
	if (h->network)
		html_text(out, h->network);
	strbuf_add(out, "</td><td>");
	(void)page_place(out, &h->place);
	strbuf_add(out, "</td><td>");
	if (!isnan(h->rtt))
		strbuf_addf(out,
		    "<svg class=\"bars\" viewBox=\"0 0 100 8\" "
		    "preserveAspectRatio=\"none\" aria-hidden=\"true\">"
		    "<rect class=\"is\" height=\"8\" width=\"%.2f\"/></svg>",
		    fmax(h->rtt, 0) * 100 / most);
	strbuf_add(out, "</td></tr>\n");
}

static void
add_target(const struct report *r, const struct report_trace *t, struct strbuf *out)
{
	strbuf_add(
	    out, t->target_site == REPORT_NONE ? "To the Global IP" : "To the own address of ");
	if (t->target_site != REPORT_NONE)
		html_text(out, r->sites[t->target_site].name);
	if (t->target) {
		strbuf_add(out, ", ");
		html_text(out, t->target);
	}
	if (!t->reached)
		strbuf_add(out, ": not reached");
	else if (t->site != REPORT_NONE && t->target_site == REPORT_NONE)
		html_textf(out, ": %s answers", r->sites[t->site].name);
}

static void
add_path(const struct report_trace *t, struct strbuf *out)
{
	if (t->path_count == 0)
		return;
	strbuf_add(out, "<p class=\"route sub\">Networks on the way: ");
	for (size_t i = 0; i < t->path_count; i++) {
		strbuf_add(out, i > 0 ? " → <span class=\"tight\">" : "<span class=\"tight\">");
		strbuf_addf(out, "AS%u", (unsigned)t->path[i].asn);
		strbuf_add(out, "</span>");
		if (t->path[i].name) {
			strbuf_add_char(out, ' ');
			html_text(out, t->path[i].name);
		}
	}
	strbuf_add(out, "</p>\n");
}

static void
add_trace(const struct report *r, const struct report_trace *t, struct strbuf *out)
{
	double most = slowest(t);

	strbuf_addf(out,
	    "<div>\n<div class=\"scroll\" role=\"region\" aria-label=\"Trace %zu\" tabindex=\"0\">"
	    "<table class=\"hops\"><caption>",
	    (size_t)(t - r->traces) + 1);
	add_target(r, t, out);
	strbuf_add(out, "</caption>\n<thead><tr><th scope=\"col\" class=\"n\">Hop</th>"
			"<th scope=\"col\" class=\"n\">RTT, ms</th><th scope=\"col\">Host</th>"
			"<th scope=\"col\">Network</th><th scope=\"col\">Place</th><td></td></tr>"
			"</thead>\n<tbody>\n");
	for (size_t i = 0; i < t->hop_count && i < PAGE_HOPS_MAX; i++)
		add_hop(&t->hops[i], t->astray == i, most, out);
	strbuf_add(out, "</tbody></table></div>\n");
	add_path(t, out);
	strbuf_add(out, "</div>\n");
}

static void
add_traces(const struct report *r, const struct report_client *c, bool open, struct strbuf *out)
{
	const struct report_trace *t = trace_of(r, c->trace), *best = trace_of(r, c->best_trace);

	if (!t && !best)
		return;
	strbuf_addf(out,
	    "<details%s><summary>The way its packets take%s</summary>\n"
	    "<div class=\"pair\">\n",
	    open ? " open" : "", t && best ? ", and the one to the other site" : "");
	if (t)
		add_trace(r, t, out);
	if (best)
		add_trace(r, best, out);
	strbuf_add(out, "</div></details>\n");
}

/* ---- a client ---- */

static void
add_too_many(const struct report_finding *f, struct strbuf *out)
{
	if (!isnan(f->ms)) {
		html_number(out, f->ms, 1);
		strbuf_add(out, " ms");
	}
	if (!isnan(f->km)) {
		strbuf_add(out, isnan(f->ms) ? "" : " and ");
		html_number(out, f->km, 0);
		strbuf_add(out, " km");
	}
	strbuf_add(out, " too many, for ");
}

static void
add_cost(const struct report *r, const struct report_finding *f, struct strbuf *out)
{
	const struct report_client *c = &r->clients[f->client];

	strbuf_add(out, "<p>Lands at ");
	page_site(r, out, f->site);
	if (!isnan(c->after.rtt)) {
		strbuf_add(out, ", ");
		html_number(out, c->after.rtt, 1);
		strbuf_add(out, " ms");
	}
	strbuf_add(out, "; ");
	if (f->only_nearer) {
		strbuf_add(out, "nearer by ");
		html_number(out, f->km, 0);
		strbuf_add(out, " km is ");
	} else {
		strbuf_add(out, "better would be ");
	}
	page_site(r, out, f->better_site);
	if (!isnan(f->better_rtt)) {
		strbuf_add(out, ", ");
		html_number(out, f->better_rtt, 1);
		strbuf_add(out, " ms");
	}
	if (f->only_nearer)
		strbuf_addf(out, "; %s", report_nearer_words(f));
	strbuf_add(out, ". <span class=\"faint\">");
	if (f->only_nearer)
		strbuf_add(out, "That is ");
	else
		add_too_many(f, out);
	page_share(out, f->share);
	strbuf_addf(out, " of %s.</span></p>\n", page_whom(r));
}

static void
add_reason(const struct report_finding *f, struct strbuf *out)
{
	if (!f->said)
		return;
	strbuf_add(out, "<h4>Why: ");
	html_text(out, report_reason_title(f->reason));
	strbuf_add(out, "</h4>\n<p>");
	html_prose(out, f->said);
	strbuf_add(out, "</p>\n");
}

static void
add_tries(const struct report_finding *f, struct strbuf *out)
{
	if (f->try_count == 0)
		return;
	strbuf_add(out, "<h4>What could be tried in the announcement</h4>\n<ul>\n");
	for (size_t i = 0; i < f->try_count; i++) {
		strbuf_add(out, "<li>");
		html_prose(out, f->tries[i]);
		strbuf_add(out, "</li>\n");
	}
	strbuf_add(out, "</ul>\n");
}

static void
add_finding(const struct report *r, const struct report_finding *f, bool open, struct strbuf *out)
{
	const struct report_client *c = &r->clients[f->client];

	strbuf_add(out, "<article class=\"card worst\"><h3>");
	page_network(out, c);
	if (c->place.city || c->place.country) {
		strbuf_add(out, " <span class=\"faint\">");
		(void)page_place(out, &c->place);
		strbuf_add(out, "</span>");
	}
	strbuf_add(out, "</h3>\n");
	add_cost(r, f, out);
	add_reason(f, out);
	add_tries(f, out);
	add_traces(r, c, open, out);
	strbuf_add(out, "</article>\n");
}

void
page_worst(const struct report *r, struct strbuf *out)
{
	size_t shown = 0, all = 0;

	if (!page_has_worst(r))
		return;
	strbuf_add(out, "<section aria-labelledby=\"worst\">\n"
			"<h2 id=\"worst\">Why, and what to try</h2>\n");
	for (size_t i = 0; i < r->finding_count; i++) {
		const struct report_finding *f = &r->findings[i];

		if (!says_something(r, f))
			continue;
		all++;
		if (shown < PAGE_WORST_MAX)
			add_finding(r, f, shown++ < OPEN_MAX, out);
	}
	if (all > shown) {
		strbuf_add(out, "<p class=\"faint\">Left out: ");
		page_count(out, all - shown, "client");
		strbuf_add(out, " that cost less. The report as JSON has all of them.</p>\n");
	}
	strbuf_add(out, "</section>\n");
}
