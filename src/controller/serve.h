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
#include "controller/controller_conf.h"

struct server;

/* conf is borrowed. Listens from here on. */
int server_new(sd_event *loop, const struct controller_conf *conf, struct server **ret,
    struct err *e) _must_use_;
/* Where it listens: with port 0 asked for, the kernel's choice. */
struct endpoint server_endpoint(const struct server *s);
/* Requests that have begun are finished, for some seconds; NULL is fine. */
void server_free(struct server *s);
