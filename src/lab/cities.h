/*
 * The cities that a lab's routers, sites and clients can be in: IATA code, name, country, coordinates.
 * The table is cities.def.
 */
#pragma once

#include <stddef.h>

#include "lab/geo.h"

struct city {
	const char *code;    /* "ams" */
	const char *name;    /* "Amsterdam" */
	const char *country; /* ISO 3166, "NL" */
	struct geo_point at;
};

size_t city_count(void);
const struct city *city_get(size_t i);
/* By code ("ams"), or NULL. */
const struct city *city_find(const char *code);
/* The city that a person meant who wrote a name or a code in capitals ("Amsterdam", "AMS"), or NULL. */
const struct city *city_guess(const char *text);
