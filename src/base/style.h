/*
 * Emphasis for people at a terminal: what text means, not how it looks.
 *
 * Whether there is any is decided once by the program (io/tty.h: a terminal, and no NO_COLOR) and
 * passed in as `colour`; without it the texts here are empty, so output in a file has no escapes.
 */
#pragma once

#include <stdbool.h>

#include "base/strbuf.h"

enum style {
	STYLE_PLAIN,
	STYLE_STRONG, /* what to look at first */
	STYLE_DIM,    /* what may be skipped */
	STYLE_GOOD,
	STYLE_WARN,
	STYLE_BAD,
	STYLE_MAX,
};

/* The escape sequence that begins or ends it; "" for STYLE_PLAIN and without colour. */
const char *style_begin(enum style style, bool colour);
const char *style_end(enum style style, bool colour);

/* Adds text that came from outside: broken UTF-8, tabs, newlines and what utf8_is_unseen() knows
 * become
 * "?", so that nothing in it can move the cursor, change colours or turn the direction of what
 * follows. */
void strbuf_add_printable(struct strbuf *b, const char *text);
/* The same, cut to a width (then it ends with "~") or filled up with blanks. */
void strbuf_add_fitted(struct strbuf *b, const char *text, size_t width);
