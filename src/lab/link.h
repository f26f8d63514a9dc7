/*
 * A link between two nodes, real: a veth pair, or two with the delay line between them.
 *
 * Without delay the two ends are one veth pair. With delay each end is a pair whose far end lies in the
 * fabric, the supervisor's own network namespace, where the delay line (lab/delay_line.h) reads and
 * writes packets. MAC addresses come from the link's index, so that they are the same in every run.
 */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "lab/delay_line.h"
#include "lab/node.h"
#include "lab/plan.h"
#include "lab/rtnl.h"

struct link {
	const struct lab_link *plan;
	struct node *nodes[2];
	bool up;
	unsigned fabric_index[2]; /* interfaces in the fabric; 0 without delay */
};

/* fabric is in the caller's network namespace. nodes are those of the plan, by index. Both ends come up. */
int link_make(struct link *l, const struct lab_plan *plan, size_t index, struct node *nodes,
    struct netlink *fabric, struct err *err) _must_use_;

bool link_is_delayed(const struct link *l);
uint32_t link_mtu(const struct link *l);

/*
 * Cuts or joins it. With delay both ends lose their carrier, as from a cut cable; without, where nothing
 * lies between them, both interfaces are set down. Addresses stay; the nodes' own routes come back.
 */
int link_set_up(struct link *l, struct netlink *fabric, bool up, struct err *err) _must_use_;

/*
 * The far end of that side, which is up itself, has or lost its carrier: so does the node of the other side.
 * For links with delay.
 */
void link_follow(struct link *l, struct netlink *fabric, int side, bool carrier);
