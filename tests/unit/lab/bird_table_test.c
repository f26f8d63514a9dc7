#include "lab/bird_table.h"

#include "tap.h"

/* As BIRD 2.0.12 answers "show route" without a destination: all tables, one after the other. */
static const char all_routes[] =
    "1007-Table master4:\n"
    " 0.0.0.0/0            unicast [static1 03:34:09.138] * (200)\n"
    " \tvia 198.51.100.9 on vc\n"
    " 203.0.113.80/32      unicast [host4_am6 03:34:09.965] * (100) [AS65001i]\n"
    " \tvia 198.51.100.5 on va\n"
    " 192.0.2.0/28         unreachable [own4 03:34:09.138] * (200)\n"
    " 198.51.100.0/26      unicast [ebgp4_a 03:34:09.965] (100) [AS64500i]\n"
    " \tvia 198.51.100.5 on va\n"
    "\n"
    "Table master6:\n"
    " 2001:db8:1::/48      unicast [ebgp6_a 03:34:09.965] * (100) [AS64500i]\n"
    " \tvia fe80::1 on va\n"
    "1007-                     unicast [ebgp6_b 03:34:09.138] (100) [AS64500i]\n"
    " \tvia fe80::2 on vb\n"
    "0000 \n";

static bool
has(const struct bird_table *t, const char *text, bool exact)
{
	struct prefix p = { 0 };

	if (prefix_parse(text, &p) < 0)
		tap_fail(__FILE__, __LINE__, "%s is no prefix", text);
	return bird_table_has(t, p, exact);
}

TEST(all_tables_of_one_reply_are_known)
{
	struct bird_routes routes = { 0 };
	struct bird_table t = { 0 };

	REQUIRE(bird_routes_parse(all_routes, &routes, NULL) == 0);
	bird_table_add(&t, &routes);
	CHECK(has(&t, "203.0.113.80/32", true));
	CHECK(has(&t, "203.0.113.80/32", false));
	CHECK(has(&t, "192.0.2.5/32", false));
	CHECK(!has(&t, "192.0.2.5/32", true));
	CHECK(has(&t, "2001:db8:1::5/128", false));
	CHECK(!has(&t, "2001:db8:2::5/128", false));
	bird_table_done(&t);
	bird_routes_done(&routes);
}

TEST(neither_the_route_to_everything_nor_one_that_is_not_used_is_a_way)
{
	struct bird_routes routes = { 0 };
	struct bird_table t = { 0 };

	REQUIRE(bird_routes_parse(all_routes, &routes, NULL) == 0);
	bird_table_add(&t, &routes);
	CHECK(!has(&t, "198.51.100.5/32", false));
	CHECK(!has(&t, "198.51.100.0/26", true));
	CHECK(!has(&t, "8.8.8.8/32", false));
	bird_table_done(&t);
	bird_routes_done(&routes);
}
