#include "report/world.h"

#include <stdlib.h>

#include "tap.h"

static const struct geo_point europe[] = { { 55.95, -3.19 }, { 52.37, 4.90 } };

static size_t
count_of(const char *text, char c)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == c;
	return n;
}

TEST(the_world_has_its_land)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	struct map_view v = map_view_fit(NULL, 0, 1000, 440);

	world_path(&v, &out);
	CHECK(count_of(strbuf_get(&out), 'M') > 200);
	CHECK_INT(count_of(strbuf_get(&out), 'M'), count_of(strbuf_get(&out), 'z'));
	CHECK(out.len < 60000); /* each report has it */
	CHECK(strspn(strbuf_get(&out), "Mlz -0123456789") == out.len);
}

TEST(what_is_not_seen_is_left_out)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 }, whole = { 0 };
	struct map_view v = map_view_fit(europe, 2, 1000, 440),
			w = map_view_fit(NULL, 0, 1000, 440);

	world_path(&v, &out);
	world_path(&w, &whole);
	CHECK(count_of(strbuf_get(&out), 'M') > 10);
	CHECK(count_of(strbuf_get(&out), 'M') < count_of(strbuf_get(&whole), 'M') / 2);
}

/* Walks the outlines as a browser does; whether a place is within an odd number of them. */
static bool
is_land(const char *path, const struct map_view *v, struct geo_point at)
{
	struct plane_point p = map_view_at(v, at), first = { 0, 0 }, last = { 0, 0 };
	bool inside = false;

	while (*path) {
		bool closes = *path == 'z', begins = *path == 'M';
		struct plane_point to = first;
		char *end = NULL;

		if (*path == 'M' || *path == 'z' || *path == 'l')
			path++;
		if (!closes) {
			to.x = (double)strtol(path, &end, 10) / WORLD_PER_UNIT;
			to.y = (double)strtol(end, &end, 10) / WORLD_PER_UNIT;
			path = end;
		}
		if (begins) {
			first = last = to;
			continue;
		}
		if (!closes)
			to = (struct plane_point){ last.x + to.x, last.y + to.y };
		if ((last.y > p.y) != (to.y > p.y) &&
		    p.x < last.x + (p.y - last.y) / (to.y - last.y) * (to.x - last.x))
			inside = !inside;
		last = to;
	}
	return inside;
}

TEST(land_is_where_it_is)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	struct map_view v = map_view_fit(NULL, 0, 1000, 440);
	static const struct geo_point land[] = { { 48.85, 2.35 }, { -23.55, -46.63 },
		{ 39.9, 116.4 }, { -25, 134 }, { 72, -40 }, { 9.0, 38.7 }, { 55.75, 37.62 },
		{ -3.1, -60 } };
	static const struct geo_point sea[] = { { 30, -40 }, { 0, -140 }, { -30, 80 }, { 42, 51 },
		{ 35, 18 }, { 70, 0 } };

	world_path(&v, &out);
	for (size_t i = 0; i < sizeof(land) / sizeof(land[0]); i++) {
		if (!is_land(strbuf_get(&out), &v, land[i]))
			tap_fail(__FILE__, __LINE__, "%g,%g is no land", land[i].latitude,
			    land[i].longitude);
	}
	for (size_t i = 0; i < sizeof(sea) / sizeof(sea[0]); i++) {
		if (is_land(strbuf_get(&out), &v, sea[i]))
			tap_fail(
			    __FILE__, __LINE__, "%g,%g is land", sea[i].latitude, sea[i].longitude);
	}
}
