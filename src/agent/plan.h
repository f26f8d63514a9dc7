/*
 * What a new configuration changes, and what that costs: from two configurations to a plan.
 *
 * Pure. Neighbors and services are matched by their names. What nothing differs of is PLAN_SAME,
 * and whoever carries the plan out does not touch it. What has to be made anew follows from the
 * flags of the schema's fields (CONF_LIVE), so that a new key is the dear kind until somebody says
 * otherwise.
 */
#pragma once

#include "agent/agent_conf.h"
#include "base/prefix_map.h"

enum plan_fate {
	PLAN_SAME,
	PLAN_CHANGED, /* taken while it goes on */
	PLAN_ANEW,    /* a neighbor: its session restarts */
	PLAN_ADDED,
	PLAN_REMOVED,
};

/* was or is may be NULL, as its fate says; borrowed from the configurations. */
struct plan_neighbor {
	enum plan_fate fate;
	const struct agent_neighbor *was, *is;
};

struct plan_service {
	enum plan_fate fate;
	const struct agent_service *was, *is;
};

struct plan_texts {
	char **items; /* owned, as the array is */
	size_t count, cap;
};

struct plan {
	/*
	 * "service web: check front: interval: 1s → 2s"; of one that is not the file's:
	 * "service shop.web (of the controller): added"
	 */
	struct plan_texts differences;
	struct plan_texts costs;       /* "the session with r1 restarts" */
	struct plan_texts impossible;  /* differences that take a restart of nearcastd */
	bool hooks_differ;             /* any of them, or there are others */
	/* owned; in the order of the new configuration, then those that are removed */
	struct plan_neighbor *neighbors;
	struct plan_service *services;
	size_t neighbor_count, service_count;
};

/* The configurations outlive the plan. */
void plan_make(const struct agent_conf *was, const struct agent_conf *is, struct plan *ret);
void plan_done(struct plan *p);
/* Whether there is nothing to do. */
bool plan_is_empty(const struct plan *p);

/* The addresses of all services, each with the index of its service. */
void plan_map_addresses(const struct agent_conf *conf, struct prefix_map *ret);
/* Whether a check of the same name is one that its history says nothing of. */
bool plan_check_is_anew(const struct agent_check *was, const struct agent_check *is);
/* NULL: it has none of the name. */
const struct agent_check *plan_find_check(const struct agent_service *service, const char *name);
