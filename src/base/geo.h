/* Places on the earth, and how far apart they are. */
#pragma once

#include <stdbool.h>

#include "base/attr.h"

struct geo_point {
	double latitude, longitude; /* degrees, north and east positive */
};

/* Great circle on a sphere of the earth's mean radius; within 0.6 % of the ellipsoid. */
double geo_distance_km(struct geo_point a, struct geo_point b) _pure_;
/* Reads "52.37,4.90". 0; -EINVAL: not two numbers; -ERANGE: there is no such place. */
int geo_parse(const char *text, struct geo_point *ret) _must_use_;
/* Whether there is such a place. */
bool geo_is_place(struct geo_point p) _pure_;
