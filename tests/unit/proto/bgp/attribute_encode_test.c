/*
 * What announcements carry, as golden bytes; each was read with tshark 4.0, which found nothing
 * malformed.
 */
#include "proto/bgp/community.h"

#include "bytes.h"

static const struct bgp_attributes plain;

/* The message without its header and the length of withdrawn routes. */
static void
check_announced(int line, const struct bgp_peering *peering,
    const struct bgp_attributes *attributes, const char *prefix, const char *want)
{
	uint8_t buf[BGP_MESSAGE_MAX], bytes[BGP_MESSAGE_MAX];
	struct prefix p = prefix_of(prefix);
	struct bgp_update_writer u;
	size_t len, n = from_hex(want, bytes, sizeof(bytes));

	bgp_update_begin_announce(
	    &u, buf, sizeof(buf), peering, bgp_family_of(p.addr.family), attributes);
	CHECK(bgp_update_add(&u, p));
	len = bgp_update_end(&u);
	(void)tap_check_mem(__FILE__, line, prefix, buf + 21, len - 21, bytes, n);
}

#define CHECK_ANNOUNCED(peering, attributes, prefix, want)                                         \
	check_announced(__LINE__, &(peering), &(attributes), prefix, want)

#define ORIGIN "400101 00 "
#define PATH "400206 0201 0000fde9 "
#define NEXT_HOP "400304 c0000201 "
#define NET4 "18 cb0071 "

TEST(origins)
{
	struct bgp_peering peering = usual_peering();
	struct bgp_attributes a = { .origin = BGP_ORIGIN_EGP };

	CHECK_ANNOUNCED(peering, a, "203.0.113.0/24", "0014 400101 01" PATH NEXT_HOP NET4);
	a.origin = BGP_ORIGIN_INCOMPLETE;
	CHECK_ANNOUNCED(peering, a, "203.0.113.0/24", "0014 400101 02" PATH NEXT_HOP NET4);
}

TEST(local_pref_is_for_our_as_only)
{
	const struct bgp_attributes a = { .has_local_pref = true, .local_pref = 50 };
	struct bgp_peering peering = usual_peering();

	CHECK_ANNOUNCED(peering, a, "203.0.113.0/24", "0014" ORIGIN PATH NEXT_HOP NET4);
	peering.ibgp = true;
	CHECK_ANNOUNCED(peering, a, "203.0.113.0/24", "0015" ORIGIN "400200" NEXT_HOP "400504 00000032" NET4);
}

TEST(communities_of_all_kinds_by_rising_type)
{
	static const uint32_t communities[] = { 0xfde90001, BGP_GRACEFUL_SHUTDOWN };
	/* a route target, and a link bandwidth that must not leave our AS */
	static const uint64_t ext[] = { 0x0002fde900000064, 0x4004fde849742400 };
	static const struct bgp_large_community large[] = { { 64496, 1, 2 } };
	const struct bgp_attributes a = {
		.has_med = true,
		.med = 7,
		.communities = communities,
		.community_count = 2,
		.ext_communities = ext,
		.ext_community_count = 2,
		.large_communities = large,
		.large_community_count = 1,
	};
	struct bgp_peering peering = usual_peering();

	CHECK_ANNOUNCED(peering, a, "203.0.113.0/24",
	    "0040" ORIGIN PATH NEXT_HOP "800404 00000007 c00808 fde90001 ffff0000"
	    "c01008 0002fde900000064 c0200c 0000fbf0 00000001 00000002" NET4);
	peering.ibgp = true;
	CHECK_ANNOUNCED(peering, a, "203.0.113.0/24",
	    "0049" ORIGIN "400200" NEXT_HOP "800404 00000007 400504 00000064 c00808 fde90001 ffff0000"
	    "c01010 0002fde900000064 4004fde849742400 c0200c 0000fbf0 00000001 00000002" NET4);
}

TEST(nothing_but_non_transitive_communities_is_no_attribute)
{
	static const uint64_t ext[] = { 0x4004fde849742400 };
	const struct bgp_attributes a = { .ext_communities = ext, .ext_community_count = 1 };
	struct bgp_peering peering = usual_peering();

	CHECK_ANNOUNCED(peering, a, "203.0.113.0/24", "0014" ORIGIN PATH NEXT_HOP NET4);
}

