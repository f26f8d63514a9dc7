#include "report/projection.h"

#include <math.h>

#define RADIANS (M_PI / 180)
#define A1 1.340264
#define A2 (-0.081106)
#define A3 0.000893
#define A4 0.003796

#define SOUTH (-56.5) /* Cape Horn */
#define NORTH 81.0
#define ROOM 0.09     /* around the places: of the width of what they take */
#define SMALLEST 0.33 /* of the world's width */
#define BEND 0.16     /* of a line: of its length in degrees */
#define BEND_MOST 16  /* degrees */

struct plane_point
equal_earth(struct geo_point at)
{
	double theta = asin(sqrt(3) / 2 * sin(at.latitude * RADIANS));
	double t2 = theta * theta, t6 = t2 * t2 * t2;
	double lambda = at.longitude * RADIANS;

	return (struct plane_point){
		.x = 2 / sqrt(3) * lambda * cos(theta) /
		     (A1 + 3 * A2 * t2 + t6 * (7 * A3 + 9 * A4 * t2)),
		.y = theta * (A1 + A2 * t2 + t6 * (A3 + A4 * t2)),
	};
}

struct box {
	double left, right, bottom, top;
};

static struct box
world_box(void)
{
	double edge = equal_earth((struct geo_point){ 0, 180 }).x;

	return (struct box){ -edge, edge, equal_earth((struct geo_point){ SOUTH, 0 }).y,
		equal_earth((struct geo_point){ NORTH, 0 }).y };
}

static struct box
box_of(const struct geo_point *places, size_t count)
{
	struct box b = { INFINITY, -INFINITY, INFINITY, -INFINITY };
	double room;

	if (count == 0)
		return world_box();
	for (size_t i = 0; i < count; i++) {
		struct plane_point p = equal_earth(places[i]);

		b.left = fmin(b.left, p.x);
		b.right = fmax(b.right, p.x);
		b.bottom = fmin(b.bottom, p.y);
		b.top = fmax(b.top, p.y);
	}
	room = ROOM * fmax(b.right - b.left, b.top - b.bottom);
	return (struct box){ b.left - room, b.right + room, b.bottom - room, b.top + room };
}

/* Moves [*low, *low + size] so that it is within [min, max], or around its middle when too large.
 */
static double
slide(double low, double size, double min, double max)
{
	if (size >= max - min)
		return (min + max - size) / 2;
	return fmin(fmax(low, min), max - size);
}

struct map_view
map_view_fit(const struct geo_point *places, size_t count, double width, double height)
{
	struct box world = world_box(), b = box_of(places, count);
	double whole = world.right - world.left, wide, high;

	wide = fmax(b.right - b.left, SMALLEST * whole);
	high = fmax(b.top - b.bottom, wide * height / width);
	wide = high * width / height;
	if (wide > whole) {
		/* as much as there is; taller only where places lie so far north and south */
		high = fmax(whole * height / width, b.top - b.bottom);
		wide = high * width / height;
	}
	world.bottom = fmin(world.bottom, b.bottom);
	world.top = fmax(world.top, b.top);
	return (struct map_view){
		.width = width,
		.height = height,
		.scale = width / wide,
		.left = slide((b.left + b.right - wide) / 2, wide, world.left, world.right),
		.top = slide((b.bottom + b.top - high) / 2, high, world.bottom, world.top) + high,
	};
}

struct plane_point
map_view_at(const struct map_view *v, struct geo_point at)
{
	struct plane_point p = equal_earth(at);

	return (struct plane_point){ (p.x - v->left) * v->scale, (v->top - p.y) * v->scale };
}

void
map_link(struct geo_point from, struct geo_point to, struct geo_point ret[MAP_LINK_POINTS])
{
	double east = remainder(to.longitude - from.longitude, 360);
	double north = to.latitude - from.latitude;
	double bend = fmin(BEND * hypot(east, north), BEND_MOST);

	if (from.latitude + to.latitude < 0)
		bend = -bend;
	for (int i = 0; i < MAP_LINK_POINTS; i++) {
		double part = (double)i / (MAP_LINK_POINTS - 1);
		double latitude = from.latitude + part * north + bend * sin(part * M_PI);

		ret[i] = (struct geo_point){ fmin(fmax(latitude, -90), 90),
			remainder(from.longitude + part * east, 360) };
	}
	ret[0] = from;
	ret[MAP_LINK_POINTS - 1] = to;
}
