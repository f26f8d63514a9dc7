/*
 * What the files of catchments share: api_catchments.c (what is there, and telling one),
 * api_catchments_create.c, api_agent_catchment.c (what hosts ask and say), catchments_go.c (what
 * comes of it, and the duty), catchment_rows.c (all rows put together), catchment_result.c (what is
 * kept of them).
 */
#pragma once

#include "controller/catchment_case.h"

/* So many addresses one may ask: more than that is for files, on the hosts themselves. */
#define CATCHMENT_TARGETS_MAX 100000
/* What is kept of those that are over. */
#define CATCHMENTS_KEPT 100 /* of a project, the newest */
#define CATCHMENTS_KEPT_NS (90 * INT64_C(86400) * 1000000000)

/* As the API shows it; of the call's project. CALL_REFUSED: there is none. */
int catchments_find(struct call *c, const char *id, json_t **ret);
/* Likewise for the audit log: without its parts and its result. */
int catchments_find_brief(struct call *c, const char *id, json_t **ret);

/* Looks at it, keeps it, and does what comes of that. */
int catchments_act(struct call *c, struct catchment_case *k);
/* Not a handler: looks at all that are under way, and forgets the oldest. */
int catchments_go_on(struct call *c);

/* Puts together what hosts handed in, and drops the rows. */
int catchment_result_make(struct call *c, const struct catchment_case *k);
