/*
 * The header fields of an HTTP request: what their values mean, and whether where the request ends
 * can be understood in one way only (RFC 9110, RFC 9112).
 *
 * Two servers that disagree over where a request ends can be made to smuggle one through the other.
 * So what leaves room for that is refused, even where the RFCs allow to mend it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct http_field {
	const char *name, *value; /* as sent, without white space around the value */
};

struct http_fields {
	const struct http_field *items;
	size_t count;
};

/* The value of the first field of that name, whatever its case, or NULL. */
const char *http_fields_get(const struct http_fields *f, const char *name);
/* How many fields have that name. */
size_t http_fields_count(const struct http_fields *f, const char *name);

bool http_is_token(const char *text); /* RFC 9110, section 5.6.2 */

/*
 * 0 and the length of the body, or the status to refuse the request with, and a sentence for the
 * client with the name of the header that it is about, "headers" where it has none; borrowed from f.
 * is_old: HTTP/1.0.
 *
 * 400: a name that is no token, a control character in a value, twice what has one value (a token,
 * a key, If-Match, the type of the body), no Host or several, several
 * Content-Length or one that is no number, Content-Length beside Transfer-Encoding, a
 * Transfer-Encoding of HTTP/1.0. 411: chunked, for we want to know the length. 417: an Expect other
 * than 100-continue. 501: another transfer coding.
 */
unsigned http_framing_check(const struct http_fields *f, bool is_old, uint64_t *ret_body_len,
    const char **ret_field, struct err *e);

/*
 * Whether the value of an If-Match (strong comparison) or If-None-Match (weak) lists the entity tag
 * ("\"5\"", quotes included), or is "*". What is malformed lists nothing.
 */
bool http_etag_is_listed(const char *list, const char *etag, bool weak);

/* Whether it is "*" or a list of entity tags (RFC 9110, section 13.1.1). */
bool http_etags_are_valid(const char *list);

/*
 * Of a Prefer (RFC 7240): for how many seconds the client waits; 0 when it does not say so, or not
 * understandably, which counts as not said.
 */
uint32_t http_prefer_wait(const char *prefer);

/* The token of an Authorization of the scheme Bearer (RFC 6750), in it; else NULL. */
const char *http_bearer_token(const char *authorization);
