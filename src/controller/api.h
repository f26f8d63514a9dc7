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
#include "base/strbuf.h"
#include "controller/topics.h"
#include "store/id.h"
#include "store/store.h"

struct desired_cache;
struct health;

/* How JSON is written for who asked: a number as it was given, 52.37, and not as the nearest binary
 * fraction. */
#define API_JSON (JSON_COMPACT | JSON_REAL_PRECISION(15))

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
	    *content_type, *cookie, *csrf, *origin, *fetch_site, *host, *last_event_id;
	/*
	 * Of a stream of events: it is to be answered with text for that. from: the number behind
	 * which it goes on; STREAM_BEGINS: it begins, with last_event_id or with what comes from
	 * now on.
	 */
	bool streams;
	int64_t stream_from;
	bool is_tls; /* the client's connection, as far as it is known */
	const char *body;
	size_t body_len;
	uint32_t wait; /* seconds that it waits for something new; 0: none */
	struct ip peer;
	struct health *health; /* of the controller; NULL: nobody keeps it */
	struct desired_cache *desired; /* likewise */
	int64_t now; /* wall clock, ns since 1970 */
	bool is_own; /* of this program itself, which may do everything; never from outside */
	const void *own; /* what a handler of its own works on */
	bool is_lab;     /* of a lab: special-purpose addresses may be measured */
	const char *from; /* who tells other controllers of it (topics.h); NULL: nobody they know */
};

#define API_TEXT_MAX 200
#define API_HASH_SIZE (64 + 1)
#define STREAM_BEGINS (-1)

struct api_response {
	unsigned status;
	json_t *body;     /* owned; NULL: there is none, or text */
	const char *text; /* instead of body: JSON that is part of the program */
	char *made_text;  /* likewise: JSON that was made; owned */
	const char *text_type; /* of made_text when it is no JSON; NULL: it is */
	bool is_problem;
	char etag[32];               /* "": none */
	char location[API_TEXT_MAX]; /* likewise */
	char allow[64];              /* of a 405 */
	unsigned retry_after;        /* seconds; 0: none */
	char set_cookie[API_TEXT_MAX]; /* "": none */
	/* of a stream: what it gets now, how far that goes, and whether there is more at once */
	bool is_stream, stream_has_more;
	struct strbuf stream_text; /* owned */
	int64_t stream_upto;
	/* who has asked, once it was found that he may: the token's id, the session's hash; "":
	 * none */
	char token[STORE_ID_MAX], session[API_HASH_SIZE];
	/* of body: what is shown once and kept nowhere, so not for a repeated request either */
	const char *secret_key;
	bool store_used, store_written; /* it was asked; it has committed */
	int store_error;                /* of store.h; 0: it did its part */
	bool failed;                    /* of a 500: for the log */
	char why[ERR_MESSAGE_MAX]; /* then: what no client is told */
	struct topics topics; /* to be rung (bell.h): what was committed, or may have been */
	char wait_topic[TOPIC_SIZE]; /* of a 304 to who waits: what will ring then; "": nothing */
	char host[STORE_ID_MAX];     /* the host that asked; "": none */
};

/* Fills the response, which is zeroed; it is never without status. */
void api_answer(
    struct store *store, const struct api_request *request, struct api_response *response);
void api_response_done(struct api_response *response);

/*
 * Likewise for what the program does by itself: fn is a handler without a route (call.h), as the
 * program itself, in a transaction of its own. request needs now, from and own.
 */
struct call;
void api_do_own(struct store *store, const struct api_request *request,
    int (*fn)(struct call *c), struct api_response *response);

/* A token for the first administrator, or another one: its text, to be shown once. */
int api_make_administrator(struct store *store, const char *name, int64_t now, char text[static 48],
    struct err *e) _must_use_;
