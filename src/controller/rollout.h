/*
 * A rollout: something that is done site after site, and stops when anything else fails. Pure.
 *
 *   drain    a site is drained, watched while it is, brought back, and only when it stands again the
 *            next one goes
 *   change   the hosts of a site get the changed service, are watched with it, then those of the next
 *
 *              begin                      drained, or well          settled           stands
 *     waiting ───────> running ─────────────────────> settling ───────────> returning ──────> done
 *                         │  anything fails              │    (of a change: done)     │
 *                         └──────────> failed <──────────┴──────────────────────────┘
 *
 * Where nothing failed, what was under way is stopped, or taken back, with the rollout.
 *
 * It does not begin a site when fewer than min_sites others stand: it waits. Nor does it touch more at
 * once than max_change_percent of the sites that stand, or stood when it began (one always), unless that
 * is meant. Both are asked at each look, as they are then. It stops by itself, ends the drains that are
 * its own, and says why, when a site that stood at its beginning does not any more, when a check fails
 * where the change has come, when a host refuses what it is given, or is not heard of for some time, and
 * when fewer than are needed stand beside those under way. So at each look it is either safe to go on,
 * or nothing is down because of us.
 *
 * A site without hosts is passed by, and waits: it has its turn if it gets one before the others are
 * done.
 *
 * Time is what was watched: a look adds at most LOOK_MAX, so neither a clock that is stepped nor an hour
 * in which no controller ran makes a site that nobody watched a settled one.
 *
 * The caller knows what is so (sites), keeps the state, and does what the steps' actions say.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"

#define ROLLOUT_WHY_MAX 256

enum rollout_kind {
	ROLLOUT_CHANGE,
	ROLLOUT_DRAIN,
};

enum rollout_state {
	ROLLOUT_RUNNING,
	ROLLOUT_PAUSED, /* begins no site; those under way go on to their end */
	ROLLOUT_STOPPED,
	ROLLOUT_DONE,
	ROLLOUT_TAKEN_BACK,
};

enum step_state {
	STEP_WAITING,
	STEP_RUNNING,
	STEP_SETTLING,
	STEP_RETURNING, /* of a drain: it was ended, and the site does not stand yet */
	STEP_DONE,
	STEP_FAILED,
	STEP_STOPPED,    /* it was under way when the rollout stopped, for no fault of its own */
	STEP_TAKEN_BACK, /* what had begun there is as it was before */
};

enum step_action {
	STEP_NOTHING,
	STEP_BEGIN, /* order the drain; or give the hosts the change */
	STEP_END,   /* end the drain */
};

/* One site of the service, as far as is known. */
struct rollout_site {
	const char *name;
	const char *why; /* it does not stand, or a check fails; "": not known */
	bool has_hosts;  /* else there is nothing to do */
	bool stood;      /* at the beginning: it may not be lost */
	bool present;    /* all its hosts were heard of lately; else nothing below is known */
	bool stands;     /* announced, and no check fails */
	bool failing;    /* a check fails */
	bool applied;    /* its hosts do what they were told last */
	bool refused;    /* one of them cannot */
	bool drained;
};

struct rollout_step {
	size_t site; /* index into sites */
	enum step_state state;
	struct duration watched; /* in this state */
	char why[ROLLOUT_WHY_MAX];
	enum step_action action; /* out */
};

struct rollout {
	enum rollout_kind kind;
	enum rollout_state state;
	char why[ROLLOUT_WHY_MAX]; /* of the state; "": nothing to say */
	size_t at_once;
	size_t min_sites;
	uint32_t max_change_percent;
	bool is_meant; /* at_once, though it is more than that */
	struct duration settle;
	struct duration limit;  /* for a site to be drained, or well with the change */
	struct instant looked;  /* at the last look; never: there was none */
	struct duration absent; /* for how long some host was not heard of */
	const struct rollout_site *sites;
	size_t site_count;
	struct rollout_step *steps; /* in their order */
	size_t step_count;
};

#define ROLLOUT_LOOK_MAX DURATION_S(5)
#define ROLLOUT_ABSENT_MAX DURATION_S(30)
#define ROLLOUT_RETURN_MAX DURATION_S(120)

/* Looks at the sites: moves the steps and the state, and sets each step's action. */
void rollout_look(struct rollout *r, struct instant now);

/*
 * What an operator may tell it: false when that does not go with its state. Actions are set as above.
 * rollout_go_on() tries again what has failed; `stood` is then as of now.
 */
bool rollout_pause(struct rollout *r);
bool rollout_go_on(struct rollout *r);
bool rollout_stop(struct rollout *r, const char *why);
/* As it was before: drains are ended, every site has the service that it had. */
bool rollout_take_back(struct rollout *r);
/* How many sites max_change_percent lets it touch at once; *of: sites that this is a share of. */
size_t rollout_most(const struct rollout *r, size_t *of);
