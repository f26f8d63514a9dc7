#include "measure/hitlist.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/attr.h"
#include "tap.h"

static const struct hitlist_conf lab4 = { IP_V4, 24, true }, lab6 = { IP_V6, 48, true };
static const struct hitlist_conf internet4 = { IP_V4, 24, false };

static void
hitlist_freep(struct hitlist **h)
{
	hitlist_free(*h);
}

/* All that is asked, in the order of the list, one after the other. */
static const char *
targets(const struct hitlist_conf *conf, const char *text, struct hitlist_counts *counts)
{
	static char out[2048];
	_cleanup_(hitlist_freep) struct hitlist *h = hitlist_new(conf);
	_cleanup_(strbuf_done) struct strbuf report = { 0 }, all = { 0 };
	char ip_text[IP_STR_MAX];
	uint64_t bad = 0;
	struct err e = { 0 };
	struct ip ip;
	int r = hitlist_read_text(h, "list", text, &report, &bad, &e);

	if (r == 0)
		r = hitlist_finish(h, counts, &e);
	if (r < 0 || bad > 0) {
		(void)snprintf(out, sizeof(out), "%s%s", strbuf_get(&report), e.message);
		return out;
	}
	for (uint64_t i = 0; i < counts->targets; i++) {
		if (hitlist_at(h, i, &ip))
			strbuf_addf(&all, "%s ", ip_format(ip, ip_text));
	}
	(void)snprintf(out, sizeof(out), "%s", strbuf_get(&all));
	return out;
}

TEST(addresses_and_prefixes)
{
	struct hitlist_counts counts;

	CHECK_STR(targets(&lab4,
		      "192.0.2.9\n# a comment\n198.51.100.0/22 # four\n\n203.0.113.0/24\n"
		      "192.0.2.128/25\n10.0.0.8/32\n10.0.0.4/31",
		      &counts),
	    "198.51.100.1 198.51.101.1 198.51.102.1 198.51.103.1 10.0.0.5 10.0.0.8 192.0.2.9 "
	    "192.0.2.129 203.0.113.1 ");
	CHECK_INT(counts.targets, 9);
	CHECK_STR(targets(&lab6, "2001:db8:fffe::/47\n2001:db8::7\n2001:db8:1::/64\n", &counts),
	    "2001:db8:fffe::1 2001:db8:ffff::1 2001:db8::7 2001:db8:1::1 ");
}

TEST(blocks_of_any_length)
{
	struct hitlist_counts counts;
	struct hitlist_conf conf = lab4;

	conf.block_len = 26;
	CHECK_STR(targets(&conf, "192.0.2.0/24", &counts),
	    "192.0.2.1 192.0.2.65 192.0.2.129 192.0.2.193 ");
	conf.block_len = 15;
	CHECK_STR(targets(&conf, "10.248.0.0/13", &counts),
	    "10.248.0.1 10.250.0.1 10.252.0.1 10.254.0.1 ");
	conf = lab6;
	conf.block_len = 44;
	CHECK_STR(targets(&conf, "2001:db8:ff00::/42", &counts),
	    "2001:db8:ff00::1 2001:db8:ff10::1 2001:db8:ff20::1 2001:db8:ff30::1 ");
}

TEST(nobody_is_asked_twice)
{
	struct hitlist_counts counts;

	CHECK_STR(targets(&lab4,
		      "198.51.100.0/23\n198.51.100.1\n198.51.101.0/24\n198.51.101.2\n"
		      "198.51.100.0/22\n192.0.2.1\n192.0.2.0/24\n198.51.101.0/25\n",
		      &counts),
	    "198.51.100.1 198.51.101.1 198.51.102.1 198.51.103.1 192.0.2.1 198.51.101.2 ");
	CHECK_INT(counts.targets, 6);
	CHECK_INT(counts.repeated, 6);
}

