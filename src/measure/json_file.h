/* A file that is one JSON document. */
#pragma once

#include <jansson.h>

#include "base/err.h"

#define JSON_FILE_MAX (64u << 20) /* bytes */

/*
 * "-" is standard input. The document is the caller's; a key that is there twice is refused, as all
 * that is no JSON, with "name:line:column: ...".
 */
int json_file_load(const char *path, json_t **ret, struct err *e) _must_use_;
