/*
 * The controller as a server: the loop has the connections, workers have the store.
 *
 * A request that is complete becomes a job; a worker answers it (api.h) and makes its text; the
 * loop gives that to the client. When as many wait as may, the answer is 503 at once: a store that
 * hangs costs workers, not connections.
 */
#pragma once

#include <systemd/sd-event.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "controller/controller_conf.h"
#include "store/store.h"

struct server;

/* conf is borrowed. store: the one of conf, as it was opened. Listens from here on. */
int server_new(sd_event *loop, const struct controller_conf *conf, const struct store *store,
    struct server **ret, struct err *e) _must_use_;
/* Where it listens, as URLs with blanks between: with port 0 asked for, the kernel's choice. */
void server_urls(const struct server *s, struct strbuf *out);
/* What became of the store outside of requests: 0, or its error and why. */
void server_note_store(struct server *s, int error, const char *why);
/* Looks at the files of the certificate again. */
void server_reload(struct server *s);
/* Requests that have begun are finished, for some seconds; NULL is fine. */
void server_free(struct server *s);
