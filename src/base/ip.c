#include "base/ip.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"

unsigned
ip_bits(enum ip_family family)
{
	return ip_size(family) * 8;
}

unsigned
ip_size(enum ip_family family)
{
	switch (family) {
	case IP_V4:
		return 4;
	case IP_V6:
		return 16;
	case IP_NONE:
		break;
	}
	return 0;
}

struct ip
ip_from_bytes(enum ip_family family, const uint8_t *bytes)
{
	struct ip ip = { .family = family };

	memcpy(ip.bytes, bytes, ip_size(family));
	return ip;
}

struct ip
ip_from_v4(uint32_t host_order)
{
	uint32_t n = htonl(host_order);
	uint8_t bytes[4];

	memcpy(bytes, &n, sizeof(bytes));
	return ip_from_bytes(IP_V4, bytes);
}

uint32_t
ip_to_v4(struct ip ip)
{
	return (uint32_t)ip.bytes[0] << 24 | (uint32_t)ip.bytes[1] << 16 | (uint32_t)ip.bytes[2] << 8 |
	    ip.bytes[3];
}

int
ip_parse(const char *text, struct ip *ret)
{
	uint8_t bytes[16];

	/* inet_pton() is strict: no leading zeros, no short forms, no scope. */
	if (inet_pton(AF_INET, text, bytes) == 1) {
		*ret = ip_from_bytes(IP_V4, bytes);
		return 0;
	}
	if (inet_pton(AF_INET6, text, bytes) == 1) {
		*ret = ip_from_bytes(IP_V6, bytes);
		return 0;
	}
	return -EINVAL;
}

/* inet_ntop() goes by way of sprintf(): too dear for a row of each of four million targets. */
static void
format_v4(const uint8_t *bytes, char *to)
{
	for (size_t i = 0; i < 4; i++) {
		unsigned v = bytes[i];

		if (v >= 100)
			*to++ = (char)('0' + v / 100);
		if (v >= 10)
			*to++ = (char)('0' + v / 10 % 10);
		*to++ = (char)('0' + v % 10);
		*to++ = i < 3 ? '.' : '\0';
	}
}

char *
ip_format(struct ip ip, char buf[static IP_STR_MAX])
{
	if (ip.family == IP_V4)
		format_v4(ip.bytes, buf);
	else if (ip.family == IP_NONE || inet_ntop(AF_INET6, ip.bytes, buf, IP_STR_MAX) == NULL)
		(void)snprintf(buf, IP_STR_MAX, "none");
	return buf;
}

int
ip_cmp(struct ip a, struct ip b)
{
	if (a.family != b.family)
		return a.family < b.family ? -1 : 1;
	return memcmp(a.bytes, b.bytes, sizeof(a.bytes));
}

bool
ip_equal(struct ip a, struct ip b)
{
	return ip_cmp(a, b) == 0;
}

bool
ip_is_unspecified(struct ip ip)
{
	static const uint8_t zero[16];

	return memcmp(ip.bytes, zero, sizeof(zero)) == 0;
}

bool
ip_is_loopback(struct ip ip)
{
	static const uint8_t one[16] = { [15] = 1 };

	if (ip.family == IP_V4)
		return ip.bytes[0] == 127;
	return ip.family == IP_V6 && memcmp(ip.bytes, one, sizeof(one)) == 0;
}

bool
ip_is_link_local(struct ip ip)
{
	if (ip.family == IP_V4)
		return ip.bytes[0] == 169 && ip.bytes[1] == 254;
	return ip.family == IP_V6 && ip.bytes[0] == 0xfe && (ip.bytes[1] & 0xc0) == 0x80;
}

bool
ip_is_multicast(struct ip ip)
{
	if (ip.family == IP_V4)
		return (ip.bytes[0] & 0xf0) == 0xe0;
	return ip.family == IP_V6 && ip.bytes[0] == 0xff;
}

struct ip
ip_add(struct ip ip, uint64_t n)
{
	for (unsigned i = ip_size(ip.family); i-- > 0 && n > 0;) {
		n += ip.bytes[i];
		ip.bytes[i] = (uint8_t)(n & 0xff);
		n >>= 8;
	}
	return ip;
}

struct prefix
prefix_mask(struct prefix p)
{
	unsigned whole = p.len / 8, size = ip_size(p.addr.family);

	if (whole < size) {
		p.addr.bytes[whole] &= (uint8_t)(0xff00 >> p.len % 8);
		memset(p.addr.bytes + whole + 1, 0, size - whole - 1);
	}
	return p;
}

struct prefix
prefix_host(struct ip ip)
{
	return (struct prefix){ .addr = ip, .len = (uint8_t)ip_bits(ip.family) };
}

