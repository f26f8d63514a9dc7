/*
 * The client's side of the control socket; inside of lab/lab.h.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/list.h"
#include "base/strbuf.h"
#include "lab/control.h"
#include "lab/lab_dir.h"

struct lab {
	char *name; /* owned */
	struct lab_dir dir;
	int fd;       /* connection */
	int lifeline; /* of a lab in the foreground; else -1 */
	pid_t supervisor;
	int pidfd; /* of the supervisor; -1 where it cannot be seen from here */
	bool is_child; /* the supervisor is ours to reap */
	struct strbuf in;
	struct list children; /* of lab_spawn(), see lab/spawn.c */
};

/* Connects to the control socket in dir, and takes it over. */
int client_connect(const char *name, struct lab_dir *dir, struct lab **ret, struct err *err) _must_use_;

/*
 * Sends a request (takes over the reference) and waits for its answer, which the caller decrefs (ret may be
 * NULL). fds receives the descriptors that come along, *fd_count is how many at most and then how many; both
 * may be NULL.
 */
int client_ask(struct lab *lab, json_t *request, json_t **ret, int *fds, size_t *fd_count,
    struct err *err) _must_use_;

/* The namespaces of a node, in the order in which they are entered. */
struct client_namespaces {
	int fds[CONTROL_FDS_MAX]; /* O_CLOEXEC; owned */
	int flags[CONTROL_FDS_MAX]; /* CLONE_NEW... of each */
	size_t count;
};

/* From the supervisor; the caller ends with client_namespaces_done(). -ENOENT: no such node. */
int client_get_namespaces(struct lab *lab, const char *node, struct client_namespaces *ret,
    struct err *err) _must_use_;
void client_namespaces_done(struct client_namespaces *n);
