/*
 * What differs between two JSON values, for people. Pure.
 *
 *   ~ document.checks.front.fall: 3 becomes 5
 *   - sites: sin
 *   + document.checks.back: {"type":"tcp"}
 *
 * Members of objects are compared by name. A list of plain values is compared as a set, so that one
 * more is one line; a list of objects place by place.
 */
#pragma once

#include <jansson.h>

#include "base/strbuf.h"

/* Adds a line for each difference; nothing when they are equal. Either may be NULL: absent. */
void json_diff(const json_t *before, const json_t *after, struct strbuf *out);
