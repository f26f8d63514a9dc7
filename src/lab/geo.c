#include "lab/geo.h"

#include <math.h>

#define STEP_NS (10 * NS_PER_US)

struct duration
geo_fibre_delay(double km, double path_factor)
{
	double ns = km * path_factor / GEO_FIBRE_KM_PER_MS * (double)NS_PER_MS;

	if (km <= 0)
		return DURATION_NS(0);
	return DURATION_NS(MAX((int64_t)llround(ns / (double)STEP_NS), INT64_C(1)) * STEP_NS);
}
