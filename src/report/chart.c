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

/* Where the curves are furthest apart; with one alone, where there is room. */
static double
level_of_labels(const struct chart *c, const struct axis *a)
{
	double best = 50, most = -1;

	for (int share = 30; share <= 84; share += 2) {
		double low = INFINITY, high = 0;

		for (size_t i = 0; i < c->count; i++) {
			double x = c->curves[i].cdf->count > 0
				       ? at_x(a, value_at(c->curves[i].cdf, share))
				       : LEFT;

			low = fmin(low, x);
			high = fmax(high, x);
		}
		if (high - low > most) {
			most = high - low;
			best = share;
		}
	}
	return best;
}

/*
 * A curve rises to the right, so what lies above it and to its left is free of it, and what lies
 * below it and to its right: the left curve is named on one side, the other one on the other side.
 * Where there is no room beside it, a name goes to the other side of its curve's level.
 */
static void
add_label(const struct chart_curve *curve, const struct axis *a, double share, bool is_left,
    struct strbuf *out)
{
	double x = at_x(a, value_at(curve->cdf, share));
	double width = (double)utf8_width(curve->label) * CHARACTER;
	bool before = is_left && x - width > LEFT + 12;

	if (!before && x + width > WIDTH - RIGHT - 4)
		before = true;
	open_text(out, curve->class, before ? "end" : "start", before ? x - 9 : x + 9,
	    before ? at_y(share) - 4 : at_y(share) + 18);
	html_text(out, curve->label);
	strbuf_add(out, "</text>");
}

static void
add_labels(const struct chart *c, const struct axis *a, struct strbuf *out)
{
	double share = level_of_labels(c, a), x[CHART_CURVES_MAX] = { 0 };
	bool both = c->count == 2 && c->curves[0].cdf->count > 0 && c->curves[1].cdf->count > 0;

	for (size_t i = 0; i < c->count; i++) {
		if (c->curves[i].cdf->count > 0)
			x[i] = at_x(a, value_at(c->curves[i].cdf, share));
	}
	for (size_t i = 0; i < c->count; i++) {
		bool is_left = both && (x[i] < x[1 - i] || (x[i] == x[1 - i] && i == 0));

		if (c->curves[i].cdf->count > 0)
			add_label(&c->curves[i], a, share, is_left, out);
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
