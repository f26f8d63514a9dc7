#include "measure/special.h"

#include "base/attr.h"
#include "tap.h"

TEST(what_is_special)
{
	static const struct {
		const char *prefix, *purpose; /* NULL: an ordinary one */
	} rows[] = {
		{ "10.1.2.3/32", "private use" },
		{ "100.127.255.255/32", "shared address space" },
		{ "100.128.0.0/32", NULL },
		{ "172.31.0.0/16", "private use" },
		{ "172.32.0.0/16", NULL },
		{ "198.51.100.0/24", "documentation" },
		{ "198.51.0.0/16", NULL }, /* not all of it */
		{ "224.0.0.1/32", "multicast" },
		{ "255.255.255.255/32", "reserved" },
		{ "8.8.8.0/24", NULL },
		{ "0.0.0.0/0", NULL },
		{ "::1/128", "loopback" },
		{ "2001:db8:1::/48", "documentation" },
		{ "3fff:fff::/32", "documentation" },
		{ "4000::/16", NULL },
		{ "2001::1/128", "IETF protocol assignments" }, /* Teredo */
		{ "2001:200::/32", NULL },
		{ "fdff::/16", "unique local" },
		{ "fe80::1/128", "link local" },
		{ "::ffff:192.0.2.1/128", "IPv4-mapped" },
		{ "64:ff9b::/96", NULL }, /* reaches all of IPv4 */
		{ "2a00::/16", NULL },
	};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct prefix p;

		REQUIRE(prefix_parse(rows[i].prefix, &p) == 0);

		const struct special *special = special_find(p);

		CHECK_STR(special ? special->purpose : "", rows[i].purpose ? rows[i].purpose : "");
	}
}
