/*
 * From places on the earth to places on the page. Pure.
 *
 * The projection is Equal Earth (Šavrič, Patterson, Jenny, "The Equal Earth map projection", IJGIS
 * 33 (3), 2019): of equal area, so that a region with many clients does not look small, and one
 * that people recognize. Its middle is the meridian of Greenwich.
 *
 * A view is the part of that plane which the page shows: all of the world, or only as much of it as
 * has sites and clients.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/geo.h"

struct plane_point {
	double x,
	    y; /* right and up in the plane, for a sphere of radius 1; right and down in a view */
};

struct plane_point equal_earth(struct geo_point at) _pure_;

struct map_view {
	double width, height; /* of the picture */
	double scale;         /* of the picture to the plane */
	double left, top;     /* in the plane, what the picture's corner shows */
};

/*
 * A view that shows all of the places, with room around them, as large as that goes: from a third
 * of the world to all of it (but for what lies south of Cape Horn and north of Greenland, unless a
 * place is there).
 */
struct map_view map_view_fit(
    const struct geo_point *places, size_t count, double width, double height);
struct plane_point map_view_at(const struct map_view *v, struct geo_point at) _pure_;

#define MAP_LINK_POINTS 33

/*
 * A line from one place to another for the eye, not the way that anything takes: bent a little
 * toward the nearer pole, so that lines of one site part, and over the 180th meridian where that is
 * shorter.
 */
void map_link(struct geo_point from, struct geo_point to, struct geo_point ret[MAP_LINK_POINTS]);
