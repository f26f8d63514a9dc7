/*
 * Sockets that the supervisor opens for a process, in the networks of other nodes, and passes on as
 * systemd would (sd_listen_fds(3)).
 *
 * A socket belongs to the network in which it was made, whoever has it: so one process is reached
 * in many. They stay the supervisor's, too, so that a process that is started again gets the same
 * ones. While it does not run, they keep their ports and refuse whoever connects, as the host of a
 * process that has died would: who asks is told at once, instead of waiting for somebody to start it.
 */
#pragma once

#include "lab/process.h"

/*
 * Opens those of the process's plan, in the networks of nodes. given is a further one, the first of
 * them, which is taken over; -1: none. A plan without sockets gets none.
 */
int passed_sockets_open(
    struct process *p, const struct node *nodes, int given, struct err *err) _must_use_;

/* The process is about to run: whoever connects from now on waits until it accepts. */
int passed_sockets_listen(const struct process *p, struct err *err) _must_use_;
/* It does not run: whoever connects, or has and was not accepted, is refused. */
void passed_sockets_refuse(const struct process *p);

/*
 * In the child, before it executes: puts them where they are looked for and gives the environment
 * that says so. *keep is a descriptor that is still needed, and may get another number.
 */
char **passed_sockets_put(const struct process *p, char **environment, int *keep);
