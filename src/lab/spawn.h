/*
 * Children of the caller that work inside a node: lab_spawn(), lab_exec(), lab_open_in_node() of lab/lab.h.
 *
 * They enter by themselves, with the namespaces that the supervisor hands out: so a command has the
 * caller's terminal, files and process group, and the caller waits for it like for any child. The kernel
 * lets no pid namespace go before all processes in it are reaped, so what the caller started is ended
 * before its connection to the lab is.
 */
#pragma once

struct lab;

void spawn_end_all(struct lab *lab);
