/*
 * The map: sites, and clients with the shape and the colour of the site where they land; a line for
 * those that land badly. Where there is a before, the page has both and shows one,
 * which radio buttons choose. page_map_sites.c draws the sites and their names.
 */
#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "report/dots.h"
#include "report/html.h"
#include "report/page_internal.h"
#include "report/shapes.h"
#include "report/world.h"

#define WAYS_MAX 40 /* lines: those that cost most */
#define DOT_LEAST 2.6
#define DOT_MOST 8.5

/* ---- the view ---- */

static struct map_view
view_of(const struct report *r)
{
	_cleanup_(freep) struct geo_point *places =
	    xcalloc(r->site_count + r->client_count + 1, sizeof(*places));
	size_t count = 0;

	for (size_t i = 0; i < r->site_count; i++) {
		if (r->sites[i].place.has_point)
			places[count++] = r->sites[i].place.point;
	}
	for (size_t i = 0; i < r->client_count; i++) {
		if (r->clients[i].place.has_point)
			places[count++] = r->clients[i].place.point;
	}
	return map_view_fit(places, count, PAGE_MAP_WIDTH, PAGE_MAP_HEIGHT);
}

/* The edge of the world, where lines end that go on at the other side. */
static void
add_sphere(const struct map_view *v, struct strbuf *out)
{
	strbuf_add(out, "<path class=\"sphere\" d=\"");
	for (int edge = -1; edge <= 1; edge += 2) {
		for (int i = -90; i <= 90; i += 5) {
			struct plane_point p =
			    map_view_at(v, (struct geo_point){ -edge * i, edge * 180 });

			strbuf_addf(out, "%s%.1f %.1f", edge < 0 && i == -90 ? "M" : "L", p.x, p.y);
		}
	}
	strbuf_add(out, "z\"/>\n");
}

static void
add_land(const struct map_view *v, struct strbuf *out)
{
	strbuf_addf(out, "<path class=\"land\" transform=\"scale(%g)\" d=\"", 1.0 / WORLD_PER_UNIT);
	world_path(v, out);
	strbuf_add(out, "\"/>\n");
}

/* ---- clients ---- */

static double
radius_of(const struct report *r, const struct dot *d, double most)
{
	if (!r->has_weights && d->clients == 1)
		return PAGE_MAP_DOT * 0.8;
	return fmax(DOT_LEAST, DOT_MOST * sqrt(d->weight / most));
}

/* What a pointer that rests on it is told. */
static void
add_dot_title(const struct report *r, const struct dot *d, struct strbuf *out)
{
	const struct report_client *c = &r->clients[d->client];

	strbuf_add(out, "<title>");
	page_network(out, c);
	if (c->place.city || c->place.country) {
		strbuf_add(out, ", ");
		(void)page_place(out, &c->place);
	}
	if (d->clients > 1) {
		strbuf_add(out, " and ");
		page_count(out, d->clients - 1, "more client");
	}
	strbuf_add(out, d->is_heard ? " → " : ": not heard");
	if (d->is_heard)
		html_text(out, d->site == REPORT_NONE ? "several sites" : r->sites[d->site].name);
	strbuf_add(out, "</title>");
}

static void
add_dots(const struct report *r, const struct dots *dots, struct strbuf *out)
{
	double most = dots->count > 0 ? dots->items[0].weight : 1;

	for (size_t i = 0; i < dots->count; i++) {
		const struct dot *d = &dots->items[i];

		strbuf_add(out, "<path class=\"dot ");
		shape_class(out, d->site);
		strbuf_add(out, d->is_bad ? " astray\" d=\"" : "\" d=\"");
		shape_path(out, d->site, d->at.x, d->at.y, radius_of(r, d, most));
		strbuf_add(out, "\">");
		add_dot_title(r, d, out);
		strbuf_add(out, "</path>\n");
	}
}

/* ---- the ways of those that land badly ---- */

static int
compare_costs(const void *a, const void *b)
{
	const struct dot *x = *(const struct dot *const *)a, *y = *(const struct dot *const *)b;

	if (x->cost != y->cost)
		return x->cost < y->cost ? 1 : -1;
	return (x->client > y->client) - (x->client < y->client);
}

/* What goes over the edge of the world goes on at the other one. */
static void
add_way(const struct report *r, const struct map_view *v, const struct dot *d, struct strbuf *out)
{
	struct geo_point way[MAP_LINK_POINTS];

	map_link(r->clients[d->client].place.point, r->sites[d->site].place.point, way);
	strbuf_add(out, "<path class=\"way ");
	shape_class(out, d->site);
	strbuf_add(out, "\" d=\"");
	for (size_t i = 0; i < MAP_LINK_POINTS; i++) {
		struct plane_point p = map_view_at(v, way[i]);
		bool leaps = i > 0 && fabs(way[i].longitude - way[i - 1].longitude) > 180;

		strbuf_addf(out, "%s%.1f %.1f", i == 0 || leaps ? "M" : "L", p.x, p.y);
	}
	strbuf_add(out, "\"/>\n");
}

/* Gives how many there are. */
static size_t
add_ways(
    const struct report *r, const struct map_view *v, const struct dots *dots, struct strbuf *out)
{
	_cleanup_(freep) const struct dot **bad = xcalloc(dots->count + 1, sizeof(struct dot *));
	size_t count = 0;

	for (size_t i = 0; i < dots->count; i++) {
		const struct dot *d = &dots->items[i];

		if (d->is_bad && d->site != REPORT_NONE && r->sites[d->site].place.has_point)
			bad[count++] = d;
	}
	qsort(bad, count, sizeof(const struct dot *), compare_costs);
	for (size_t i = 0; i < count && i < WAYS_MAX; i++)
		add_way(r, v, bad[i], out);
	return count;
}

