/*
 * A lab's plan: what has to exist so that a scenario is true. Plain data, made by pure code from a
 * scenario (lab/plan.c), made real by lab/realize (namespaces, links, processes).
 *
 * Every node is a set of namespaces (network, mount, UTS) with its own /run, host name and files. Every
 * link joins two nodes with an optional delay in each direction. Every process is started in its node.
 * The plan and all it points to live in one arena.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/ip.h"
#include "base/time.h"

struct scenario;

enum lab_node_kind {
	LAB_ROUTER,
	LAB_HOST,       /* a machine at a site */
	LAB_CLIENT,     /* a machine in an access network */
	LAB_CONTROLLER, /* the machine of the controller, which no cable leads to */
};

struct lab_file {
	const char *path; /* absolute, in the node's view; below /run or /etc (a private tmpfs / overlay) */
	const char *content;
	unsigned mode;
};

/* When a started process counts as up. */
enum lab_ready {
	LAB_READY_AT_ONCE,
	LAB_READY_PATH,     /* `ready_arg` exists in the node (a control socket) */
	LAB_READY_LISTENS,  /* something listens on TCP port `ready_arg` in the node */
};

/* A TCP socket that listens at 127.0.0.1 in the network of a node, whatever runs there. */
struct lab_socket {
	size_t node; /* index into nodes */
	uint16_t port;
};

struct lab_process {
	const char *name;        /* unique in its node: "bird", "nginx", "nearcastd" */
	const char *const *argv; /* ends with NULL; argv[0] absolute, or looked up in PATH */
	bool manual;             /* not started by `up`, but by a step */
	enum lab_ready ready;
	const char *ready_arg;
	/*
	 * Passed on to it as systemd would, sd_listen_fds(3), behind the one that lab_up() was
	 * given.
	 */
	const struct lab_socket *sockets;
	size_t socket_count;
};

struct lab_address {
	const char *ifname;
	struct prefix addr; /* the address with its length, host bits set */
};

struct lab_route {
	struct prefix dest;
	struct ip via;
};

struct lab_node {
	const char *name; /* host name too: "am6-c3.medium.x86-01", "fra.northwind" */
	enum lab_node_kind kind;
	const char *city;    /* IATA code, "ams"; NULL: nowhere */
	const char *network; /* name of the lab's network (AS), or NULL */
	uint32_t asn;
	const char *site; /* of a host, else NULL */
	/* The node's own stable addresses, IP_NONE when none; of a host or client, those of its line. */
	struct ip loopback4, loopback6;
	bool forwarding;
	const struct lab_address *addresses; /* including those on lo */
	size_t address_count;
	const struct lab_route *routes;
	size_t route_count;
	const struct lab_file *files;
	size_t file_count;
	const struct lab_process *processes; /* in start order */
	size_t process_count;
};

#define LAB_MTU_DEFAULT 1500
#define LAB_MTU_MIN 1280 /* RFC 8200 section 5: an IPv6 link carries this */
#define LAB_MTU_MAX 9216

struct lab_link_end {
	size_t node; /* index into nodes */
	const char *ifname;
};

struct lab_link {
	struct lab_link_end ends[2];
	struct duration delay; /* one way, in both directions; 0: a plain veth pair */
	uint32_t mtu;          /* LAB_MTU_MIN to LAB_MTU_MAX; 0: LAB_MTU_DEFAULT */
	const char *what;      /* for people: "ams-lon of northwind" */
};

/* For /etc/hosts in every node and for naming traceroute hops. */
struct lab_name {
	struct ip addr;
	const char *name;
};

struct lab_plan {
	struct arena *arena; /* owned */
	const char *name;    /* of the lab */
	struct lab_node *nodes;
	size_t node_count;
	struct lab_link *links;
	size_t link_count;
	struct lab_name *names;
	size_t name_count;
};

/*
 * The plan of a scenario that has passed its checks; it keeps nothing of the scenario. The same scenario
 * always gives the same plan. Fails with -ENOSPC when the scenario's address pools do not suffice.
 */
int lab_plan_new(const struct scenario *s, struct lab_plan **ret, struct err *err) _must_use_;

/*
 * Likewise, with nearcast-controller(8) in one more node, the last one. Every host reaches it at
 * LAB_CONTROLLER_PORT of its own 127.0.0.1, by a socket that is passed on, and over no network.
 * Hosts have no services in their files, and their routers take all that the controller gives out
 * (lab/pools.h). -EEXIST: a node of the scenario has the controller's name.
 */
int lab_plan_new_with_controller(
    const struct scenario *s, struct lab_plan **ret, struct err *err) _must_use_;

#define LAB_CONTROLLER_NODE "controller"
#define LAB_CONTROLLER_PROCESS "nearcast-controller"
#define LAB_CONTROLLER_PORT 8179 /* where it listens when nothing else is configured */

void lab_plan_free(struct lab_plan *p); /* NULL is fine */
void lab_plan_freep(struct lab_plan **p);
