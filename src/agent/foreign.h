/*
 * A service that a controller gives to a host: JSON in the schema of a service of nearcast.yaml,
 * and less than that. What runs on a host beside announcing, and which of its files are read, only
 * the host's own file may say. Pure; the controller refuses the same, by this very function.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

/* check: whose key it is; NULL: the service's own. */
typedef void (*foreign_fn)(
    void *userdata, const char *check, const char *key, const char *sentence);

/* Calls fn for each thing that a controller may not say; gives whether there is none. */
bool foreign_service_look(const json_t *document, foreign_fn fn, void *userdata);
