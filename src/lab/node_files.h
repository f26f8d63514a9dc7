/*
 * What a node sees as /run, /etc, /proc and /sys.
 */
#pragma once

#include "base/err.h"
#include "lab/plan.h"

/*
 * In the caller's own mount and network namespace. Writes the node's files, and /etc/hosts (from the
 * plan's names), /etc/hostname and /etc/resolv.conf unless they are among them.
 */
int node_files_make(const struct lab_plan *plan, const struct lab_node *node, struct err *err) _must_use_;
