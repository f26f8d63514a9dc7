/*
 * Gives every node and every link of a topology its addresses; lab/topology.h says by which rule.
 */
#pragma once

#include "base/err.h"
#include "lab/topology.h"

/* 0, or -ENOSPC when the scenario's IPv4 pool is too small. */
int topology_number(struct topology *t, struct err *err) _must_use_;

/* The n-th /48 (from 1) of a pool; what network n of the file gets. */
struct prefix addressing_block6(struct prefix pool, size_t n);
