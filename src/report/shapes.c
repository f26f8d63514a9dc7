#include "report/shapes.h"

#include <math.h>
#include <stddef.h>

#include "measure/report.h"
#include "report/html.h"

enum shape { CIRCLE, SQUARE, TRIANGLE, DIAMOND, TRIANGLE_DOWN, CROSS, STAR, HEXAGON };

static enum shape
shape_of(uint32_t site)
{
	return (enum shape)((site + site / SHAPES) % SHAPES);
}

void
shape_class(struct strbuf *out, uint32_t site)
{
	if (site == REPORT_NONE)
		strbuf_add(out, "cn");
	else
		strbuf_addf(out, "c%u", (unsigned)(site % SHAPES));
}

static void
add_point(struct strbuf *out, char command, double x, double y)
{
	strbuf_add_char(out, command);
	svg_number(out, x);
	strbuf_add_char(out, ' ');
	svg_number(out, y);
}

static void
circle(struct strbuf *out, double x, double y, double r)
{
	for (int half = 0; half < 2; half++) {
		double to = half == 0 ? r : -r;

		if (half == 0)
			add_point(out, 'M', x - r, y);
		strbuf_add_char(out, 'a');
		svg_number(out, r);
		strbuf_add_char(out, ' ');
		svg_number(out, r);
		add_point(out, ' ', 0, 0);
		strbuf_add(out, " 1 ");
		svg_number(out, 2 * to);
		strbuf_add(out, " 0");
	}
	strbuf_add_char(out, 'z');
}

/* Corners around the middle, the first one at `turn` (0: right, a quarter: down); every other one
 * only at `inner` of the radius. */
static void
corners(struct strbuf *out, double x, double y, double r, int count, double turn, double inner)
{
	for (int i = 0; i < count; i++) {
		double angle = (turn + (double)i / count) * 2 * M_PI;
		double far = i % 2 ? r * inner : r;

		add_point(out, i == 0 ? 'M' : 'L', x + far * cos(angle), y + far * sin(angle));
	}
	strbuf_add_char(out, 'z');
}

static void
cross(struct strbuf *out, double x, double y, double r)
{
	double arm = 2 * r / 3; /* thick as it is long: five squares */

	add_point(out, 'M', x - arm / 2, y - 1.5 * arm);
	for (int i = 0; i < 4; i++) {
		static const double right[] = { 1, 0, -1, 0 }, down[] = { 0, 1, 0, -1 };
		double a = right[i] * arm, b = down[i] * arm;

		add_point(out, 'l', a, b);
		add_point(out, 'l', -b, a);
		if (i < 3)
			add_point(out, 'l', a, b);
	}
	strbuf_add_char(out, 'z');
}

void
shape_path(struct strbuf *out, uint32_t site, double x, double y, double radius)
{
	if (site == REPORT_NONE) {
		circle(out, x, y, radius);
		return;
	}
	switch (shape_of(site)) {
	case CIRCLE:
		circle(out, x, y, radius);
		break;
	case SQUARE:
		corners(out, x, y, radius * 1.253, 4, 0.125, 1);
		break;
	case TRIANGLE:
		corners(out, x, y + radius * 0.2, radius * 1.555, 3, -0.25, 1);
		break;
	case DIAMOND:
		corners(out, x, y, radius * 1.253, 4, 0, 1);
		break;
	case TRIANGLE_DOWN:
		corners(out, x, y - radius * 0.2, radius * 1.555, 3, 0.25, 1);
		break;
	case CROSS:
		cross(out, x, y, radius * 1.19);
		break;
	case STAR:
		corners(out, x, y, radius * 1.5, 10, -0.25, 0.45);
		break;
	case HEXAGON:
		corners(out, x, y, radius * 1.1, 6, 0, 1);
		break;
	}
}
