/* UPDATEs of peers, and the verdicts of RFC 7606. */
#include "bytes.h"

#define ORIGIN "400101 00 "
#define PATH "400206 0201 0000fbf5 "
#define PATH2 "400204 0201 fbf5 "
#define NEXT_HOP "400304 c0000202 "
#define LOCAL_PREF "400504 00000064 "
#define GOOD ORIGIN PATH NEXT_HOP
#define REACH6 "800e 1a 0002 01 10 20010db8 00000000 00000000 00000002 00 20 20010db8 "
#define UNREACH6 "800f 08 0002 01 20 20010db8 "
#define A_NET "18 cb0071 "
#define HOP6 "20010db8 00000000 00000000 00000002 "

enum { EXTERNAL = 0, INTERNAL = 1, TWO_OCTETS = 2, EXTENDED_HOP = 4 };

struct row {
	const char *what;
	int kind;
	const char *withdrawn, *attributes, *nlri;
	enum bgp_verdict verdict;
	uint8_t subcode; /* of code 3, when the verdict is not accept */
};

static void
check_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct row *row = &rows[i];
		struct bgp_peering peering = usual_peering();
		struct bgp_update u;
		uint8_t body[BGP_MESSAGE_MAX];
		size_t len = compose(row->withdrawn, row->attributes, row->nlri, body, sizeof(body));

		peering.ibgp = row->kind & INTERNAL;
		peering.as4 = !(row->kind & TWO_OCTETS);
		peering.extended_next_hop = row->kind & EXTENDED_HOP;
		bgp_update_decode(body, len, &peering, &u);
		if (u.verdict != row->verdict || u.error.subcode != row->subcode)
			tap_fail(__FILE__, __LINE__, "%s: verdict %d subcode %d, want %d and %d", row->what,
			    (int)u.verdict, u.error.subcode, (int)row->verdict, row->subcode);
		if (u.verdict == BGP_VERDICT_DISCARD)
			CHECK(u.discarded > 0);
	}
}

#define OK BGP_VERDICT_ACCEPT, 0
#define DISCARD BGP_VERDICT_DISCARD
#define WITHDRAW BGP_VERDICT_WITHDRAW
#define RESET BGP_VERDICT_RESET

