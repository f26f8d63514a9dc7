/*
 * UTF-8 that can be trusted: text from outside, or cut to fit a buffer, made fit for JSON and
 * terminals.
 *
 * What is well-formed is Unicode's table 3-7: no overlong forms, no surrogates, nothing above
 * U+10FFFF.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

/* The bytes of the well-formed character that text starts with; 0 for none, or at the end. */
size_t utf8_char_len(const char *text);

/*
 * Whether the well-formed character is none that is seen, but acts on what is around it: a control
 * character other than tab and newline, a line or paragraph separator, and what turns the direction
 * of text: marks, embeddings, overrides and isolates (Unicode's UAX 9, table 1); or a tag character,
 * which hides text in what is seen.
 */
bool utf8_is_unseen(const char *c, size_t len) _pure_;

/*
 * Mends text in place: a character that the end cuts short goes, any other byte that is no part of
 * one becomes "?". Never longer than before. Gives text.
 */
char *utf8_mend(char *text) __attribute__((nonnull, returns_nonnull));

/*
 * As snprintf(), and mends what was cut or never was UTF-8; for every text that somebody else may
 * read.
 */
void utf8_format(char *buf, size_t size, const char *fmt, ...) _printf_(3, 4);
void utf8_vformat(char *buf, size_t size, const char *fmt, va_list ap) _printf_(3, 0);
