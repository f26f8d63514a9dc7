/*
 * The sites of the map, ringed so that they are not taken for clients, and their names. These are
 * placed twice, for a window and for a phone, whose letters are larger on the same map.
 */
#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "report/dots.h"
#include "report/html.h"
#include "report/labels.h"
#include "report/page_internal.h"
#include "report/shapes.h"

#define NAMES_MAX 24
#define SITE_RADIUS 6.2
#define RING_RADIUS (SITE_RADIUS * 1.75)

/* As page.css has them. */
static const struct {
	const char *class;
	double height, character, scale; /* of a name, of one character of it, of a site's mark */
} looks[] = {
	{ "wide", 14, 7.6, 1 },
	{ "narrow", 31, 17, 1.9 },
};

static void
add_site_marks(const struct report *r, const struct map_view *v, struct strbuf *out)
{
	for (uint32_t i = 0; i < r->site_count; i++) {
		struct plane_point p;

		if (!r->sites[i].place.has_point)
			continue;
		p = map_view_at(v, r->sites[i].place.point);
		strbuf_add(out, "<g class=\"");
		shape_class(out, i);
		strbuf_addf(out, "\"><path class=\"site\" d=\"");
		shape_path(out, i, p.x, p.y, SITE_RADIUS);
		strbuf_add(out, "\"><title>");
		html_text(out, r->sites[i].name);
		if (r->sites[i].place.city || r->sites[i].place.country) {
			strbuf_add(out, ", ");
			(void)page_place(out, &r->sites[i].place);
		}
		strbuf_addf(out,
		    "</title></path><circle class=\"ring\" cx=\"%.1f\" cy=\"%.1f\" "
		    "r=\"%g\"/></g>\n",
		    p.x, p.y, RING_RADIUS);
	}
}

struct named {
	uint32_t site;
	double share;
};

static int
compare_shares(const void *a, const void *b)
{
	const struct named *x = a, *y = b;

	if (x->share != y->share)
		return x->share < y->share ? 1 : -1;
	return (x->site > y->site) - (x->site < y->site);
}

/* Sites that have a place, those with most users first. Gives how many. */
static size_t
rank_sites(const struct report *r, struct named *ret)
{
	size_t count = 0;

	for (uint32_t i = 0; i < r->site_count; i++) {
		if (r->sites[i].place.has_point)
			ret[count++] = (struct named){ i,
				fmax(r->sites[i].after.share, r->sites[i].before.share) };
	}
	qsort(ret, count, sizeof(*ret), compare_shares);
	return MIN(count, (size_t)NAMES_MAX);
}

static void
add_name(const char *name, const struct label *l, struct strbuf *out)
{
	if (l->is_hidden)
		return;
	if (l->is_far)
		strbuf_addf(out, "<path class=\"lead-line\" d=\"M%.1f %.1fL%.1f %.1f\"/>",
		    l->start.x, l->start.y, l->joint.x, l->joint.y);
	strbuf_addf(out, "<text class=\"name\" text-anchor=\"middle\" x=\"%.1f\" y=\"%.1f\">",
	    l->left + l->width / 2, l->top + l->height * 0.78);
	html_text(out, name);
	strbuf_add(out, "</text>\n");
}

/* Dots of both states are in the way of names: these are the same in both. */
static void
add_names(const struct report *r, const struct map_view *v, struct strbuf *out)
{
	_cleanup_(freep) struct named *ranked = xcalloc(r->site_count + 1, sizeof(*ranked));
	_cleanup_(freep) struct label *labels = xcalloc(NAMES_MAX, sizeof(*labels));
	struct dots dots = dots_of(r, v, false);
	_cleanup_(freep) struct plane_point *others = xcalloc(dots.count + 1, sizeof(*others));
	size_t count = rank_sites(r, ranked);

	for (size_t i = 0; i < dots.count; i++)
		others[i] = dots.items[i].at;
	for (size_t look = 0; look < ARRAY_SIZE(looks); look++) {
		for (size_t i = 0; i < count; i++) {
			const struct report_site *s = &r->sites[ranked[i].site];

			labels[i] = (struct label){
				.mark = map_view_at(v, s->place.point),
				.radius = RING_RADIUS * looks[look].scale,
				.width = (double)utf8_width(s->name) * looks[look].character,
				.height = looks[look].height,
			};
		}
		labels_place(labels, count, others, dots.count, PAGE_MAP_DOT * looks[look].scale,
		    PAGE_MAP_WIDTH, PAGE_MAP_HEIGHT);
		strbuf_addf(out, "<g class=\"%s\">\n", looks[look].class);
		for (size_t i = 0; i < count; i++)
			add_name(r->sites[ranked[i].site].name, &labels[i], out);
		strbuf_add(out, "</g>\n");
	}
	dots_done(&dots);
}

void
page_map_sites(const struct report *r, const struct map_view *v, struct strbuf *out)
{
	add_site_marks(r, v, out);
	add_names(r, v, out);
}
