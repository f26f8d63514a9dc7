/* Whole path attributes: what is read, and that it is written again as it was. */
#include "bytes.h"
#include "proto/bgp/path.h"

#define AS4 ((struct bgp_path_style){ .as4 = true })
#define AS2 ((struct bgp_path_style){ 0 })
#define TABLE ((struct bgp_path_style){ .as4 = true, .table = true })

static struct bgp_path
decode(struct arena *arena, struct bgp_path_style style, const char *text)
{
	uint8_t bytes[1024];
	size_t n = from_hex(text, bytes, sizeof(bytes));
	struct bgp_path path;

	CHECK(bgp_path_decode(reader_init(arena_memdup(arena, bytes, n), n), style, arena, &path));
	return path;
}

static void
check_encoded(const struct bgp_path *path, struct bgp_path_style style, const char *text)
{
	uint8_t buf[1024];
	struct writer w = writer_init(buf, sizeof(buf));

	bgp_path_encode(&w, path, style);
	CHECK(writer_ok(&w));
	CHECK_HEX(buf, writer_len(&w), text);
}

/* Every attribute that is decoded, in no order; each line is written as it was read. */
TEST(each_attribute_is_written_as_it_was_read)
{
	static const struct {
		struct bgp_path_style style;
		const char *text;
	} rows[] = {
		{ AS4, "400101 02" },
		{ AS4, "400200" },
		{ AS4, "400214 0202 0000fbf5 00010000 0102 00000001 ffffffff" },
		{ AS2, "40020a 0202 fbf5 5ba0 0301 fde9" },
		{ AS4, "400206 0401 0000fbf5" },
		{ AS4, "50020006 0201 0000fbf5" }, /* two bytes of length where one would do */
		{ AS4, "400304 c0000202" },
		{ AS4, "800404 00000064" },
		{ AS4, "400504 00000064" },
		{ AS4, "400600" },
		{ AS4, "c00708 0000fbf5 c0000202" },
		{ AS2, "c00706 fbf5 c0000202" },
		{ AS4, "c00808 ffff0000 fbf50001" },
		{ AS4, "e00804 ffff0000" }, /* partial */
		{ AS4, "800904 c0000202" },
		{ AS4, "800a08 c0000202 c0000203" },
		{ AS4, "800e15 0002 01 10 20010db8 00000000 00000000 00000002 00" },
		{ AS4, "800e2a 0002 01 20 20010db8 00000000 00000000 00000002 fe800000 00000000 00000000 "
		       "00000002 00 20 20010db8" },
		{ AS4, "800e19 0001 01 10 20010db8 00000000 00000000 00000002 00 18 cb0071" },
		{ AS4, "800e0d 0001 01 04 c0000202 00 18 cb0071" },
		{ AS4, "800f08 0002 01 20 20010db8" },
		{ AS4, "c01008 0002fbf5 00000064" },
		{ AS2, "c0110a 0202 0000fbf5 00010000" },
		{ AS2, "c01208 00010000 c0000202" },
		{ AS4, "c0200c 0000fbf5 00000001 00000002" },
		{ AS4, "c02304 0000fbf5" },
		{ TABLE, "800e11 10 20010db8 00000000 00000000 00000002" },
		{ TABLE, "800e05 04 c0000202" },
		{ TABLE, "800e1a 0002 01 10 20010db8 00000000 00000000 00000002 00 20 20010db8" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(arena_freep) struct arena *arena = arena_new();
		struct bgp_path path = decode(arena, rows[i].style, rows[i].text);

		REQUIRE(path.count == 1);
		if (path.attributes[0].form != BGP_FORM_DECODED)
			tap_fail(__FILE__, __LINE__, "%s: form %d", rows[i].text,
			    (int)path.attributes[0].form);
		CHECK(bgp_attribute_name(path.attributes[0].type) != NULL);
		check_encoded(&path, rows[i].style, rows[i].text);
	}
}

TEST(the_fields_of_a_path)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new();
	struct bgp_path p = decode(arena, AS4,
	    "400101 02 400214 0202 0000fbf5 00010000 0102 00000001 ffffffff 400304 c0000202 800404 00000007 "
	    "400504 00000064 c00708 0000fbf5 c0000203 c00808 ffff0000 fbf50001 800904 c0000204 800a04 c0000205 "
	    "c01008 0002fbf5 00000064 c0200c 0000fbf5 00000001 00000002 c02304 0000fbf6 "
	    "800e2a 0002 01 20 20010db8 00000000 00000000 00000002 fe800000 00000000 00000000 00000002 00 "
	    "20 20010db8 800f08 0002 01 20 20010db9");

	CHECK_INT(p.origin, BGP_ORIGIN_INCOMPLETE);
	REQUIRE(p.as_path.count == 2);
	CHECK(
	    p.as_path.segments[0].type == BGP_SEGMENT_SEQUENCE && p.as_path.segments[0].count == 2);
	CHECK(p.as_path.segments[0].ases[0] == 64501 && p.as_path.segments[0].ases[1] == 65536);
	CHECK(p.as_path.segments[1].type == BGP_SEGMENT_SET &&
	      p.as_path.segments[1].ases[1] == UINT32_MAX);
	CHECK(ip_equal(p.next_hop, ip_of("192.0.2.2")));
	CHECK(p.med == 7 && p.local_pref == 100 && p.otc == 64502);
	CHECK(p.aggregator.as == 64501 && ip_equal(p.aggregator.address, ip_of("192.0.2.3")));
	REQUIRE(p.communities.count == 2 && p.cluster_list.count == 1);
	CHECK(p.communities.numbers[1] == 0xfbf50001 && p.cluster_list.numbers[0] == 0xc0000205);
	CHECK(ip_equal(p.originator_id, ip_of("192.0.2.4")));
	REQUIRE(p.ext_community_count == 1 && p.large_community_count == 1);
	CHECK(p.ext_communities[0] == 0x0002fbf500000064 && p.large_communities[0].local2 == 2);
	CHECK(ip_equal(p.reach.next_hop, ip_of("2001:db8::2")));
	CHECK(ip_equal(p.reach.link_local, ip_of("fe80::2")));
	REQUIRE(p.reach.prefixes.count == 1 && p.unreach.count == 1);
	CHECK(prefix_equal(p.reach.prefixes.prefixes[0], prefix_of("2001:db8::/32")));
	CHECK(prefix_equal(p.unreach.prefixes[0], prefix_of("2001:db9::/32")));
}

