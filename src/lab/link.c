#include "lab/link.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "lab/offload.h"

#define LINKS_MAX 0xffff

_Static_assert(LAB_MTU_MAX <= DELAY_LINE_MTU_MAX, "it carries them all");

bool
link_is_delayed(const struct link *l)
{
	return l->plan->delay.ns > 0;
}

uint32_t
link_mtu(const struct link *l)
{
	return l->plan->mtu == 0 ? LAB_MTU_DEFAULT : l->plan->mtu;
}

/* "d12a": the far end of end 0 of link 12. */
static void
fabric_name(size_t index, int side, char name[static IF_NAMESIZE])
{
	(void)snprintf(name, IF_NAMESIZE, "d%zu%c", index, side == 0 ? 'a' : 'b');
}

/* Locally administered; kind tells a node's end from a far end. */
static void
set_mac(struct rtnl_veth_end *end, uint8_t kind, size_t index, int side)
{
	const uint8_t mac[6] = { 0x02, 0x6e, kind, (uint8_t)(index >> 8), (uint8_t)index, (uint8_t)(side + 1) };

	memcpy(end->mac, mac, sizeof(mac));
}

static struct rtnl_veth_end
node_end(const struct link *l, size_t index, int side)
{
	struct rtnl_veth_end end = { .ifname = l->plan->ends[side].ifname, .netns = l->nodes[side]->net };

	set_mac(&end, 0, index, side);
	return end;
}

/* One side of a link with delay: the node's interface and its far end in the fabric. */
static int
make_delayed_side(struct link *l, size_t index, int side, uint32_t mtu, struct netlink *fabric, struct err *err)
{
	char name[IF_NAMESIZE];
	struct rtnl_veth_end ends[2] = { node_end(l, index, side), { .ifname = name, .netns = -1 } };

	fabric_name(index, side, name);
	set_mac(&ends[1], 1, index, side);
	int r = rtnl_add_veth(fabric, ends, mtu, err);
	if (r == 0)
		r = rtnl_set_quiet(fabric, name, err);
	if (r == 0)
		r = rtnl_set_up(fabric, name, true, err);
	if (r < 0)
		return r;
	l->fabric_index[side] = if_nametoindex(name);
	return l->fabric_index[side] == 0 ? err_errno(err, -errno, "find %s", name) : 0;
}

static int
make_interfaces(struct link *l, size_t index, struct netlink *fabric, struct err *err)
{
	uint32_t mtu = link_mtu(l);

	if (mtu < LAB_MTU_MIN || mtu > LAB_MTU_MAX || index > LINKS_MAX)
		return err_set(err, -EINVAL, "an MTU is %d..%d, and there are at most %d links",
		    LAB_MTU_MIN, LAB_MTU_MAX, LINKS_MAX);
	if (!link_is_delayed(l)) {
		const struct rtnl_veth_end ends[2] = { node_end(l, index, 0), node_end(l, index, 1) };

		return rtnl_add_veth(fabric, ends, mtu, err);
	}
	int r = make_delayed_side(l, index, 0, mtu, fabric, err);
	return r < 0 ? r : make_delayed_side(l, index, 1, mtu, fabric, err);
}

static int
set_node_end_up(struct link *l, int side, bool up, struct err *err)
{
	return rtnl_set_up(l->nodes[side]->rtnl, l->plan->ends[side].ifname, up, err);
}

int
link_make(struct link *l, const struct lab_plan *plan, size_t index, struct node *nodes,
    struct netlink *fabric, struct err *err)
{
	const struct lab_link *p = &plan->links[index];

	*l = (struct link){ .plan = p, .nodes = { &nodes[p->ends[0].node], &nodes[p->ends[1].node] } };
	int r = make_interfaces(l, index, fabric, err);
	for (int side = 0; side < 2 && r == 0; side++) {
		r = offload_disable(l->nodes[side]->sock, p->ends[side].ifname, err);
		if (r == 0)
			r = set_node_end_up(l, side, true, err);
	}
	if (r < 0)
		err_prefix(err, "link %s", p->what);
	l->up = r == 0;
	return r;
}

static int
set_far_end_up(struct link *l, int side, struct netlink *fabric, bool up, struct err *err)
{
	char name[IF_NAMESIZE];

	if (if_indextoname(l->fabric_index[side], name) == NULL)
		return err_errno(err, -errno, "find the far end of %s", l->plan->what);
	return rtnl_set_up(fabric, name, up, err);
}

void
link_follow(struct link *l, struct netlink *fabric, int side, bool carrier)
{
	/* It fails only when the interface is gone, and then the lab is going. */
	if (l->up)
		(void)set_far_end_up(l, 1 - side, fabric, carrier, NULL);
}

int
link_set_up(struct link *l, struct netlink *fabric, bool up, struct err *err)
{
	int r = 0;

	for (int side = 0; side < 2 && r == 0; side++)
		r = link_is_delayed(l) ? set_far_end_up(l, side, fabric, up, err)
				       : set_node_end_up(l, side, up, err);
	for (int side = 0; side < 2 && r == 0 && up; side++)
		r = node_add_routes(l->nodes[side], err);
	if (r == 0)
		l->up = up;
	return r;
}
