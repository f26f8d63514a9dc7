#include "report/chart.h"

#include <math.h>

#include "report/axis.h"
#include "report/html.h"

/* Room for text of 17 units, which is what a phone shows. */
#define WIDTH 560
#define HEIGHT 300
#define LEFT 52
#define RIGHT 18
#define TOP 14
#define BOTTOM 52

#define STEPS 6
#define LONG_TAIL 4   /* times as far as three quarters of the users: a logarithm shows more */
#define LEAST_MS 1    /* where a logarithmic axis begins; what is less stands there */
#define CHARACTER 9.5 /* the width of one, at most, as a mean of a label's */

static double
at_x(const struct axis *a, double value)
{
	return LEFT + axis_at(a, value) * (WIDTH - LEFT - RIGHT);
}

static double
at_y(double share)
{
	return HEIGHT - BOTTOM - share / 100 * (HEIGHT - TOP - BOTTOM);
}

/* The least value which that share of the users does not exceed. */
static double
value_at(const struct report_cdf *cdf, double share)
{
	for (size_t i = 0; i < cdf->count; i++) {
		if (cdf->points[i].share >= share)
			return cdf->points[i].value;
	}
	return cdf->points[cdf->count - 1].value;
}

bool
chart_has_points(const struct chart *c)
{
	for (size_t i = 0; i < c->count; i++) {
		if (c->curves[i].cdf->count > 0)
			return true;
	}
	return false;
}

static struct axis
choose_axis(const struct chart *c)
{
	double min = INFINITY, most = 0, usual = 0;

	for (size_t i = 0; i < c->count; i++) {
		const struct report_cdf *cdf = c->curves[i].cdf;

		if (cdf->count == 0)
			continue;
		min = fmin(min, cdf->points[0].value);
		most = fmax(most, cdf->points[cdf->count - 1].value);
		usual = fmax(usual, value_at(cdf, 75));
	}
	if (most > LONG_TAIL * fmax(usual, LEAST_MS))
		return axis_logarithmic(fmax(min, LEAST_MS), most);
	return axis_linear(0, most, STEPS);
}

static void
add_line(struct strbuf *out, const char *class, double x1, double y1, double x2, double y2)
{
	strbuf_addf(out, "<line class=\"%s\" x1=\"", class);
	svg_number(out, x1);
	strbuf_add(out, "\" y1=\"");
	svg_number(out, y1);
	strbuf_add(out, "\" x2=\"");
	svg_number(out, x2);
	strbuf_add(out, "\" y2=\"");
	svg_number(out, y2);
	strbuf_add(out, "\"/>");
}

/* Opens a <text>; what it says and its end are the caller's. */
static void
open_text(struct strbuf *out, const char *class, const char *anchor, double x, double y)
{
	strbuf_add(out, "<text");
	if (class)
		strbuf_addf(out, " class=\"on %s\"", class);
	strbuf_addf(out, " text-anchor=\"%s\" x=\"", anchor);
	svg_number(out, x);
	strbuf_add(out, "\" y=\"");
	svg_number(out, y);
	strbuf_add(out, "\">");
}

static void
add_axes(const struct chart *c, const struct axis *a, struct strbuf *out)
{
	for (int share = 0; share <= 100; share += 25) {
		add_line(out, share == 0 ? "base" : "grid", LEFT, at_y(share), WIDTH - RIGHT,
		    at_y(share));
		open_text(out, NULL, "end", LEFT - 8, at_y(share) + 5);
		strbuf_addf(out, "%d%s</text>", share, share == 100 ? " %" : "");
	}
	for (size_t i = 0; i < a->count; i++) {
		double x = at_x(a, a->ticks[i]);

		add_line(out, i == 0 ? "base" : "grid", x, TOP, x, HEIGHT - BOTTOM);
		open_text(out, NULL, "middle", x, HEIGHT - BOTTOM + 20);
		if (i == 0 && a->logarithmic)
			strbuf_add(out, "≤ ");
		html_number(out, a->ticks[i], a->logarithmic && a->ticks[i] >= 1 ? 0 : a->decimals);
		strbuf_add(out, "</text>");
	}
	open_text(out, NULL, "end", WIDTH - RIGHT, HEIGHT - 8);
	html_text(out, c->quantity);
	strbuf_add(out, "</text>");
}

/* Steps: a share is reached at a value, and not before. */
static void
add_curve(const struct chart_curve *curve, const struct axis *a, struct strbuf *out)
{
	strbuf_addf(out, "<path class=\"curve %s\" d=\"M", curve->class);
	svg_number(out, at_x(a, curve->cdf->points[0].value));
	strbuf_add_char(out, ' ');
	svg_number(out, at_y(0));
	for (size_t i = 0; i < curve->cdf->count; i++) {
		strbuf_add_char(out, 'H');
		svg_number(out, at_x(a, curve->cdf->points[i].value));
		strbuf_add_char(out, 'V');
		svg_number(out, at_y(curve->cdf->points[i].share));
	}
	strbuf_add_char(out, 'H');
	svg_number(out, WIDTH - RIGHT);
	strbuf_add(out, "\"/>");
}

/*
 * Labels. A curve rises to the right, so what lies above it and to its left is free of it, and what
 * lies below it and to its right. A label stands at some level of its curve, on one side or on the
 * other: where it covers neither a curve nor the other label, and where curves are furthest apart.
 */