/* What is not understood is kept, and written again. */
TEST(what_is_not_decoded_stays_as_bytes)
{
	static const struct {
		const char *text;
		enum bgp_attribute_form form;
	} rows[] = {
		{ "c06302 abcd", BGP_FORM_UNKNOWN },
		{ "d0630002 abcd", BGP_FORM_UNKNOWN },
		{ "800e05 0019 41 00 00", BGP_FORM_UNKNOWN }, /* L2VPN */
		{ "800f03 0001 80", BGP_FORM_UNKNOWN },
		{ "400101 03", BGP_FORM_MALFORMED },
		{ "400102 0000", BGP_FORM_MALFORMED },
		{ "400206 0501 0000fbf5", BGP_FORM_MALFORMED },
		{ "400206 0202 0000fbf5", BGP_FORM_MALFORMED },
		{ "400206 0200 0201 0000", BGP_FORM_MALFORMED },
		{ "400303 c00002", BGP_FORM_MALFORMED },
		{ "40060100", BGP_FORM_MALFORMED },
		{ "c00706 fbf5 c0000202", BGP_FORM_MALFORMED },
		{ "c00803 ffff00", BGP_FORM_MALFORMED },
		{ "c01007 00000000 000000", BGP_FORM_MALFORMED },
		{ "c0200b 00000000 00000000 000000", BGP_FORM_MALFORMED },
		{ "c02303 00fbf5", BGP_FORM_MALFORMED },
		{ "800e02 0002", BGP_FORM_MALFORMED },
		{ "800e09 0002 01 04 c0000202 00", BGP_FORM_MALFORMED }, /* IPv6 by way of IPv4 */
		{ "800e0a 0001 01 04 c0000202 00 21", BGP_FORM_MALFORMED },
		{ "800f05 0002 01 20 20", BGP_FORM_MALFORMED },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(arena_freep) struct arena *arena = arena_new();
		struct bgp_path path = decode(arena, AS4, rows[i].text);

		REQUIRE(path.count == 1);
		if (path.attributes[0].form != rows[i].form)
			tap_fail(__FILE__, __LINE__, "%s: form %d", rows[i].text,
			    (int)path.attributes[0].form);
		CHECK(!bgp_path_has(&path, path.attributes[0].type));
		check_encoded(&path, AS4, rows[i].text);
	}
}

