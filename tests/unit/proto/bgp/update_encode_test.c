/* Golden bytes of UPDATEs; each was read with tshark 4.0, which found nothing malformed. */
#include "bytes.h"

static const struct bgp_attributes plain;

static size_t
announce(uint8_t *buf, const struct bgp_peering *peering, enum bgp_family family,
    const struct bgp_attributes *attributes, const char *prefix)
{
	struct bgp_update_writer u;

	bgp_update_begin_announce(&u, buf, BGP_MESSAGE_MAX, peering, family, attributes);
	CHECK(bgp_update_add(&u, prefix_of(prefix)));
	return bgp_update_end(&u);
}

TEST(ipv4_announced)
{
	struct bgp_peering peering = usual_peering();
	uint8_t buf[BGP_MESSAGE_MAX];
	size_t len = announce(buf, &peering, BGP_IPV4, &plain, "203.0.113.10/32");

	CHECK_HEX(buf, len,
	    MARKER "0030 02 0000 0014 400101 00 400206 0201 0000fde9 400304 c0000201"
		   "20 cb00710a");
}

TEST(ipv4_with_everything)
{
	static const uint32_t communities[] = { 0xffff0000, 0xfde90001 };
	const struct bgp_attributes all = {
		.has_med = true, .med = 50, .prepend = 2, .communities = communities, .community_count = 2,
	};
	struct bgp_peering peering = usual_peering();
	uint8_t buf[BGP_MESSAGE_MAX];
	size_t len = announce(buf, &peering, BGP_IPV4, &all, "203.0.113.0/24");

	CHECK_HEX(buf, len,
	    MARKER "0049 02 0000 002e 400101 00 40020e 0203 0000fde9 0000fde9 0000fde9"
		   "400304 c0000201 800404 00000032 c00808 ffff0000 fde90001 18 cb0071");
}

TEST(ipv4_inside_of_our_as)
{
	const struct bgp_attributes prepended = { .prepend = 3 };
	struct bgp_peering peering = usual_peering();
	uint8_t buf[BGP_MESSAGE_MAX];
	size_t len;

	/*
	 * an empty path, whatever should be prepended: with our AS in it the peer would see a loop
	 */
	peering.ibgp = true;
	len = announce(buf, &peering, BGP_IPV4, &prepended, "0.0.0.0/0");
	CHECK_HEX(buf, len,
	    MARKER "002d 02 0000 0015 400101 00 400200 400304 c0000201 400504 00000064 00");
}

TEST(two_octet_peers_get_as4_path_when_it_says_more)
{
	const struct bgp_attributes prepended = { .prepend = 1 };
	struct bgp_peering peering = usual_peering();
	uint8_t buf[BGP_MESSAGE_MAX];
	size_t len;

	peering.as4 = false;
	len = announce(buf, &peering, BGP_IPV4, &prepended, "203.0.113.10/32");
	CHECK_HEX(buf, len,
	    MARKER "0030 02 0000 0014 400101 00 400206 0202 fde9 fde9 400304 c0000201"
		   "20 cb00710a");
	peering.local_as = 4200000001;
	len = announce(buf, &peering, BGP_IPV4, &prepended, "203.0.113.10/32");
	CHECK_HEX(buf, len,
	    MARKER "003d 02 0000 0021 400101 00 400206 0202 5ba0 5ba0 400304 c0000201"
		   "c0110a 0202 fa56ea01 fa56ea01 20 cb00710a");
}

TEST(ipv6_announced)
{
	struct bgp_peering peering = usual_peering();
	uint8_t buf[BGP_MESSAGE_MAX];
	size_t len = announce(buf, &peering, BGP_IPV6, &plain, "2001:db8:f00d::/48");

	/* MP_REACH_NLRI first: RFC 7606 section 5.1 */
	CHECK_HEX(buf, len,
	    MARKER "0044 02 0000 002d 900e 001c 0002 01 10 20010db8 00000000 00000000 00000001"
		   "00 30 20010db8f00d 400101 00 400206 0201 0000fde9");
}

