/* A JSON document on stdout. */
#pragma once

#include <jansson.h>

/*
 * Prints the document (takes over the reference) and a newline, flushed, as cli_print() does; flags
 * are those of json_dumps(). NULL, or what cannot be written as JSON, is said on stderr and fails.
 */
int cli_print_json(json_t *document, size_t flags);