TEST(of_two_copies_the_first_counts)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new();
	struct bgp_path path = decode(arena, AS4, "800404 00000001 800404 00000002");

	REQUIRE(path.count == 2);
	CHECK_INT(path.med, 1);
	CHECK_INT(path.attributes[1].form, BGP_FORM_REPEATED);
	check_encoded(&path, AS4, "800404 00000001 800404 00000002");
}

TEST(an_attribute_that_runs_past_the_list)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new();
	uint8_t bytes[64];
	size_t n = from_hex("400101 00 400305 c0000202", bytes, sizeof(bytes));
	struct bgp_path path;

	CHECK(!bgp_path_decode(reader_init(bytes, n), AS4, arena, &path));
	REQUIRE(path.count == 1);
	CHECK(bgp_path_has(&path, BGP_ATTR_ORIGIN));
}

/* 100 AS numbers take 202 bytes with two each, 402 with four: more than a one-byte length. */
TEST(a_path_that_grows_gets_a_longer_length)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new();
	uint8_t two[512], four[1024];
	struct writer w = writer_init(two, sizeof(two));
	struct bgp_path path, again;

	writer_bytes(&w, "\x40\x02\xca\x02\x64", 5);
	writer_fill(&w, 1, 200);
	CHECK(bgp_path_decode(reader_init(two, writer_len(&w)), AS2, arena, &path));
	w = writer_init(four, sizeof(four));
	bgp_path_encode(&w, &path, AS4);
	CHECK(writer_ok(&w));
	CHECK_MEM(four, 6, "\x50\x02\x01\x92\x02\x64", 6);
	CHECK(bgp_path_decode(reader_init(four, writer_len(&w)), AS4, arena, &again));
	REQUIRE(again.as_path.count == 1 && again.as_path.segments[0].count == 100);
	CHECK_INT(again.as_path.segments[0].ases[99], 0x0101);
}

TEST(a_whole_update)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new();
	const char *text = "0004 18 cb0071 000e 400101 00 400200 400304 c0000202 00 20 c6336401";
	uint8_t bytes[64], buf[64];
	size_t n = from_hex(text, bytes, sizeof(bytes));
	struct writer w = writer_init(buf, sizeof(buf));
	struct bgp_routes routes;

	CHECK(bgp_routes_decode(reader_init(bytes, n), AS4, arena, &routes));
	REQUIRE(
	    routes.withdrawn.count == 1 && routes.announced.count == 2 && routes.path.count == 3);
	CHECK(prefix_equal(routes.withdrawn.prefixes[0], prefix_of("203.0.113.0/24")));
	CHECK(prefix_equal(routes.announced.prefixes[0], prefix_of("0.0.0.0/0")));
	CHECK(prefix_equal(routes.announced.prefixes[1], prefix_of("198.51.100.1/32")));
	bgp_routes_encode(&w, &routes, AS4);
	CHECK_HEX(buf, writer_len(&w), text);
	/* cut anywhere it is no UPDATE, or one of fewer prefixes */
	for (size_t at = 0; at < n; at++)
		CHECK(bgp_routes_decode(reader_init(bytes, at), AS4, arena, &routes) ==
		      (at == 22 || at == 23));
}
