/*
 * One request over HTTP and its whole answer, for programs that may wait for it. Through libcurl.
 *
 * No proxy is asked, only http and https are spoken, certificates are verified. An answer of any
 * status is an answer: what it means is the caller's.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "base/time.h"

#define HTTP_ETAG_MAX 128

struct http_call {
	const char *method; /* NULL: GET */
	const char *url;
	const char *const *headers; /* "Name: value", ends with NULL; NULL: none of ours */
	const char *body;           /* NULL: none */
	const char *ca_file;        /* certificates to trust; NULL: those of the system */
	struct duration timeout;    /* for all of it */
	struct duration first_word; /* for the connection, and then until the answer begins; 0: no
				     * other than for all of it */
	size_t max;                 /* bytes of the answer */
	long redirects;             /* so many are followed, with the same headers */
	/*
	 * Of an answer that goes on, of status 200: each piece as it comes, instead of a body.
	 * False: no more is wanted, and the call gives 0. Then timeout is for the silence between
	 * pieces.
	 */
	bool (*piece)(void *userdata, const char *bytes, size_t len);
	void *userdata;
};

struct http_reply {
	long status;
	struct strbuf body;
	char etag[HTTP_ETAG_MAX]; /* as sent, with its quotes; "": none, or too long */
};

/*
 * Gives 0 and the answer. -ETIMEDOUT: not all of it within the timeout, or nothing of it within
 * that of the first word; -EFBIG: more than max
 * bytes; -ECONNRESET: the connection broke after it was there, so the request may have been served;
 * -ENOENT: there is no libcurl; -EIO for anything else. The sentence begins with the URL.
 */
int http_call(const struct http_call *call, struct http_reply *ret, struct err *e) _must_use_;
void http_reply_done(struct http_reply *reply);
