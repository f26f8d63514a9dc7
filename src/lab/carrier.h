/*
 * Carrier across links with delay: a node that sets its end down takes the other end's carrier away, as on
 * a cable between the two.
 *
 * The two ends of such a link are two veth pairs, so the kernel tells the far end in the fabric only. This
 * watches the fabric, and sets the opposite far end down or up again.
 */
#pragma once

#include <stddef.h>

#include "base/err.h"
#include "lab/link.h"

struct carrier {
	int fd;             /* owned, for as long as the lab lives */
	struct link *links; /* borrowed */
	size_t link_count;
	struct netlink *fabric; /* borrowed */
};

/* In the fabric, when all links are up. */
int carrier_open(struct carrier *c, struct link *links, size_t link_count, struct netlink *fabric,
    struct err *err) _must_use_;

int carrier_fd(const struct carrier *c); /* readable: carrier_look() */
void carrier_look(struct carrier *c);
