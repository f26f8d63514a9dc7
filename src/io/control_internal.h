/*
 * What the files of control.h share: control.c has the path and lets clients in, control_client.c
 * serves one. (control_call.c is the other side, and shares nothing.)
 */
#pragma once

#include "base/list.h"
#include "io/control.h"
#include "io/loop.h"

struct control_server {
	sd_event *loop;          /* borrowed */
	char *path;              /* owned */
	int fd;                  /* owned; -1 until it listens */
	int lock_fd;             /* owned; held while the path is ours */
	sd_event_source *source; /* owned */
	struct list clients;     /* owned */
	size_t client_count;
	control_fn fn;
	void *userdata;
};

struct control_client {
	struct list node;
	struct control_server *server;
	int fd;                  /* owned */
	sd_event_source *source; /* owned */
	struct timer timer;
	char request[CONTROL_REQUEST_MAX + 1];
	size_t request_len;
	struct strbuf reply;
	size_t written;
	bool whole;                  /* the request */
	struct control_later *later; /* borrowed; whose answer comes later */
	bool asks;                   /* the control_fn is being called */
};

/* ---- control_client.c ---- */

/* Takes fd over, in any case; NULL: out of something. */
struct control_client *control_client_new(struct control_server *s, int fd);
void control_client_free(struct control_client *c);
/* Of an open record. */
void control_client_save(
    const struct control_client *c, const struct control_later *later, struct handover *h);
/* One that has asked, and waits, asks again: its answer was to come from the program before. */
void control_client_resume(struct control_server *s, struct inheritance *in, struct reader records,
    struct control_later *later);
