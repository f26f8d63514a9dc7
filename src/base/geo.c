#include "base/geo.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/strbuf.h"

#define EARTH_RADIUS_KM 6371.0088

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

bool
geo_is_place(struct geo_point p)
{
	/* not so for NaN either */
	return p.latitude >= -90 && p.latitude <= 90 && p.longitude >= -180 && p.longitude <= 180;
}

/* Digits, a sign, a point: nothing of what strtod() takes besides. */
static bool
read_degrees(const char **text, double *ret)
{
	const char *at = *text;
	char *end;

	at += *at == '-' || *at == '+';
	if (!ascii_is_digit(*at))
		return false;
	while (ascii_is_digit(*at) || *at == '.')
		at++;
	*ret = strtod(*text, &end);
	if (end != at)
		return false;
	*text = at;
	return true;
}

int
geo_parse(const char *text, struct geo_point *ret)
{
	struct geo_point p;

	if (!read_degrees(&text, &p.latitude) || *text++ != ',' ||
	    !read_degrees(&text, &p.longitude) || *text != '\0')
		return -EINVAL;
	if (!geo_is_place(p))
		return -ERANGE;
	*ret = p;
	return 0;
}
