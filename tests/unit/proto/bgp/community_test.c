#include "proto/bgp/community.h"

#include <errno.h>

#include "base/rng.h"
#include "tap.h"

TEST(communities_have_names)
{
	static const struct {
		const char *text;
		uint32_t value;
	} rows[] = {
		{ "0:0", 0 },
		{ "65001:100", 0xfde90064 },
		{ "65535:65535", 0xffffffff },
		{ "graceful-shutdown", 0xffff0000 },
		{ "accept-own", 0xffff0001 },
		{ "llgr-stale", 0xffff0006 },
		{ "no-llgr", 0xffff0007 },
		{ "blackhole", 0xffff029a },
		{ "no-export", 0xffffff01 },
		{ "no-advertise", 0xffffff02 },
		{ "no-export-subconfed", 0xffffff03 },
		{ "nopeer", 0xffffff04 },
	};
	char buf[BGP_COMMUNITY_STR_MAX];
	uint32_t v;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CHECK_INT(bgp_community_parse(rows[i].text, &v, NULL), 0);
		CHECK_INT(v, rows[i].value);
		CHECK_STR(bgp_community_format(v, buf), rows[i].text);
	}
	/* a name's number is the same thing */
	CHECK_INT(bgp_community_parse("65535:666", &v, NULL), 0);
	CHECK_STR(bgp_community_format(v, buf), "blackhole");
	for (const char *const *name = bgp_community_names(); *name; name++) {
		CHECK_INT(bgp_community_parse(*name, &v, NULL), 0);
		CHECK_STR(bgp_community_format(v, buf), *name);
	}
}

