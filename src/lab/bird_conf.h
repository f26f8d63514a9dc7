/*
 * The configuration of a lab's router: BIRD 2, as an operator would write it.
 *
 * Inside a network: OSPF (v2 for IPv4, v3 for IPv6) with costs from the links' delays, and a full
 * mesh of iBGP between loopbacks with the border's loopback as next hop, so a network hands traffic
 * over at the exit that is nearest by IGP (hot potato).
 *
 * Between networks: eBGP on the links' addresses, one session a family. A route is marked on its
 * way in with the large community (own ASN, 1, kind), kind 1 for a customer's, 2 for a peer's, 3
 * for a provider's; local preference 300, 200, 100. Customers get everything; peers and providers
 * get the own block and what is marked 1 (RFC 7908's leaks cannot happen). GRACEFUL_SHUTDOWN (RFC
 * 8326) is honoured: local preference 0.
 *
 * To the hosts of a site: a session that waits for the host and takes from it the Global IPs of its
 * services and nothing else; with a controller, those that it may give out.
 *
 * A router puts an unreachable route for its network's whole block under everything and announces
 * that block to its neighbors.
 */
#pragma once

#include "lab/topology.h"

#define BIRD_CONF_PATH "/run/bird.conf"
#define BIRD_CONTROL_PATH "/run/bird.ctl"

/* In the topology's arena. */
const char *bird_conf_format(const struct topology *t, size_t router);
