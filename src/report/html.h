/*
 * Text of HTML and SVG, into a strbuf. Pure.
 *
 * Names of networks, hosts and files are written by strangers. Whatever is not a literal of this
 * room goes through html_text(), which makes it mean itself, in an element and in an attribute
 * between double quotes.
 */
#pragma once

#include "base/attr.h"
#include "base/strbuf.h"

/*
 * & < > " ' become references. Bytes that are no UTF-8, control characters but tab and newline,
 * and those that turn the direction of the text around them become U+FFFD.
 */
void html_text(struct strbuf *out, const char *text);
/* The same, and an option of a command ("--json") stays on one line: browsers break behind hyphens.
 */
void html_prose(struct strbuf *out, const char *text);
void html_textf(struct strbuf *out, const char *fmt, ...) _printf_(2, 3);

/* A number with decimals as given, and groups of three digits ("12,345.6"); "–" for NAN. */
void html_number(struct strbuf *out, double value, unsigned decimals);
/* A number of an attribute of SVG: two decimals at most, as short as can be. */
void svg_number(struct strbuf *out, double value);
