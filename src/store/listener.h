/*
 * What the others commit: hears store_notify() of all controllers that share a store (its own, too).
 *
 * Connecting takes as long as it takes, so a thread does it, again and again; the event loop watches a file
 * descriptor. A message that came while nothing was connected is lost, so whenever it connects it says that
 * anything may have changed.
 */
#pragma once

#include <stdbool.h>

#include "base/err.h"

struct store_listener;

/*
 * Gives NULL for a store that is not shared: there is nobody to hear, and every other function takes
 * it. -EINVAL as store_open(); or why there is no thread.
 */
int store_listener_new(const char *where, struct store_listener **ret, struct err *e) _must_use_;
/* Ends the thread: waits no longer than one attempt to connect. */
void store_listener_free(struct store_listener *l); /* NULL is fine */
/* Readable while there is something to take; -1 for NULL. */
int store_listener_fd(const struct store_listener *l);
/*
 * Takes the next: false when there is none. *payload is the caller's to free(); NULL: anything may have changed
 * (it has just connected, or more came than was taken).
 */
bool store_listener_take(struct store_listener *l, char **payload);
/* Whether it hears now; else *e says why not. */
bool store_listener_is_connected(struct store_listener *l, struct err *e);
