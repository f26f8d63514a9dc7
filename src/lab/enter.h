/*
 * Going from outside into the namespaces of a node.
 */
#pragma once

#include "lab/client.h"
#include "lab/exec.h"

/*
 * Moves the calling process, which has one thread, into those of the namespaces that are in mask (CLONE_NEW...
 * flags; the user namespace always, for its privileges), as root of the lab. The pid namespace is
 * that of its next child. The working folder stays where the node has a folder of that name, else it is
 * "/". There is no way back: for children. Returns 0 or a negative errno with *failure filled.
 */
int enter_namespaces(const struct client_namespaces *n, int mask, struct exec_failure *failure) _must_use_;
