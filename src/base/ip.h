/*
 * IP addresses, prefixes and endpoints of both families, as values.
 *
 * Text is strict: dotted quads without leading zeros, RFC 4291 forms for IPv6, written back in the
 * RFC 5952 form. No scope names here: names of interfaces are the kernel's, an endpoint has the
 * index.
 */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

enum ip_family {
	IP_NONE = 0,
	IP_V4 = 4,
	IP_V6 = 6,
};

struct ip {
	enum ip_family family;
	uint8_t bytes[16]; /* network order; IPv4 uses the first four, the rest is zero */
};

struct prefix {
	struct ip addr; /* host bits are zero, unless it came from prefix_parse_host() */
	uint8_t len;
};

struct endpoint {
	struct ip addr;
	uint16_t port;
	uint32_t scope; /* interface index of a link-local IPv6 address (RFC 4007); 0: none */
};

#define IP_STR_MAX 46
#define PREFIX_STR_MAX (IP_STR_MAX + 4)
#define ENDPOINT_STR_MAX (IP_STR_MAX + 19)

/* Bits of an address of this family: 32 or 128. */
unsigned ip_bits(enum ip_family family);
unsigned ip_size(enum ip_family family); /* bytes: 4 or 16 */

struct ip ip_from_v4(uint32_t host_order);
struct ip ip_from_bytes(enum ip_family family, const uint8_t *bytes);
uint32_t ip_to_v4(struct ip ip); /* host order; IPv4 only */

/* 0 or -EINVAL. */
int ip_parse(const char *text, struct ip *ret);
char *ip_format(struct ip ip, char buf[static IP_STR_MAX]);

/* Orders by family, then bytes. */
int ip_cmp(struct ip a, struct ip b);
bool ip_equal(struct ip a, struct ip b);
bool ip_is_unspecified(struct ip ip);
bool ip_is_loopback(struct ip ip);   /* 127.0.0.0/8, ::1 */
bool ip_is_link_local(struct ip ip); /* 169.254.0.0/16, fe80::/10 */
bool ip_is_multicast(struct ip ip);
/* The address n after ip; wraps. */
struct ip ip_add(struct ip ip, uint64_t n);

/* "192.0.2.0/24". 0, -EINVAL (not a prefix), -EDOM (host bits are set). */
int prefix_parse(const char *text, struct prefix *ret);
/* As prefix_parse(), but host bits may be set: an interface's address with its length. */
int prefix_parse_host(const char *text, struct prefix *ret);
char *prefix_format(struct prefix p, char buf[static PREFIX_STR_MAX]);
int prefix_cmp(struct prefix a, struct prefix b);
bool prefix_equal(struct prefix a, struct prefix b);
bool prefix_contains(struct prefix p, struct ip ip);
/* For tables: mixes all bits; the same for equal prefixes, in this process. */
uint64_t prefix_hash(struct prefix p);
/* Clears the host bits. */
struct prefix prefix_mask(struct prefix p);
/* The prefix that holds one address: /32 or /128. */
struct prefix prefix_host(struct ip ip);

/*
 * "192.0.2.1:80", "[2001:db8::1]:80"; a scope is written, "[fe80::1%2]:80", not read. 0, -EINVAL.
 */
int endpoint_parse(const char *text, struct endpoint *ret);
char *endpoint_format(struct endpoint e, char buf[static ENDPOINT_STR_MAX]);
bool endpoint_equal(struct endpoint a, struct endpoint b);

/* To and from the kernel's shape. Returns the length used; from gives -EAFNOSUPPORT for others. */
socklen_t endpoint_to_sockaddr(struct endpoint e, struct sockaddr_storage *ret);
int endpoint_from_sockaddr(const struct sockaddr_storage *ss, struct endpoint *ret);
