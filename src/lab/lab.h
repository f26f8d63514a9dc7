/*
 * A running lab: bringing a plan up, talking to it, working inside its nodes, ending it.
 *
 * A lab is a process tree in namespaces of its own. Its root, the supervisor, is pid 1 of the lab's
 * pid namespace: it makes nodes, links and processes, and when it ends, however it ends, the kernel
 * ends every process in the lab, and with them the last holders of its namespaces. Nothing is
 * mounted or named on the machine; only a state folder (lab/lab_dir.h) says that a lab runs: it
 * holds the control socket and the logs.
 *
 * struct lab is a connection to the control socket of one supervisor. Every call here is
 * synchronous and meant for a thin driver (the CLI, `lab run`): one request, one answer. No root is
 * needed: the lab lives in a user namespace when the caller is not root, and calls that work inside
 * a node enter that too.
 *
 * Names are those of the plan. A name that is not in the lab gives -ENOENT and a sentence with the
 * nearest one. All functions return 0 or a negative errno and fill err, unless they say otherwise.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/time.h"
#include "lab/plan.h"

/* In the state folder of a lab with a controller: an administrator's token, for the lab's user. */
#define LAB_TOKEN_NAME "token"

struct lab;

struct lab_up_options {
	/*
	 * The lab ends with the calling process, whatever ends that (also SIGKILL), and with
	 * lab_close(). Otherwise it stays until lab_down() or a signal to its supervisor.
	 */
	bool foreground;
	struct duration ready_timeout; /* how long a process may take to become ready; 0: 15 s */
	/*
	 * A socket of the caller's network that listens at 127.0.0.1, for the controller of the
	 * plan; borrowed. 0: none.
	 */
	int socket;
};

/* A line for the person who waits: "40 nodes", "bird ready on 12 of 30". No newline. */
typedef void (*lab_progress_fn)(void *userdata, const char *line);

/*
 * Makes the plan real: namespaces, links, files, then every process that is not manual, and waits
 * until each is ready. Blocks until then. On failure everything is gone again, and err tells what
 * failed with the last lines of the log. The calling process may die at any point: a lab that is
 * not up yet goes too.
 * -EEXIST: a lab of that name runs. options and progress may be NULL. Must be called with one
 * thread.
 */
int lab_up(const struct lab_plan *plan, const struct lab_up_options *options,
    lab_progress_fn progress, void *userdata, struct lab **ret, struct err *err) _must_use_;

/* Names of labs, in order. */
struct lab_names {
	char **items; /* owned, ends with NULL when there is any */
	size_t count, cap;
};

/* The labs that run, of this user. *ret is zero or was done before; lab_names_done() frees it. */
int lab_list(struct lab_names *ret, struct err *err) _must_use_;
void lab_names_done(struct lab_names *names); /* fine on zeros */

/*
 * Connects to the lab of that name; NULL: the only one that runs. -ENOENT, -ENOTUNIQ (several run).
 */
int lab_connect(const char *name, struct lab **ret, struct err *err) _must_use_;

/* Frees the connection; children of lab_spawn() that still live are killed. NULL is fine. */
void lab_close(struct lab *lab);
void lab_closep(struct lab **lab);

/*
 * Ends the lab and waits until its last process and its state folder are gone. lab_close() it then.
 */
int lab_down(struct lab *lab, struct err *err) _must_use_;

/* Whether its supervisor has gone; waits so long for that. */
bool lab_has_ended(const struct lab *lab, struct duration patience);

const char *lab_name(const struct lab *lab);
/* the state folder; logs/<node>.<process>.log in it */
const char *lab_directory(const struct lab *lab);

/*
 * {name, pid, since, directory, controller: {url, token_file} or null, nodes: [{name, kind, city,
 * network, asn, site, addresses: [], processes: [{name, state:
 * "manual"|"starting"|"ready"|"stopping"|"ended"|"failed", pid, why}]}], links: [{what, ends:
 * [{node, interface}], delay_ms, mtu, up, forwarded: [], dropped: []}]} The caller decrefs it.
 */