TEST(good_updates_are_accepted)
{
	static const struct row rows[] = {
		{ "one network", EXTERNAL, "", GOOD, A_NET, OK },
		{ "a withdrawal", EXTERNAL, A_NET, "", "", OK },
		{ "both", EXTERNAL, A_NET, GOOD, "19 cb007180", OK },
		{ "the default route", EXTERNAL, "", GOOD, "00", OK },
		{ "IPv6", EXTERNAL, "", REACH6 ORIGIN PATH, "", OK },
		{ "IPv6 with a link-local next hop too", EXTERNAL, "",
		    "800e 26 0002 01 20 20010db8 00000000 00000000 00000002 fe800000 00000000 00000000 00000002"
		    "00 00" ORIGIN PATH, "", OK },
		/* RFC 4760 section 3: with no route but those of MP_REACH, the attribute is ignored */
		{ "IPv6 behind a NEXT_HOP of 0.0.0.0", EXTERNAL, "",
		    REACH6 ORIGIN PATH "400304 00000000", "", OK },
		{ "IPv6 with a NEXT_HOP of nothing before it", EXTERNAL, "", "400300" ORIGIN PATH REACH6, "", OK },
		{ "IPv6 withdrawn", EXTERNAL, "", UNREACH6, "", OK },
		{ "IPv4 by MP_REACH", EXTERNAL, "", "800e 0d 0001 01 04 c0000202 00 18 cb0071" ORIGIN PATH, "", OK },
		{ "IPv4 behind IPv6 (RFC 8950)", EXTENDED_HOP, "",
		    "800e 19 0001 01 10" HOP6 "00 18 cb0071" ORIGIN PATH, "", OK },
		{ "IPv4 behind IPv6 with a link-local next hop", EXTENDED_HOP, "",
		    "800e 29 0001 01 20" HOP6 HOP6 "00 18 cb0071" ORIGIN PATH, "", OK },
		{ "a family that nobody speaks", EXTERNAL, "", "800e 07 0019 46 01 ff 00 ff" ORIGIN PATH, "", OK },
		{ "two octets an AS", TWO_OCTETS, "", ORIGIN PATH2 NEXT_HOP, A_NET, OK },
		{ "AS4_PATH for us", TWO_OCTETS, "", ORIGIN PATH2 NEXT_HOP "c01106 0201 fa56ea01", A_NET, OK },
		{ "an extended length that need not be", EXTERNAL, "",
		    ORIGIN "5002 0006 0201 0000fbf5" NEXT_HOP, A_NET, OK },
		{ "MED and communities", EXTERNAL, "", GOOD "800404 00000000 c00804 ffff0000", A_NET, OK },
		{ "large communities", EXTERNAL, "", GOOD "c0200c 0000fbf5 00000001 00000002", A_NET, OK },
		{ "OTC", EXTERNAL, "", GOOD "c02304 0000fbf5", A_NET, OK },
		{ "AIGP and PMSI_TUNNEL of no form", EXTERNAL, "", GOOD "801a00 c01601 ff", A_NET, OK },
		{ "AS4_PATH with a confederation's segment", TWO_OCTETS, "",
		    ORIGIN PATH2 NEXT_HOP "c0110c 0301 fa56ea01 0201 fa56ea02", A_NET, OK },
		{ "an unknown optional attribute", EXTERNAL, "", GOOD "c06302 abcd", A_NET, OK },
		{ "partial", EXTERNAL, "", GOOD "e00804 ffff0000", A_NET, OK },
		{ "inside of our AS", INTERNAL, "", ORIGIN "400200" NEXT_HOP LOCAL_PREF, A_NET, OK },
		{ "reflected", INTERNAL, "", GOOD LOCAL_PREF "800904 c0000203 800a04 c0000204", A_NET, OK },
		{ "confederation inside of our AS", INTERNAL, "",
		    ORIGIN "400206 0301 0000fbf5" NEXT_HOP LOCAL_PREF, A_NET, OK },
		/* nor is one of no host an error of form: RFC 7606 section 7.3 */
		{ "NEXT_HOP multicast beside an IPv6 withdrawal", EXTERNAL, "",
		    UNREACH6 "400304 e0000001", "", OK },
		{ "NEXT_HOP 127.0.0.1 beside a withdrawal", EXTERNAL, A_NET, "400304 7f000001", "",
		    OK },
		{ "NEXT_HOP 0.0.0.0 and nothing else", EXTERNAL, "", "400304 00000000", "", OK },
	};

	check_rows(rows, ARRAY_SIZE(rows));
}

