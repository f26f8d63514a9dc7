/* What the two files of the BFD engine share. */
#pragma once

#include "announce/bfd_engine.h"
#include "base/list.h"
#include "io/loop.h"

/* A socket that the paths of one local address, port and interface share. */
struct bfd_receiver {
	struct list list; /* in bfd_engine.receivers */
	struct bfd_engine *engine;
	struct ip local;
	uint16_t port;
	char *interface;         /* owned; NULL: any */
	int fd;                  /* owned */
	sd_event_source *source; /* owned */
	size_t users;
	uint64_t strangers; /* packets from addresses of no peer here */
};

struct bfd_path {
	struct list list; /* in bfd_engine.paths */
	struct bfd_engine *engine;
	struct bfd_target target;
	char *interface;             /* owned; the target's */
	struct bfd_session *session; /* owned */
	struct timer timer;
	struct bfd_receiver *receiver; /* counted; NULL: not open yet */
	int sender;                    /* owned; -1: not open yet */
	bool is_stale;                 /* its interface has gone: sockets are to be opened anew */
	bool is_slow;                  /* by bfd_engine_slow_down() */
	uint64_t send_errors;
	struct bfd_news news;
};

struct bfd_engine {
	sd_event *loop; /* borrowed */
	void (*on_news)(void *userdata);
	void *userdata;
	struct list paths, receivers; /* owned; receivers by their users */
	struct bfd_stranger stranger; /* not taken yet */
	bool stranger_is_news;
	struct instant stranger_next; /* no news of strangers before */
};

/* bfd_engine.c: sends, sets the timer, keeps the news. Never closes a socket. */
void bfd_path_carry_out(struct bfd_path *p, const struct bfd_actions *a);
/* Without sockets and timer running; in the engine's list. */
int bfd_path_make(struct bfd_engine *e, const struct bfd_target *target, struct bfd_path **ret);
struct bfd_path *bfd_engine_find(const struct bfd_engine *e, uint32_t discriminator);
/* A packet came to r from an address of no peer. */
void bfd_engine_meet_stranger(struct bfd_engine *e, struct bfd_receiver *r, struct ip from);

/* ---- bfd_receiver.c ---- */

/*
 * The one that is there, or another, of fd where that is not -1 (taken over when there is none yet,
 * else closed); given back with bfd_receiver_put().
 */
int bfd_receiver_get(struct bfd_engine *engine, const struct bfd_target *t, int fd,
    struct bfd_receiver **ret, struct err *e);
void bfd_receiver_put(struct bfd_receiver *r); /* NULL is fine */
/* Reads all that waits, within reason. */
void bfd_receiver_drain(struct bfd_receiver *r);
