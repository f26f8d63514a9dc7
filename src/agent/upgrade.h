/*
 * `nearcast upgrade`: the program on the disk takes the place of the one that runs, in the same
 * process, and keeps its sessions.
 *
 *   trial     the new program reads the configuration on the disk, then the very state, while the
 *             old one goes on: one that cannot is refused, and nothing has changed
 *   slow      BFD's neighbors are asked to bear with a silence, and answer; a routing daemon gives
 *             the answers that it owes
 *   over      everything stands still, is saved, and execve() makes this process the new program
 *   go on     (there) everything is taken over, or, when it cannot be, starts cold and says so
 *
 * Only the program that runs can be followed, by what has its path now: who may talk to the control
 * socket must not be able to give the agent's rights to a program of his choice.
 */
#pragma once

#include <jansson.h>

#include "agent/past.h"
#include "agent/program.h"
#include "base/err.h"

struct agent;
struct upgrade;

/* program is borrowed. */
int upgrade_new(
    struct agent *a, const struct program *program, struct upgrade **ret, struct err *e);
void upgrade_free(struct upgrade *u); /* NULL is fine */

/* The request "upgrade" of the control socket; nearcastd(8) says what it takes. */
json_t *agent_answer_upgrade(void *userdata, const json_t *request, struct err *e);

/* The client that asked the program before: it has its answer with the first turn of the loop. */
bool upgrade_is_under_way(const struct upgrade *u);
struct control_later *upgrade_asker(struct upgrade *u);
/* Everything was taken over: tells so, from the loop. */
void upgrade_is_over(struct upgrade *u, const struct past *p);
