/*
 * A request's body as JSON, within limits: bytes, depth, no key twice.
 *
 * Depth is counted before anything is built, so that a body of brackets costs a look at its bytes.
 */
#pragma once

#include <stddef.h>

#include <jansson.h>

#define BODY_BYTES_MAX (256u << 10)
#define BODY_DEPTH_MAX 16

/* The value (json_decref() it), or NULL with one more {field: "", detail} in errors. */
json_t *body_read(const char *text, size_t len, json_t *errors);
