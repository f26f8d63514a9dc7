#include "measure/special.h"

#include "base/attr.h"

#define V4(a, b, c, len)                                                                           \
	{                                                                                          \
		{ IP_V4, { a, b, c } }, len                                                        \
	}
#define V6(len, ...)                                                                               \
	{                                                                                          \
		{ IP_V6, { __VA_ARGS__ } }, len                                                    \
	}

/*
 * Within 192.0.0.0/24 and 2001::/23 the registries have a few addresses that can be reached, all of
 * them anycast or of a protocol: no clients either.
 */
static const struct special table[] = {
	{ V4(0, 0, 0, 8), "this network", "RFC 791" },
	{ V4(10, 0, 0, 8), "private use", "RFC 1918" },
	{ V4(100, 64, 0, 10), "shared address space", "RFC 6598" },
	{ V4(127, 0, 0, 8), "loopback", "RFC 1122" },
	{ V4(169, 254, 0, 16), "link local", "RFC 3927" },
	{ V4(172, 16, 0, 12), "private use", "RFC 1918" },
	{ V4(192, 0, 0, 24), "IETF protocol assignments", "RFC 6890" },
	{ V4(192, 0, 2, 24), "documentation", "RFC 5737" },
	{ V4(192, 88, 99, 24), "6to4 relay anycast, deprecated", "RFC 7526" },
	{ V4(192, 168, 0, 16), "private use", "RFC 1918" },
	{ V4(198, 18, 0, 15), "benchmarking", "RFC 2544" },
	{ V4(198, 51, 100, 24), "documentation", "RFC 5737" },
	{ V4(203, 0, 113, 24), "documentation", "RFC 5737" },
	{ V4(224, 0, 0, 4), "multicast", "RFC 5771" },
	{ V4(240, 0, 0, 4), "reserved", "RFC 1112" },
	{ V6(128, 0), "unspecified address", "RFC 4291" },
	{ V6(128, [15] = 1), "loopback", "RFC 4291" },
	{ V6(96, [10] = 0xff, [11] = 0xff), "IPv4-mapped", "RFC 4291" },
	{ V6(48, 0x00, 0x64, 0xff, 0x9b, 0x00, 0x01), "IPv4-IPv6 translation", "RFC 8215" },
	{ V6(64, 0x01), "discard only", "RFC 6666" },
	{ V6(64, 0x01, [7] = 0x01), "dummy prefix", "RFC 9780" },
	{ V6(23, 0x20, 0x01), "IETF protocol assignments", "RFC 2928" },
	{ V6(32, 0x20, 0x01, 0x0d, 0xb8), "documentation", "RFC 3849" },
	{ V6(16, 0x20, 0x02), "6to4", "RFC 3056" },
	{ V6(20, 0x3f, 0xff), "documentation", "RFC 9637" },
	{ V6(16, 0x5f, 0x00), "SRv6 segment identifiers", "RFC 9602" },
	{ V6(7, 0xfc), "unique local", "RFC 4193" },
	{ V6(10, 0xfe, 0x80), "link local", "RFC 4291" },
	{ V6(8, 0xff), "multicast", "RFC 4291" },
};

const struct special *
special_find(struct prefix p)
{
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		if (table[i].prefix.len <= p.len && prefix_contains(table[i].prefix, p.addr))
			return &table[i];
	}
	return NULL;
}
