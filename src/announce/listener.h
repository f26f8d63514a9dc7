/*
 * One listening socket of the built-in speaker, and the neighbors that may connect to it: each with
 * its password and its TTL, which the kernel checks. What it accepts it gives to the neighbor of
 * that address; others are closed.
 *
 * Which sockets there are, and for whom, is for listeners.h to say.
 */
#pragma once

#include <systemd/sd-event.h>

#include "base/err.h"
#include "base/ip.h"
#include "base/list.h"
#include "io/loop.h"
#include "io/tcp.h"

struct neighbor;

struct listener {
	struct list list; /* in listeners.open */
	struct endpoint local;
	sd_event_source *source;     /* owned */
	int fd;                      /* owned */
	struct neighbor **neighbors; /* owned array of borrowed ones */
	struct tcp_guard *guards;    /* owned; one for each of them */
	size_t count, cap, guard_cap;
	struct timer resume;       /* armed: nothing is accepted until then */
	struct instant log_pauses; /* not before */
};

/* fd: a socket that listens on local; taken over, also on failure. */
int listener_new(
    sd_event *loop, struct endpoint local, int fd, struct listener **ret, struct err *e);
void listener_free(struct listener *l); /* also takes it from its list */
/* The neighbor's connections are taken from now on, under its rules; an error leaves the rules of
 * the others. */
int listener_take_in(struct listener *l, struct neighbor *n, struct err *e);
bool listener_has(const struct listener *l, const struct neighbor *n);
/*
 * Takes none of the neighbor any more, if it did; the rules of the others stay. A password that
 * nobody gives any more is asked of nobody.
 */
void listener_let_go(struct listener *l, const struct neighbor *n);
