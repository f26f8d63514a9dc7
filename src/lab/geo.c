#include "lab/geo.h"

#include <math.h>

#define EARTH_RADIUS_KM 6371.0088
#define STEP_NS (10 * NS_PER_US)

static double
radians(double degrees)
{
	return degrees * (M_PI / 180.0);
}

/* Haversine: exact also for places next to each other. */
double
geo_distance_km(struct geo_point a, struct geo_point b)
{
	double lat = sin(radians(b.latitude - a.latitude) / 2);
	double lon = sin(radians(b.longitude - a.longitude) / 2);
	double h = lat * lat + cos(radians(a.latitude)) * cos(radians(b.latitude)) * lon * lon;

	return 2 * EARTH_RADIUS_KM * asin(fmin(1.0, sqrt(h)));
}

struct duration
geo_fibre_delay(double km, double path_factor)
{
	double ns = km * path_factor / GEO_FIBRE_KM_PER_MS * (double)NS_PER_MS;

	if (km <= 0)
		return DURATION_NS(0);
	return DURATION_NS(MAX((int64_t)llround(ns / (double)STEP_NS), INT64_C(1)) * STEP_NS);
}