#define LEVEL_LEAST 8
#define LEVEL_STEP 2
#define LEVELS 44
#define SPOTS ((size_t)2 * LEVELS)
#define LETTERS_ABOVE 14 /* of a line of text, over and under its base */
#define LETTERS_BELOW 5

struct spot {
	bool before; /* its end is at the curve; else its start is */
	double x, y; /* where the text is put */
	double left, right;
	double cost;
};

/* The share that a curve has reached there. */
static double
share_at(const struct report_cdf *cdf, const struct axis *a, double x)
{
	double share = 0;

	for (size_t i = 0; i < cdf->count && at_x(a, cdf->points[i].value) <= x; i++)
		share = cdf->points[i].share;
	return share;
}

static bool
covers_curve(const struct spot *s, const struct report_cdf *cdf, const struct axis *a)
{
	bool is_above = at_y(share_at(cdf, a, s->right)) > s->y + LETTERS_BELOW;
	bool is_below = at_y(share_at(cdf, a, s->left)) < s->y - LETTERS_ABOVE;

	return cdf->count > 0 && !is_above && !is_below;
}

static double
apart(const struct chart *c, const struct axis *a, double share)
{
	double low = INFINITY, high = 0;

	for (size_t i = 0; i < c->count; i++) {
		if (c->curves[i].cdf->count == 0)
			continue;
		low = fmin(low, at_x(a, value_at(c->curves[i].cdf, share)));
		high = fmax(high, at_x(a, value_at(c->curves[i].cdf, share)));
	}
	return high - low;
}

/* What it costs to be read: to be cut off is worst, then to cover a curve, then a crowd. */
static double
cost_of(const struct spot *s, const struct chart *c, const struct axis *a, double share)
{
	double cost = s->left < LEFT + 3 || s->right > WIDTH - RIGHT ? 20 : 0;

	if (s->y - LETTERS_ABOVE < TOP || s->y + LETTERS_BELOW > HEIGHT - BOTTOM)
		cost += 20;
	for (size_t i = 0; i < c->count; i++)
		cost += covers_curve(s, c->curves[i].cdf, a) ? 4 : 0;
	return cost + fabs(share - 50) / 100 - apart(c, a, share) / WIDTH;
}

static void
find_spots(const struct chart *c, size_t curve, const struct axis *a, struct spot *ret)
{
	double width = (double)utf8_width(c->curves[curve].label) * CHARACTER;

	for (size_t i = 0; i < SPOTS; i++) {
		size_t level = i / 2;
		double share = LEVEL_LEAST + (double)level * LEVEL_STEP;
		double x = at_x(a, value_at(c->curves[curve].cdf, share));
		struct spot *s = &ret[i];

		*s = (struct spot){ .before = i % 2 == 0 };
		s->x = s->before ? x - 9 : x + 9;
		s->y = s->before ? at_y(share) - 4 : at_y(share) + 18;
		s->left = s->before ? s->x - width : s->x;
		s->right = s->left + width;
		s->cost = cost_of(s, c, a, share);
	}
}

static bool
overlap(const struct spot *a, const struct spot *b)
{
	return a->left < b->right + CHARACTER && b->left < a->right + CHARACTER &&
	       fabs(a->y - b->y) < LETTERS_ABOVE + LETTERS_BELOW;
}

static void
add_label(const struct chart_curve *curve, const struct spot *s, struct strbuf *out)
{
	open_text(out, curve->class, s->before ? "end" : "start", s->x, s->y);
	html_text(out, curve->label);
	strbuf_add(out, "</text>");
}

/* The cheapest of all, or of all pairs: a pair that overlaps is worse than all others. */
static void
add_labels(const struct chart *c, const struct axis *a, struct strbuf *out)
{
	struct spot spots[CHART_CURVES_MAX][SPOTS] = { 0 };
	size_t best[CHART_CURVES_MAX] = { 0 };
	double least = INFINITY;

	for (size_t i = 0; i < c->count; i++) {
		if (c->curves[i].cdf->count > 0)
			find_spots(c, i, a, spots[i]);
	}
	for (size_t i = 0; i < SPOTS * SPOTS; i++) {
		const struct spot *first = &spots[0][i % SPOTS], *second = &spots[1][i / SPOTS];
		double cost = first->cost + second->cost + (overlap(first, second) ? 100 : 0);

		if (cost < least) {
			least = cost;
			best[0] = i % SPOTS;
			best[1] = i / SPOTS;
		}
	}
	for (size_t i = 0; i < c->count; i++) {
		if (c->curves[i].cdf->count > 0)
			add_label(&c->curves[i], &spots[i][best[i]], out);
	}
}

void
chart_write(const struct chart *c, struct strbuf *out)
{
	struct axis a = choose_axis(c);

	strbuf_addf(out,
	    "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"%s-t %s-d\">"
	    "<title id=\"%s-t\">",
	    WIDTH, HEIGHT, c->id, c->id, c->id);
	html_text(out, c->title);
	strbuf_addf(out, "</title><desc id=\"%s-d\">", c->id);
	html_text(out, c->description);
	strbuf_add(out, "</desc>");
	add_axes(c, &a, out);
	for (size_t i = 0; i < c->count; i++) {
		if (c->curves[i].cdf->count > 0)
			add_curve(&c->curves[i], &a, out);
	}
	add_labels(c, &a, out);
	strbuf_add(out, "</svg>\n");
}
