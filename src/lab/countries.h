/* The countries of the cities (lab/cities.h) in words. */
#pragma once

#include <stdbool.h>

/* The English name of an ISO 3166 code: "AU" is "Australia"; NULL: not one of the table. */
const char *country_name(const char *code);
/*
 * Whether a person who typed text may have meant the country: it begins a word of its name, or of
 * another that it goes by ("holland"); text of less than three letters has to be the word.
 */
bool country_matches(const char *code, const char *text);
