/*
 * A rollout in the store: read with all that is known of its service's sites, and kept again. What
 * it is to do is for rollout.h, what comes of it for api_rollouts.c.
 */
#pragma once

#include "controller/call.h"
#include "controller/rollout.h"

/* By enum rollout_state, ends with NULL. */
extern const char *const rollout_state_names[];

struct rollout_case {
	char id[STORE_ID_MAX], service[STORE_ID_MAX], project[STORE_ID_MAX];
	char by[STORE_ID_MAX]; /* the token of its author; "": the controller */
	char service_name[NAME_MAX_BYTES + 1];
	json_t *parameters;         /* owned */
	char *purpose;              /* owned */
	json_t *document;           /* owned; of a change */
	struct rollout r;           /* its arrays are those below */
	struct rollout_site *sites; /* owned */
	struct case_site *places;   /* owned; as many */
	struct rollout_step *steps; /* owned */
	struct case_step *were;     /* owned; as many: what is in the store */
	size_t sites_cap, places_cap, steps_cap, were_cap;
	enum rollout_state was;
	char was_why[ROLLOUT_WHY_MAX];
};

struct case_site {
	char id[STORE_ID_MAX], name[NAME_MAX_BYTES + 1];
	char why[ROLLOUT_WHY_MAX];
};

struct case_step {
	int64_t position;
	enum step_state state;
	bool is_new; /* the site came while the rollout was under way: it is not in the store yet */
};

/*
 * CALL_REFUSED: there is none of that id. Initialise with { 0 }, free with case_done(). Of a change
 * that is not over all sites have a step, those that came since behind the others.
 */
int case_read(struct call *c, const char *id, struct rollout_case *k);
void case_done(struct rollout_case *k);
/*
 * Keeps what has changed. The revision is raised when an operator would see a difference.
 * baseline: which sites stand now is what it may not lose from now on.
 */
int case_keep(struct call *c, const struct rollout_case *k, bool baseline);

/* Whether an operator who looks would see something else than before. */
bool case_is_visible(const struct rollout_case *k);

/*
 * rollout_sites.c: for `stood` of a new one: the sites of a service and what is known of them.
 */
int case_read_sites(struct call *c, struct rollout_case *k);
/* The place of a site of that id, or of a new one that has no host yet. */
size_t case_site_of(struct rollout_case *k, const char *id, const char *name);
/* Behind the last of them: names and reasons are where they stay. */
void case_settle_texts(struct rollout_case *k);
/* JSON of the ids of those that stand; the caller frees it. */
char *case_standing(const struct rollout_case *k);

const char *rollout_kind_name(enum rollout_kind kind);
const char *rollout_state_name(enum rollout_state state);
const char *rollout_step_name(enum step_state state);
