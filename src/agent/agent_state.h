/*
 * The agent's own state from one program to the next (past.h): what of it is saved, and how each
 * part takes it over.
 */
#pragma once

#include "agent/past.h"
#include "io/control.h"

struct agent;
struct hosted;

/* All of it, with the descriptors; the client that waits is to have its answer from there. */
void agent_save(
    struct agent *a, const struct control_later *waits, struct handover *h, struct instant now);

/* Into an agent and a service that were just made. -EBADMSG: what was handed over can not be read.
 */
int agent_load(struct agent *a, const struct past *p, struct err *e);
int hosted_load(struct hosted *h, const struct past *p, struct err *e);
/* The lock of an address of the service, taken; -1: there is none. */
int hosted_past_lock(const struct hosted *h, size_t address, struct past *p);
/* Likewise the socket on which it is told who answers there. */
int hosted_past_identity(const struct hosted *h, size_t address, struct past *p);
/* With all drivers there: what has changed in between, and on. */
void hosted_go_on(struct hosted *h);