TEST(attribute_errors_withdraw_or_are_dropped)
{
	static const struct row rows[] = {
		/* RFC 7606 section 7.1 */
		{ "ORIGIN 3", EXTERNAL, "", "400101 03" PATH NEXT_HOP, A_NET, WITHDRAW, 6 },
		{ "ORIGIN of 2", EXTERNAL, "", "400102 0000" PATH NEXT_HOP, A_NET, WITHDRAW, 6 },
		{ "ORIGIN of 0", EXTERNAL, "", "400100" PATH NEXT_HOP, A_NET, WITHDRAW, 6 },
		/* 7.2 */
		{ "AS_PATH: unknown segment", EXTERNAL, "", ORIGIN "400206 0501 0000fbf5" NEXT_HOP, A_NET, WITHDRAW, 11 },
		{ "AS_PATH: segment of nothing", EXTERNAL, "", ORIGIN "400202 0200" NEXT_HOP, A_NET, WITHDRAW, 11 },
		{ "AS_PATH: overrun", EXTERNAL, "", ORIGIN "400206 0202 0000fbf5" NEXT_HOP, A_NET, WITHDRAW, 11 },
		{ "AS_PATH: underrun", EXTERNAL, "", ORIGIN "400207 0201 0000fbf5 02" NEXT_HOP, A_NET, WITHDRAW, 11 },
		{ "AS_PATH: confederation", EXTERNAL, "", ORIGIN "400206 0301 0000fbf5" NEXT_HOP, A_NET, WITHDRAW, 11 },
		{ "AS_PATH: AS 0 (RFC 7607)", EXTERNAL, "", ORIGIN "400206 0201 00000000" NEXT_HOP, A_NET, WITHDRAW, 11 },
		{ "AS_PATH: a set (RFC 9774)", EXTERNAL, "",
		    ORIGIN "40020c 0201 0000fbf5 0101 0000fbf6" NEXT_HOP, A_NET, WITHDRAW, 11 },
		{ "AS_PATH: a set inside of our AS", INTERNAL, "",
		    ORIGIN "400206 0101 0000fbf6" NEXT_HOP LOCAL_PREF, A_NET, WITHDRAW, 11 },
		{ "AS_PATH: a confederation's set", INTERNAL, "",
		    ORIGIN "400206 0401 0000fbf6" NEXT_HOP LOCAL_PREF, A_NET, WITHDRAW, 11 },
		{ "AS_PATH: two octets, not agreed", EXTERNAL, "", ORIGIN PATH2 NEXT_HOP, A_NET, WITHDRAW, 11 },
		/* 7.3 */
		{ "NEXT_HOP of 3", EXTERNAL, "", ORIGIN PATH "400303 c00002", A_NET, WITHDRAW, 8 },
		{ "NEXT_HOP multicast", EXTERNAL, "", ORIGIN PATH "400304 e0000001", A_NET, WITHDRAW, 8 },
		{ "NEXT_HOP 0.0.0.0", EXTERNAL, "", ORIGIN PATH "400304 00000000", A_NET, WITHDRAW, 8 },
		{ "NEXT_HOP 0.0.0.0, and IPv6", EXTERNAL, "",
		    REACH6 ORIGIN PATH "400304 00000000", A_NET, WITHDRAW, 8 },
		{ "NEXT_HOP 0.0.0.0, an IPv6 withdrawal", EXTERNAL, "",
		    UNREACH6 ORIGIN PATH "400304 00000000", A_NET, WITHDRAW, 8 },
		/* 7.4, 7.5 */
		{ "MED of 3", EXTERNAL, "", GOOD "800403 000000", A_NET, WITHDRAW, 5 },
		{ "LOCAL_PREF from outside", EXTERNAL, "", GOOD LOCAL_PREF, A_NET, DISCARD, 9 },
		{ "LOCAL_PREF from outside, of 1", EXTERNAL, "", GOOD "400501 00", A_NET, DISCARD, 9 },
		{ "LOCAL_PREF of 1", INTERNAL, "", GOOD "400501 00", A_NET, WITHDRAW, 5 },
		/* 7.6, 7.7 */
		{ "ATOMIC_AGGREGATE of 1", EXTERNAL, "", GOOD "400601 00", A_NET, DISCARD, 5 },
		{ "AGGREGATOR of 6", EXTERNAL, "", GOOD "c00706 fbf5 c0000202", A_NET, DISCARD, 9 },
		{ "AGGREGATOR of 8, two octets", TWO_OCTETS, "",
		    ORIGIN PATH2 NEXT_HOP "c00708 0000fbf5 c0000202", A_NET, DISCARD, 9 },
		{ "AGGREGATOR: AS 0 (RFC 7607)", EXTERNAL, "", GOOD "c00708 00000000 c0000202", A_NET, DISCARD, 9 },
		{ "AGGREGATOR: AS 0, two octets", TWO_OCTETS, "",
		    ORIGIN PATH2 NEXT_HOP "c00706 0000 c0000202", A_NET, DISCARD, 9 },
		{ "AS4_AGGREGATOR: AS 0", TWO_OCTETS, "",
		    ORIGIN PATH2 NEXT_HOP "c01208 00000000 c0000202", A_NET, DISCARD, 9 },
		{ "AS4_PATH: AS 0", TWO_OCTETS, "",
		    ORIGIN PATH2 NEXT_HOP "c01106 0201 00000000", A_NET, DISCARD, 9 },
		{ "AS4_PATH: a set (RFC 9774)", TWO_OCTETS, "",
		    ORIGIN PATH2 NEXT_HOP "c01106 0101 fa56ea01", A_NET, WITHDRAW, 9 },
		/* RFC 9234 section 5 */
		{ "OTC of 3", EXTERNAL, "", GOOD "c02303 00fbf5", A_NET, WITHDRAW, 9 },
		{ "OTC of 0", INTERNAL, "", GOOD LOCAL_PREF "c02300", A_NET, WITHDRAW, 9 },
		{ "OTC that is not transitive", EXTERNAL, "", GOOD "802304 0000fbf5", A_NET, WITHDRAW, 4 },
		/* 7.15 */
		{ "IPv6 extended communities of 19", EXTERNAL, "",
		    GOOD "c01913 00000000 00000000 00000000 00000000 000000", A_NET, WITHDRAW, 9 },
		{ "IPv6 extended communities of 0", EXTERNAL, "", GOOD "c01900", A_NET, WITHDRAW, 9 },
		/* 7.8 and 7.14, RFC 8092 */
		{ "communities of 3", EXTERNAL, "", GOOD "c00803 ffff00", A_NET, WITHDRAW, 9 },
		{ "communities of 0", EXTERNAL, "", GOOD "c00800", A_NET, WITHDRAW, 9 },
		{ "extended communities of 7", EXTERNAL, "", GOOD "c01007 00020000000000", A_NET, WITHDRAW, 9 },
		{ "large communities of 8", EXTERNAL, "", GOOD "c02008 0000fbf5 00000001", A_NET, WITHDRAW, 9 },
		/* 7.9, 7.10 */
		{ "ORIGINATOR_ID from outside", EXTERNAL, "", GOOD "800904 c0000203", A_NET, DISCARD, 9 },
		{ "ORIGINATOR_ID of 5", INTERNAL, "", GOOD LOCAL_PREF "800905 c000020300", A_NET, WITHDRAW, 9 },
		{ "CLUSTER_LIST of 5", INTERNAL, "", GOOD LOCAL_PREF "800a05 c000020300", A_NET, WITHDRAW, 9 },
		/* RFC 6793 section 6 */
		{ "AS4_PATH from a 4-octet speaker", EXTERNAL, "", GOOD "c01106 0201 fa56ea01", A_NET, DISCARD, 9 },
		{ "AS4_PATH cut", TWO_OCTETS, "", ORIGIN PATH2 NEXT_HOP "c01105 0201 fa56ea", A_NET, DISCARD, 9 },
		{ "AS4_PATH of nothing", TWO_OCTETS, "", ORIGIN PATH2 NEXT_HOP "c01100", A_NET, DISCARD, 9 },
		/* 3 (c): flags */
		{ "ORIGIN optional", EXTERNAL, "", "c00101 00" PATH NEXT_HOP, A_NET, WITHDRAW, 4 },
		{ "MED transitive", EXTERNAL, "", GOOD "c00404 00000000", A_NET, WITHDRAW, 4 },
		/* 3 (d): what is missing */
		{ "no ORIGIN", EXTERNAL, "", PATH NEXT_HOP, A_NET, WITHDRAW, 3 },
		{ "no AS_PATH", EXTERNAL, "", ORIGIN NEXT_HOP, A_NET, WITHDRAW, 3 },
		{ "no NEXT_HOP", EXTERNAL, "", ORIGIN PATH, A_NET, WITHDRAW, 3 },
		{ "no LOCAL_PREF", INTERNAL, "", GOOD, A_NET, WITHDRAW, 3 },
		{ "no attribute", EXTERNAL, "", "", A_NET, WITHDRAW, 3 },
		{ "IPv6 without a path", EXTERNAL, "", REACH6 ORIGIN, "", WITHDRAW, 3 },
		/* 3 (g): twice */
		{ "MED twice", EXTERNAL, "", GOOD "800404 00000000 800404 00000001", A_NET, DISCARD, 1 },
		/* 4: lengths */
		{ "an attribute past the list", EXTERNAL, "", GOOD "c00808 ffff0000", A_NET, WITHDRAW, 1 },
		{ "one byte left", EXTERNAL, "", GOOD "c0", A_NET, WITHDRAW, 1 },
		/* 5.2: its routes are none that we could have */
		{ "an error beside a foreign family", EXTERNAL, "",
		    "800e 07 0019 46 01 ff 00 ff 400101 03" PATH, "", WITHDRAW, 6 },
		/* the worst counts, and of equals the first */
		{ "MED and communities", EXTERNAL, "", GOOD "800403 000000 c00803 ffff00", A_NET, WITHDRAW, 5 },
		{ "discard and withdraw", EXTERNAL, "", GOOD "400601 00 c00803 ffff00", A_NET, WITHDRAW, 9 },
	};

	check_rows(rows, ARRAY_SIZE(rows));
}