TEST(extended_communities_as_text)
{
	static const struct {
		const char *text;
		uint64_t value;
		const char *written; /* NULL: as text */
	} rows[] = {
		{ "rt:65001:100", 0x0002fde900000064, NULL },
		{ "rt:65535:4294967295", 0x0002ffffffffffff, NULL },
		{ "rt:65536:1", 0x0202000100000001, NULL },
		{ "rt:4200000001:7", 0x0202fa56ea010007, NULL },
		{ "soo:192.0.2.1:5", 0x0103c00002010005, NULL },
		{ "soo:0.0.0.0:0", 0x0103000000000000, NULL },
		{ "0x4004fde849742400", 0x4004fde849742400, NULL },
		{ "0xFFFFFFFFFFFFFFFF", 0xffffffffffffffff, "0xffffffffffffffff" },
		{ "0x0002fde900000064", 0x0002fde900000064, "rt:65001:100" },
		/* an AS of 4 octets that needs 2 */
		{ "0x02020000fde90007", 0x02020000fde90007, NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char buf[BGP_COMMUNITY_STR_MAX];
		uint64_t v = 0;

		CHECK_INT(bgp_ext_community_parse(rows[i].text, &v, NULL), 0);
		CHECK(v == rows[i].value);
		CHECK_STR(bgp_ext_community_format(v, buf),
		    rows[i].written ? rows[i].written : rows[i].text);
	}
	CHECK(bgp_ext_community_is_transitive(0x0002fde900000064));
	CHECK(!bgp_ext_community_is_transitive(0x4004fde849742400));
}

TEST(large_communities_as_text)
{
	struct bgp_large_community v;
	char buf[BGP_COMMUNITY_STR_MAX];

	CHECK_INT(bgp_large_community_parse("64496:1:2", &v, NULL), 0);
	CHECK_INT(v.global, 64496);
	CHECK_INT(v.local1, 1);
	CHECK_INT(v.local2, 2);
	CHECK_STR(bgp_large_community_format(v, buf), "64496:1:2");
	CHECK_INT(bgp_large_community_parse("4294967295:4294967295:4294967295", &v, NULL), 0);
	CHECK_STR(bgp_large_community_format(v, buf), "4294967295:4294967295:4294967295");
}

TEST(what_is_wrong_is_said_with_its_place)
{
	enum kind { PLAIN, EXTENDED, LARGE };
	static const struct {
		enum kind kind;
		const char *text, *error;
	} rows[] = {
		/* clang-format off */
		{ PLAIN, "", "not a community, ASN:VALUE: expected a number from 0 to 65535 at character 1" },
		{ PLAIN, "65001", "not a community, ASN:VALUE: expected \":\" at character 6" },
		{ PLAIN, "65001:", "not a community, ASN:VALUE: expected a number from 0 to 65535 at character 7" },
		{ PLAIN, "65536:1", "not a community, ASN:VALUE: expected a number from 0 to 65535 at character 1" },
		{ PLAIN, "65001:00", "not a community, ASN:VALUE: expected a number from 0 to 65535 at character 7" },
		{ PLAIN, "65001:1:2", "not a community, ASN:VALUE: expected the end at character 8" },
		{ PLAIN, "65001: 1", "not a community, ASN:VALUE: expected a number from 0 to 65535 at character 7" },
		{ PLAIN, "-1:1", "not a community, ASN:VALUE: expected a number from 0 to 65535 at character 1" },
		{ PLAIN, "no-exprot", "not a well-known community; did you mean no-export?" },
		{ PLAIN, "wanted", "not a well-known community; expected one as no-export, or ASN:VALUE" },
		{ EXTENDED, "65001:100", "not an extended community: expected \"rt:\", \"soo:\" or \"0x\" at character 1" },
		{ EXTENDED, "rt:", "not an extended community: expected a number from 0 to 4294967295 at character 4" },
		{ EXTENDED, "rt:70000:70000", "not an extended community: expected a number from 0 to 65535 at character 10" },
		{ EXTENDED, "rt:192.0.2:5", "not an extended community: expected an IPv4 address at character 4" },
		{ EXTENDED, "soo:192.0.2.1:65536", "not an extended community: expected a number from 0 to 65535 at character 15" },
		{ EXTENDED, "soo:192.0.2.1", "not an extended community: expected \":\" at character 14" },
		{ EXTENDED, "0x0002fde90000006", "not an extended community: expected one of 16 hexadecimal digits at character 18" },
		{ EXTENDED, "0x0002fde9000000644", "not an extended community: expected the end at character 19" },
		{ EXTENDED, "0x\x10""002fde900000064", "not an extended community: expected one of 16 hexadecimal digits at character 3" },
		{ LARGE, "64496:1", "not a large community, ASN:VALUE:VALUE: expected \":\" at character 8" },
		{ LARGE, "64496:1:4294967296", "not a large community, ASN:VALUE:VALUE: expected a number from 0 to 4294967295 at character 9" },
		{ LARGE, "64496:1:2:3", "not a large community, ASN:VALUE:VALUE: expected the end at character 10" },
		{ LARGE, "1:99999999999999999999999:1", "not a large community, ASN:VALUE:VALUE: expected a number from 0 to 4294967295 at character 3" },
		/* clang-format on */
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bgp_large_community large = { 1, 2, 3 };
		uint64_t extended = 1;
		uint32_t plain = 1;
		struct err e = { 0 };
		int r = rows[i].kind == PLAIN ? bgp_community_parse(rows[i].text, &plain, &e)
		    : rows[i].kind == EXTENDED
		    ? bgp_ext_community_parse(rows[i].text, &extended, &e)
		    : bgp_large_community_parse(rows[i].text, &large, &e);

		CHECK_INT(r, -EINVAL);
		CHECK_STR(e.message, rows[i].error);
		CHECK(plain == 1 && extended == 1 && large.global == 1 && large.local2 == 3);
	}
}

TEST(what_is_formatted_parses_to_the_same)
{
	struct rng rng = { 1 };
	char buf[BGP_COMMUNITY_STR_MAX];

	for (int i = 0; i < 100000; i++) {
		uint64_t bits = rng_next(&rng), ext, ext_again = ~bits;
		struct bgp_large_community large = { (uint32_t)bits, (uint32_t)(bits >> 20),
			(uint32_t)(bits >> 32) };
		struct bgp_large_community large_again = { 0 };
		uint32_t plain = (uint32_t)bits | (i % 2 ? 0xffff0000 : 0), plain_again = ~plain;

		CHECK_INT(
		    bgp_community_parse(bgp_community_format(plain, buf), &plain_again, NULL), 0);
		CHECK_INT(plain_again, plain);
		/* types 0 to 3 of subtypes 0 to 3, and all others */
		ext = i % 4 ? bits & UINT64_C(0x0303ffffffffffff) : bits;
		CHECK_INT(
		    bgp_ext_community_parse(bgp_ext_community_format(ext, buf), &ext_again, NULL),
		    0);
		CHECK(ext_again == ext);
		CHECK_INT(bgp_large_community_parse(
			      bgp_large_community_format(large, buf), &large_again, NULL), 0);
		CHECK(memcmp(&large, &large_again, sizeof(large)) == 0);
	}
}
