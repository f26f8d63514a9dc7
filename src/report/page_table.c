/* The table of those that land badly: another site is quicker, or nearer. */
#include <math.h>

#include "report/html.h"
#include "report/page_internal.h"
#include "report/rows.h"

static const char head[] =
    "<thead><tr class=\"groups\"><td colspan=\"2\"></td>"
    "<th scope=\"colgroup\" colspan=\"2\" class=\"edge\">Lands at</th>"
    "<th scope=\"colgroup\" colspan=\"2\" class=\"edge\">Quicker or nearer</th>"
    "<th scope=\"colgroup\" colspan=\"2\" class=\"edge\">Too many</th>"
    "<td class=\"edge\"></td></tr>\n"
    "<tr><th scope=\"col\">Network</th><th scope=\"col\">Country</th>"
    "<th scope=\"col\" class=\"edge\">Site</th><th scope=\"col\" class=\"n\">RTT, ms</th>"
    "<th scope=\"col\" class=\"edge\">Site</th><th scope=\"col\" class=\"n\">RTT, ms</th>"
    "<th scope=\"col\" class=\"n edge\">ms</th><th scope=\"col\" class=\"n\">km</th>"
    "<th scope=\"col\" class=\"n edge\">Share</th></tr></thead>\n";

/* Below the name of the network: which of its clients. */
static void
add_who(const struct report *r, const struct row *row, struct strbuf *out)
{
	const struct report_client *c = &r->clients[row->client];

	page_network(out, c);
	strbuf_add(out, "<br><span class=\"sub\">");
	if (row->clients > 1) {
		page_count(out, row->clients, "client");
	} else {
		html_text(out, c->place.city ? c->place.city : c->label ? c->label : "");
		if (c->asn != 0 || c->network) {
			strbuf_add(out, c->place.city || c->label ? " · " : "");
			html_text(out, c->name);
		}
	}
	strbuf_add(out, "</span>");
}

static void
add_row(const struct report *r, const struct row *row, struct strbuf *out)
{
	const struct report_client *c = &r->clients[row->client];

	strbuf_add(out, "<tr><th scope=\"row\">");
	add_who(r, row, out);
	strbuf_add(out, "</th><td class=\"country\">");
	html_text(out, c->place.country ? c->place.country : "–");
	strbuf_add(out, "</td><td class=\"edge at\">");
	page_site(r, out, row->site);
	strbuf_add(out, "</td>");
	page_cell(out, "n rtt", row->rtt, 1);
	strbuf_add(out, "<td class=\"edge better\">");
	page_site(r, out, row->better_site);
	if (row->only_nearer)
		strbuf_addf(out, "<br><span class=\"sub\">only nearer%s</span>",
		    row->better_rtt >= row->rtt ? ", not quicker" : "");
	strbuf_add(out, "</td>");
	page_cell(out, "n rtt", row->better_rtt, 1);
	page_cell(out, "n edge ms", row->ms, 1);
	page_cell(out, "n km", row->km, 0);
	strbuf_addf(out, "<td class=\"n edge share\" data-v=\"%.6g\">", row->share);
	page_share(out, row->share);
	strbuf_add(out, "</td></tr>\n");
}

static void
add_foot(const struct rows *rows, const char *whom, struct strbuf *out)
{
	if (rows->left_out == 0)
		return;
	strbuf_add(out, "<tfoot><tr><td colspan=\"9\">Left out: ");
	page_count(out, rows->left_out, "more row");
	strbuf_add(out, " of ");
	page_count(out, rows->left_out_clients, "client");
	strbuf_add(out, ", ");
	page_share(out, rows->left_out_share);
	strbuf_addf(out, " of %s together, none of which loses more than ", whom);
	html_number(out, ceil(rows->left_out_ms), 0);
	strbuf_add(out, " ms.</td></tr></tfoot>\n");
}

static void
add_limits(const struct report *r, struct strbuf *out)
{
	strbuf_add(out, "<p class=\"faint\">Clients that lose more than ");
	html_number(out, r->limits.ms, 1);
	strbuf_add(out, " ms, or go more than ");
	html_number(out, r->limits.km, 0);
	strbuf_addf(out,
	    " km too far, by network and country; those that cost the %s most come first"
	    " (share × time lost).</p>\n",
	    page_whom(r));
}

void
page_table(const struct report *r, struct strbuf *out)
{
	struct rows rows = rows_of(r, PAGE_ROWS_MAX);

	strbuf_add(out, "<section aria-labelledby=\"better\">\n"
			"<h2 id=\"better\">Who lands at a slower or farther site</h2>\n");
	add_limits(r, out);
	if (rows.count == 0) {
		strbuf_add(out, report_knows_better(r)
				    ? "<p>There is none.</p>\n"
				    : "<p>That is not known: there are no RTTs to compare, and "
				      "no places.</p>\n");
	} else {
		strbuf_addf(out,
		    "<div class=\"tools\" id=\"rows-tools\"></div>\n"
		    "<div class=\"scroll\" role=\"region\" aria-label=\"Table of clients\" "
		    "tabindex=\"0\"><table class=\"rows\" id=\"rows\">\n"
		    "<caption>Where they land, a site that is quicker or nearer, what that "
		    "costs, and their share of all %s</caption>\n",
		    page_whom(r));
		strbuf_add(out, head);
		strbuf_add(out, "<tbody>\n");
		for (size_t i = 0; i < rows.count; i++)
			add_row(r, &rows.items[i], out);
		strbuf_add(out, "</tbody>\n");
		add_foot(&rows, page_whom(r), out);
		strbuf_add(out, "</table></div>\n");
	}
	strbuf_add(out, "</section>\n");
	rows_done(&rows);
}
