#include "lab/pools.h"

#include "lab/addressing.h"

#define LEN4_MIN 25
#define LEN4_MAX 28
#define LEN6 64
#define BLOCKS6 256 /* that are tried */

static bool
overlaps(struct prefix a, struct prefix b)
{
	return a.addr.family == b.addr.family &&
	       (prefix_contains(a, b.addr) || prefix_contains(b, a.addr));
}

static bool
is_free(const struct scenario *s, struct prefix p)
{
	const struct conf_list *own = &s->addressing.ipv4;

	for (size_t i = 0; i < own->count; i++) {
		if (overlaps(p, *scenario_at(own, struct prefix, i)))
			return false;
	}
	for (size_t n = 1; p.addr.family == IP_V6 && n <= s->networks.count; n++) {
		if (overlaps(p, addressing_block6(s->addressing.ipv6, n)))
			return false;
	}
	scenario_each (g, &s->global_ips, struct scenario_global_ip) {
		if (overlaps(p, g->ipv4) || overlaps(p, g->ipv6))
			return false;
	}
	return true;
}

/* Beside this block of a Global IP; family IP_NONE: all is used. */
static struct prefix
find_beside4(const struct scenario *s, struct prefix block)
{
	struct prefix all = prefix_mask((struct prefix){ .addr = block.addr, .len = 24 });

	for (uint8_t len = LEN4_MIN; len <= LEN4_MAX; len++) {
		for (uint64_t i = 0; i < UINT64_C(1) << (len - 24); i++) {
			struct prefix p = { .addr = ip_add(all.addr, i << (32 - len)), .len = len };

			if (is_free(s, p))
				return p;
		}
	}
	return (struct prefix){ 0 };
}

static struct prefix
find_beside6(const struct scenario *s, struct prefix block)
{
	struct prefix p = prefix_mask((struct prefix){ .addr = block.addr, .len = 48 });

	p.len = LEN6;
	for (unsigned i = 0; i < BLOCKS6; i++) {
		p.addr.bytes[7] = (uint8_t)i;
		if (is_free(s, p))
			return p;
	}
	return (struct prefix){ 0 };
}

static void
add_free(const struct scenario *s, enum ip_family family, struct lab_pool *pools, size_t *count)
{
	scenario_each (g, &s->global_ips, struct scenario_global_ip) {
		struct prefix block = family == IP_V4 ? g->ipv4 : g->ipv6, p;

		if (block.addr.family == IP_NONE)
			continue;
		p = family == IP_V4 ? find_beside4(s, block) : find_beside6(s, block);
		if (p.addr.family == IP_NONE)
			continue;
		pools[(*count)++] =
		    (struct lab_pool){ .name = family == IP_V4 ? "ipv4" : "ipv6", .prefix = p };
		return;
	}
}

struct lab_pool *
lab_pools(const struct scenario *s, struct arena *arena, size_t *ret_count)
{
	static const enum ip_family families[] = { IP_V4, IP_V6 };
	struct lab_pool *pools = arena_alloc(arena, (2 * s->global_ips.count + 2) * sizeof(*pools));
	size_t count = 0;

	scenario_each (g, &s->global_ips, struct scenario_global_ip) {
		for (size_t f = 0; f < ARRAY_SIZE(families); f++) {
			struct prefix block = families[f] == IP_V4 ? g->ipv4 : g->ipv6;

			if (block.addr.family == IP_NONE || !scenario_has_family(s, families[f]))
				continue;
			pools[count++] = (struct lab_pool){
				.name = arena_printf(arena, "%s-ipv%d", g->name, (int)families[f]),
				.prefix = block,
				.of = g,
			};
		}
	}
	for (size_t f = 0; f < ARRAY_SIZE(families); f++) {
		if (scenario_has_family(s, families[f]))
			add_free(s, families[f], pools, &count);
	}
	*ret_count = count;
	return pools;
}