TEST(errors_that_end_the_session)
{
	static const struct row rows[] = {
		/* RFC 7606 section 5.3 */
		{ "a prefix of 33 bits", EXTERNAL, "", GOOD, "21 cb00710a00", RESET, 10 },
		{ "a prefix cut off", EXTERNAL, "", GOOD, "20 cb0071", RESET, 10 },
		{ "withdrawn: 33 bits", EXTERNAL, "21 cb00710a00", "", "", RESET, 10 },
		{ "withdrawn: cut off", EXTERNAL, "18 cb00", "", "", RESET, 10 },
		{ "IPv6: 129 bits", EXTERNAL, "",
		    "800e 16 0002 01 10 20010db8 00000000 00000000 00000002 00 81" ORIGIN PATH, "", RESET, 9 },
		{ "IPv6 withdrawn: cut off", EXTERNAL, "", "800f 07 0002 01 20 20010d", "", RESET, 9 },
		{ "MP_UNREACH of 2", EXTERNAL, "", "800f 02 0002", "", RESET, 9 },
		{ "MP_REACH of 4", EXTERNAL, "", "800e 04 0002 01 10" ORIGIN PATH, "", RESET, 9 },
		/* 7.11 */
		{ "IPv6 next hop of 4", EXTERNAL, "",
		    "800e 0e 0002 01 04 c0000202 00 20 20010db8" ORIGIN PATH, "", RESET, 9 },
		{ "IPv6 next hop for IPv4, not agreed", EXTERNAL, "",
		    "800e 19 0001 01 10" HOP6 "00 18 cb0071" ORIGIN PATH, "", RESET, 9 },
		{ "next hop of 24 for IPv4 (RFC 8950: VPN only)", EXTENDED_HOP, "",
		    "800e 21 0001 01 18 00000000 00000000" HOP6 "00 18 cb0071" ORIGIN PATH, "", RESET, 9 },
		{ "MP_REACH with wrong flags", EXTERNAL, "",
		    "c00e 1a 0002 01 10" HOP6 "00 20 20010db8" ORIGIN PATH, "", RESET, 4 },
		{ "MP_UNREACH with wrong flags", EXTERNAL, "", "400f 08 0002 01 20 20010db8", "", RESET, 4 },
		{ "MP_REACH twice", EXTERNAL, "", REACH6 REACH6 ORIGIN PATH, "", RESET, 1 },
		{ "MP_UNREACH twice", EXTERNAL, "", UNREACH6 UNREACH6, "", RESET, 1 },
		/* RFC 4271 section 6.3 */
		{ "unknown well-known attribute", EXTERNAL, "", GOOD "406302 abcd", A_NET, RESET, 2 },
		/* 5.2: nothing to treat as withdrawn */
		{ "an error without routes", EXTERNAL, "", "400101 03", "", RESET, 6 },
		{ "a bad NEXT_HOP without routes", EXTERNAL, "", "400303 c00002", "", RESET, 8 },
		{ "NEXT_HOP of 3 beside a withdrawal", EXTERNAL, "", UNREACH6 "400303 c00002", "",
		    RESET, 8 },
		{ "an error beside a withdrawal", EXTERNAL, "", UNREACH6 "400101 03", "", RESET, 6 },
	};

	check_rows(rows, ARRAY_SIZE(rows));
}

