/* What the files of the agents' API share. */
#pragma once

#include "controller/call.h"

/* A service by its name on hosts, if the host that asks is to have it. */
struct agent_service {
	char id[STORE_ID_MAX], project[STORE_ID_MAX]; /* "": it has none of that name */
	int64_t min_sites, lease_time;
};

int agent_find_service(struct call *c, const char *name, struct agent_service *ret);

/* events: what a host tells, with its seq; ours has none (run NULL). 1: it is new; 0: it was there.
 */
struct agent_event {
	const char *run; /* NULL: ours */
	uint32_t seq;
	int64_t at;
	const char *kind, *severity, *message;
	const json_t *detail;          /* NULL: none */
	const char *project, *service; /* ids; "": none */
};

int agent_add_event(struct call *c, const struct agent_event *event);
