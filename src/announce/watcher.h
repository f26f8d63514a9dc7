/*
 * What happens to announcements when nearcastd dies and a routing daemon keeps the sessions: they
 * would stay for ever. A small process beside the agent holds one end of a pipe. When that closes
 * without a word, it waits as long as the operator said, and then takes them out of the daemon
 * itself, unless a new agent answers by then.
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
 * copied by fork().
 */
int watcher_start(const struct daemon_conf *conf, struct duration lifetime, const char *control,
    struct watcher **ret, struct err *e);
/* farewell: all was said and done; else it does what it is for. NULL is fine. */
void watcher_end(struct watcher *w, bool farewell);

/*
 * Takes out all that is ours: what the watcher does, without waiting. 0, also when the daemon does
 * not run.
 */
int watcher_withdraw_all(const struct daemon_conf *conf, struct err *e);
