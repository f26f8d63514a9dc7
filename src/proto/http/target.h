/*
 * The target of an HTTP request (RFC 9112, section 3.2), taken apart: a path by its segments, and
 * the parameters of a query.
 *
 * Strict, because whoever routes and whoever logs must see the same thing: only the characters of
 * RFC 3986, whole percent-encodings, decoded to well-formed UTF-8 without control characters. A
 * path is split before it is decoded, so an encoded slash is a character of its segment; "." and
 * ".." are segments like others. A query is read as forms write it: "+" is a blank.
 */
#pragma once

#include <stddef.h>

#include "base/alloc.h"
#include "base/err.h"

struct http_param {
	const char *name, *value; /* decoded; value is "" without "=" */
};

/* All of it lives in the arena. */
struct http_target {
	const char *path;            /* as sent, without the query: "/a%2Fb"; "*" of OPTIONS * */
	const char *const *segments; /* decoded, one for each slash: "/a%2Fb/" has "a/b" and "" */
	size_t segment_count;
	const struct http_param *params; /* as they came, repeated ones too */
	size_t param_count;
	/* of one that is refused, what is wrong with it: "path", "query", or a parameter's name */
	const char *wrong;
};

/*
 * From "/path?query", "http://host/path?query" or "*". -EINVAL with a sentence for the client; of
 * what it sent nothing is quoted.
 */
int http_target_parse(
    const char *text, struct arena *arena, struct http_target *ret, struct err *e) _must_use_;
/* The value of the first parameter of that name, or NULL. */
const char *http_target_param(const struct http_target *t, const char *name);
