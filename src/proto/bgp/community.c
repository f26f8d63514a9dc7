#include "proto/bgp/community.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"

/* A text being read; the first error stays. */
struct cursor {
	const char *start, *pos;
	const char *what; /* "a community, ASN:VALUE" */
	struct err *e;
	int r;
};

static void
fail(struct cursor *c, const char *expected)
{
	if (c->r == 0)
		c->r = err_set(c->e, -EINVAL, "not %s: expected %s at character %td", c->what,
		    expected, c->pos - c->start + 1);
}

static uint32_t
take_number(struct cursor *c, uint32_t max)
{
	const char *start = c->pos;
	char expected[48];
	uint64_t v = 0;

	while (ascii_is_digit(*c->pos) && v <= max)
		v = v * 10 + (uint64_t)(*c->pos++ - '0');
	/* one way to write a number: no leading zeros */
	if (c->pos == start || v > max || (*start == '0' && c->pos > start + 1)) {
		c->pos = start;
		(void)snprintf(expected, sizeof(expected), "a number from 0 to %" PRIu32, max);
		fail(c, expected);
	}
	return (uint32_t)v;
}

static void
take_colon(struct cursor *c)
{
	if (c->r < 0)
		return;
	if (*c->pos == ':')
		c->pos++;
	else
		fail(c, "\":\"");
}

static void
take_end(struct cursor *c)
{
	if (c->r == 0 && *c->pos != '\0')
		fail(c, "the end");
}

/* ---- RFC 1997 ---- */

/* IANA, "BGP Well-known Communities"; those of RFCs. */
static const uint32_t values[] = {
	BGP_GRACEFUL_SHUTDOWN,
	0xffff0001, /* RFC 7611 */
	0xffff0006, /* RFC 9494 */
	0xffff0007,
	BGP_BLACKHOLE,
	BGP_NO_EXPORT,
	0xffffff02,
	0xffffff03,
	0xffffff04, /* RFC 3765 */
};
static const char *const names[] = { "graceful-shutdown", "accept-own", "llgr-stale", "no-llgr",
	"blackhole", "no-export", "no-advertise", "no-export-subconfed", "nopeer", NULL };
_Static_assert(ARRAY_SIZE(names) == ARRAY_SIZE(values) + 1, "a name for each value");

const char *const *
bgp_community_names(void)
{
	return names;
}

static int
parse_name(const char *text, uint32_t *ret, struct err *e)
{
	const char *nearest = str_nearest(text, names);

	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		if (strcmp(text, names[i]) == 0) {
			*ret = values[i];
			return 0;
		}
	}
	if (nearest)
		return err_set(e, -EINVAL, "not a well-known community; did you mean %s?", nearest);
	return err_set(
	    e, -EINVAL, "not a well-known community; expected one as no-export, or ASN:VALUE");
}

int
bgp_community_parse(const char *text, uint32_t *ret, struct err *e)
{
	struct cursor c = { .start = text, .pos = text, .what = "a community, ASN:VALUE", .e = e };
	uint32_t as, value;

	if (ascii_is_alpha(*text))
		return parse_name(text, ret, e);
	as = take_number(&c, UINT16_MAX);
	take_colon(&c);
	value = take_number(&c, UINT16_MAX);
	take_end(&c);
	if (c.r == 0)
		*ret = as << 16 | value;
	return c.r;
}

char *
bgp_community_format(uint32_t community, char buf[static BGP_COMMUNITY_STR_MAX])
{
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		if (values[i] == community) {
			(void)snprintf(buf, BGP_COMMUNITY_STR_MAX, "%s", names[i]);
			return buf;
		}
	}
	(void)snprintf(buf, BGP_COMMUNITY_STR_MAX, "%" PRIu32 ":%" PRIu32, community >> 16,
	    community & 0xffff);
	return buf;
}

/* ---- RFC 4360 ---- */

enum ext_type {
	EXT_AS2 = 0x00,  /* RFC 4360 section 3.1: an AS of 2 octets, a value of 4 */
	EXT_IPV4 = 0x01, /* section 3.2: an address, a value of 2 */
	EXT_AS4 = 0x02,  /* RFC 5668: an AS of 4 octets, a value of 2 */
};

enum ext_subtype {
	EXT_RT = 0x02,
	EXT_SOO = 0x03,
};

bool
bgp_ext_community_is_transitive(uint64_t community)
{
	return !(community >> 56 & 0x40);
}

static uint64_t
take_hex(struct cursor *c)
{
	uint64_t v = 0;

	c->pos += 2;
	for (int i = 0; i < 16; i++, c->pos++) {
		const char *digits = "0123456789abcdef";
		const char *digit = *c->pos ? strchr(digits, *c->pos | 0x20) : NULL;

		/* | 0x20 makes letters small, and leaves digits as they are */
		if (digit == NULL || (*c->pos < 'A' && !ascii_is_digit(*c->pos))) {
			fail(c, "one of 16 hexadecimal digits");
			return 0;
		}
		v = v << 4 | (uint64_t)(digit - digits);
	}
	return v;
}

