/*
 * The node of the controller in a lab's plan: nearcast-controller(8) with a store of its own in
 * memory, in a network that no cable leads to.
 *
 * It has a socket in the network of each host, so that hosts reach it at 127.0.0.1 as if it ran
 * there, and the lab's networks are what its scenario says, and nothing else.
 */
#pragma once

#include "lab/topology.h"

/*
 * Adds it behind the plan's nodes, which have room for one more. -EEXIST: one of them is called so.
 * names_json: the file that every node has.
 */
int controller_node_add(const struct topology *t, struct lab_plan *plan, const char *names_json,
    struct err *err) _must_use_;
