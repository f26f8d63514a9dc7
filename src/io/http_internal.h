/*
 * Between the files of the HTTP server: http_server.c begins and ends one, http_accept.c lets
 * clients in, http_handshake.c shows them a certificate, http_connection.c knows how long each may
 * take, http_request.c copies what was asked, http_exchange.c is libmicrohttpd's handler,
 * http_respond.c hands it answers, http_stream.c those without an end.
 */
#pragma once

#include "base/list.h"
#include "base/prefix_map.h"
#include "io/http_exchange.h"
#include "io/http_lib.h"
#include "io/http_server.h"
#include "io/http_stream.h"
#include "io/http_tls_internal.h"
#include "io/loop.h"

#define HTTP_PIECE_BYTES (32u << 10) /* that libmicrohttpd takes of a body at a time */

/* What a connection is about, and so how long that may last. */
enum http_phase {
	HTTP_PHASE_WAITS,    /* for a request */
	HTTP_PHASE_RECEIVES, /* it, from its first line on */
	HTTP_PHASE_OWED,     /* an answer, by our owner: no limit */
	HTTP_PHASE_SENDS,    /* the answer */
	HTTP_PHASE_STREAMS,  /* likewise, one without an end: no limit */
	HTTP_PHASE_COUNT
};

/* A socket that clients come to. */
struct http_door {
	struct list node; /* in doors */
	struct http_server *server;
	int fd;                  /* owned */
	sd_event_source *source; /* owned */
	struct endpoint endpoint;
};

struct http_server {
	sd_event *loop; /* borrowed */
	struct http_limits limits;
	struct MHD_Daemon *daemon; /* owned */
	struct list doors;         /* owned; the first one is that of the configuration */
	sd_event_source *source;   /* owned; the library's epoll set, in our loop */
	struct timer timer;        /* when the library wants to run whatever happens */
	bool has_resumed;          /* a connection, since it ran */
	struct timer deadlines;    /* when a connection has taken too long */
	struct instant armed;      /* when that timer comes */
	struct timer accept_again; /* after the machine had no room for a client */
	struct list
	    phases[HTTP_PHASE_COUNT]; /* connections; in each, those first whose time ends first */
	struct list connections;      /* all; oldest first */
	unsigned connection_count;
	struct prefix_map clients;        /* how many connections, by address */
	struct http_connection *entering; /* handed to the library just now */
	uint64_t body_bytes;              /* of all requests under way */
	struct http_tls *tls;             /* a reference; NULL: without */
	http_fn fn;
	void *userdata;
};

/* Owned by the library's connection, as its socket context. */
struct http_connection {
	struct http_server *server;
	struct MHD_Connection *mhd; /* the library's */
	int fd;                     /* likewise */
	struct endpoint peer;
	struct list node;      /* in phases[] */
	struct instant until;  /* of the phase */
	struct list all;       /* in connections */
	struct instant end;    /* of its life */
	sd_event_source *gone; /* owned; watches for its end while it is suspended */
	struct http_tls *tls;  /* a reference; what its client was shown */
	bool is_suspended;
	bool is_gone;
	struct http_exchange *exchange; /* under way, until it is answered; NULL: there is none */
};

/* ---- http_accept.c ---- */

/* Whose connections are counted together. */
struct prefix http_client_prefix(struct ip addr);
int http_accept_begin(struct http_server *s, struct err *e);
void http_accept_end(struct http_server *s);

/* ---- http_handshake.c ---- */

/* Of GnuTLS: which certificate a client is shown. */
int http_on_handshake(gnutls_session_t session, const gnutls_datum_t *authorities,
    int authority_count, const gnutls_pk_algorithm_t *algorithms, int algorithm_count,
    gnutls_pcert_st **ret_chain, unsigned *ret_chain_count, gnutls_privkey_t *ret_key);

/* ---- http_connection.c ---- */

/* The library's, of a server. */
void http_on_connection(void *userdata, struct MHD_Connection *mhd, void **socket_context,
    enum MHD_ConnectionNotificationCode code);
struct http_connection *http_connection_of(struct MHD_Connection *mhd);
void http_connection_enter(struct http_connection *c, enum http_phase phase);
/* From a callback of the library: it lets the connection rest. */
void http_connection_suspend(struct http_connection *c);
void http_connection_resume(struct http_connection *c); /* fine if it does not rest */
void http_connection_shut(struct http_connection *c); /* the library sees its end, and closes it */
void http_on_deadline(struct timer *t, struct instant now);

/* ---- http_request.c ---- */

/* A request's first line, where it lies. */
struct http_line {
	const char *method, *target, *version;
	size_t target_len; /* as it came: the library cuts off the query */
};

/* Why a request is refused: what of it is wrong (http_problem()), and a sentence for the client. */
struct http_refusal {
	const char *field; /* borrowed from the request */
	struct err e;
};

/* Copies what the library knows of the request. 0, or the status to refuse it with, and why. */
unsigned http_request_copy(struct http_connection *c, const struct http_line *line,
    struct arena *arena, struct http_request *ret, uint64_t *ret_body_len, struct http_refusal *to);

/* ---- http_exchange.c ---- */

/* The library's, of a server. */
void *http_on_target(void *userdata, const char *target, struct MHD_Connection *mhd);
enum MHD_Result http_on_request(void *userdata, struct MHD_Connection *mhd, const char *path,
    const char *method, const char *version, const char *data, size_t *data_len, void **context);
void http_on_completed(void *userdata, struct MHD_Connection *mhd, void **context,
    enum MHD_RequestTerminationCode code);
void http_exchange_gone(struct http_exchange *x);            /* the connection has ended */
sd_event *http_exchange_loop(const struct http_exchange *x); /* NULL: the client is gone */
/* As http_exchange_answer(), with a body from the stream, which is taken over. */
void http_exchange_stream(
    struct http_exchange *x, struct http_answer *answer, struct http_stream *stream);

/* ---- http_respond.c ---- */

/* Empties the answer. Not 0: the library would not have it. */
int http_respond(struct http_connection *c, struct http_answer *answer);
/* The same with a body that the callback gives; done is called in any case. */
int http_respond_from(struct http_connection *c, const struct http_answer *answer,
    size_t piece_bytes, MHD_ContentReaderCallback more, void *userdata, void (*done)(void *));

/* ---- http_stream.c ---- */

/* As http_respond(); from here on the stream is the library's, which frees it. */
int http_stream_respond(
    struct http_stream *st, struct http_connection *c, const struct http_answer *answer);
void http_stream_free(struct http_stream *st);
