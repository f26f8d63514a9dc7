/*
 * Requests over HTTP whose answers come when they come: http_call.h from an event loop.
 *
 * Connections are kept and used again. Names are resolved without waiting; what is done of TLS in
 * one turn of the loop takes a millisecond or two.
 */
#pragma once

#include <systemd/sd-event.h>

#include "io/http_call.h"

struct http_asker;
struct http_ask;

/* at_once: so many connections at most; who comes later waits, within his own time. */
int http_asker_new(
    sd_event *loop, unsigned at_once, struct http_asker **ret, struct err *e) _must_use_;
/* NULL is fine. Requests that are under way end without a word. */
void http_asker_free(struct http_asker *a);

/*
 * r and e: as http_call() gives them; reply is borrowed. The request is over, and its struct is
 * freed behind this.
 */
typedef void (*http_answered_fn)(
    void *userdata, int r, const struct http_reply *reply, const struct err *e);

/*
 * Begins a request; all of call is copied. fn is not called from here. NULL, with a sentence in *e:
 * it could not be begun.
 */
struct http_ask *http_ask(struct http_asker *a, const struct http_call *call, http_answered_fn fn,
    void *userdata, struct err *e) _must_use_;
/* Nobody wants to know any more; fn is not called. NULL is fine. */
void http_ask_forget(struct http_ask *ask);
