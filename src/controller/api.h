/*
 * The controller's API without sockets: a request and a store in, a response out.
 *
 * One request is one transaction. Who asks, whether he may, what he has sent, the rules and the
 * change, its audit row and, with an idempotency key, the answer itself are decided and written
 * together, or nothing is. So a response that says "done" was committed, and one that was repeated
 * finds the first.
 *
 *   api.c          the way of a request: route, transaction, what became of it
 *   routes.c       the one table of routes: method, path, who may, handler
 *   auth.c         whose token it is
 *   call.c         what handlers use: problems, fields, lists, audit
 *   api_*.c        the handlers, one file for each kind of object
 *
 * Handlers may run several times (a transaction that collided is begun again), so they change
 * nothing but the store and their call.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/ip.h"
#include "store/store.h"

struct api_pair {
	const char *name, *value;
};

/* As it came, decoded; everything is borrowed for the call. */
struct api_request {
	const char *method;          /* "GET" */
	const char *path;            /* as sent, without the query */
	const char *const *segments; /* of it, decoded, one for each slash: "/a/" has "a" and "" */
	size_t segment_count;
	const struct api_pair *query;
	size_t query_count;
	/* headers; NULL: absent */
	const char *authorization, *auth_token, *if_match, *if_none_match, *idempotency_key,
	    *content_type;
	const char *body;
	size_t body_len;
	struct ip peer;
	int64_t now; /* wall clock, ns since 1970 */
	bool is_own; /* of this program itself, which may do everything; never from outside */
};

#define API_TEXT_MAX 200

struct api_response {
	unsigned status;
	json_t *body;     /* owned; NULL: there is none, or text */
	const char *text; /* instead of body: JSON that is part of the program */
	bool is_problem;
	char etag[32];               /* "": none */
	char location[API_TEXT_MAX]; /* likewise */
	char allow[64];              /* of a 405 */
	unsigned retry_after;        /* seconds; 0: none */
	/* of body: what is shown once and kept nowhere, so not for a repeated request either */
	const char *secret_key;
	bool failed;               /* of a 500: for the log */
	char why[ERR_MESSAGE_MAX]; /* then: what no client is told */
};

/* Fills the response, which is zeroed; it is never without status. */
void api_answer(
    struct store *store, const struct api_request *request, struct api_response *response);
void api_response_done(struct api_response *response);

/* A token for the first administrator, or another one: its text, to be shown once. */
int api_make_administrator(struct store *store, const char *name, int64_t now, char text[static 48],
    struct err *e) _must_use_;
