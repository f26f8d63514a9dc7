/*
 * A request to the HTTP server, and the answer that is owed.
 *
 * Whoever has the exchange ends it, in the loop, at once or later: with an answer, with a stream
 * (http_stream.h), or by dropping it. Until then the request stays as it is, and may be read in
 * another thread; nothing else of an exchange may. A client that goes away before ends nothing: the
 * owner is told if he wants to be, and ends the exchange when it suits.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/ip.h"
#include "io/http_answer.h"
#include "proto/http/fields.h"
#include "proto/http/target.h"

struct http_exchange;

struct http_request {
	const char *method; /* "GET"; HEAD is asked for as GET, and gets no body */
	bool is_head;
	struct http_target target;
	struct http_fields fields;
	const char *body; /* never NULL; a NUL is behind it */
	size_t body_len;
	struct endpoint peer;
	bool is_tls;
};

const struct http_request *http_exchange_request(const struct http_exchange *x);
/*
 * gone is called in the loop, at most once, if the client goes (or the server ends) before the
 * exchange does; it may end it.
 */
void http_exchange_on_gone(
    struct http_exchange *x, void (*gone)(struct http_exchange *x, void *userdata), void *userdata);

/* Ends the exchange; takes over what the answer has, whether or not somebody still wants it. */
void http_exchange_answer(struct http_exchange *x, struct http_answer *answer);
/* Ends the exchange without an answer: the connection is closed. */
void http_exchange_drop(struct http_exchange *x);
