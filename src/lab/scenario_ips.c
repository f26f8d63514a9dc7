/* The checks of a scenario's addresses: pools, Global IPs, and whether the pools suffice. */
#include "lab/scenario_check.h"

#include "lab/addressing.h"
#include "lab/topology.h"

static bool
overlaps(struct prefix a, struct prefix b)
{
	return prefix_contains(a, b.addr) || prefix_contains(b, a.addr);
}

/* Whether hosts can have these addresses; reports when not. */
static bool
check_usable(struct conf *c, const struct prefix *p)
{
	struct ip a = p->addr;
	bool zero_net = a.family == IP_V4 && a.bytes[0] == 0;

	if (ip_is_unspecified(a) || zero_net || ip_is_loopback(a) || ip_is_link_local(a) || ip_is_multicast(a) ||
	    (a.family == IP_V4 && a.bytes[0] >= 240)) {
		scenario_wrong(c, p, "no host can have these addresses; expected unicast ones");
		return false;
	}
	return true;
}

void
scenario_check_addressing(struct conf *c, void *object)
{
	const struct scenario_addressing *a = object;
	const struct prefix *pools = a->ipv4.items;

	for (size_t i = 0; i < a->ipv4.count; i++) {
		if (pools[i].addr.family != IP_V4 || pools[i].len < 8 || pools[i].len > 28) {
			scenario_wrong(c, &pools[i], "expected an IPv4 prefix between /8 and /28");
			continue;
		}
		(void)check_usable(c, &pools[i]);
		for (size_t k = 0; k < i; k++) {
			if (overlaps(pools[i], pools[k]))
				scenario_wrong(c, &pools[i], "overlaps with another pool above");
		}
	}
	if (a->ipv6.addr.family != IP_V6 || a->ipv6.len < 16 || a->ipv6.len > 40)
		scenario_wrong(c, &a->ipv6, "expected an IPv6 prefix between /16 and /40: each network gets a /48");
	else
		(void)check_usable(c, &a->ipv6);
}

static void
check_global_prefix(struct conf *c, const struct prefix *p, enum ip_family family)
{
	unsigned bits = ip_bits(family);

	if (p->addr.family == IP_NONE)
		return;
	if (p->addr.family != family)
		scenario_wrong(c, p, "expected an IPv%d prefix", (int)family);
	else if (p->len < bits - 2)
		scenario_wrong(c, p, "a Global IP is 1, 2 or 4 addresses; expected /%u, /%u or /%u", bits, bits - 1,
		    bits - 2);
	else
		(void)check_usable(c, p);
}

void
scenario_check_global_ip(struct conf *c, void *object)
{
	const struct scenario_global_ip *g = object;

	if (g->ipv4.addr.family == IP_NONE && g->ipv6.addr.family == IP_NONE)
		scenario_wrong(c, &g->name, "a Global IP without addresses; expected ipv4, ipv6 or both");
	check_global_prefix(c, &g->ipv4, IP_V4);
	check_global_prefix(c, &g->ipv6, IP_V6);
}

/* Networks number themselves from the pools; nobody else may. */
static void
check_not_in_pools(struct conf *c, const struct scenario *s, const struct prefix *p)
{
	const struct prefix *pools = s->addressing.ipv4.items;
	char buf[PREFIX_STR_MAX];

	for (size_t i = 0; p->addr.family == IP_V4 && i < s->addressing.ipv4.count; i++) {
		if (overlaps(pools[i], *p))
			scenario_wrong(c, p, "lies in %s, from which the networks get their own addresses "
			    "(see addressing)", prefix_format(pools[i], buf));
	}
	for (size_t n = 1; p->addr.family == IP_V6 && n <= s->networks.count; n++) {
		struct prefix block = addressing_block6(s->addressing.ipv6, n);

		if (overlaps(block, *p))
			scenario_wrong(c, p, "lies in %s, which is network %s's own", prefix_format(block, buf),
			    scenario_at(&s->networks, struct scenario_network, n - 1)->name);
	}
}

static void
check_not_shared(struct conf *c, const struct scenario *s, const struct scenario_global_ip *g)
{
	for (const struct scenario_global_ip *k = s->global_ips.items; k < g; k++) {
		if (g->ipv4.addr.family != IP_NONE && overlaps(g->ipv4, k->ipv4))
			scenario_wrong(c, &g->ipv4, "overlaps with the Global IP %s", k->name);
		if (g->ipv6.addr.family != IP_NONE && overlaps(g->ipv6, k->ipv6))
			scenario_wrong(c, &g->ipv6, "overlaps with the Global IP %s", k->name);
	}
}

void
scenario_check_global_ips(struct conf *c, const struct scenario *s)
{
	scenario_each (g, &s->global_ips, struct scenario_global_ip) {
		bool v4 = g->ipv4.addr.family != IP_NONE && scenario_has_family(s, IP_V4);
		bool v6 = g->ipv6.addr.family != IP_NONE && scenario_has_family(s, IP_V6);

		if (!v4 && !v6 && (g->ipv4.addr.family != IP_NONE || g->ipv6.addr.family != IP_NONE))
			scenario_wrong(c, &g->name, "has no address of a family that the lab has (see families)");
		check_not_in_pools(c, s, &g->ipv4);
		check_not_in_pools(c, s, &g->ipv6);
		check_not_shared(c, s, g);
	}
}

void
scenario_check_pools(struct conf *c, const struct scenario *s)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new();
	struct topology *t;
	struct err err;

	if (topology_new(s, arena, &t, &err) < 0)
		scenario_wrong(c, &s->addressing.ipv4, "%s", err.message);
}