TEST(lengths_past_the_message_end_the_session)
{
	static const char *const rows[] = { "", "00", "0000", "000000", "0001 0000", "0000 0001", "ffff 0000",
		"0000 ffff", "0004 18cb0071 0001" };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bgp_peering peering = usual_peering();
		struct bgp_update u;
		uint8_t body[64];
		size_t len = from_hex(rows[i], body, sizeof(body));

		bgp_update_decode(body, len, &peering, &u);
		CHECK_INT(u.verdict, BGP_VERDICT_RESET);
		CHECK_INT(u.error.code, 3);
		CHECK_INT(u.error.subcode, 1);
	}
}

TEST(the_notification_carries_the_attribute)
{
	struct bgp_peering peering = usual_peering();
	struct bgp_update u;
	uint8_t body[256];
	size_t len = compose("", GOOD "406302 abcd", A_NET, body, sizeof(body));

	bgp_update_decode(body, len, &peering, &u);
	CHECK_HEX(u.error.data, u.error.data_len, "406302 abcd");
}

TEST(errors_name_the_attribute)
{
	static const struct {
		const char *attributes, *nlri, *text;
	} rows[] = {
		/* clang-format off */
		{ ORIGIN PATH NEXT_HOP, "21 cb00710a00",
		    "UPDATE Message Error/Invalid Network Field (3/10): a prefix that is too long" },
		{ "400101 03" PATH NEXT_HOP, A_NET,
		    "UPDATE Message Error/Invalid ORIGIN Attribute (3/6): ORIGIN: a value of no meaning" },
		{ ORIGIN "400206 0101 0000fbf6" NEXT_HOP, A_NET,
		    "UPDATE Message Error/Malformed AS_PATH (3/11): AS_PATH: a set (RFC 9774)" },
		{ ORIGIN PATH "400304 e0000001", A_NET,
		    "UPDATE Message Error/Invalid NEXT_HOP Attribute (3/8): NEXT_HOP: not the address of a host" },
		{ GOOD "c01903 000000", A_NET,
		    "UPDATE Message Error/Optional Attribute Error (3/9): attribute 25: wrong length" },
		{ ORIGIN NEXT_HOP, A_NET,
		    "UPDATE Message Error/Missing Well-known Attribute (3/3): AS_PATH: missing" },
		{ GOOD "c00806 ffff", A_NET,
		    "UPDATE Message Error/Malformed Attribute List (3/1): COMMUNITIES: runs past the attributes" },
		{ GOOD GOOD, A_NET, "UPDATE Message Error/Malformed Attribute List (3/1): ORIGIN: twice" },
		{ GOOD "800e 0e 0002 01 04 c0000202 00 20 20010db8", A_NET,
		    "UPDATE Message Error/Optional Attribute Error (3/9): MP_REACH_NLRI: a next hop of a wrong length" },
		{ GOOD "406302 abcd", A_NET,
		    "UPDATE Message Error/Unrecognized Well-known Attribute (3/2): attribute 99" },
		/* clang-format on */
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bgp_peering peering = usual_peering();
		struct bgp_update u;
		char text[BGP_WHY_MAX];
		uint8_t body[256];
		size_t len = compose("", rows[i].attributes, rows[i].nlri, body, sizeof(body));

		bgp_update_decode(body, len, &peering, &u);
		CHECK_STR(bgp_error_format(&u.error, text, sizeof(text)), rows[i].text);
	}
}

