/* What the files of services share. */
#pragma once

#include "controller/call.h"

/* A service of the call's project by name or id; CALL_REFUSED: there is none. */
int services_find(struct call *c, const char *which, json_t **ret);
/*
 * What keeps a service from being announced anywhere, as an array of texts: no place, no address.
 * It may well be so while it is set up; whoever sees the service sees that, too.
 */
json_t *services_warnings(const json_t *service);
/* A service as an answer shows it: with its warnings. The caller's. */
json_t *services_shown(const json_t *service);
/* Whether the service may have that document: 0 or CALL_REFUSED, which names what is wrong at
 * /document. */
int services_check_document(struct call *c, const json_t *service, const json_t *document);
/* Gives it that document, with a row of the audit log. Touches no host: they have it already, or
 * are touched by the caller. */
int services_set_document(struct call *c, const char *id, const json_t *document);