int lab_status(struct lab *lab, json_t **ret, struct err *err) _must_use_;

/*
 * Starts a process of the plan that does not run (manual, ended or killed); one that was signalled
 * and has not ended yet is waited for. Returns once it was executed; lab_process_wait_ready() waits
 * for its readiness. -EALREADY: it runs.
 */
int lab_process_start(
    struct lab *lab, const char *node, const char *process, struct err *err) _must_use_;
/*
 * Waits until it is ready. -ETIMEDOUT, or -ECHILD when it ended; err then has the log's last lines.
 */
int lab_process_wait_ready(struct lab *lab, const char *node, const char *process,
    struct duration timeout, struct err *err) _must_use_;
/*
 * Sends signo to the whole process group of the process (nginx's master and workers die together).
 * *ret_wall_ns (may be NULL) is the wall clock right before kill(2). Does not wait for the end.
 * -ESRCH: it does not run.
 */
int lab_process_kill(struct lab *lab, const char *node, const char *process, int signo,
    int64_t *ret_wall_ns, struct err *err) _must_use_;

/*
 * Cuts a link (an index into the plan's links) or joins it again; both ends see the loss of
 * carrier. Packets under way on a cut link are lost. *ret_wall_ns as above; may be NULL.
 */
int lab_link_set(
    struct lab *lab, size_t link, bool up, int64_t *ret_wall_ns, struct err *err) _must_use_;

/*
 * A process in a node, child of the calling process: it may be waited for and signalled as any
 * child.
 */
struct lab_child {
	pid_t pid; /* as the caller sees it */
	int in;    /* the caller's ends of pipes, O_CLOEXEC; owned; -1 when not asked for */
	int out;
	int err;
};

#define LAB_CHILD_INIT ((struct lab_child){ .pid = 0, .in = -1, .out = -1, .err = -1 })

enum lab_spawn_flags {
	LAB_SPAWN_STDIN = 1 << 0, /* a pipe; otherwise /dev/null */
	LAB_SPAWN_STDOUT = 1 << 1, /* a pipe; otherwise /dev/null */
	LAB_SPAWN_STDERR = 1 << 2, /* a pipe; otherwise the caller's stderr */
};

/*
 * Runs argv (ends with NULL; argv[0] looked up in the node's PATH, where the directory of the
 * running executable comes first) in all namespaces of the node, in its own process group.
 * It dies with the calling process and with the lab. A command that cannot be executed is an error
 * here.
 */
int lab_spawn(struct lab *lab, const char *node, const char *const *argv, unsigned flags,
    struct lab_child *ret, struct err *err) _must_use_;
/* Closes its pipes, sends SIGKILL when it has not ended and reaps it. Fine on LAB_CHILD_INIT. */
void lab_child_end(struct lab_child *c);

/*
 * Runs argv in the node with the caller's stdin, stdout, stderr and terminal, passes signals on and
 * gives its exit status in *ret_status: 128 + signal when one ended it. A command that cannot be
 * executed gives 127 (not found) or 126, and 0 with err filled. For the last act of a process: its
 * signals are changed.
 */
int lab_exec(struct lab *lab, const char *node, const char *const *argv, int *ret_status,
    struct err *err) _must_use_;

/*
 * Calls fn(arg) in a short-lived child that has entered the node's network and files (and the lab's
 * user namespace), and hands the file descriptor that it returns to the caller: how a capture
 * socket is opened in a node, and a connection to the control socket of a daemon there.
 * fn returns a file descriptor or a negative errno. Returns the descriptor (O_CLOEXEC) or a
 * negative errno.
 */
int lab_open_in_node(struct lab *lab, const char *node, int (*fn)(void *arg), void *arg,
    struct err *err) _must_use_;
