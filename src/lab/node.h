/*
 * A node: a network, a mount and a UTS namespace, held by file descriptors of the supervisor.
 *
 * Inside, /run is private and empty but for the plan's files, /etc is the machine's with the plan's files
 * over it (an overlay whose upper layer is memory), /proc and /sys are the lab's. All other
 * folders are the machine's own: a command run in a node finds the person's files, and a capture written
 * to /tmp stays. No namespace has a name on the machine; when the descriptors and the last process go,
 * so does the node.
 */
#pragma once


#include "base/err.h"
#include "lab/plan.h"
#include "lab/rtnl.h"

struct node {
	const struct lab_node *plan;
	int net;         /* namespaces, O_CLOEXEC; owned */
	int mnt;
	int uts;
	struct netlink *rtnl; /* in its network; owned */
	int sock;         /* any socket in its network, for ioctls */
};

/* Makes it with host name, files and sysctls; no interface but lo (up). For as long as the supervisor lives. */
int node_make(struct node *n, const struct lab_plan *plan, size_t index, struct err *err) _must_use_;

/* Moves the calling process (single-threaded, same user and pid namespace) into the node, to its root folder. */
int node_enter(const struct node *n) _must_use_;

/* The plan's addresses and routes. The links are there by now. */
int node_configure(struct node *n, struct err *err) _must_use_;
/* The routes again, after a link has come back: the kernel drops them when an interface goes down. */
int node_add_routes(struct node *n, struct err *err) _must_use_;
