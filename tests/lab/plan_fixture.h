/*
 * Plans by hand: pairs of nodes, each pair with a link of its own delay. For tests and benchmarks of what
 * makes plans real.
 *
 * Pair i is the nodes "west<i>" and "east<i>", joined by interfaces "east" and "west" with the addresses
 * 198.51.100.(2i), 198.51.100.(2i+1) /31 and 2001:db8:1:<i>::, 2001:db8:1:<i>::1 /127. west<i> also has
 * 192.0.2.<i+1>/32 on lo, and east<i> a route there.
 */
#pragma once

#include "lab/plan.h"

struct lab_plan *fixture_pairs(const char *name, const struct duration *delays, size_t count)
    __attribute__((returns_nonnull));

/* Gives west0 these processes; argv and all else must live as long as the plan. */
void fixture_add_processes(struct lab_plan *plan, const struct lab_process *processes, size_t count);
void fixture_add_files(struct lab_plan *plan, const struct lab_file *files, size_t count);
