#include "lab/cities.h"
#include "lab/countries.h"

#include <string.h>

#include "base/strbuf.h"
#include "tap.h"

TEST(there_are_enough)
{
	CHECK(city_count() >= 250);
}

TEST(codes_are_unique)
{
	for (size_t i = 0; i < city_count(); i++) {
		for (size_t k = 0; k < i; k++) {
			if (strcmp(city_get(i)->code, city_get(k)->code) == 0)
				tap_fail(
				    __FILE__, __LINE__, "%s stands there twice", city_get(i)->code);
		}
	}
}

static bool
is_code(const char *text, size_t len, bool (*allowed)(char))
{
	for (size_t i = 0; i < len; i++) {
		if (!allowed(text[i]))
			return false;
	}
	return strlen(text) == len;
}

TEST(each_is_well_formed)
{
	for (size_t i = 0; i < city_count(); i++) {
		const struct city *c = city_get(i);

		if (!is_code(c->code, 3, ascii_is_lower) ||
		    !is_code(c->country, 2, ascii_is_upper) || *c->name == '\0' ||
		    c->at.latitude < -90 || c->at.latitude > 90 || c->at.longitude < -180 ||
		    c->at.longitude > 180)
			tap_fail(__FILE__, __LINE__, "%s (%s) is wrong", c->code, c->name);
	}
}

/* Two cities in one place are one city, or a coordinate was copied. */
TEST(no_two_in_one_place)
{
	for (size_t i = 0; i < city_count(); i++) {
		for (size_t k = 0; k < i; k++) {
			if (geo_distance_km(city_get(i)->at, city_get(k)->at) < 5)
				tap_fail(__FILE__, __LINE__, "%s is at %s", city_get(i)->code,
				    city_get(k)->code);
		}
	}
}

TEST(countries_in_words)
{
	static const struct {
		const char *code, *text;
		bool matches;
	} rows[] = {
		{ "AU", "Australia", true },
		{ "AU", "austr", true },
		{ "AT", "Australia", false },
		{ "US", "united states", true },
		{ "US", "usa", true },
		{ "RU", "usa", false },
		{ "AU", "us", false },
		{ "GB", "uk", true },
		{ "UA", "uk", false },
		{ "GB", "Scotland", true },
		{ "TR", "turkey", true },
		{ "NL", "land", false },
		{ "NL", "", false },
		{ "??", "austr", false },
	};

	for (size_t i = 0; i < city_count(); i++) {
		if (country_name(city_get(i)->country) == NULL)
			tap_fail(__FILE__, __LINE__, "no name of %s", city_get(i)->country);
	}
	CHECK(country_name("??") == NULL);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (country_matches(rows[i].code, rows[i].text) != rows[i].matches)
			tap_fail(__FILE__, __LINE__, "%s: %s", rows[i].code, rows[i].text);
	}
}

TEST(find_by_code_only)
{
	REQUIRE(city_find("ams"));
	CHECK_STR(city_find("ams")->name, "Amsterdam");
	CHECK_STR(city_find("ams")->country, "NL");
	CHECK(city_find("AMS") == NULL);
	CHECK(city_find("amsterdam") == NULL);
	CHECK(city_find("") == NULL);
	CHECK(city_find("xyz") == NULL);
}

TEST(guess_what_was_meant)
{
	REQUIRE(city_guess("edinburgh") && city_guess("EDI"));
	CHECK_STR(city_guess("edinburgh")->code, "edi");
	CHECK_STR(city_guess("EDI")->code, "edi");
	CHECK(city_guess("atlantis") == NULL);
}
