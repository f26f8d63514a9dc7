/* Whether the kernel takes packets for an address: it has the local route of it. */
#pragma once

#include <stdbool.h>

#include "base/ip.h"
#include "io/netlink.h"

/* nl: of NETLINK_ROUTE. Asks the kernel, and waits for its answer. */
bool local_route_exists(struct netlink *nl, struct ip ip);
