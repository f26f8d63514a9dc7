/*
 * An HTTP server on the event loop, on libmicrohttpd, which is loaded when the first server begins.
 *
 * The owner is asked when a request is complete, and answers at once or later (http_exchange.h): a
 * text, a body that is made piece by piece as the client takes it, or a stream (http_stream.h). All
 * of it has its turn when the loop has nothing else to do.
 *
 * What a client can do to us is limited (struct http_limits): those beyond are closed at once,
 * whoever is slow has a deadline for each phase of a request, and a request that could be
 * understood in two ways is refused (proto/http/fields.h). Errors are problem documents (RFC 9457),
 * but for the few that libmicrohttpd finds before we are asked: no HTTP/1 at all, a header without
 * colon, headers beyond all measure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <systemd/sd-event.h>

#include "base/err.h"
#include "base/ip.h"
#include "base/time.h"
#include "io/http_answer.h"
#include "io/http_exchange.h"
#include "io/http_tls.h"

struct http_server;

struct http_limits {
	unsigned clients;             /* connections at a time; more are closed at once */
	unsigned clients_per_address; /* likewise, of one address, or one /64 of IPv6 */
	size_t header_bytes;          /* of a request */
	/*
	 * Of a request. 0: the owner is asked before a body is read, and it never is: answer such a
	 * request at once, with an error.
	 */
	size_t body_bytes;
	size_t bodies_bytes;     /* of all requests under way together; not below body_bytes */
	struct duration idle;    /* without a byte either way; whole seconds */
	struct duration request; /* from its first line to its last byte */
	struct duration answer;  /* to take it; of a stream, what is left at its end */
	struct duration life;    /* of a connection, however busy; may be DURATION_FOREVER */
};

/* 32, of which 8 of one address; 16 KB, no bodies; 10 s, 10 s; 60 s, 60 s. */
extern const struct http_limits http_limits_usual;

struct http_server_conf {
	struct endpoint listen;
	const struct http_limits *limits; /* copied */
	struct http_tls *tls; /* to speak TLS 1.2 or 1.3, and nothing else; NULL: without */
	int socket;           /* taken over: it listens already; 0 or less: none does */
};

/* Asks for an answer; ends the exchange, now or later. */
typedef void (*http_fn)(void *userdata, struct http_exchange *x);

/*
 * -EADDRINUSE, -EADDRNOTAVAIL, ... with a sentence; -ENOENT: the library is missing; -EMFILE: this
 * process may not have a descriptor for each client (the soft limit is raised as far as needed).
 */
int http_server_new(sd_event *loop, const struct http_server_conf *conf, http_fn fn, void *userdata,
    struct http_server **ret, struct err *e) _must_use_;
/*
 * Connections are closed; owners of exchanges and streams are told that their clients are gone, and
 * may end exchanges after this. NULL is fine.
 */
void http_server_free(struct http_server *s);
/*
 * Listens at one more address; or, with a socket (taken over, whatever comes of it), where that
 * listens already. The limits are for the clients of all together.
 */
int http_server_listen(
    struct http_server *s, const struct endpoint *at, int socket, struct err *e) _must_use_;
/* Where it listened first: with port 0 asked for, the kernel's choice. */
struct endpoint http_server_endpoint(const struct http_server *s);
/* Of each address, in their order; false: there are not so many. */
bool http_server_endpoint_at(const struct http_server *s, size_t i, struct endpoint *ret);
/* Of a server with TLS: what new clients are shown from now on. Connections stand. */
void http_server_set_tls(struct http_server *s, struct http_tls *tls);
int http_server_socket(const struct http_server *s);       /* the first; stays the server's */
unsigned http_server_clients(const struct http_server *s); /* connected now */