TEST(withdrawals)
{
	uint8_t buf[BGP_MESSAGE_MAX];
	struct bgp_update_writer u;

	bgp_update_begin_withdraw(&u, buf, BGP_MESSAGE_MAX, BGP_IPV4);
	CHECK(bgp_update_add(&u, prefix_of("203.0.113.10/32")));
	CHECK(bgp_update_add(&u, prefix_of("203.0.113.0/25")));
	CHECK_HEX(buf, bgp_update_end(&u), MARKER "0021 02 000a 20 cb00710a 19 cb007100 0000");

	bgp_update_begin_withdraw(&u, buf, BGP_MESSAGE_MAX, BGP_IPV6);
	CHECK(bgp_update_add(&u, prefix_of("2001:db8:f00d::10/128")));
	CHECK_HEX(buf, bgp_update_end(&u), MARKER
	    "002f 02 0000 0018 900f 0014 0002 01 80 20010db8 f00d0000 00000000 00000010");
}

TEST(end_of_rib)
{
	uint8_t buf[BGP_MESSAGE_MAX];

	CHECK_HEX(buf, bgp_end_of_rib_encode(buf, BGP_IPV4), MARKER "0017 02 0000 0000");
	CHECK_HEX(buf, bgp_end_of_rib_encode(buf, BGP_IPV6),
	    MARKER "001e 02 0000 0007 900f 0003 0002 01");
}

TEST(messages_are_filled_to_the_brim)
{
	static const struct {
		enum bgp_family family;
		bool announcing;
		const char *first;
		size_t room; /* bytes for prefixes: 4096 without the rest of the message */
	} rows[] = {
		{ BGP_IPV4, true, "203.0.113.0/32", BGP_MESSAGE_MAX - 23 - 20 },
		{ BGP_IPV4, false, "203.0.113.0/32", BGP_MESSAGE_MAX - 23 },
		{ BGP_IPV6, true, "2001:db8::/128", BGP_MESSAGE_MAX - 23 - 25 - 13 },
		{ BGP_IPV6, false, "2001:db8::/128", BGP_MESSAGE_MAX - 23 - 7 },
	};
	struct bgp_peering peering = usual_peering();

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct prefix p = prefix_of(rows[i].first);
		size_t each = 1 + ip_size(p.addr.family), count = 0, len;
		uint8_t buf[BGP_MESSAGE_MAX];
		struct bgp_update_writer u;
		struct bgp_update update;

		if (rows[i].announcing)
			bgp_update_begin_announce(
			    &u, buf, BGP_MESSAGE_MAX, &peering, rows[i].family, &plain);
		else
			bgp_update_begin_withdraw(&u, buf, BGP_MESSAGE_MAX, rows[i].family);
		while (bgp_update_add(&u, p)) {
			p.addr = ip_add(p.addr, 1);
			count++;
		}
		CHECK_INT(count, rows[i].room / each);
		len = bgp_update_end(&u);
		bgp_update_decode(buf + BGP_HEADER_LEN, len - BGP_HEADER_LEN, &peering, &update);
		CHECK_INT(update.verdict, BGP_VERDICT_ACCEPT);
		CHECK_INT(update.announced.count + update.mp_announced.count,
		    rows[i].announcing ? count : 0);
		CHECK_INT(update.withdrawn.count + update.mp_withdrawn.count,
		    rows[i].announcing ? 0 : count);
	}
}

TEST(the_largest_attributes_fit)
{
	uint32_t communities[BGP_COMMUNITIES_MAX] = { 0 };
	const struct bgp_attributes all = { .has_med = true, .prepend = BGP_PREPEND_MAX,
		.communities = communities, .community_count = BGP_COMMUNITIES_MAX };
	struct bgp_peering peering = usual_peering();
	uint8_t buf[BGP_MESSAGE_MAX];

	peering.as4 = false;
	peering.local_as = 4200000001;
	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++) {
		struct bgp_update u;
		size_t len = announce(buf, &peering, f, &all, f == BGP_IPV4 ? "0.0.0.0/0" : "::/0");

		bgp_update_decode(buf + BGP_HEADER_LEN, len - BGP_HEADER_LEN, &peering, &u);
		CHECK_INT(u.verdict, BGP_VERDICT_ACCEPT);
		CHECK_INT(u.announced.count + u.mp_announced.count, 1);
	}
}
