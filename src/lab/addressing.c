#include "lab/addressing.h"

#include <errno.h>

#define BLOCK6_LEN 48

/* The network address, the loopbacks, up to an even number, then two for each link. */
static uint32_t
first_link4(const struct topo_net *net)
{
	return (uint32_t)(1 + net->node_count + 1) & ~1u;
}

static uint32_t
block_size4(const struct topo_net *net)
{
	uint32_t need = first_link4(net) + 2 * (uint32_t)net->link_count, size = 4;

	while (size < need)
		size *= 2;
	return size;
}

static uint8_t
block_len4(uint32_t size)
{
	return (uint8_t)(32 - __builtin_ctz(size));
}

/* The first free block of `size` addresses in the pool; used[i] says how far prefix i is used. */
static bool
take_block4(const struct conf_list *pool, uint64_t *used, uint32_t size, struct prefix *ret)
{
	for (size_t i = 0; i < pool->count; i++) {
		const struct prefix *p = scenario_at(pool, struct prefix, i);
		uint64_t room = UINT64_C(1) << (32 - p->len);

		/* Blocks come largest first, so what is used is always a multiple of this size. */
		if (used[i] + size > room)
			continue;
		ret->addr = ip_add(p->addr, used[i]);
		ret->len = block_len4(size);
		used[i] += size;
		return true;
	}
	return false;
}

static int
number_blocks4(struct topology *t, struct err *err)
{
	const struct conf_list *pool = &t->scenario->addressing.ipv4;
	uint64_t *used = arena_alloc(t->arena, pool->count * sizeof(*used));
	uint64_t missing = 0, room = 0;

	for (size_t i = 0; i < pool->count; i++)
		room += UINT64_C(1) << (32 - scenario_at(pool, struct prefix, i)->len);
	for (uint32_t size = 1u << 31; size >= 4; size /= 2) {
		for (size_t n = 0; n < t->net_count; n++) {
			if (block_size4(&t->nets[n]) == size &&
			    !take_block4(pool, used, size, &t->nets[n].block4))
				missing += size;
		}
	}
	if (missing > 0)
		return err_set(err, -ENOSPC,
		    "the lab needs %llu IPv4 addresses more than the %llu of addressing.ipv4",
		    (unsigned long long)missing, (unsigned long long)room);
	return 0;
}

struct prefix
addressing_block6(struct prefix pool, size_t n)
{
	struct prefix p = { .addr = pool.addr, .len = BLOCK6_LEN };
	uint32_t group = (uint32_t)p.addr.bytes[4] << 8 | p.addr.bytes[5];

	group += (uint32_t)n;
	p.addr.bytes[4] = (uint8_t)(group >> 8);
	p.addr.bytes[5] = (uint8_t)group;
	return p;
}

/* Address `host` of the block's subnet `subnet` (its fourth group). */
static struct ip
address6(struct prefix block, size_t subnet, uint64_t host)
{
	struct ip ip = block.addr;

	ip.bytes[6] = (uint8_t)(subnet >> 8);
	ip.bytes[7] = (uint8_t)subnet;
	return ip_add(ip, host);
}

/* Without IPv4 a BGP speaker still needs an ID of 32 bits; any that no one else has will do. */
static struct ip
made_up_id(size_t net, size_t n)
{
	return ip_from_v4(10u << 24 | (uint32_t)(net + 1) << 16 | (uint32_t)n);
}

static void
number_routers(struct topology *t, size_t n)
{
	struct topo_net *net = &t->nets[n];

	for (size_t i = 0; i < net->node_count; i++) {
		struct topo_node *node = &t->nodes[net->first_node + i];

		node->router_id = made_up_id(n, 1 + i);
		if (t->v4)
			node->loopback4 = node->router_id = ip_add(net->block4.addr, 1 + i);
		if (t->v6)
			node->loopback6 = address6(net->block6, 0, 1 + i);
	}
}

static void
number_link(struct topology *t, struct topo_link *l, size_t *next)
{
	struct topo_net *net = &t->nets[l->owner];
	size_t index = next[l->owner]++;

	for (size_t e = 0; e < 2; e++) {
		if (t->v4)
			l->ends[e].addr4 =
			    ip_add(net->block4.addr, first_link4(net) + 2 * index + e);
		if (t->v6)
			l->ends[e].addr6 = address6(net->block6, index + 1, 1 + e);
	}
	if (l->kind == TOPO_HOST || l->kind == TOPO_CLIENT) {
		struct topo_node *node = &t->nodes[l->ends[1].node];

		node->loopback4 = l->ends[1].addr4;
		node->loopback6 = l->ends[1].addr6;
		node->router_id = t->v4 ? node->loopback4 : made_up_id(l->owner, 256 + index);
	}
}

int
topology_number(struct topology *t, struct err *err)
{
	size_t *next = arena_alloc(t->arena, t->net_count * sizeof(*next));

	if (t->v4) {
		int r = number_blocks4(t, err);

		if (r < 0)
			return r;
	}
	for (size_t n = 0; n < t->net_count; n++) {
		if (t->v6)
			t->nets[n].block6 = addressing_block6(t->scenario->addressing.ipv6, n + 1);
		number_routers(t, n);
	}
	for (size_t i = 0; i < t->link_count; i++)
		number_link(t, &t->links[i], next);
	return 0;
}
