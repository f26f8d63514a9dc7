/*
 * How far a drain through a controller is, by what hosts last said: pure.
 *
 * A host has taken the order once it does the revision that it is told, and says so together with
 * how its services are: what it said before is of another drain, or of none.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct drain_scope {
	const char *service;     /* alone; NULL: all that the controller has given */
	const char *site, *host; /* NULL: everywhere */
};

/*
 * A row for each service of each host in scope, {what, state, text, done}: "am6-1: shop.web", what
 * is worth a word when it changes, what to say of it, and whether it is drained. sites as the
 * controller answers them; the caller decrefs it. Hosts that have not joined have nothing to drain.
 */
json_t *drain_rows(const json_t *sites, const struct drain_scope *scope);
bool drain_rows_are_done(const json_t *rows);
