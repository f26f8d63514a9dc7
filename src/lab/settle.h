/*
 * A lab for one who plays by hand: its agents started, the routers knowing the ways, and the
 * commands to begin with. What is waited for is what `lab run` waits for, by the same code.
 */
#pragma once

#include "base/strbuf.h"
#include "lab/run.h"

/*
 * Starts the processes of the plan that wait for a step, and waits until each is ready. Those that
 * run already are fine.
 */
int lab_start_manual(struct lab *lab, const struct lab_plan *plan, struct duration ready_timeout,
    struct err *err) _must_use_;

/*
 * Waits until the routers know the ways between all hosts and clients and, with agents, until every
 * host announces its Global IPs and every router has a route to them; at most for `within`. 0, also
 * when some of it did not come: then missing has an indented line for each such thing. -EINTR as
 * lab_run().
 */
int lab_settle(struct lab *lab, const struct scenario *scenario, const struct lab_plan *plan,
    const struct run_options *options, bool agents, struct duration within,
    struct strbuf *missing) _must_use_;

/*
 * Commands to go on with, from the scenario's own names: a client that asks for a Global IP, the
 * status of an agent (its start, while it does not run), the end of the lab. `program` is how this
 * program is called.
 */
void lab_hints(struct lab *lab, const struct scenario *scenario, const struct lab_plan *plan,
    const char *program, struct strbuf *out);