static void
add_state(const struct report *r, const struct map_view *v, bool before, struct strbuf *out)
{
	struct dots dots = dots_of(r, v, before);

	strbuf_add(out, before ? "<g class=\"is-before\">\n" : "<g class=\"is-after\">\n");
	(void)add_ways(r, v, &dots, out);
	add_dots(r, &dots, out);
	strbuf_add(out, "</g>\n");
	dots_done(&dots);
}

/* ---- around it ---- */

static void
add_choice(const struct report *r, bool before, struct strbuf *out)
{
	const char *id = before ? "before" : "after";

	strbuf_addf(out,
	    "<input type=\"radio\" name=\"show\" id=\"show-%s\"%s>"
	    "<label for=\"show-%s\">",
	    id, before ? "" : " checked", id);
	html_text(out, page_label(r, before));
	strbuf_add(out, "</label>\n");
}

static void
add_share(const struct report_amount *a, const char *class, struct strbuf *out)
{
	strbuf_addf(out, "<span class=\"faint %s\">", class);
	page_share(out, a->share);
	strbuf_add(out, "</span>");
}

static void
add_legend(const struct report *r, size_t placed, struct strbuf *out)
{
	strbuf_add(out, "<ul class=\"legend\">\n");
	for (uint32_t i = 0; i < r->site_count; i++) {
		const struct report_site *s = &r->sites[i];

		strbuf_add(out, "<li>");
		page_mark(out, i, false);
		strbuf_add(out, "<b>");
		html_text(out, s->name);
		strbuf_add(out, "</b> ");
		if (s->place.city) {
			html_text(out, s->place.city);
			strbuf_add_char(out, ' ');
		}
		if (r->has_before)
			add_share(&s->before, "is-before", out);
		add_share(&s->after, "is-after", out);
		strbuf_add(out, "</li>\n");
	}
	strbuf_add(out, "<li class=\"faint\">");
	page_mark(out, REPORT_NONE, false);
	strbuf_add(out, "at several sites, or not heard</li>\n<li class=\"faint\">");
	page_mark(out, 0, true);
	strbuf_addf(out, "edged%s: another one is quicker or nearer</li>\n</ul>\n",
	    placed > 0 ? ", with a line to its site" : "");
}

static size_t
count_placed(const struct report *r)
{
	size_t placed = 0;

	for (size_t i = 0; i < r->site_count; i++)
		placed += r->sites[i].place.has_point;
	return placed;
}

/* Without its place, a site has no ring, and its clients have no line and no kilometres. */
static void
say_sites(const struct report *r, size_t placed, struct strbuf *out)
{
	if (placed > 0)
		strbuf_add(out, " Sites are ringed.");
	if (placed == r->site_count)
		return;
	if (placed == 0) {
		strbuf_add(out, " Where the sites are is not known");
	} else {
		strbuf_add(out, " Not on the map: ");
		page_count(out, r->site_count - placed, "site");
		strbuf_add(out, " whose place is not known");
	}
	strbuf_add(out, ": <code>--names</code> of <code>nearcast report</code> tells it.");
}

/* What is not to be seen, and how to read what is. */
static void
add_caption(const struct report *r, const struct map_view *v, size_t placed, struct strbuf *out)
{
	struct dots dots = dots_of(r, v, false);

	strbuf_addf(out,
	    "<figcaption class=\"sub\">Each mark is a client, or several of one place, "
	    "with the shape and colour of the site where they land%s.",
	    r->has_weights ? "; its area is their users" : "");
	say_sites(r, placed, out);
	if (dots.unplaced > 0) {
		strbuf_add(out, " Not on the map: ");
		page_count(out, dots.unplaced, "client");
		strbuf_add(out, " whose place is not known.");
	}
	if (dots.left_out > 0) {
		strbuf_add(out, " Left out: ");
		page_count(out, dots.left_out, "client");
		strbuf_add(out, " in places with least users.");
	}
	strbuf_add(out, "</figcaption>\n");
	dots_done(&dots);
}

void
page_map(const struct report *r, struct strbuf *out)
{
	size_t placed = count_placed(r);
	struct map_view v;

	if (!page_has_map(r))
		return;
	v = view_of(r);
	strbuf_add(out, "<section aria-labelledby=\"map\">\n<h2 id=\"map\">Map</h2>\n"
			"<fieldset class=\"map\">");
	if (r->has_before) {
		strbuf_add(out, "<legend>Where clients land</legend>\n");
		add_choice(r, true, out);
		add_choice(r, false, out);
	}
	strbuf_addf(out,
	    "<figure>\n<svg class=\"world\" viewBox=\"0 0 %d %d\" role=\"img\" "
	    "aria-labelledby=\"map-t map-d\"><title id=\"map-t\">Map of clients by the "
	    "site that serves them</title><desc id=\"map-d\">The tables below say the "
	    "same in words and numbers.</desc>\n",
	    PAGE_MAP_WIDTH, PAGE_MAP_HEIGHT);
	add_sphere(&v, out);
	add_land(&v, out);
	if (r->has_before)
		add_state(r, &v, true, out);
	add_state(r, &v, false, out);
	page_map_sites(r, &v, out);
	strbuf_add(out, "</svg>\n");
	add_legend(r, placed, out);
	add_caption(r, &v, placed, out);
	strbuf_add(out, "</figure></fieldset>\n</section>\n");
}
