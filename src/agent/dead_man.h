/*
 * The dead-man timer: a thread that the event loop feeds, and that ends the program when it is
 * starved (service/stall.h), because a program whose loop hangs still holds its sessions, and
 * nothing is withdrawn any more.
 *
 * The thread takes nothing that the loop may hold for long: no log, no stdio, no memory.
 */
#pragma once

#include <systemd/sd-event.h>

#include "base/err.h"
#include "base/time.h"

struct dead_man;

/* What is known of a thread that has stalled, from /proc. */
#define STALL_WHERE_MAX 64

/*
 * died: called in the thread, once, when the loop has not fed it for `limit`; where: what the
 * loop's thread does, "sleeps in pipe_write" or "runs". It does not return.
 */
int dead_man_new(sd_event *loop, struct duration limit,
    void (*died)(void *userdata, const char *where), void *userdata, struct dead_man **ret,
    struct err *e);
void dead_man_free(struct dead_man *d); /* NULL is fine */
