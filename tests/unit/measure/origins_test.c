#include "measure/origins.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/attr.h"
#include "tap.h"

static void
origins_freep(struct origins **o)
{
	origins_free(*o);
}

/* What is known of an address: "192.0.2.0/24 64496,64497 name". */
static const char *
find(const struct origins *o, const char *text)
{
	static char out[512];
	char prefix[PREFIX_STR_MAX];
	struct ip ip = { 0 };
	const struct origin *found;
	int n;

	CHECK_INT(ip_parse(text, &ip), 0);
	found = origins_find(o, ip);
	if (found == NULL)
		return NULL;
	n = snprintf(out, sizeof(out), "%s", prefix_format(found->prefix, prefix));
	for (size_t i = 0; i < found->count; i++)
		n += snprintf(out + n, sizeof(out) - (size_t)n, "%c%" PRIu32, i > 0 ? ',' : ' ',
		    found->asns[i]);
	if (found->name)
		(void)snprintf(out + n, sizeof(out) - (size_t)n, " %s", found->name);
	return out;
}

/* What is said of a file that is refused. */
static const char *
refusal(const char *text)
{
	static char out[4096];
	struct strbuf report = { 0 };
	struct origins *o = NULL;
	struct err e = { 0 };

	CHECK_INT(origins_load_text("f", text, &o, &report, &e), -EINVAL);
	CHECK(o == NULL);
	(void)snprintf(out, sizeof(out), "%s%s", strbuf_get(&report), e.message);
	strbuf_done(&report);
	return out;
}

TEST(the_longest_prefix_counts)
{
	static const char text[] = "198.51.100.0\t24\t64496\n"
				   "198.51.100.128\t25\t64497_64498\n"
				   "198.51.100.129\t32\t64499,64500_64501\n"
				   "2001:db8::\t32\t64502\n"
				   "2001:db8:1::\t48\t4294967295\n";
	_cleanup_(origins_freep) struct origins *o = NULL;
	_cleanup_(strbuf_done) struct strbuf report = { 0 };

	CHECK_INT(origins_load_text("f", text, &o, &report, NULL), 0);
	CHECK_STR(strbuf_get(&report), "");
	CHECK_STR(find(o, "198.51.100.1"), "198.51.100.0/24 64496");
	CHECK_STR(find(o, "198.51.100.128"), "198.51.100.128/25 64497,64498");
	CHECK_STR(find(o, "198.51.100.129"), "198.51.100.129/32 64499,64500,64501");
	CHECK_STR(find(o, "198.51.101.1"), NULL);
	CHECK_STR(find(o, "2001:db8:1::1"), "2001:db8:1::/48 4294967295");
	CHECK_STR(find(o, "2001:db8:2::1"), "2001:db8::/32 64502");
	CHECK_STR(find(o, "2001:db9::"), NULL);
	CHECK_STR(find(NULL, "192.0.2.1"), NULL);
}

TEST(networks_have_names)
{
	static const char text[] =
	    "# ours\n\n0.0.0.0/0 AS64496\n"
	    "203.0.113.0/24 AS64497  Northwind, of Leith \t # since March\r\n"
	    "  203.0.113.64 26 64498 North_east";
	_cleanup_(origins_freep) struct origins *o = NULL;
	_cleanup_(strbuf_done) struct strbuf report = { 0 };

	CHECK_INT(origins_load_text("f", text, &o, &report, NULL), 0);
	CHECK_STR(strbuf_get(&report), "");
	CHECK_STR(find(o, "192.0.2.1"), "0.0.0.0/0 64496");
	CHECK_STR(find(o, "203.0.113.1"), "203.0.113.0/24 64497 Northwind, of Leith");
	CHECK_STR(find(o, "203.0.113.65"), "203.0.113.64/26 64498 North_east");
	CHECK_STR(find(o, "2001:db8::1"), NULL);
}

TEST(what_is_wrong_is_shown)
{
	CHECK_STR(refusal("192.0.2.0/24 64496\n192.0.2.1/24 64496\n"),
	    "f:2:1: bits are set behind the length of the prefix\n"
	    "    2 | 192.0.2.1/24 64496\n      | ^~~~~~~~~~~~\nf: 1 bad line");
	CHECK_STR(refusal("192.0.2.4\t24\t64496\n192.0.2.0\t33\t64496\n"),
	    "f:1:1: bits are set behind the length of the prefix\n"
	    "    1 | 192.0.2.4?24?64496\n      | ^~~~~~~~~~~~\n"
	    "f:2:11: expected the length of the prefix, 0 to 32\n"
	    "    2 | 192.0.2.0?33?64496\n      |           ^~\nf: 2 bad lines");
	CHECK_STR(refusal("192.0.2.0/24\n"),
	    "f:1:13: expected an AS number, 1 to 4294967295\n"
	    "    1 | 192.0.2.0/24\n      |             ^\nf: 1 bad line");
	CHECK_STR(refusal("192.0.2.0/24 64496_0\n"),
	    "f:1:20: expected an AS number, 1 to 4294967295\n"
	    "    1 | 192.0.2.0/24 64496_0\n      |                    ^\nf: 1 bad line");
	CHECK_STR(refusal("192.0.2.0/24 64496_,1\n"),
	    "f:1:20: expected an AS number, 1 to 4294967295\n"
	    "    1 | 192.0.2.0/24 64496_,1\n      |                    ^\nf: 1 bad line");
	CHECK_STR(refusal("192.0.2.0/24 1\n192.0.2.0 24 2\n"),
	    "f:2:1: this prefix is there twice\n"
	    "    2 | 192.0.2.0 24 2\n      | ^~~~~~~~~\nf: 1 bad line");
	CHECK_STR(refusal("prefix,asn\n"),
	    "f:1:1: expected a prefix such as 192.0.2.0/24, or its address and its length\n"
	    "    1 | prefix,asn\n      | ^~~~~~~~~~\nf: 1 bad line");
}
