/*
 * The supervisor: pid 1 of a lab. It makes nodes, links and processes, answers the control socket, reaps,
 * and ends all of it.
 *
 * It lives in user (where needed), pid, mount, network, IPC and UTS namespaces of its own; its network is
 * the fabric, where the far ends of links with delay lie. It is told to end by the control socket, by
 * SIGTERM or SIGINT, or by the lifeline: a socket to the process that brings the lab up, which must live
 * until the lab is up, and beyond that for a lab in the foreground. Whatever kills it takes the whole pid
 * namespace along: that is the kernel's promise, not ours.
 *
 * Over the lifeline go JSON lines: {"progress": text}*, then {"up": true} or {"error": text, "code": n}.
 *
 * One thread, one sd-event loop. What blocks in it is short: a netlink answer, a fork.
 */
#pragma once

#include <systemd/sd-event.h>

#include "base/err.h"
#include "base/list.h"
#include "base/time.h"
#include "io/loop.h"
#include "lab/carrier.h"
#include "lab/control.h"
#include "lab/lab.h"
#include "lab/lab_dir.h"
#include "lab/link.h"
#include "lab/node.h"
#include "lab/process.h"

struct supervisor {
	const struct lab_plan *plan;
	struct duration ready_timeout;
	bool foreground;
	bool with_userns;
	const char *exe_dir;
	struct lab_dir dir;
	int lifeline; /* -1 once it is not needed any more */
	int socket;   /* of the controller, in the caller's network; -1: none */
	int64_t since_wall_ns;

	sd_event *loop;
	struct timer tick; /* runs while something is awaited */
	struct netlink *fabric; /* owned */
	struct carrier carrier;
	struct node *nodes; /* as in the plan */
	struct link *links;
	struct process *processes; /* of all nodes, in the order of the plan */
	size_t process_count;
	struct delay_line_counts *counts; /* two a link; shared with the delay line */
	pid_t delay_line; /* 0: no link has delay */

	struct control control;
	bool up;
	bool ending;
	struct err why; /* it ends, unless it was told to */
};

struct supervisor_start {
	const struct lab_plan *plan;
	struct lab_up_options options;
	bool with_userns;
	uid_t uid; /* outside */
	gid_t gid;
	const char *exe_dir;
	int lifeline;
	int dir;  /* the state folder */
	int lock; /* the held lock in it */
	const char *dir_path;
};

/* The life of pid 1, in its fresh namespaces. Does not come back. */
_noreturn_ void supervisor_main(const struct supervisor_start *start);

/* A line for the person who waits for the lab to come up. */
void supervisor_say(struct supervisor *s, const char *fmt, ...) _printf_(2, 3);

/* Ends the lab; the loop stops after this turn. err NULL: it was told to. */
void supervisor_end(struct supervisor *s, const struct err *err);

/* Something is awaited: look at it soon, and again until it is settled. */
void supervisor_look_soon(struct supervisor *s);

/* By name. NULL when there is none; then err (not NULL) says so, with the nearest name. */
struct node *supervisor_find_node(struct supervisor *s, const char *name, struct err *err) _must_use_;
struct process *supervisor_find_process(struct supervisor *s, const char *node, const char *process,
    struct err *err) _must_use_;

/* Executes a process of the plan and begins to wait for its readiness. */
int supervisor_start_process(struct supervisor *s, struct process *p, struct err *err) _must_use_;
