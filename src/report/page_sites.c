/* The sites: their shares, before and after. */
#include <math.h>

#include "report/html.h"
#include "report/page_internal.h"
#include "report/shapes.h"

/* In percent; the share of before stands above that of now. */
static void
add_bars(const struct report *r, uint32_t site, struct strbuf *out)
{
	const struct report_site *s = &r->sites[site];

	strbuf_add(out, "<td class=\"bar\"><svg class=\"bars ");
	shape_class(out, site);
	strbuf_add(out, "\" viewBox=\"0 0 100 14\" preserveAspectRatio=\"none\" "
			"aria-hidden=\"true\">");
	if (r->has_before)
		strbuf_addf(out,
		    "<rect class=\"was\" x=\"0\" y=\"1\" height=\"5\" width=\"%.2f\"/>",
		    fmin(s->before.share, 100));
	strbuf_addf(out,
	    "<rect class=\"is\" x=\"0\" y=\"%d\" height=\"%d\" width=\"%.2f\"/></svg></td>",
	    r->has_before ? 7 : 3, r->has_before ? 6 : 8, fmin(s->after.share, 100));
}

static void
add_share(const struct report_amount *a, struct strbuf *out)
{
	strbuf_add(out, "<td class=\"n\">");
	page_share(out, a->share);
	strbuf_add(out, "</td>");
}

static void
add_row(const struct report *r, uint32_t site, struct strbuf *out)
{
	const struct report_site *s = &r->sites[site];

	strbuf_add(out, "<tr><th scope=\"row\">");
	page_site(r, out, site);
	strbuf_add(out, "</th><td>");
	(void)page_place(out, &s->place);
	strbuf_add(out, "</td>");
	if (r->has_before)
		add_share(&s->before, out);
	add_share(&s->after, out);
	add_bars(r, site, out);
	strbuf_add(out, "<td class=\"n tight\">");
	if (r->has_before) {
		html_number(out, (double)s->before.clients, 0);
		strbuf_add(out, " → ");
	}
	html_number(out, (double)s->after.clients, 0);
	strbuf_add(out, "</td></tr>\n");
}

static void
add_label(const struct report *r, bool before, struct strbuf *out)
{
	strbuf_add(out, "<th scope=\"col\" class=\"n words\">");
	html_text(out, r->has_before ? page_label(r, before) : "share");
	strbuf_add(out, "</th>");
}

static void
add_head(const struct report *r, struct strbuf *out)
{
	strbuf_add(out, "<thead><tr><th scope=\"col\">Site</th><th scope=\"col\">Place</th>");
	if (r->has_before)
		add_label(r, true, out);
	add_label(r, false, out);
	strbuf_add(out,
	    "<td class=\"bar\"></td><th scope=\"col\" class=\"n\">clients</th></tr></thead>\n");
}

void
page_sites(const struct report *r, struct strbuf *out)
{
	if (r->site_count == 0)
		return;
	strbuf_add(out, "<section aria-labelledby=\"sites\">\n<h2 id=\"sites\">Sites</h2>\n"
			"<div class=\"scroll\" role=\"region\" aria-label=\"Table of sites\" "
			"tabindex=\"0\"><table class=\"sites\">\n");
	strbuf_addf(out, "<caption>Share of the %s that were heard at each site%s</caption>\n",
	    page_whom(r), r->has_before ? "; the upper bar is before" : "");
	add_head(r, out);
	strbuf_add(out, "<tbody>\n");
	for (uint32_t i = 0; i < r->site_count; i++)
		add_row(r, i, out);
	strbuf_add(out, "</tbody></table></div>\n</section>\n");
}
