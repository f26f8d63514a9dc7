/* What the files of rollouts share. */
#pragma once

#include "controller/rollout_case.h"

/* As the API shows it: the caller's; CALL_REFUSED: the project of the call has none of that id. */
int rollouts_find(struct call *c, const char *id, json_t **ret);
/* Does what the steps' actions say, keeps the rest, and tells of it (events, and the bell). */
int rollouts_act(struct call *c, struct rollout_case *k, bool baseline);
/* Not a handler: looks at all that are under way. */
int rollouts_go_on(struct call *c);
/*
 * Whether none of the kind ("": any) is open, so that another may begin, or the document be
 * changed: 0, or CALL_REFUSED with its id and what is to be done with it. One that has stopped is
 * open when it is a change: sites that it has come to go on with its document.
 */
int rollouts_check_none(struct call *c, const char *service, const char *kind);
/* Likewise of all services that a host has, by their places, or would have at another site, an id. */
int rollouts_check_none_of_host(struct call *c, const char *host, const char *site);
/*
 * Before a service is deleted: whether the one that is open may go with it. 0: there is none, or
 * override_reason says so, and what it was is in the audit log; else CALL_REFUSED, which names it.
 */
int rollouts_go_with(struct call *c, const char *service, const char *override_reason);
