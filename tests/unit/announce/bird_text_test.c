#include "announce/bird_text.h"

#include <errno.h>

#include "attributes_example.h"
#include "tap.h"

static struct prefix
prefix_of(const char *text)
{
	struct prefix p = { 0 };

	CHECK_INT(prefix_parse(text, &p), 0);
	return p;
}

TEST(a_protocol_is_named_after_its_address)
{
	char buf[BIRD_PROTOCOL_MAX];

	CHECK_STR(bird_text_protocol(prefix_of("203.0.113.10/32"), buf), "nearcast_203_0_113_10");
	CHECK_STR(
	    bird_text_protocol(prefix_of("2001:db8:f::10/128"), buf), "nearcast_2001_db8_f__10");
}

TEST(attributes_become_statements)
{
	static const uint64_t ext[] = { UINT64_C(0x0002fde900000064) };
	struct bgp_attributes a = example_attributes;
	struct strbuf text = { 0 };
	struct err e = { 0 };

	a.ext_communities = ext;
	a.ext_community_count = 1;
	CHECK_INT(bird_text_attributes(&a, 65001, &text, &e), 0);
	CHECK_STR(strbuf_get(&text),
	    "\t\tbgp_origin = ORIGIN_EGP;\n\t\tbgp_med = 7;\n\t\tbgp_local_pref = 200;\n"
	    "\t\tbgp_path.prepend(65001);\n\t\tbgp_path.prepend(65001);\n"
	    "\t\tbgp_community.add((65001, 5));\n\t\tbgp_community.add((65535, 0));\n"
	    "\t\tbgp_ext_community.add((generic, 0x2fde9, 0x64));\n"
	    "\t\tbgp_large_community.add((65001, 1, 2));\n");
	strbuf_done(&text);
	CHECK_INT(bird_text_attributes(&a, 0, &text, &e), -EINVAL);
	CHECK_STR(e.message, "prepends need a local-as");
	strbuf_done(&text);
}

TEST(a_withdrawn_route_stays_in_the_file_and_is_off)
{
	struct strbuf text = { 0 };

	bird_text_route(
	    prefix_of("2001:db8::1/128"), "\t\tbgp_origin = ORIGIN_IGP;\n", true, &text);
	CHECK_STR(strbuf_get(&text),
	    "protocol static nearcast_2001_db8__1 {\n\tdisabled;\n\tipv6 { table nearcast6; };\n"
	    "\troute 2001:db8::1/128 unreachable {\n\t\tbgp_origin = ORIGIN_IGP;\n\t};\n}\n");
	strbuf_done(&text);
}

TEST(what_it_thinks_of_a_configuration_is_understood)
{
	char buf[128];

	CHECK(bird_text_configured(3));  /* 0003 Reconfigured */
	CHECK(bird_text_configured(4));  /* 0004 Reconfiguration in progress */
	CHECK(bird_text_configured(20)); /* 0020 Configuration OK */
	CHECK(!bird_text_configured(8002));
	CHECK(!bird_text_configured(6)); /* it shuts down */
	CHECK_STR(bird_text_error(
		      "0002-Reading configuration from /etc/bird/bird.conf\n"
		      "8002 /etc/bird/bird.conf:6:1 syntax error, unexpected CF_SYM_UNDEFINED\n",
		      buf, sizeof(buf)),
	    "/etc/bird/bird.conf:6:1 syntax error, unexpected CF_SYM_UNDEFINED");
	CHECK_STR(bird_text_error("", buf, sizeof(buf)), "");
}

static void
note_session(void *userdata, const struct daemon_neighbor *n)
{
	strbuf_addf(userdata, "%s=%s%s%s; ", n->name, n->state, n->established ? "+" : "", n->why);
}

/* BIRD 2.0.12 and 3.2.2 say it alike. */
static const char protocols[] =
    "2002-Name       Proto      Table      State  Since         Info\n"
    "1002-device1    Device     ---        up     13:20:57.423  \n"
    " nearcastpipe4 Pipe       ---        up     13:20:57.423  nearcast4 <=> master4\n"
    " nearcast_203_0_113_0 Static     nearcast4  up     13:20:57.423  \n"
    " up         BGP        ---        up     13:21:01.382  Established   \n"
    " r2         BGP        ---        start  2026-11-29    Active        Socket: Connection "
    "refused\n"
    " r3         BGP        ---        start  2026-11-29 13:21:01 Idle    \n"
    " r4         BGP        ---        down   13:20:57.423  \n"
    "0000 \n";

TEST(sessions_are_found_in_show_protocols)
{
	struct strbuf seen = { 0 };

	bird_text_sessions(protocols, note_session, &seen);
	CHECK_STR(strbuf_get(&seen),
	    "up=Established+; r2=ActiveSocket: Connection refused; r3=Idle; r4=down; ");
	strbuf_done(&seen);
}

TEST(the_detail_adds_who_it_is)
{
	struct daemon_neighbor n = { .name = "up" };

	bird_text_detail(
	    "2002-Name       Proto      Table      State  Since         Info\n"
	    "1002-up         BGP        ---        up     13:21:01.382  Established   \n"
	    "1006-  Created:            13:21:05.124\n"
	    "   BGP state:          Established\n"
	    "     Neighbor address: fe80::1%eth0\n     Neighbor AS:      65002\n"
	    "     Local AS:         65001\n   Channel ipv4\n     State:          UP\n"
	    "     BGP Next hop:   127.0.0.1\n   Channel ipv6-mpls\n \n0000 \n",
	    &n);
	CHECK_STR(n.address, "fe80::1%eth0");
	CHECK_INT(n.peer_as, 65002);
	CHECK_INT(n.local_as, 65001);
	CHECK(n.ipv4);
	CHECK(!n.ipv6);
}

TEST(a_route_is_exported_when_it_is_named)
{
	static const char reply[] =
	    "1007-Table master4:\n"
	    " 203.0.113.1/32       unreachable [nearcast_203_0_113_1 13:20:57.423] * (200)\n"
	    "0000 \n";

	CHECK(bird_text_has_route(reply, prefix_of("203.0.113.1/32")));
	CHECK(!bird_text_has_route(reply, prefix_of("203.0.113.10/32")));
	CHECK(!bird_text_has_route("0000 \n", prefix_of("203.0.113.1/32")));
	CHECK(!bird_text_has_route("8001 Network not found\n", prefix_of("203.0.113.1/32")));
}
