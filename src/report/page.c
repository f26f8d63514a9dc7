#include "report/page.h"

#include <math.h>

#include "report/assets.h"
#include "report/html.h"
#include "report/page_internal.h"
#include "report/shapes.h"

#define UNBROKEN 16 /* a name so long stays on one line, with its mark */

const char *
page_whom(const struct report *r)
{
	return r->has_weights ? "users" : "clients";
}

const char *
page_label(const struct report *r, bool before)
{
	if (!r->has_before)
		return "now";
	if (before)
		return r->before.label ? r->before.label : "before";
	return r->after.label ? r->after.label : "after";
}

bool
page_has_map(const struct report *r)
{
	for (size_t i = 0; i < r->site_count; i++) {
		if (r->sites[i].place.has_point)
			return true;
	}
	for (size_t i = 0; i < r->client_count; i++) {
		if (r->clients[i].place.has_point)
			return true;
	}
	return false;
}

void
page_count(struct strbuf *out, uint64_t count, const char *noun)
{
	html_number(out, (double)count, 0);
	strbuf_addf(out, " %s%s", noun, count == 1 ? "" : "s");
}

void
page_share(struct strbuf *out, double share)
{
	if (share > 0 && share < 0.05) {
		strbuf_add(out, "&lt; 0.1");
	} else {
		/* all is what nobody is missing from */
		html_number(out, share < 100 ? fmin(share, 99.9) : share, 1);
	}
	strbuf_add(out, " %");
}

void
page_mark(struct strbuf *out, uint32_t site, bool astray)
{
	strbuf_add(out, "<svg class=\"mark\" viewBox=\"-7 -7 14 14\" aria-hidden=\"true\">"
			"<path class=\"");
	shape_class(out, site);
	strbuf_addf(out, "%s\" d=\"", astray ? " astray" : "");
	shape_path(out, site, 0, 0, 4.8);
	strbuf_add(out, "\"/></svg>");
}

void
page_site(const struct report *r, struct strbuf *out, uint32_t site)
{
	const char *name = site == REPORT_NONE ? "several sites" : r->sites[site].name;

	strbuf_add(out, utf8_width(name) <= UNBROKEN ? "<span class=\"tight\">" : "<span>");
	page_mark(out, site, false);
	html_text(out, name);
	strbuf_add(out, "</span>");
}

void
page_network(struct strbuf *out, const struct report_client *c)
{
	if (c->asn != 0)
		strbuf_addf(out, "AS%u", (unsigned)c->asn);
	if (c->asn != 0 && c->network)
		strbuf_add_char(out, ' ');
	if (c->network)
		html_text(out, c->network);
	if (c->asn == 0 && !c->network)
		html_text(out, c->name);
}

bool
page_place(struct strbuf *out, const struct report_place *p)
{
	if (p->city)
		html_text(out, p->city);
	if (p->city && p->country)
		strbuf_add(out, ", ");
	if (p->country)
		html_text(out, p->country);
	return p->city || p->country;
}

void
page_cell(struct strbuf *out, const char *class, double value, unsigned decimals)
{
	strbuf_addf(out, "<td class=\"%s\" data-v=\"", class);
	if (isnan(value))
		strbuf_add(out, "NaN");
	else
		strbuf_addf(out, "%.6g", value);
	strbuf_add(out, "\">");
	html_number(out, value, decimals);
	strbuf_add(out, "</td>");
}

/* First in the page: what it allows holds for what follows. */
static void
open_page(const struct report *r, struct strbuf *out)
{
	strbuf_addf(out,
	    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	    "style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	    "<meta name=\"referrer\" content=\"no-referrer\">\n"
	    "<meta name=\"generator\" content=\"nearcast " NEARCAST_VERSION "\">\n<title>",
	    report_style_hash, report_script_hash);
	html_text(out, r->title ? r->title : "Where clients land");
	strbuf_add(out, "</title>\n<style>");
	strbuf_add(out, report_style);
	strbuf_add(out, "</style>\n</head>\n<body>\n"
			"<a class=\"skip\" href=\"#content\">Skip to the content</a>\n"
			"<div class=\"page\">\n");
}

void
report_html_write(const struct report *r, struct strbuf *out)
{
	open_page(r, out);
	page_head(r, out);
	page_map(r, out);
	page_sites(r, out);
	page_table(r, out);
	page_charts(r, out);
	page_worst(r, out);
	page_words(r, out);
	strbuf_add(out, "</main>\n<footer>Written by nearcast " NEARCAST_VERSION
			". This page is complete: it asks no server for "
			"anything.</footer>\n</div>\n<script>");
	strbuf_add(out, report_script);
	strbuf_add(out, "</script>\n</body>\n</html>\n");
}