int
prefix_parse_host(const char *text, struct prefix *ret)
{
	const char *slash = strchr(text, '/');
	char addr[IP_STR_MAX];
	struct prefix p = { 0 };
	uint32_t len;

	if (slash == NULL || (size_t)(slash - text) >= sizeof(addr))
		return -EINVAL;
	memcpy(addr, text, (size_t)(slash - text));
	addr[slash - text] = '\0';
	if (ip_parse(addr, &p.addr) < 0 || parse_u32(slash + 1, ip_bits(p.addr.family), &len) < 0)
		return -EINVAL;
	if (slash[1] == '0' && slash[2] != '\0')
		return -EINVAL;
	p.len = (uint8_t)len;
	*ret = p;
	return 0;
}

int
prefix_parse(const char *text, struct prefix *ret)
{
	struct prefix p;
	int r = prefix_parse_host(text, &p);

	if (r < 0)
		return r;
	if (!ip_equal(prefix_mask(p).addr, p.addr))
		return -EDOM;
	*ret = p;
	return 0;
}

char *
prefix_format(struct prefix p, char buf[static PREFIX_STR_MAX])
{
	char addr[IP_STR_MAX];

	(void)snprintf(buf, PREFIX_STR_MAX, "%s/%u", ip_format(p.addr, addr), p.len);
	return buf;
}

int
prefix_cmp(struct prefix a, struct prefix b)
{
	int r = ip_cmp(a.addr, b.addr);

	return r ? r : (a.len > b.len) - (a.len < b.len);
}

bool
prefix_equal(struct prefix a, struct prefix b)
{
	return prefix_cmp(a, b) == 0;
}

uint64_t
prefix_hash(struct prefix p)
{
	uint64_t half[2], h;

	memcpy(half, p.addr.bytes, sizeof(half));
	h = (half[0] ^ p.len) * UINT64_C(0x9e3779b97f4a7c15);
	h = (h ^ h >> 32 ^ half[1]) * UINT64_C(0xbf58476d1ce4e5b9);
	return h ^ h >> 32;
}

bool
prefix_contains(struct prefix p, struct ip ip)
{
	struct prefix other = { .addr = ip, .len = p.len };

	return p.addr.family == ip.family && ip_equal(prefix_mask(other).addr, prefix_mask(p).addr);
}

int
endpoint_parse(const char *text, struct endpoint *ret)
{
	const char *host = text, *end, *colon;
	char addr[IP_STR_MAX];
	struct endpoint e = { 0 };
	uint32_t port;

	if (*text == '[') {
		host = text + 1;
		end = strchr(host, ']');
		if (end == NULL || end[1] != ':')
			return -EINVAL;
		colon = end + 1;
	} else {
		colon = end = strchr(text, ':');
		if (end == NULL)
			return -EINVAL;
	}
	if ((size_t)(end - host) >= sizeof(addr))
		return -EINVAL;
	memcpy(addr, host, (size_t)(end - host));
	addr[end - host] = '\0';
	if (ip_parse(addr, &e.addr) < 0 || parse_u32(colon + 1, UINT16_MAX, &port) < 0)
		return -EINVAL;
	/* Brackets are for IPv6, and only for it. */
	if ((e.addr.family == IP_V6) != (*text == '['))
		return -EINVAL;
	e.port = (uint16_t)port;
	*ret = e;
	return 0;
}

char *
endpoint_format(struct endpoint e, char buf[static ENDPOINT_STR_MAX])
{
	char addr[IP_STR_MAX], scope[12] = "";
	bool v6 = e.addr.family == IP_V6;

	if (e.scope > 0)
		(void)snprintf(scope, sizeof(scope), "%%%u", e.scope);
	(void)snprintf(buf, ENDPOINT_STR_MAX, "%s%s%s%s:%u", v6 ? "[" : "", ip_format(e.addr, addr),
	    scope, v6 ? "]" : "", e.port);
	return buf;
}

bool
endpoint_equal(struct endpoint a, struct endpoint b)
{
	return a.port == b.port && a.scope == b.scope && ip_equal(a.addr, b.addr);
}

socklen_t
endpoint_to_sockaddr(struct endpoint e, struct sockaddr_storage *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (e.addr.family == IP_V6) {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ret;

		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(e.port);
		in6->sin6_scope_id = e.scope;
		memcpy(&in6->sin6_addr, e.addr.bytes, 16);
		return sizeof(*in6);
	}
	struct sockaddr_in *in = (struct sockaddr_in *)ret;

	in->sin_family = AF_INET;
	in->sin_port = htons(e.port);
	memcpy(&in->sin_addr, e.addr.bytes, 4);
	return sizeof(*in);
}

int
endpoint_from_sockaddr(const struct sockaddr_storage *ss, struct endpoint *ret)
{
	if (ss->ss_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)ss;

		ret->addr = ip_from_bytes(IP_V6, in6->sin6_addr.s6_addr);
		ret->port = ntohs(in6->sin6_port);
		ret->scope = in6->sin6_scope_id;
		return 0;
	}
	if (ss->ss_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)ss;

		ret->addr = ip_from_v4(ntohl(in->sin_addr.s_addr));
		ret->port = ntohs(in->sin_port);
		ret->scope = 0;
		return 0;
	}
	return -EAFNOSUPPORT;
}
