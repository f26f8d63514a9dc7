/* What the files of hosts share. */
#pragma once

#include "controller/call.h"

/* By name or id, with its tags; CALL_REFUSED: there is none, or it is another project's than the
 * caller's. */
int hosts_find(struct call *c, const char *which, json_t **ret);
/* site, project: ids; project may be NULL. Refuses a name that is taken. */
int hosts_insert(
    struct call *c, const char *id, const char *name, const char *site, const char *project);
/* Something of it was changed: raises its revision. */
int hosts_touch(struct call *c, const char *id);

/* api_network.c: the arrays of /metadata. with_secrets: with BGP passwords, which only the host may
 * see. */
int hosts_addresses(struct call *c, const char *id, json_t **ret);
int hosts_neighbors(struct call *c, const char *id, bool with_secrets, json_t **ret);

/* api_metadata.c: whether an object can stand beside what the controller knows itself: 0 or
 * CALL_REFUSED, with each key of it that is known from elsewhere. */
int hosts_check_metadata(struct call *c, const json_t *metadata);