TEST(bad_lines)
{
	struct hitlist_counts counts;

	CHECK_STR(targets(&lab4,
		      "192.0.2.1 192.0.2.2\n  192.0.2\n192.0.2.1/24\n2001:db8::1\n"
		      "192.0.2.0/33\n",
		      &counts),
	    "list:1:11: expected one address or prefix in a line, found more\n"
	    "    1 | 192.0.2.1 192.0.2.2\n"
	    "      |           ^~~~~~~~~\n"
	    "list:2:3: expected an address or a prefix such as 192.0.2.1 or 192.0.2.0/24\n"
	    "    2 |   192.0.2\n"
	    "      |   ^~~~~~~\n"
	    "list:3:1: bits are set behind the length of the prefix\n"
	    "    3 | 192.0.2.1/24\n"
	    "      | ^~~~~~~~~~~~\n"
	    "list:4:1: is IPv6, and what asks is IPv4\n"
	    "    4 | 2001:db8::1\n"
	    "      | ^~~~~~~~~~~\n"
	    "list:5:1: expected an address or a prefix such as 192.0.2.1 or 192.0.2.0/24\n"
	    "    5 | 192.0.2.0/33\n"
	    "      | ^~~~~~~~~~~~\n"
	    "there is no target to ask");
	CHECK_STR(targets(&internet4, "8.8.8.8\n198.51.100.0/25 # a book's\n", &counts),
	    "list:2:1: documentation (RFC 5737): nobody's clients are there; only a lab may ask "
	    "(--lab)\n"
	    "    2 | 198.51.100.0/25 # a book's\n"
	    "      | ^~~~~~~~~~~~~~~\n");
}

TEST(too_much)
{
	struct hitlist_counts counts;

	CHECK_STR(targets(&lab6, "2001:db8:1::/48\n2000::/16\n", &counts),
	    "list, line 2: more than 67108864 targets");
	CHECK_STR(targets(&lab6, "# nothing\n", &counts), "there is no target to ask");
}

TEST(what_is_special_within_a_prefix_is_not_asked)
{
	_cleanup_(hitlist_freep) struct hitlist *h = hitlist_new(&internet4);
	_cleanup_(strbuf_done) struct strbuf report = { 0 };
	struct hitlist_counts counts;
	uint64_t bad = 0, asked = 0;
	struct err e;
	struct ip ip;

	/* 172.16.0.0/12 is private, and 3/4 of this */
	REQUIRE(hitlist_read_text(h, "l", "172.0.0.0/10\n", &report, &bad, &e) == 0);
	REQUIRE(hitlist_finish(h, &counts, &e) == 0);
	CHECK_INT(counts.targets, 16384);
	for (uint64_t i = 0; i < counts.targets; i++)
		asked += hitlist_at(h, i, &ip);
	CHECK_INT(asked, 16384 - 4096);
	CHECK_INT(bad, 0);
}

TEST(excluded)
{
	char path[] = "/tmp/nearcast-exclude.XXXXXX";
	int fd = mkstemp(path);
	FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
	_cleanup_(hitlist_freep) struct hitlist *h = hitlist_new(&lab4);
	_cleanup_(strbuf_done) struct strbuf report = { 0 };
	struct hitlist_counts counts;
	uint64_t bad = 0;
	struct err e;
	struct ip ip;

	REQUIRE(f != NULL);
	CHECK(fputs("198.51.100.0/24\n192.0.2.0/28 # they asked us not to\nnonsense\n", f) >= 0);
	(void)fclose(f);
	CHECK_INT(hitlist_exclude_file(h, path, &report, &bad, &e), 0);
	CHECK_INT(bad, 1);
	CHECK_INT(hitlist_read_text(
		      h, "l", "198.51.100.0/23\n192.0.2.15\n192.0.2.16\n", &report, &bad, &e),
	    0);
	CHECK_INT(hitlist_finish(h, &counts, &e), 0);
	CHECK_INT(counts.targets, 3);
	CHECK_INT(counts.excluded, 1);
	CHECK(!hitlist_at(h, 0, &ip));
	CHECK(hitlist_at(h, 1, &ip));
	CHECK(hitlist_at(h, 2, &ip));
	(void)unlink(path);
	CHECK_INT(hitlist_exclude_file(h, path, &report, &bad, &e), -ENOENT);
}
