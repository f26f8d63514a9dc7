/*
 * A program that is replaced by another one and keeps its process: what the one hands to the other
 * is a state (wire/state.h) in a sealed memfd, and file descriptors, which the state names by their
 * numbers.
 *
 * Every descriptor of ours closes on exec. Those that are handed over do not for the moment of
 * execve() alone, and are marked again by who takes them. Who is handed something trusts nothing: a
 * descriptor is taken once, and only when it is of the kind that the state says. What nobody took
 * is closed in the end, with a farewell where there is somebody at the other end.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "wire/state.h"

/* ---- the one that goes ---- */

/* Zeroed is empty. */
struct handover {
	struct state_writer state;
	int *fds; /* owned array of borrowed ones */
	size_t fd_count, fd_cap;
};

void handover_done(struct handover *h);
/* Names the descriptor in the state, and keeps it open. Nothing for -1. */
void handover_give(struct handover *h, uint16_t tag, int fd);
/* The state as it is now, readable and never to be changed; owned by the caller. */
int handover_memfd(const struct state_writer *state, int *ret_fd, struct err *e);
/*
 * Becomes the program at path, with state_fd and what was given. Comes back only when that failed:
 * then all is as before.
 */
int handover_exec(
    const struct handover *h, int state_fd, const char *path, char *const argv[], struct err *e);

/* ---- the one that comes ---- */

/* The bytes of a sealed memfd; *ret is owned (and wiped) by the caller. */
int handover_read(int fd, struct state_writer *ret, struct err *e);

/* What was inherited and not taken yet. Zeroed is nothing. */
struct inheritance {
	int *fds; /* owned */
	size_t count;
};

/*
 * All descriptors but 0 to 2 and `except` that did not close on exec. To be asked before anything
 * else opens one.
 */
int inheritance_find(int except, struct inheritance *ret, struct err *e);

enum fd_kind {
	FD_TCP, /* a connection, also one that is being made */
	FD_TCP_LISTENER,
	FD_UDP,
	FD_UNIX, /* a connection */
	FD_UNIX_LISTENER,
	FD_FILE, /* a regular one */
	FD_PIPE, /* an end of one */
};

/*
 * The descriptor that the record names, closed on exec again and the caller's from now on; -1 when
 * there is none, it was not inherited, or it is of another kind.
 */
int inheritance_take(
    struct inheritance *in, struct reader records, uint16_t tag, enum fd_kind kind);
/*
 * Closes what is left, politely: `text` goes to clients of our Unix sockets, `farewell` to
 * connections over TCP. Returns how many of those there were.
 */
size_t inheritance_close(
    struct inheritance *in, const char *text, const void *farewell, size_t farewell_len);
/* In a child that goes on without execve(): its copies are closed, without a word. */
void inheritance_close_copies(const struct inheritance *in);
