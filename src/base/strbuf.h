/*
 * A growing string, and the strict readers of numbers.
 *
 * A strbuf never fails visibly: when memory ends it aborts, as every allocation of base/ does (an agent
 * without memory cannot announce anything sensibly; systemd restarts it). The number readers replace
 * strtol and friends: no white space, no sign, no octal, no trailing characters, no locale.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>

#include "base/attr.h"

struct strbuf {
	char *text; /* owned; NULL while empty, else ends with NUL */
	size_t len;
	size_t cap;
};

void strbuf_done(struct strbuf *b);
void strbuf_add(struct strbuf *b, const char *text);
void strbuf_add_mem(struct strbuf *b, const void *mem, size_t n);
void strbuf_add_char(struct strbuf *b, char c);
void strbuf_addf(struct strbuf *b, const char *fmt, ...) _printf_(2, 3);
/* In decimal; a tenth of what strbuf_addf() costs, for rows by the million. */
void strbuf_add_i64(struct strbuf *b, int64_t v);
/* n times c; for columns and carets. */
void strbuf_pad(struct strbuf *b, char c, size_t n);
/* The text so far, "" when empty; borrowed until the next change. */
const char *strbuf_get(const struct strbuf *b);
/* Hands the text over (never NULL; free() it) and leaves the buffer empty. */
char *strbuf_take(struct strbuf *b) _must_use_;

/* Decimal only. 0, -EINVAL, -ERANGE (above max). *ret untouched on failure. */
int parse_u64(const char *text, uint64_t max, uint64_t *ret);
int parse_u32(const char *text, uint32_t max, uint32_t *ret);

/* Plain ASCII, whatever the locale. */
static inline bool
ascii_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
ascii_is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static inline bool
ascii_is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static inline bool
ascii_is_alpha(char c)
{
	return ascii_is_lower(c) || ascii_is_upper(c);
}

bool str_starts_with(const char *text, const char *prefix);

/* The columns that UTF-8 text takes in a terminal, counting each code point as one. */
size_t utf8_width(const char *text);

/* The place of text in names, which end with NULL; their number: it is none of them. */
size_t str_index(const char *text, const char *const *names);

/*
 * The candidate nearest to text (edit distance at most 2, and below half of its length), or NULL: the
 * "did you mean" of an error. candidates ends with NULL.
 */
const char *str_nearest(const char *text, const char *const *candidates);
