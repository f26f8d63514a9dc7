/*
 * One process of the plan: starting it in its node, telling when it is ready, ending it.
 *
 * It is a child of the supervisor, in a session and process group of its own (so that one signal reaches
 * nginx's master and workers), with its output in a log of its own. It is never restarted here: what
 * ends without being told to is noted, and stays down until someone starts it.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/time.h"
#include "lab/lab_dir.h"
#include "lab/node.h"
#include "lab/plan.h"

enum process_state {
	PROCESS_MANUAL,   /* waits for a step to start it */
	PROCESS_WAITING,  /* waits for its turn, or (after a signal) to be started again */
	PROCESS_STARTING, /* runs, not ready yet */
	PROCESS_READY,
	PROCESS_STOPPING, /* was signalled to end, runs still */
	PROCESS_ENDED,    /* as it was told to */
	PROCESS_FAILED,   /* by itself */
};

struct process {
	const struct lab_process *plan;
	const struct node *node;
	enum process_state state;
	pid_t pid; /* in the lab's pid namespace; 0 while it does not run */
	struct instant deadline; /* while it starts: when it has taken too long */
	char why[96]; /* of its end: "exit status 1", "signal 9 (Killed)" */
	int *sockets; /* passed on to it (lab/passed_sockets.h); owned */
	size_t socket_count;
};

const char *process_state_name(enum process_state state);
bool process_runs(const struct process *p);

/*
 * Executes it. environment is that of the lab's processes, PATH included. An error of execve(2) is one
 * of this function.
 */
int process_start(struct process *p, const struct lab_dir *dir, char **environment,
    struct err *err) _must_use_;

/* Looks whether a starting process is ready, and makes it so. */
void process_check_ready(struct process *p);

/* Signals the process group; *ret_wall_ns is the wall clock right before. -ESRCH: does not run. */
int process_signal(struct process *p, int signo, int64_t *ret_wall_ns, struct err *err) _must_use_;

/* It was reaped. */
void process_ended(struct process *p, int wait_status);

/* "exit status 1", "signal 9 (Killed)". */
void process_describe_end(int wait_status, char *text, size_t size);

/* "what: last lines of its log" for a message. */
void process_describe_failure(const struct process *p, const struct lab_dir *dir, struct strbuf *out);
