#include "lab/geo.h"

#include <math.h>

#include "lab/cities.h"
#include "tap.h"

/* Great circles between the middles of cities, as atlases give them, within half a percent. */
static const struct {
	const char *a, *b;
	double km;
} PAIRS[] = {
	{ "lon", "nyc", 5570 },
	{ "lon", "par", 344 },
	{ "edi", "ams", 660 },
	{ "hkg", "sin", 2588 },
	{ "syd", "lax", 12065 }, /* across the date line */
	{ "akl", "mad", 19595 }, /* nearly antipodes */
	{ "sao", "jnb", 7450 },
};

TEST(distance_of_known_pairs)
{
	for (size_t i = 0; i < ARRAY_SIZE(PAIRS); i++) {
		double km = geo_distance_km(city_find(PAIRS[i].a)->at, city_find(PAIRS[i].b)->at);
		double back = geo_distance_km(city_find(PAIRS[i].b)->at, city_find(PAIRS[i].a)->at);

		if (fabs(km - PAIRS[i].km) > PAIRS[i].km * 0.005)
			tap_fail(__FILE__, __LINE__, "%s-%s: %.0f km, expected %.0f", PAIRS[i].a, PAIRS[i].b, km,
			    PAIRS[i].km);
		CHECK(fabs(km - back) < 1e-6);
	}
}

TEST(distance_at_the_edges)
{
	struct geo_point pole = { 90, 0 }, other_pole = { -90, 123 }, here = { 52.37, 4.9 };

	CHECK(fabs(geo_distance_km(pole, other_pole) - 20015.1) < 0.1);
	CHECK(geo_distance_km(here, here) == 0);
	CHECK(geo_distance_km(pole, (struct geo_point){ 90, 77 }) < 1e-6);
}

TEST(delay_in_fibre)
{
	CHECK_INT(geo_fibre_delay(0, 1.5).ns, 0);
	CHECK_INT(geo_fibre_delay(204.2, 1).ns, NS_PER_MS);
	CHECK_INT(geo_fibre_delay(204.2, 1.5).ns, 1500 * NS_PER_US);
	CHECK_INT(geo_fibre_delay(1000, 2).ns, 9790 * NS_PER_US); /* 9.794 ms, in steps of 10 us */
	CHECK_INT(geo_fibre_delay(0.1, 1).ns, 10 * NS_PER_US); /* two places are never in one */
}

/*
 * Measured round trips in ms, the smallest of a day: no lab may beat them by the path factor's choice
 * on a single direct link, and none of these is slower than four times light in fibre.
 */
static const struct {
	const char *a, *b;
	double rtt_ms;
} MEASURED[] = {
	{ "lon", "nyc", 69 },
	{ "dfw", "fra", 123 },
	{ "syd", "tyo", 101 },
	{ "lon", "fra", 13 },
};

TEST(delay_is_near_measured_ones)
{
	for (size_t i = 0; i < ARRAY_SIZE(MEASURED); i++) {
		double km = geo_distance_km(city_find(MEASURED[i].a)->at, city_find(MEASURED[i].b)->at);
		double rtt = 2 * duration_ms_f(geo_fibre_delay(km, GEO_PATH_FACTOR));

		if (rtt > MEASURED[i].rtt_ms * 1.25 || rtt < MEASURED[i].rtt_ms * 0.6)
			tap_fail(__FILE__, __LINE__, "%s-%s: %.1f ms, measured %.1f", MEASURED[i].a,
			    MEASURED[i].b, rtt, MEASURED[i].rtt_ms);
	}
}
