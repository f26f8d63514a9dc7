/*
 * Messages as text for people: all that stands in one, with names for its numbers.
 *
 * Each line is indented and ends with a newline. What can not be read is shown as bytes; no byte of
 * a peer reaches the text as it is.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "wire/reader.h"

const char *bgp_type_name(uint8_t type); /* "UPDATE"; "message of an unknown type" */
/* A whole message, from its marker on; adds nothing for a KEEPALIVE. as4: see bgp_path_style. */
void bgp_describe(struct strbuf *out, const uint8_t *message, size_t len, bool as4);

/* ---- describe_open.c ---- */

void bgp_describe_open(struct strbuf *out, struct reader body);

/* ---- describe_path.c ---- */

struct bgp_path;

/* One line for each attribute; routes are left to the caller. */
void bgp_describe_path(struct strbuf *out, const struct bgp_path *path);
/* "0a0b…" with the count of bytes where there are many. */
void bgp_describe_bytes(struct strbuf *out, const uint8_t *bytes, size_t len);
