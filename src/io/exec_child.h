/*
 * A command as a child process that can do little harm: no shell, its own session and process
 * group, its own user, limits, no privileges to gain, no descriptor of ours, a clean environment.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/time.h"

#define EXEC_GROUPS_MAX 64

/* Who runs it. */
struct exec_user {
	const char *name; /* borrowed; NULL: we ourselves */
	uid_t uid;
	gid_t gid;
	gid_t groups[EXEC_GROUPS_MAX];
	size_t group_count;
};

/*
 * The user of that name; NULL: we ourselves, or nobody when we are root. -ENOENT: there is none;
 * -EPERM: we may not become another.
 */
int exec_user_find(const char *name, struct exec_user *ret, struct err *e) _must_use_;

struct exec_job {
	char *const *argv; /* ends with NULL; argv[0] is an absolute path */
	char *const *envp;
	const struct exec_user *user;
	int input;                 /* borrowed: its standard input; 0: nothing to read */
	struct duration cpu_limit; /* of one process, in whole seconds, rounded up */
	uint64_t memory_limit;     /* bytes of address space; 0: none */
};

struct exec_child {
	pid_t pid;   /* also its process group's */
	int pidfd;   /* owned; readable when it has ended */
	int output;  /* owned; what it writes to stdout and stderr; non-blocking */
	int failure; /* owned; see exec_child_failure() */
};

/* Starts it. That the program itself cannot be started is known when the child has ended. */
int exec_spawn(const struct exec_job *job, struct exec_child *ret, struct err *e) _must_use_;
/* Of a child that has ended: why it never became the command; false: it did. */
bool exec_child_failure(const struct exec_child *c, char *why, size_t size);
/* Kills it, and whatever it has started and left in its process group. */
void exec_child_kill(const struct exec_child *c);
