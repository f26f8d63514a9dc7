#include "measure/places.h"

#include <stdlib.h>

#include "tap.h"

static const struct place *
find(const struct places *p, const char *text)
{
	struct ip ip;

	return ip_parse(text, &ip) == 0 ? places_find(p, ip) : NULL;
}

TEST(the_longest_prefix_counts_whatever_is_between_the_words)
{
	static const char text[] = "# a comment\n"
				   "192.0.2.0/24 NL 52.37 4.90 Amsterdam # the site\n"
				   "192.0.2.128/25,BR,-23.55,-46.63,S\xc3\xa3o Paulo \n"
				   "2001:db8::/32\tSG\t1.29\t103.85\n"
				   "198.51.100.0/24 - - -\n";
	struct strbuf report = { 0 };
	struct places *p = NULL;
	const struct place *found;

	REQUIRE(places_load_text("places", text, &p, &report, NULL) == 0);
	found = find(p, "192.0.2.1");
	REQUIRE(found != NULL);
	CHECK_STR(found->city, "Amsterdam");
	CHECK_STR(found->country, "NL");
	CHECK(found->has_point && found->point.latitude == 52.37 && found->point.longitude == 4.90);
	found = find(p, "192.0.2.200");
	REQUIRE(found != NULL);
	CHECK_STR(found->city, "S\xc3\xa3o Paulo");
	CHECK(found->point.latitude == -23.55);
	found = find(p, "2001:db8::1");
	REQUIRE(found != NULL);
	CHECK(found->city == NULL && found->has_point);
	found = find(p, "198.51.100.1");
	REQUIRE(found != NULL);
	CHECK(found->country == NULL && !found->has_point);
	CHECK(find(p, "203.0.113.1") == NULL);
	CHECK(places_find(NULL, (struct ip){ 0 }) == NULL);
	places_free(p);
	strbuf_done(&report);
}

static void
refused(const char *line, const char *want)
{
	struct strbuf report = { 0 };
	struct places *p = NULL;
	struct err e = { 0 };

	CHECK(places_load_text("places", line, &p, &report, &e) < 0);
	CHECK_STR(strbuf_get(&report), want);
	CHECK_STR(e.message, "places: 1 bad line");
	strbuf_done(&report);
}

TEST(what_is_wrong_is_shown_with_its_place)
{
	refused("192.0.2.1/24 NL 52.37 4.90\n",
	    "places:1:1: bits are set behind the length of the prefix\n"
	    "    1 | 192.0.2.1/24 NL 52.37 4.90\n"
	    "      | ^~~~~~~~~~~~\n");
	refused("192.0.2.0/24 NL 52.37\n",
	    "places:1:1: expected a prefix, a country, and degrees north and east\n"
	    "    1 | 192.0.2.0/24 NL 52.37\n"
	    "      | ^~~~~~~~~~~~~~~~~~~~~\n");
	refused("192.0.2.0/24 NL 95 4.90\n", "places:1:17: there is no such place on the earth\n"
					     "    1 | 192.0.2.0/24 NL 95 4.90\n"
					     "      |                 ^~~~~~~\n");
	refused("192.0.2.0/24 NL north 4.90\n",
	    "places:1:17: expected degrees north and east, such as 52.37 4.90\n"
	    "    1 | 192.0.2.0/24 NL north 4.90\n"
	    "      |                 ^~~~~~~~~~\n");
	refused("192.0.2.0/24 - - -\n192.0.2.0/24 - - -\n",
	    "places:2:1: this prefix is there twice\n"
	    "    2 | 192.0.2.0/24 - - -\n"
	    "      | ^~~~~~~~~~~~~~~~~~\n");
}
