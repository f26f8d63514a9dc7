#include "lab/cities.h"

#include <string.h>
#include <strings.h>

static const struct city CITIES[] = {
#define CITY(code_, name_, country_, lat_, lon_)                                                   \
	{ .code = (code_), .name = (name_), .country = (country_), .at = { (lat_), (lon_) } },
#include "lab/cities.def"
#undef CITY
};

size_t
city_count(void)
{
	return ARRAY_SIZE(CITIES);
}

const struct city *
city_get(size_t i)
{
	return &CITIES[i];
}

const struct city *
city_find(const char *code)
{
	for (size_t i = 0; i < ARRAY_SIZE(CITIES); i++) {
		if (strcmp(CITIES[i].code, code) == 0)
			return &CITIES[i];
	}
	return NULL;
}

const struct city *
city_guess(const char *text)
{
	for (size_t i = 0; i < ARRAY_SIZE(CITIES); i++) {
		if (strcasecmp(CITIES[i].code, text) == 0)
			return &CITIES[i];
	}
	for (size_t i = 0; i < ARRAY_SIZE(CITIES); i++) {
		if (strcasecmp(CITIES[i].name, text) == 0)
			return &CITIES[i];
	}
	return NULL;
}
