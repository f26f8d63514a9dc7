/*
 * Whether what a peer sent holds what is expected of it: a text, a POSIX extended regular
 * expression, or both. Pure.
 *
 * The expression is the operator's, the bytes are a stranger's: at most MATCH_BYTES_MAX of them are
 * looked at, and back-references are refused, which alone can make a match take exponential time.
 * The bytes may hold anything, NUL too; they are no lines: "^" and "$" are their beginning and end.
 */
#pragma once

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define MATCH_BYTES_MAX (64u << 10)

struct match {
	const char *text;    /* borrowed; NULL: none is expected */
	const char *pattern; /* borrowed; NULL: none */
	regex_t regex;       /* owned, with a pattern */
};

/* Both may be NULL. -EINVAL with the reason: the pattern is none. */
int match_init(struct match *m, const char *text, const char *pattern, struct err *e) _must_use_;
void match_done(struct match *m); /* fine on a zeroed one */

/* Whether anything is expected at all. */
bool match_is_wanted(const struct match *m);
/* A NUL has to follow the bytes. */
bool match_test(const struct match *m, const void *bytes, size_t n);
/*
 * Why bytes do not match, with their beginning: `no "ok" in the answer, which starts "sorry"`;
 * what: "the answer".
 */
void match_explain(
    const struct match *m, const char *what, const void *bytes, size_t n, char *buf, size_t size);

/* The beginning of bytes, quoted and printable: for the sentences about them. Gives buf. */
#define EXCERPT_MAX 64
char *excerpt(const void *bytes, size_t n, char buf[static EXCERPT_MAX]);
