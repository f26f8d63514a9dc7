#include "report/projection.h"

#include <math.h>

#include "tap.h"

#define CITY(latitude, longitude) ((struct geo_point){ latitude, longitude })

static const struct geo_point edinburgh = { 55.95, -3.19 }, amsterdam = { 52.37, 4.90 },
			      tokyo = { 35.68, 139.69 }, auckland = { -36.85, 174.76 },
			      lima = { -12.05, -77.04 }, boston = { 42.36, -71.06 };

static bool
close_to(double a, double b, double within)
{
	return fabs(a - b) <= within;
}

/* The area of a narrow strip of the plane between two latitudes, for a degree of longitude. */
static double
strip(double south, double north)
{
	double area = 0, step = (north - south) / 200;

	for (int i = 0; i < 200; i++) {
		double low = south + i * step, high = low + step;
		double wide = equal_earth(CITY((low + high) / 2, 1)).x;

		area += wide * (equal_earth(CITY(high, 0)).y - equal_earth(CITY(low, 0)).y);
	}
	return area;
}

/* Of equal area: each strip has that of the sphere, which is (sin north - sin south) x longitude.
 */
TEST(the_projection_keeps_areas)
{
	for (double south = -85; south < 85; south += 10) {
		double want =
		    (sin((south + 10) * M_PI / 180) - sin(south * M_PI / 180)) * M_PI / 180;

		if (!close_to(strip(south, south + 10), want, want * 1e-4))
			tap_fail(__FILE__, __LINE__, "from %g: %g, not %g", south,
			    strip(south, south + 10), want);
	}
}

/* From the paper: the equator is 2.05 times as long as the poles are apart, a pole is 0.59 of it.
 */
TEST(the_projection_has_the_shape_of_the_paper)
{
	double wide = equal_earth(CITY(0, 180)).x, high = equal_earth(CITY(90, 0)).y;

	CHECK(close_to(wide / high, 2.05, 0.01));
	CHECK(close_to(equal_earth(CITY(90, 180)).x / wide, 0.59, 0.01));
	CHECK(close_to(equal_earth(CITY(-40, -30)).x, -equal_earth(CITY(40, 30)).x, 1e-12));
	CHECK(close_to(equal_earth(CITY(-40, 0)).y, -equal_earth(CITY(40, 0)).y, 1e-12));
}

/* All places are in the picture, with room beside them. */
static struct map_view
fit(const struct geo_point *places, size_t count)
{
	struct map_view v = map_view_fit(places, count, 1000, 440);

	for (size_t i = 0; i < count; i++) {
		struct plane_point p = map_view_at(&v, places[i]);

		if (p.x < 10 || p.x > 990 || p.y < 10 || p.y > 430)
			tap_fail(__FILE__, __LINE__, "place %zu is at %g,%g", i, p.x, p.y);
	}
	return v;
}

TEST(a_view_shows_what_there_is)
{
	const struct geo_point europe[] = { edinburgh, amsterdam };
	const struct geo_point world[] = { edinburgh, tokyo, auckland, lima, boston };
	const struct geo_point poles[] = { CITY(89, 10), CITY(-89, 20), lima };
	double whole = map_view_fit(NULL, 0, 1000, 440).scale;
	struct map_view v = fit(europe, 2);

	CHECK(v.scale > 2.5 * whole && v.scale < 3.5 * whole); /* a third of the world, no less */
	v = fit(world, 5);
	CHECK(v.scale < 1.2 * whole);
	v = fit(poles, 3);
	CHECK(v.scale < whole);
}

TEST(north_is_up_and_east_is_right)
{
	struct map_view v = map_view_fit(NULL, 0, 1000, 440);
	struct plane_point a = map_view_at(&v, edinburgh), b = map_view_at(&v, auckland);

	CHECK(a.x < b.x && a.y < b.y);
}

/* The ends are exact; what lies between is a line that does not leap but over the edge. */
TEST(a_link_goes_the_short_way_round)
{
	struct geo_point way[MAP_LINK_POINTS];
	int leaps = 0;

	map_link(tokyo, boston, way);
	CHECK(memcmp(&way[0], &tokyo, sizeof(tokyo)) == 0);
	CHECK(memcmp(&way[MAP_LINK_POINTS - 1], &boston, sizeof(boston)) == 0);
	for (int i = 1; i < MAP_LINK_POINTS; i++) {
		double east = way[i].longitude - way[i - 1].longitude;

		leaps += fabs(east) > 180;
		CHECK(fabs(east) > 180 || (east > 0 && east < 6)); /* over the Pacific */
		CHECK(way[i].latitude > 35 && way[i].latitude < 60);
	}
	CHECK_INT(leaps, 1);
}

TEST(links_bend_toward_the_nearer_pole)
{
	struct geo_point way[MAP_LINK_POINTS];

	map_link(edinburgh, boston, way);
	CHECK(way[MAP_LINK_POINTS / 2].latitude > (55.95 + 42.36) / 2 + 3);
	map_link(lima, auckland, way);
	CHECK(way[MAP_LINK_POINTS / 2].latitude < (-12.05 - 36.85) / 2 - 3);
	map_link(lima, lima, way);
	CHECK(close_to(way[MAP_LINK_POINTS / 2].latitude, lima.latitude, 1e-9));
}