static struct ip
take_ipv4(struct cursor *c)
{
	size_t len = strcspn(c->pos, ":");
	char text[IP_STR_MAX];
	struct ip ip;

	(void)snprintf(text, sizeof(text), "%.*s", (int)MIN(len, sizeof(text)), c->pos);
	if (len >= sizeof(text) || ip_parse(text, &ip) < 0) {
		fail(c, "an IPv4 address");
		return (struct ip){ 0 };
	}
	c->pos += len;
	return ip;
}

/* Behind "rt:" or "soo:": who numbers it, and the number. */
static uint64_t
take_administrator(struct cursor *c, enum ext_subtype subtype)
{
	uint64_t type, administrator;

	if (memchr(c->pos, '.', strcspn(c->pos, ":"))) {
		administrator = (uint64_t)ip_to_v4(take_ipv4(c)) << 16;
		type = EXT_IPV4;
	} else {
		uint32_t as = take_number(c, UINT32_MAX);

		type = as > UINT16_MAX ? EXT_AS4 : EXT_AS2;
		administrator = (uint64_t)as << (as > UINT16_MAX ? 16 : 32);
	}
	take_colon(c);
	return type << 56 | (uint64_t)subtype << 48 | administrator |
	    (c->r < 0 ? 0 : take_number(c, type == EXT_AS2 ? UINT32_MAX : UINT16_MAX));
}

int
bgp_ext_community_parse(const char *text, uint64_t *ret, struct err *e)
{
	struct cursor c = { .start = text, .pos = text, .what = "an extended community", .e = e };
	uint64_t v = 0;

	if (str_starts_with(text, "rt:")) {
		c.pos += 3;
		v = take_administrator(&c, EXT_RT);
	} else if (str_starts_with(text, "soo:")) {
		c.pos += 4;
		v = take_administrator(&c, EXT_SOO);
	} else if (str_starts_with(text, "0x")) {
		v = take_hex(&c);
	} else {
		fail(&c, "\"rt:\", \"soo:\" or \"0x\"");
	}
	take_end(&c);
	if (c.r == 0)
		*ret = v;
	return c.r;
}

char *
bgp_ext_community_format(uint64_t community, char buf[static BGP_COMMUNITY_STR_MAX])
{
	unsigned type = (unsigned)(community >> 56), subtype = (unsigned)(community >> 48 & 0xff);
	uint32_t high = (uint32_t)(community >> 16), low = (uint32_t)(community & 0xffff);
	const char *name = subtype == EXT_RT ? "rt" : "soo";
	bool known = subtype == EXT_RT || subtype == EXT_SOO;
	char ip[IP_STR_MAX];

	if (known && type == EXT_AS2)
		(void)snprintf(buf, BGP_COMMUNITY_STR_MAX, "%s:%" PRIu32 ":%" PRIu32, name,
		    high >> 16, (uint32_t)community);
	else if (known && type == EXT_IPV4)
		(void)snprintf(buf, BGP_COMMUNITY_STR_MAX, "%s:%s:%" PRIu32, name,
		    ip_format(ip_from_v4(high), ip), low);
	else if (known && type == EXT_AS4 && high > UINT16_MAX) /* else it would read as EXT_AS2 */
		(void)snprintf(
		    buf, BGP_COMMUNITY_STR_MAX, "%s:%" PRIu32 ":%" PRIu32, name, high, low);
	else
		(void)snprintf(buf, BGP_COMMUNITY_STR_MAX, "0x%016" PRIx64, community);
	return buf;
}

/* ---- RFC 8092 ---- */

int
bgp_large_community_parse(const char *text, struct bgp_large_community *ret, struct err *e)
{
	struct cursor c = {
		.start = text, .pos = text, .what = "a large community, ASN:VALUE:VALUE", .e = e
	};
	struct bgp_large_community v;

	v.global = take_number(&c, UINT32_MAX);
	take_colon(&c);
	v.local1 = take_number(&c, UINT32_MAX);
	take_colon(&c);
	v.local2 = take_number(&c, UINT32_MAX);
	take_end(&c);
	if (c.r == 0)
		*ret = v;
	return c.r;
}

char *
bgp_large_community_format(
    struct bgp_large_community community, char buf[static BGP_COMMUNITY_STR_MAX])
{
	(void)snprintf(buf, BGP_COMMUNITY_STR_MAX, "%" PRIu32 ":%" PRIu32 ":%" PRIu32,
	    community.global, community.local1, community.local2);
	return buf;
}
