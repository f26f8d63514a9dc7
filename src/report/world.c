#include "report/world.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#define PER_DEGREE 10.0
#define PER_UNIT ((double)WORLD_PER_UNIT)

/* clang-format off */
static const int16_t outlines[] = {
#include "report/world.def"
};
/* clang-format on */

#define MARGIN 4 /* beside the picture: no edge of the land is seen that is none */

static bool
is_seen(const struct map_view *v, const int16_t *ring)
{
	double longitude = 0, latitude = 0, left = INFINITY, right = -INFINITY, top = INFINITY,
	       bottom = -INFINITY;

	for (int16_t i = 0; i < ring[0]; i++) {
		struct plane_point p;

		longitude += ring[1 + 2 * i];
		latitude += ring[2 + 2 * i];
		p = map_view_at(
		    v, (struct geo_point){ latitude / PER_DEGREE, longitude / PER_DEGREE });
		left = fmin(left, p.x);
		right = fmax(right, p.x);
		top = fmin(top, p.y);
		bottom = fmax(bottom, p.y);
	}
	return left < v->width + MARGIN && right > -MARGIN && top < v->height + MARGIN &&
	       bottom > -MARGIN;
}

/* Far away is far enough: a path keeps its shape within the picture, and its numbers short. */
static double
near(double value, double size)
{
	return fmin(fmax(value, -size), 2 * size);
}

/* A minus parts numbers as a space does. */
static void
add_step(struct strbuf *out, long step, bool first)
{
	strbuf_addf(out, step < 0 || first ? "%ld" : " %ld", step);
}

static void
add_ring(const struct map_view *v, const int16_t *ring, struct strbuf *out)
{
	double longitude = 0, latitude = 0;
	long x = 0, y = 0;
	bool first = true;

	for (int16_t i = 0; i < ring[0]; i++) {
		struct plane_point p;
		long to_x, to_y;

		longitude += ring[1 + 2 * i];
		latitude += ring[2 + 2 * i];
		p = map_view_at(
		    v, (struct geo_point){ latitude / PER_DEGREE, longitude / PER_DEGREE });
		to_x = lround(near(p.x, v->width) * PER_UNIT);
		to_y = lround(near(p.y, v->height) * PER_UNIT);
		if (i == 0) {
			strbuf_addf(out, "M%ld %ldl", to_x, to_y);
		} else if (to_x != x || to_y != y) {
			add_step(out, to_x - x, first);
			add_step(out, to_y - y, false);
			first = false;
		}
		x = to_x;
		y = to_y;
	}
	strbuf_add_char(out, 'z');
}

void
world_path(const struct map_view *v, struct strbuf *out)
{
	const int16_t *end = outlines + ARRAY_SIZE(outlines);

	for (const int16_t *ring = outlines; ring < end; ring += 1 + 2 * ring[0]) {
		if (is_seen(v, ring))
			add_ring(v, ring, out);
	}
}
