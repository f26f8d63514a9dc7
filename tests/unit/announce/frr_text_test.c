#include "announce/frr_text.h"

#include <errno.h>
#include <string.h>

#include "attributes_example.h"
#include "tap.h"

TEST(attributes_become_lines_of_a_route_map)
{
	static const uint64_t ext[] = { UINT64_C(0x0002fde900000005), UINT64_C(0x0003fde900000006),
		UINT64_C(0x0002fde900000007), UINT64_C(0x4300000000000001) };
	struct bgp_attributes a = example_attributes;
	struct strbuf text = { 0 };
	struct err e = { 0 };

	a.ext_communities = ext;
	a.ext_community_count = 3;
	CHECK_INT(frr_text_attributes(&a, 65001, &text, &e), 0);
	CHECK_STR(strbuf_get(&text),
	    "set origin egp\nset metric 7\nset local-preference 200\nset as-path prepend 65001 "
	    "65001\n"
	    "set community 65001:5 65535:0\nset extcommunity rt 65001:5 65001:7\n"
	    "set extcommunity soo 65001:6\nset large-community 65001:1:2\n");
	strbuf_done(&text);
	CHECK_INT(frr_text_attributes(&a, 0, &text, &e), -EINVAL);
	a.ext_community_count = 4;
	CHECK_INT(frr_text_attributes(&a, 65001, &text, &e), -EINVAL);
	CHECK_STR(e.message, "FRR cannot set the extended community 0x4300000000000001");
	strbuf_done(&text);
}

TEST(a_route_map_is_named_after_its_text)
{
	char one[FRR_MAP_MAX], two[FRR_MAP_MAX];

	CHECK_STR(frr_text_map("set origin igp\n", one), frr_text_map("set origin igp\n", two));
	CHECK(strcmp(one, frr_text_map("set origin egp\n", two)) != 0);
	CHECK_INT(strlen(one), strlen("NEARCAST-0123456789abcdef"));
}

static void
note_own(void *userdata, const struct frr_own *own)
{
	char text[PREFIX_STR_MAX];

	strbuf_addf(userdata, "%s %s; ", own->is_network ? prefix_format(own->prefix, text) : "map",
	    own->map);
}

TEST(only_what_is_ours_is_found_in_a_configuration)
{
	struct strbuf seen = { 0 };

	frr_text_ours(
	    "frr version 8.4.4\n!\nrouter bgp 65001\n no bgp network import-check\n"
	    " address-family ipv4 unicast\n  network 198.51.100.0/24\n"
	    "  network 203.0.113.1/32 route-map NEARCAST-a\n"
	    "  network 203.0.113.2/32 route-map THEIRS\n exit-address-family\n !\n"
	    " address-family ipv6 unicast\n  network 2001:db8:f::1/128 route-map NEARCAST-b\n"
	    "  neighbor 2001:db8::2 route-map NEARCAST-x out\n"
	    " exit-address-family\nexit\n!\nroute-map NEARCAST-a permit 10\n set origin igp\nexit\n"
	    "route-map THEIRS permit 10\n set community 65001:1\nexit\nend\n",
	    note_own, &seen);
	CHECK_STR(strbuf_get(&seen),
	    "203.0.113.1/32 NEARCAST-a; 2001:db8:f::1/128 NEARCAST-b; map NEARCAST-a; ");
	strbuf_done(&seen);
}

static void
note_session(void *userdata, const struct daemon_neighbor *n)
{
	strbuf_addf(userdata, "%s %s as %u of %u%s%s%s; ", n->name, n->state, n->peer_as,
	    n->local_as, n->ipv4 ? " 4" : "", n->ipv6 ? " 6" : "", n->established ? " up" : "");
}

TEST(sessions_are_found_in_the_summary)
{
	struct strbuf seen = { 0 };

	CHECK_INT(frr_text_sessions(
		      "{\"ipv4Unicast\":{\"as\":65001,\"peers\":{\"192.0.2.2\":{\"remoteAs\":65002,"
		      "\"state\":\"Established\"},\"192.0.2.3\":{\"remoteAs\":65003,\"state\":"
		      "\"Active\"}}},"
		      "\"ipv6Unicast\":{\"as\":65001,\"peers\":{\"192.0.2.2\":{\"remoteAs\":65002,"
		      "\"state\":\"Established\"}}}}",
		      note_session, &seen),
	    0);
	CHECK_STR(strbuf_get(&seen),
	    "192.0.2.2 Established as 65002 of 65001 4 up; 192.0.2.3 Active as 65003 of 65001 4; "
	    "192.0.2.2 Established as 65002 of 65001 6 up; ");
	strbuf_done(&seen);
	CHECK_INT(frr_text_sessions("% BGP instance not found\n", note_session, &seen), -EPROTO);
	CHECK_INT(frr_text_sessions("{}", note_session, &seen), 0);
	CHECK_INT(seen.len, 0);
}

static void
note_name(void *userdata, const char *name)
{
	strbuf_addf(userdata, "%s; ", name);
}

TEST(a_prefix_says_whom_it_is_told_to)
{
	struct strbuf seen = { 0 };

	frr_text_told("{\"prefix\":\"203.0.113.1/32\",\"advertisedTo\":{\"192.0.2.2\":{},"
		      "\"192.0.2.3\":{\"hostname\":\"r3\"}},\"paths\":[{\"removed\":true}]}",
	    note_name, &seen);
	CHECK_STR(strbuf_get(&seen), "192.0.2.2; 192.0.2.3; ");
	strbuf_done(&seen);
	frr_text_told("{}", note_name, &seen);
	frr_text_told("{\"advertisedTo\":5}", note_name, &seen);
	frr_text_told("% Network not in table\n", note_name, &seen);
	CHECK_INT(seen.len, 0);
}
