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

struct mnl_socket;

struct carrier {
	struct mnl_socket *socket; /* owned */
	struct link *links; /* borrowed */
	size_t link_count;
	struct rtnl *fabric; /* borrowed */
};

/* In the fabric, when all links are up. */
int carrier_open(struct carrier *c, struct link *links, size_t link_count, struct rtnl *fabric,
    struct err *err) _must_use_;
void carrier_close(struct carrier *c); /* fine on a zeroed or closed one */

int carrier_fd(const struct carrier *c); /* readable: carrier_look() */
void carrier_look(struct carrier *c);
