/*
 * The topology of a scenario, numbered: its nodes, its links, and an address for each end of each.
 *
 * The middle of the way from a scenario to a plan: lab/bird_conf and lab/host_conf write configurations
 * from it, lab/plan.c the plan itself. Everything is decided by the scenario alone, in the order of its
 * file, so the same file always gives the same addresses.
 *
 * Nodes stand in this order: the routers of each network, then the hosts of each site, then the clients.
 * Links: those inside each network, the relationships, the hosts' cables, the clients' lines.
 *
 * IPv4: each network gets a block as small as its needs allow: loopbacks first, then a /31 for each link
 * that it numbers. IPv6: network n of the file gets the n-th /48 of the pool; its router r has loopback
 * ::r, its l-th link is :l::1 and :l::2 with /126. A link between networks is numbered by the provider,
 * between peers by the first one. A host and a client have one address of each family, that of their line.
 */
#pragma once

#include <net/if.h>
#include <stddef.h>
#include <stdint.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/ip.h"
#include "base/strbuf.h"
#include "base/time.h"
#include "lab/cities.h"
#include "lab/plan.h"
#include "lab/scenario.h"

enum topo_link_kind {
	TOPO_INTERNAL, /* inside a network */
	TOPO_TRANSIT,  /* ends[0] is the provider, ends[1] the customer */
	TOPO_PEERING,
	TOPO_HOST,   /* ends[0] is the site's router, ends[1] the host */
	TOPO_CLIENT, /* ends[0] is the router, ends[1] the client */
};

struct topo_end {
	size_t node;
	char ifname[IFNAMSIZ];
	struct ip addr4, addr6; /* IP_NONE when the lab does without the family */
};

struct topo_link {
	enum topo_link_kind kind;
	struct topo_end ends[2];
	struct duration delay;
	uint32_t cost; /* OSPF, of an internal link */
	uint32_t mtu;
	size_t owner;  /* the network that numbers it */
	const char *what;
};

struct topo_net {
	const struct scenario_network *conf;
	struct prefix block4, block6; /* all addresses of the network */
	size_t first_node, node_count; /* its routers */
	size_t link_count; /* that it numbers */
};

struct topo_node {
	enum lab_node_kind kind;
	const char *name;
	const struct city *city;
	size_t net;
	const struct scenario_site *site; /* of a host */
	const struct scenario_host *host;
	struct ip loopback4, loopback6; /* of a host or client: the address of its line */
	struct ip router_id;
};

struct topology {
	struct arena *arena; /* borrowed */
	const struct scenario *scenario;
	bool v4, v6;
	/* of its controller (lab/pools.h); NULL: the hosts have their services from their own files
	 */
	const struct lab_pool *pools;
	size_t pool_count;
	struct topo_net *nets;
	size_t net_count;
	struct topo_node *nodes;
	size_t node_count;
	struct topo_link *links;
	size_t link_count;
};

/*
 * Lives in the arena. The scenario must have passed its checks. Fails with -ENOSPC when the addresses of
 * the scenario's pool do not suffice (the sentence says how many are missing).
 */
int topology_new(const struct scenario *s, struct arena *arena, struct topology **ret, struct err *err)
    _must_use_;

/* A node's view of one of its links: its own end, and the other. NULL when the link is not the node's. */
const struct topo_end *topo_link_own(const struct topo_link *l, size_t node);
const struct topo_end *topo_link_other(const struct topo_link *l, size_t node);

/* The text of a file that is written from it, in its arena; the buffer is done with. */
const char *topo_keep(const struct topology *t, struct strbuf *text);
