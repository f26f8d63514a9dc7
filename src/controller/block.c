#include "controller/block.h"

#include <stddef.h>

typedef unsigned __int128 u128;

static u128
number_of(struct ip ip)
{
	u128 n = 0;

	for (unsigned i = 0; i < ip_size(ip.family); i++)
		n = n << 8 | ip.bytes[i];
	return n;
}

static struct ip
ip_of(enum ip_family family, u128 n)
{
	struct ip ip = { .family = family };

	for (unsigned i = ip_size(family); i-- > 0; n >>= 8)
		ip.bytes[i] = (uint8_t)n;
	return ip;
}

bool
block_size_is_valid(uint64_t quantity)
{
	return quantity == 1 || quantity == 2 || quantity == 4;
}

uint8_t
block_len(enum ip_family family, unsigned size)
{
	return (uint8_t)(ip_bits(family) - (unsigned)__builtin_ctz(size));
}

unsigned
block_size(struct prefix block)
{
	return 1u << (ip_bits(block.addr.family) - block.len);
}

struct ip
block_last(struct prefix prefix)
{
	unsigned spare = ip_bits(prefix.addr.family) - prefix.len;
	u128 hosts = spare == 128 ? ~(u128)0 : ((u128)1 << spare) - 1;

	return ip_of(prefix.addr.family, number_of(prefix.addr) | hosts);
}

/* RFC 4291, section 2.5.5.2, and RFC 6666: no network carries them. */
static const struct prefix mapped = { { IP_V6, { [10] = 0xff, [11] = 0xff } }, 96 };
static const struct prefix discard = { { IP_V6, { 0x01 } }, 64 };

static bool
overlaps(struct prefix a, struct prefix b)
{
	return prefix_contains(a, b.addr) || prefix_contains(b, a.addr);
}

const char *
block_pool_refusal(struct prefix pool)
{
	if (ip_is_multicast(pool.addr))
		return "these are multicast addresses; expected unicast ones that others can route "
		       "to";
	if (ip_is_link_local(pool.addr))
		return "these are link-local addresses; expected ones that others can route to";
	if (pool.len < (pool.addr.family == IP_V4 ? 8 : 16))
		return pool.addr.family == IP_V4 ? "expected a pool of /8 or longer"
						 : "expected a pool of /16 or longer";
	if (overlaps(pool, mapped))
		return "these are IPv4 addresses written as IPv6; expected them as IPv4";
	if (overlaps(pool, discard))
		return "expected addresses that are not for discarding (RFC 6666)";
	if (ip_is_unspecified(pool.addr) || ip_is_loopback(pool.addr) ||
	    (pool.addr.family == IP_V4 && (pool.addr.bytes[0] == 0 || pool.addr.bytes[0] >= 240)))
		return "expected unicast addresses that others can route to";
	return NULL;
}

static u128
align(u128 at, unsigned size)
{
	return (at + size - 1) & ~(u128)(size - 1);
}

void
block_search_init(struct block_search *s, struct block_pool pool, unsigned size, struct ip from)
{
	unsigned spare = ip_bits(pool.prefix.addr.family) - pool.prefix.len;
	u128 first = 0;

	*s = (struct block_search){ .pool = pool, .size = size, .count = (u128)1 << spare };
	s->last = s->count - 1;
	if (!pool.use_edges) {
		first = 1;
		if (pool.prefix.addr.family == IP_V4)
			s->last = s->count < 2 ? 0 : s->count - 2;
	}
	if (from.family == pool.prefix.addr.family && prefix_contains(pool.prefix, from)) {
		u128 known = number_of(from) - number_of(pool.prefix.addr);

		first = known > first ? known : first;
	}
	s->lowest = first;
	s->at = align(first, size);
}

/* What is in use below `lowest` or at it moves it up. */
static void
learn_lowest(struct block_search *s, u128 first, u128 past, bool rests)
{
	if (s->lowest_known)
		return;
	if (rests || first > s->lowest)
		s->lowest_known = true;
	else if (past > s->lowest)
		s->lowest = past;
}

bool
block_search_take(struct block_search *s, struct prefix block, bool rests)
{
	u128 first = number_of(block.addr) - number_of(s->pool.prefix.addr);
	u128 past = first + block_size(block);

	learn_lowest(s, first, past, rests);
	if (s->at + s->size <= first) {
		s->found = true;
		return true;
	}
	if (past > s->at)
		s->at = align(past, s->size);
	return false;
}

bool
block_search_end(struct block_search *s, struct prefix *ret)
{
	enum ip_family family = s->pool.prefix.addr.family;

	s->found = s->at + s->size - 1 <= s->last;
	if (!s->found)
		return false;
	*ret = (struct prefix){ ip_of(family, number_of(s->pool.prefix.addr) + s->at),
		block_len(family, s->size) };
	return true;
}

struct ip
block_search_from(const struct block_search *s)
{
	u128 from = s->lowest;

	if (s->found && s->at == from)
		from += s->size;
	if (from >= s->count)
		return (struct ip){ 0 };
	return ip_of(s->pool.prefix.addr.family, number_of(s->pool.prefix.addr) + from);
}
