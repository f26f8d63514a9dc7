#include "lab/mesh.h"

#include <math.h>

bool
mesh_joins(const struct geo_point *points, size_t count, size_t a, size_t b)
{
	double direct = geo_distance_km(points[a], points[b]);

	for (size_t c = 0; c < count; c++) {
		if (c == a || c == b)
			continue;
		if (fmax(geo_distance_km(points[a], points[c]), geo_distance_km(points[c], points[b])) <
		    direct)
			return false;
	}
	return true;
}
