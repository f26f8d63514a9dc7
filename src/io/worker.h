/*
 * A thread with an event loop of its own, for what must not wait for the rest of the program.
 *
 * Nothing is shared: the owner hands over functions, which run in the thread between two events
 * while the owner waits, so whatever belongs to the thread is only ever touched there, and no lock
 * is needed. The other way there is one bell: the thread rings, and the owner's loop comes to ask
 * what is new. The thread is as punctual as it may be (punctual.h), or gives way
 * to everybody; it takes no signals.
 */
#pragma once

#include <systemd/sd-event.h>

#include "base/err.h"

struct worker;

/* ring_owner is called from `owner`; rings that it did not come to yet are one. */
int worker_new(sd_event *owner, void (*ring_owner)(void *userdata), void *userdata,
    struct worker **ret, struct err *e);
/* Likewise, for work that nobody waits for: all else on this machine goes first. */
int worker_new_patient(sd_event *owner, void (*ring_owner)(void *userdata), void *userdata,
    struct worker **ret, struct err *e);
/* Ends the thread and its loop. What lives in the loop must be gone. NULL is fine. */
void worker_free(struct worker *w);
/* Runs fn in the thread, and returns when it is done. */
void worker_call(struct worker *w, void (*fn)(sd_event *loop, void *arg), void *arg);
/* From the thread. */
void worker_ring(struct worker *w);
