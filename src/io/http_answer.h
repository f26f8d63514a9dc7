/*
 * The answer to an HTTP request, before it is given: a value that can be made anywhere, in a thread
 * too. http_exchange.h gives it.
 */
#pragma once

#include <stdbool.h>

#include "base/strbuf.h"

/* A body in pieces, made as the client takes it. */
struct http_source {
	/* Adds a piece of some 10 KB; false: that was the last one. NULL: there is no source. */
	bool (*more)(void *userdata, struct strbuf *piece);
	void (*done)(void *userdata); /* once, whatever became of the client */
	void *userdata;
};

struct http_header {
	char *name, *value;
};

/* Zeroed is an answer without anything, which lacks its status. */
struct http_answer {
	unsigned status;
	const char *content_type;    /* borrowed for good; NULL: there is none */
	struct strbuf text;          /* owned */
	struct http_source source;   /* instead of text */
	struct http_header *headers; /* owned; "Cache-Control: no-store" unless one is here */
	size_t header_count, header_cap;
	bool closes; /* the connection, behind the answer */
};

void http_answer_done(struct http_answer *answer);

/*
 * Adds a header field; name is a token, and none that the server makes itself (Content-Type,
 * Content-Length, Date, Connection). What a field cannot have becomes "?" in its value.
 */
void http_answer_add(struct http_answer *answer, const char *name, const char *value);
/*
 * A problem document (RFC 9457) as the answer, of the type that belongs to its status; detail is one
 * sentence. field: what of the request is wrong: a header's or parameter's name, "" for the body;
 * NULL: nothing of it.
 */
void http_problem(
    struct http_answer *answer, unsigned status, const char *field, const char *detail);
