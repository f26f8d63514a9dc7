/*
 * An answer without an end: its owner pushes text as it comes, such as server-sent events
 * (proto/http/event_stream.h).
 *
 * What the client does not take waits, up to a limit; then the client is dropped, for it would get
 * no whole story any more. A client that is silently gone is found by what is sent into silence.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/time.h"
#include "io/http_exchange.h"

struct http_stream;

struct http_stream_conf {
	size_t bytes_max;         /* that may wait for the client */
	const char *silence_text; /* sent when nothing was pushed for so long; borrowed for good */
	struct duration silence;
	/*
	 * Once, from the loop: the client has gone or was dropped, and the stream with it. Not
	 * after http_stream_end().
	 */
	void (*gone)(void *userdata);
	void *userdata;
};

/*
 * Answers with a stream: status, content type and headers are the answer's. Ends the exchange; NULL
 * when the client has gone already.
 */
struct http_stream *http_stream_begin(struct http_exchange *x, struct http_answer *answer,
    const struct http_stream_conf *conf) _must_use_;
/* False: too much waits, and the client is dropped; gone comes later. Fine again after that. */
bool http_stream_push(struct http_stream *st, const char *text, size_t len);
/* Bytes that wait for the client to take them. */
size_t http_stream_waiting(const struct http_stream *st);
/* The client gets what waits, and the end. The owner forgets the stream. */
void http_stream_end(struct http_stream *st);
