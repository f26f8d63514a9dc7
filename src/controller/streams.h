/*
 * Streams of events: clients that stay, and get each event as soon as it is committed (server-sent
 * events).
 *
 * A stream is its request, asked again and again: when the bell rings "events", and now and then, a
 * worker answers it from the number behind which it goes on. When it rings "objects:status" (a host
 * has reported another stage, verdict or neighbor, or is not heard of any more), a message "change"
 * of kind "status" follows, a few times a second at most: it says that, and not what. So nothing is
 * lost or told twice, whatever happens between, and who may not ask any more (his token was
 * revoked, his project deleted, his session is over) gets no more: the stream ends. Streams share a
 * few of the workers, so that requests find others. A client that does not take what it asked for
 * is dropped, and may come again with the number that it has.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <systemd/sd-event.h>

#include "base/err.h"
#include "controller/api.h"
#include "controller/bell.h"
#include "controller/source.h"
#include "io/http_exchange.h"
#include "io/worker_pool.h"

struct streams;

struct streams_conf {
	struct bell *bell;
	struct worker_pool *pool;
	unsigned at_once; /* jobs in the pool */
	unsigned max;     /* streams */
	struct duration stuck; /* then a client that takes nothing of what waits is given up */
	/* In a worker, whose state it gets: answers the request, from a number (api.h). */
	void (*ask)(void *userdata, void *state, const struct http_request *request,
	    const struct source *source, int64_t from, struct api_response *response);
	/* In the loop: the answer is none that begins a stream. Ends the exchange. */
	void (*refuse)(
	    void *userdata, struct http_exchange *x, const struct api_response *response);
	void *userdata;
};

/* What conf points to is borrowed. */
int streams_new(sd_event *loop, const struct streams_conf *conf, struct streams **ret,
    struct err *e) _must_use_;
/* After the server's end, and the pool's; NULL is fine. */
void streams_free(struct streams *s);

/* Whether it asks for one. */
bool streams_wants(const struct http_request *request);
/* Takes the exchange over. False: there are as many as may be, and it is the caller's still. */
bool streams_begin(struct streams *s, struct http_exchange *x, const struct source *source);
unsigned streams_open(const struct streams *s);