/* RFC 9234 section 5, the third egress rule. */
TEST(only_to_customer_goes_to_peers_and_below)
{
	static const struct {
		enum bgp_role role;
		bool otc;
	} rows[] = {
		{ BGP_ROLE_NONE, false },
		{ BGP_ROLE_CUSTOMER, false },
		{ BGP_ROLE_RS_CLIENT, false },
		{ BGP_ROLE_PEER, true },
		{ BGP_ROLE_PROVIDER, true },
		{ BGP_ROLE_RS, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bgp_peering peering = usual_peering();

		peering.role = rows[i].role;
		CHECK_ANNOUNCED(peering, plain, "203.0.113.0/24",
		    rows[i].otc ? "001b" ORIGIN PATH NEXT_HOP "c02304 0000fde9" NET4
				: "0014" ORIGIN PATH NEXT_HOP NET4);
		peering.ibgp = true; /* roles are for external sessions */
		CHECK_ANNOUNCED(peering, plain, "203.0.113.0/24",
		    "0015" ORIGIN "400200" NEXT_HOP "400504 00000064" NET4);
	}
}

TEST(otc_holds_four_octets_for_a_two_octet_peer_too)
{
	struct bgp_peering peering = usual_peering();

	peering.role = BGP_ROLE_PEER;
	peering.as4 = false;
	peering.local_as = 4200000001;
	CHECK_ANNOUNCED(peering, plain, "203.0.113.0/24",
	    "0022" ORIGIN "400204 0201 5ba0" NEXT_HOP "c01106 0201 fa56ea01 c02304 fa56ea01" NET4);
}

#define HOP6 "20010db8 00000000 00000000 00000001 "
#define LINK6 "fe800000 00000000 00000000 00000001 "

TEST(ipv4_behind_an_ipv6_next_hop)
{
	struct bgp_peering peering = usual_peering();

	peering.extended_next_hop = true;
	peering.next_hop[BGP_IPV4] = ip_of("2001:db8::1");
	CHECK_ANNOUNCED(peering, plain, "203.0.113.0/24",
	    "002a 900e 0019 0001 01 10" HOP6 "00" NET4 ORIGIN PATH);
	peering.next_hop_link_local = ip_of("fe80::1");
	CHECK_ANNOUNCED(peering, plain, "203.0.113.0/24",
	    "003a 900e 0029 0001 01 20" HOP6 LINK6 "00" NET4 ORIGIN PATH);
}

/* RFC 2545 section 3. */
TEST(a_link_local_next_hop_comes_second)
{
	struct bgp_peering peering = usual_peering();

	peering.next_hop_link_local = ip_of("fe80::1");
	CHECK_ANNOUNCED(peering, plain, "2001:db8:f00d::/48",
	    "003d 900e 002c 0002 01 20" HOP6 LINK6 "00 30 20010db8f00d" ORIGIN PATH);
	/* or alone, when there is no other */
	peering.next_hop[BGP_IPV6] = ip_of("fe80::1");
	CHECK_ANNOUNCED(peering, plain, "2001:db8:f00d::/48",
	    "002d 900e 001c 0002 01 10" LINK6 "00 30 20010db8f00d" ORIGIN PATH);
}

TEST(a_route_may_have_its_own_next_hop)
{
	struct bgp_attributes a = { .next_hop = ip_of("192.0.2.99") };
	struct bgp_peering peering = usual_peering();

	CHECK_ANNOUNCED(peering, a, "203.0.113.0/24", "0014" ORIGIN PATH "400304 c0000263" NET4);
	a.next_hop = ip_of("2001:db8::99");
	CHECK_ANNOUNCED(peering, a, "2001:db8::/32",
	    "002b 900e 001a 0002 01 10 20010db8 00000000 00000000 00000099 00 20 20010db8" ORIGIN PATH);
	CHECK_INT(bgp_next_hop(&peering, BGP_IPV4, &a).family, IP_NONE);
	peering.extended_next_hop = true;
	CHECK_INT(bgp_next_hop(&peering, BGP_IPV4, &a).family, IP_V6);
	a.next_hop = ip_of("192.0.2.99");
	CHECK_INT(bgp_next_hop(&peering, BGP_IPV6, &a).family, IP_NONE);
}

TEST(attributes_have_limits)
{
	static const struct {
		enum bgp_family family;
		struct bgp_attributes a;
		const char *next_hop;
		bool valid;
	} rows[] = {
		{ BGP_IPV4, { .prepend = BGP_PREPEND_MAX }, NULL, true },
		{ BGP_IPV4, { .prepend = BGP_PREPEND_MAX + 1 }, NULL, false },
		{ BGP_IPV4, { .origin = BGP_ORIGIN_INCOMPLETE + 1 }, NULL, false },
		{ BGP_IPV4, { .community_count = BGP_COMMUNITIES_MAX }, NULL, true },
		{ BGP_IPV4, { .community_count = BGP_COMMUNITIES_MAX + 1 }, NULL, false },
		{ BGP_IPV4, { .ext_community_count = BGP_COMMUNITIES_MAX + 1 }, NULL, false },
		{ BGP_IPV4, { .large_community_count = BGP_COMMUNITIES_MAX + 1 }, NULL, false },
		{ BGP_IPV4, { 0 }, "192.0.2.1", true },
		{ BGP_IPV4, { 0 }, "2001:db8::1", true },
		{ BGP_IPV6, { 0 }, "2001:db8::1", true },
		{ BGP_IPV6, { 0 }, "192.0.2.1", false },
		{ BGP_IPV4, { 0 }, "0.0.0.0", false },
		{ BGP_IPV4, { 0 }, "224.0.0.1", false },
		{ BGP_IPV6, { 0 }, "ff02::1", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bgp_attributes a = rows[i].a;

		if (rows[i].next_hop)
			a.next_hop = ip_of(rows[i].next_hop);
		if (bgp_attributes_valid(&a, rows[i].family) != rows[i].valid)
			tap_fail(__FILE__, __LINE__, "row %zu", i);
	}
}

TEST(normal_attributes_are_sorted_and_have_each_once)
{
	static const uint32_t communities[] = { 3, 1, 3, 2, 1 };
	static const uint64_t ext[] = { UINT64_MAX, 0, UINT64_MAX };
	static const struct bgp_large_community large[] = { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 },
		{ 0, 1, 0 } };
	struct bgp_attributes a = {
		.communities = communities,
		.community_count = ARRAY_SIZE(communities),
		.ext_communities = ext,
		.ext_community_count = ARRAY_SIZE(ext),
		.large_communities = large,
		.large_community_count = ARRAY_SIZE(large),
	};
	struct bgp_attributes b = a;
	uint64_t storage[16];

	CHECK(!bgp_attributes_are_normal(&a));
	REQUIRE(bgp_attributes_size(&a) <= sizeof(storage));
	bgp_attributes_normalise(&a, storage);
	CHECK(bgp_attributes_are_normal(&a));
	CHECK_MEM(a.communities, a.community_count * 4, ((uint32_t[]){ 1, 2, 3 }), 12);
	CHECK_MEM(
	    a.ext_communities, a.ext_community_count * 8, ((uint64_t[]){ 0, UINT64_MAX }), 16);
	CHECK_INT(a.large_community_count, 3);
	CHECK_INT(a.large_communities[0].local2, 1);
	CHECK_INT(a.large_communities[2].global, 1);
	b = a;
	b.med = 5; /* no matter, as there is none */
	CHECK(bgp_attributes_equal(&a, &b) && bgp_attributes_hash(&a) == bgp_attributes_hash(&b));
	b.has_med = true;
	CHECK(!bgp_attributes_equal(&a, &b) && bgp_attributes_hash(&a) != bgp_attributes_hash(&b));
	b = a;
	b.next_hop = ip_of("192.0.2.1");
	CHECK(!bgp_attributes_equal(&a, &b) && bgp_attributes_hash(&a) != bgp_attributes_hash(&b));
	b = a;
	b.large_community_count--;
	CHECK(!bgp_attributes_equal(&a, &b));
}
