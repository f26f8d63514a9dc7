/*
 * The listening sockets of the built-in speaker: one for each address and port that neighbors may
 * connect to, signed for those of them that have a password.
 */
#pragma once

#include <systemd/sd-event.h>

#include "base/err.h"
#include "base/ip.h"
#include "base/list.h"

struct neighbor;

/* Gives the neighbor that a connection belongs to, or NULL. */
typedef struct neighbor *(*listener_find)(void *userdata, struct endpoint local, struct ip peer);

struct listener {
	struct list list; /* in the speaker's */
	struct endpoint local;
	sd_event_source *source; /* owned, with its fd */
	int fd;
	listener_find find;
	void *userdata;
};

/* The listener of `listeners` on local (borrowed from there), made if there is none; negative errno. */
int listener_get(struct list *listeners, sd_event *loop, struct endpoint local, listener_find find,
    void *userdata, struct listener **ret, struct err *e);
/* Connections from the peer must be signed; 0 or negative errno. */
int listener_sign(struct listener *l, struct ip peer, const char *password);
void listener_free_all(struct list *listeners);
