/*
 * What happens to announcements when nearcastd dies and a routing daemon keeps the sessions: they
 * would stay for ever. A small process beside the agent holds one end of a pipe. When that closes
 * without a word, it waits as long as the operator said, and then takes them out of the daemon
 * itself, unless a new agent answers by then.
 *
 * The program that follows in an upgrade starts a watcher of its own, and then ends the one from
 * before with a farewell: there is no moment without one, and a program that fails to go on is as
 * good as dead.
 *
 * It is forked before anything else is opened, and does nothing until then. SIGTERM while the agent
 * lives means nothing to it; afterwards it withdraws at once. What it needs (the daemon's
 * socket, the include file) it opens when it needs it.
 */
#pragma once

#include "announce/announce.h"

struct watcher;

/*
 * control: the agent's own socket, by which a new one is known; both it and conf's strings are
 * copied by fork(). in: what the agent was handed over, which the watcher must not keep open; NULL:
 * nothing.
 */
int watcher_start(const struct daemon_conf *conf, struct duration lifetime, const char *control,
    const struct inheritance *in, struct watcher **ret, struct err *e);
/* farewell: all was said and done; else it does what it is for. NULL is fine. */
void watcher_end(struct watcher *w, bool farewell);
/* Hands it over to the program that follows. */
void watcher_save(const struct watcher *w, struct handover *h);
/* The one of the program before, to be ended; NULL: there is none. */
struct watcher *watcher_of_past(struct inheritance *in, struct reader records);
