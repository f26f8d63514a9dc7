#include "measure/selection.h"

#include <stdlib.h>
#include <string.h>

#include "measure/origins.h"
#include "measure/places.h"
#include "tap.h"

static void
add(struct selection *s, const char *text)
{
	struct prefix p;
	struct ip ip;

	if (ip_parse(text, &ip) == 0)
		p = prefix_host(ip);
	else if (prefix_parse(text, &p) < 0)
		tap_fail(__FILE__, __LINE__, "%s", text);
	selection_add(s, p);
}

static void
take(void *userdata, const char *line)
{
	strbuf_addf(userdata, "%s\n", line);
}

static void
init(struct selection *s)
{
	*s = (struct selection){ 0 };
	add(s, "192.0.2.0/24");
	add(s, "198.51.100.7");
	add(s, "2001:db8:1::/48");
}

TEST(what_is_within_a_target_and_the_longest_around_it)
{
	static const char text[] = "192.0.0.0/16 NL 52.37 4.9 around it, but not the longest\n"
				   "192.0.2.0/23 NL 52.37 4.90 Amsterdam, with an edge # said\n"
				   "192.0.2.128/25,BR,-23.55,-46.63,S\xc3\xa3o Paulo \n"
				   "192.0.3.0/24 NL 52.37 4.9 beside it\n"
				   "198.51.100.0/24 - - -\n"
				   "198.51.100.8/32 NL 1 1\n"
				   "2001:db8::/32\tSG\t1.29\t103.85\n"
				   "0.0.0.0/0 - - -\n";
	struct strbuf report = { 0 }, lines = { 0 };
	struct places *p = NULL;
	struct selection s;

	init(&s);
	REQUIRE(places_load_text("places", text, &p, &report, NULL) == 0);
	places_select(p, &s, take, &lines);
	CHECK_STR(strbuf_get(&lines), "192.0.2.0/23 NL 52.37 4.9 Amsterdam, with an edge\n"
				      "192.0.2.128/25 BR -23.55 -46.63 S\xc3\xa3o Paulo\n"
				      "198.51.100.0/24 - - -\n"
				      "2001:db8::/32 SG 1.29 103.85\n");
	places_free(p);
	/* what is selected is a file again, and says the same */
	REQUIRE(places_load_text("selected", strbuf_get(&lines), &p, &report, NULL) == 0);
	strbuf_done(&lines);
	places_select(p, &s, take, &lines);
	CHECK_INT(places_count(p), 4);
	CHECK(strstr(strbuf_get(&lines), "Paulo") != NULL);
	places_free(p);
	strbuf_done(&lines);
	strbuf_done(&report);
	selection_done(&s);
}

TEST(likewise_of_as_numbers)
{
	static const char text[] = "192.0.2.0\t24\t64500\n"
				   "198.51.96.0/20 64501_64502,64503 North wind # said\n"
				   "203.0.113.0/24 AS64504\n";
	struct strbuf report = { 0 }, lines = { 0 };
	struct origins *o = NULL;
	struct selection s;

	init(&s);
	REQUIRE(origins_load_text("asns", text, &o, &report, NULL) == 0);
	origins_select(o, &s, take, &lines);
	CHECK_STR(strbuf_get(&lines),
	    "192.0.2.0/24 64500\n198.51.96.0/20 64501_64502_64503 North wind\n");
	origins_free(o);
	strbuf_done(&lines);
	strbuf_done(&report);
	selection_done(&s);
}

TEST(of_no_targets_nothing)
{
	struct strbuf report = { 0 }, lines = { 0 };
	struct selection s = { 0 };
	struct places *p = NULL;

	REQUIRE(places_load_text("places", "0.0.0.0/0 - - -\n", &p, &report, NULL) == 0);
	places_select(p, &s, take, &lines);
	CHECK_STR(strbuf_get(&lines), "");
	places_free(p);
	strbuf_done(&lines);
	strbuf_done(&report);
	selection_done(&s);
}