TEST(end_of_rib_is_known)
{
	static const struct {
		const char *withdrawn, *attributes, *nlri;
		bool is;
	} rows[] = {
		{ "", "", "", true },
		{ "", "800f 03 0002 01", "", true },
		{ "", "900f 0003 0002 01", "", true },
		{ A_NET, "", "", false },
		{ "", UNREACH6, "", false },
		{ "", GOOD, A_NET, false },
		{ "", ORIGIN, "", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bgp_peering peering = usual_peering();
		struct bgp_update u;
		uint8_t body[256];
		size_t len = compose(rows[i].withdrawn, rows[i].attributes, rows[i].nlri, body, sizeof(body));

		bgp_update_decode(body, len, &peering, &u);
		if (u.end_of_rib != rows[i].is)
			tap_fail(__FILE__, __LINE__, "row %zu", i);
	}
}

TEST(prefixes_come_out_masked)
{
	struct bgp_peering peering = usual_peering();
	struct bgp_update u;
	struct prefix p;
	uint8_t body[256];
	char text[PREFIX_STR_MAX];
	size_t len = compose("19 cb0071ff 00", REACH6 GOOD, "20 cb00710a", body, sizeof(body));

	bgp_update_decode(body, len, &peering, &u);
	CHECK_INT(u.withdrawn.count, 2);
	REQUIRE(bgp_nlri_next(&u.withdrawn, &p));
	CHECK_STR(prefix_format(p, text), "203.0.113.128/25");
	REQUIRE(bgp_nlri_next(&u.withdrawn, &p));
	CHECK_STR(prefix_format(p, text), "0.0.0.0/0");
	CHECK(!bgp_nlri_next(&u.withdrawn, &p));
	REQUIRE(bgp_nlri_next(&u.announced, &p));
	CHECK_STR(prefix_format(p, text), "203.0.113.10/32");
	REQUIRE(bgp_nlri_next(&u.mp_announced, &p));
	CHECK_STR(prefix_format(p, text), "2001:db8::/32");
	CHECK(!bgp_nlri_next(&u.mp_withdrawn, &p));
}
