/*
 * A command of the caller's, run in all namespaces of a node: what lab_spawn() and lab_exec() share.
 *
 * It enters by itself, with the namespaces that the supervisor hands out, and is the caller's own child: so
 * it has the caller's terminal and files, and is waited for like any other.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

struct lab;

struct job {
	const char *const *argv; /* ends with NULL */
	char **environment;
	int fds[3];       /* what becomes its 0, 1, 2; -1: the caller's own */
	bool own_group;   /* and dies with its parent */
	/* Borrowed: signals that wait from the fork on; the caller unblocks them. NULL: none. */
	const sigset_t *held;
	int not_executed; /* set on failure: the errno of execve(2), if it came that far */
	int report;       /* inside */
};

/* Gives the pid of the command. After a failure no process is left. */
int job_start(struct lab *lab, const char *node, struct job *job, pid_t *ret, struct err *err) _must_use_;
