#include "lab/bird_route.h"

#include <errno.h>

#include "tap.h"

/* As BIRD 2.0.12 wrote it, including the second route of the same destination. */
static const char two_routes[] =
    "1007-Table master4:\n"
    " 203.0.113.10/32      unicast [host 03:34:09.965] * (100) [AS65001i]\n"
    " \tvia 198.51.100.5 on va\n"
    "1008-\tType: BGP univ\n"
    "1012-\tBGP.origin: IGP\n"
    " \tBGP.as_path: 65001 65001\n"
    " \tBGP.next_hop: 198.51.100.5\n"
    " \tBGP.med: 7\n"
    " \tBGP.local_pref: 100\n"
    " \tBGP.community: (65535,0)\n"
    "1007-                     unicast [static1 03:34:09.138] (50)\n"
    " \tvia 198.51.100.6 on vb\n"
    "1008-\tType: static univ\n"
    "0000 \n";

static struct prefix
prefix(const char *text)
{
	struct prefix p = { 0 };

	if (prefix_parse(text, &p) < 0)
		tap_fail(__FILE__, __LINE__, "%s is no prefix", text);
	return p;
}

static const char *
ip_text(struct ip ip)
{
	static char buf[IP_STR_MAX];

	return ip.family == IP_NONE ? "" : ip_format(ip, buf);
}

TEST(reads_two_routes)
{
	struct bird_routes r = { 0 };
	struct err e = { 0 };

	REQUIRE(bird_routes_parse(two_routes, &r, &e) == 0);
	REQUIRE(r.count == 2);

	const struct bird_route *best = bird_routes_best(&r, prefix("203.0.113.10/32"));

	REQUIRE(best == &r.items[0]);
	CHECK_STR(best->protocol, "host");
	CHECK_STR(best->type, "BGP");
	CHECK_STR(ip_text(best->gateway), "198.51.100.5");
	CHECK_STR(best->ifname, "va");
	CHECK_STR(ip_text(best->from), "");
	CHECK_STR(ip_text(best->bgp_next_hop), "198.51.100.5");
	REQUIRE(best->as_path_len == 2);
	CHECK_INT(best->as_path[0], 65001);
	CHECK_INT(best->as_path[1], 65001);
	CHECK(best->has_med && best->med == 7);
	CHECK(best->has_local_pref && best->local_pref == 100);

	CHECK(!r.items[1].best);
	CHECK(prefix_equal(r.items[1].dest, best->dest));
	CHECK_STR(r.items[1].protocol, "static1");
	CHECK_STR(r.items[1].type, "static");
	CHECK_STR(ip_text(r.items[1].gateway), "198.51.100.6");
	CHECK_INT(r.items[1].as_path_len, 0);
	CHECK(!r.items[1].has_med);
	CHECK(bird_routes_best(&r, prefix("203.0.113.0/24")) == NULL);
	bird_routes_done(&r);
}

TEST(reads_ipv6_sets_and_recursive_routes)
{
	static const char reply[] =
	    "1007-Table master6:\n"
	    " 2001:db8:f00d::10/128 unicast [ibgp_fra 03:34:09.965 from 2001:db8::3] * (100/20) [AS65001i]\n"
	    " \tvia fe80::1 on eth0 weight 1\n"
	    " \tvia fe80::2 on eth1 weight 1\n"
	    "1008-\tType: BGP univ\n"
	    "1012-\tBGP.as_path: 64497 64498 {65001 65002}\n"
	    " \tBGP.next_hop: 2001:db8::3 fe80::3\n"
	    " 2001:db8:f00d::11/128 blackhole [s6 2026-11-23] * (200)\n"
	    "1008-\tType: static univ\n"
	    "0000 \n";
	struct bird_routes r = { 0 };

	REQUIRE(bird_routes_parse(reply, &r, NULL) == 0);
	REQUIRE(r.count == 2);
	CHECK_STR(ip_text(r.items[0].from), "2001:db8::3");
	CHECK_STR(ip_text(r.items[0].gateway), "fe80::1");
	CHECK_STR(r.items[0].ifname, "eth0");
	CHECK_STR(ip_text(r.items[0].bgp_next_hop), "2001:db8::3");
	REQUIRE(r.items[0].as_path_len == 4);
	CHECK_INT(r.items[0].as_path[2], 65001);
	CHECK_INT(r.items[0].as_path[3], 65002);
	CHECK(r.items[1].best);
	CHECK_STR(ip_text(r.items[1].gateway), "");
	bird_routes_done(&r);
}

TEST(no_route_is_no_error)
{
	struct bird_routes r = { 0 };

	CHECK_INT(bird_routes_parse("8001 Network not found\n", &r, NULL), 0);
	CHECK_INT(r.count, 0);
	bird_routes_done(&r);
}

TEST(errors_of_bird_are_told)
{
	struct bird_routes r = { 0 };
	struct err e = { 0 };

	CHECK_INT(bird_routes_parse("9001 syntax error, unexpected CF_SYM_UNDEFINED\n", &r, &e), -EPROTO);
	CHECK_STR(e.message, "BIRD says: syntax error, unexpected CF_SYM_UNDEFINED");
	CHECK_INT(bird_routes_parse("1007-Table master4:\n", &r, &e), -EPROTO);
	CHECK_STR(e.message, "the reply of BIRD has no end");
	CHECK_INT(r.count, 0);
}

TEST(strange_text_is_survived)
{
	static const char *const texts[] = {
		"", "\n", "0000 \n", "1007-\n0000 \n", "1008-\tType: BGP univ\n0000 \n", " \tvia 1\n0000 \n",
		"1007-203.0.113.10/32 unicast [\n0000 \n", "1007-203.0.113.10/32 unicast []\n1008-\tvia \n \tType: \n0000 \n",
		"1007-           unicast [a] (1)\n0000 \n",
	};
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct bird_routes r = { 0 };

		(void)!bird_routes_parse(texts[i], &r, NULL);
		CHECK(bird_routes_best(&r, prefix("203.0.113.10/32")) == NULL);
		bird_routes_done(&r);
	}
}
