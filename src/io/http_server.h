/*
 * An HTTP server on the event loop, on libmicrohttpd, which is loaded when the first server begins.
 *
 * The owner answers each request at once, from its method and path: with a text, or with a body
 * that is made piece by piece as the client takes it, so that a long one keeps the loop from
 * nothing else. Requests with a body are refused. What a client can do to us is limited (struct
 * http_limits). All of it has its turn when the loop has nothing else to do.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <systemd/sd-event.h>

#include "base/err.h"
#include "base/ip.h"
#include "base/strbuf.h"
#include "base/time.h"

struct http_server;

struct http_limits {
	unsigned clients;             /* connections at a time; more are closed at once */
	unsigned clients_per_address; /* likewise, of one address */
	size_t header_bytes;          /* of a request */
	struct duration idle;         /* without a byte either way; whole seconds */
	struct duration life;         /* of a connection, however busy */
};

/* 32, of which 8 of one address; 16 KB; 10 s; 60 s. */
extern const struct http_limits http_limits_usual;

struct http_request {
	const char *method; /* "GET" */
	const char *path;   /* "/metrics": decoded, without the query */
};

/* A body in pieces. */
struct http_source {
	/* Adds a piece of some 10 KB; false: that was the last one. NULL: there is no source. */
	bool (*more)(void *userdata, struct strbuf *piece);
	void (*done)(void *userdata); /* once, whatever became of the client */
	void *userdata;
};

struct http_answer {
	unsigned status;
	const char *content_type;  /* borrowed for good */
	struct strbuf text;        /* taken over */
	struct http_source source; /* instead of text */
	const char *allow;         /* of a 405: the methods; borrowed for good */
};

/* Fills the answer, which is zeroed; HEAD is asked for as GET, and gets no body. */
typedef void (*http_fn)(
    void *userdata, const struct http_request *request, struct http_answer *answer);

/* -EADDRINUSE, -EADDRNOTAVAIL, ... with a sentence; -ENOENT: the library is missing. */
int http_server_new(sd_event *loop, const struct endpoint *listen, const struct http_limits *limits,
    http_fn fn, void *userdata, struct http_server **ret, struct err *e) _must_use_;
/* Connections are closed; NULL is fine. */
void http_server_free(struct http_server *s);
/* Where it listens: with port 0 asked for, the kernel's choice. */
struct endpoint http_server_endpoint(const struct http_server *s);

/* A problem document (RFC 9457) as the answer; detail is one sentence. */
void http_problem(struct http_answer *answer, unsigned status, const char *detail);
