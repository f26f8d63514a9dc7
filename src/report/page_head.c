/* The head of the page: what it is of and says in a few words, how it was measured, key figures. */
#include <math.h>
#include <time.h>

#include "report/html.h"
#include "report/page_internal.h"

#define DATE_SIZE 40

static void
add_date(struct strbuf *out, int64_t wall_ns)
{
	time_t seconds = (time_t)(wall_ns / 1000000000);
	char machine[DATE_SIZE], people[DATE_SIZE];
	struct tm tm;

	if (!gmtime_r(&seconds, &tm) ||
	    strftime(machine, sizeof(machine), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0 ||
	    strftime(people, sizeof(people), "%Y-%m-%d %H:%M UTC", &tm) == 0)
		return;
	strbuf_addf(out, "<time datetime=\"%s\">%s</time>", machine, people);
}

/* ---- in words ---- */

static void
say_best(const struct report *r, struct strbuf *out)
{
	const struct report_state *now = &r->after, *then = &r->before;

	if (now->compared.clients == 0) {
		page_count(out, now->heard.clients, "client");
		strbuf_add(
		    out, " answered; which site is the best one for them was not measured. ");
		return;
	}
	strbuf_add(out, "<strong>");
	page_share(out, now->at_best.share);
	strbuf_addf(out, " of %s</strong> land at the site that is best for them", page_whom(r));
	if (r->has_before && then->compared.clients > 0) {
		strbuf_add(out, " (");
		html_text(out, page_label(r, true));
		strbuf_add(out, ": ");
		page_share(out, then->at_best.share);
		strbuf_add_char(out, ')');
	}
	strbuf_add(out, ". ");
	if (now->compared.clients < now->heard.clients) {
		strbuf_add(out, "Which one that is was measured for ");
		html_number(out, (double)now->compared.clients, 0);
		strbuf_add(out, " of ");
		page_count(out, now->heard.clients, "client");
		strbuf_add(out, ". ");
	}
}

/* What the findings come to: those that another site would serve quicker, and the others. */
struct found {
	uint64_t quicker, nearer;
	double share, ms; /* of all of them; the most that one loses, NAN: not known */
};

static struct found
sum_findings(const struct report *r)
{
	struct found found = { .ms = NAN };

	for (size_t i = 0; i < r->finding_count; i++) {
		const struct report_finding *f = &r->findings[i];

		found.share += f->share;
		if (f->only_nearer) {
			found.nearer++;
			continue;
		}
		found.quicker++;
		found.ms = fmax(found.ms, f->ms);
	}
	return found;
}

static void
add_link(struct strbuf *out, uint64_t count)
{
	strbuf_add(out, "<a href=\"#better\">");
	page_count(out, count, "client");
	strbuf_add(out, "</a>");
}

static void
say_findings(const struct report *r, struct strbuf *out)
{
	struct found found = sum_findings(r);

	if (r->finding_count == 0) {
		if (r->after.heard.clients > 0 && !report_knows_better(r))
			strbuf_add(out, "Whether another site would serve clients better is not "
					"known: there are no RTTs to compare, and no places.");
		else if (r->after.heard.clients > 0)
			strbuf_add(out, "No client was found that another site would serve "
					"noticeably better.");
		return;
	}
	if (found.quicker > 0) {
		strbuf_add(out, "A better site could serve ");
		add_link(out, found.quicker);
		if (!isnan(found.ms)) {
			strbuf_add(out, "; the worst of them loses ");
			html_number(out, found.ms, 0);
			strbuf_add(out, " ms");
		}
		strbuf_add(out, found.nearer > 0 ? ". " : ".");
	}
	if (found.nearer > 0) {
		add_link(out, found.nearer);
		strbuf_addf(out,
		    "%s land%s far from the nearest site, which is not known to be quicker.",
		    found.quicker > 0 ? " more" : "", found.nearer == 1 ? "s" : "");
	}
	if (r->has_weights) {
		strbuf_add(out, " That is ");
		page_share(out, found.share);
		strbuf_add(out, " of users.");
	}
}

static void
say_change(const struct report *r, struct strbuf *out)
{
	const struct report_change *c = &r->change;

	if (!r->has_before || c->moved.clients == 0)
		return;
	strbuf_add_char(out, ' ');
	page_count(out, c->moved.clients, "client");
	strbuf_add(out, " moved to another site: ");
	html_number(out, (double)c->mended.clients, 0);
	strbuf_add(out, " of those that landed badly before no longer do");
	if (c->worsened.clients > 0) {
		strbuf_add(out, ", ");
		html_number(out, (double)c->worsened.clients, 0);
		strbuf_add(out, " newly do");
	}
	strbuf_add(out, ".");
}

/* ---- how it was measured ---- */

static void
add_condition(struct strbuf *out, const char *name, const char *value)
{
	strbuf_add(out, "<div><dt>");
	html_text(out, name);
	strbuf_add(out, "</dt><dd>");
	html_prose(out, value);
	strbuf_add(out, "</dd></div>\n");
}

static void
add_clients(const struct report *r, struct strbuf *out)
{
	uint64_t heard = r->after.heard.clients;
	uint64_t asked = MAX(r->asked, (uint64_t)r->client_count);

	strbuf_add(out, "<div><dt>clients</dt><dd>");
	html_number(out, (double)asked, 0);
	strbuf_add(out, " asked, ");
	html_number(out, (double)heard, 0);
	strbuf_add(out, " heard");
	if (r->after.several.clients > 0) {
		strbuf_add(out, ", of which ");
		html_number(out, (double)r->after.several.clients, 0);
		strbuf_addf(
		    out, " land%s at several sites", r->after.several.clients == 1 ? "s" : "");
	}
	if (heard < asked) {
		strbuf_add(out, "; ");
		html_number(out, (double)(asked - heard), 0);
		strbuf_add(out, " unheard");
	}
	strbuf_add(out, "</dd></div>\n");
}

static void
add_conditions(const struct report *r, struct strbuf *out)
{
	strbuf_add(out, "<dl class=\"conditions\">\n");
	if (r->made_wall_ns != 0) {
		strbuf_add(out, "<div><dt>made</dt><dd>");
		add_date(out, r->made_wall_ns);
		strbuf_add(out, "</dd></div>\n");
	}
	add_clients(r, out);
	for (size_t i = 0; i < r->condition_count; i++)
		add_condition(out, r->conditions[i].name, r->conditions[i].value);
	strbuf_add(out, "</dl>\n");
}

static void
add_notes(const struct report *r, struct strbuf *out)
{
	if (r->note_count == 0)
		return;
	strbuf_add(out, "<aside class=\"notes\" aria-labelledby=\"notes\">"
			"<h2 id=\"notes\">What was missing in the measurement</h2>\n<ul>\n");
	for (size_t i = 0; i < r->note_count && i < PAGE_NOTES_MAX; i++) {
		strbuf_add(out, "<li>");
		html_text(out, r->notes[i]);
		strbuf_add(out, "</li>\n");
	}
	if (r->note_count > PAGE_NOTES_MAX) {
		strbuf_add(out, "<li>and ");
		html_number(out, (double)(r->note_count - PAGE_NOTES_MAX), 0);
		strbuf_add(out, " more</li>\n");
	}
	strbuf_add(out, "</ul></aside>\n");
}

static void
add_navigation(const struct report *r, struct strbuf *out)
{
	strbuf_add(out, "<nav aria-label=\"Sections\"><ul class=\"nav\">\n");
	if (page_has_map(r))
		strbuf_add(out, "<li><a href=\"#map\">Map</a></li>\n");
	if (r->site_count > 0)
		strbuf_add(out, "<li><a href=\"#sites\">Sites</a></li>\n");
	strbuf_add(out, "<li><a href=\"#better\">Who lands badly</a></li>\n"
			"<li><a href=\"#distributions\">Distributions</a></li>\n");
	if (page_has_worst(r))
		strbuf_add(out, "<li><a href=\"#worst\">Why, and what to try</a></li>\n");
	strbuf_add(out, "<li><a href=\"#words\">What the numbers mean</a></li>\n</ul></nav>\n");
}

void
page_head(const struct report *r, struct strbuf *out)
{
	strbuf_add(out, "<header>\n<p class=\"over\">Where clients land");
	if (r->global_ip) {
		strbuf_add(out, " · Global IP ");
		html_text(out, r->global_ip);
	}
	strbuf_add(out, "</p>\n<h1>");
	html_text(out, r->title ? r->title : "Where clients land");
	strbuf_add(out, "</h1>\n<p class=\"lead\">");
	say_best(r, out);
	say_findings(r, out);
	say_change(r, out);
	strbuf_add(out, "</p>\n");
	add_navigation(r, out);
	strbuf_add(out, "</header>\n<main id=\"content\">\n");
	page_figures(r, out);
	add_conditions(r, out);
	add_notes(r, out);
}
