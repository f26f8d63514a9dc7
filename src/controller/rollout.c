#include "controller/rollout.h"

#include "base/utf8.h"
#include "controller/intent.h"

static struct duration
add(struct duration a, struct duration b)
{
	return DURATION_NS(a.ns + b.ns);
}

/* It can still move by itself. */
static bool
is_live(const struct rollout *r)
{
	return r->state == ROLLOUT_RUNNING || r->state == ROLLOUT_PAUSED;
}

static bool
is_open(const struct rollout_step *s)
{
	return s->state == STEP_RUNNING || s->state == STEP_SETTLING ||
	       s->state == STEP_RETURNING;
}

static struct rollout_step *
open_step_of(const struct rollout *r, size_t site)
{
	for (size_t i = 0; i < r->step_count; i++) {
		if (r->steps[i].site == site && is_open(&r->steps[i]))
			return &r->steps[i];
	}
	return NULL;
}

static void
move(struct rollout_step *s, enum step_state state)
{
	s->state = state;
	s->watched = DURATION_NS(0);
	s->why[0] = '\0';
}

/* What is under way is given up: a site that we hold down comes back. */
static void
give_up(struct rollout *r, enum step_state state, const char *why)
{
	for (size_t i = 0; i < r->step_count; i++) {
		struct rollout_step *s = &r->steps[i];
		bool is_down = s->state == STEP_RUNNING || s->state == STEP_SETTLING;

		if (!is_open(s))
			continue;
		move(s, state);
		utf8_format(s->why, sizeof(s->why), "%s", why);
		s->action = r->kind == ROLLOUT_DRAIN && is_down ? STEP_END : STEP_NOTHING;
	}
}

static void
fail(struct rollout *r, size_t site, const char *what)
{
	const struct rollout_site *at = &r->sites[site];
	struct rollout_step *step = open_step_of(r, site);
	char why[ROLLOUT_WHY_MAX];

	utf8_format(why, sizeof(why), "site %s %s%s%s", at->name, what, at->why[0] ? ": " : "",
	    at->why);
	give_up(r, STEP_STOPPED, "the rollout stopped while it was under way");
	if (step != NULL) {
		step->state = STEP_FAILED;
		utf8_format(step->why, sizeof(step->why), "%s", why);
	}
	utf8_format(r->why, sizeof(r->why), "%s", why);
	r->state = ROLLOUT_STOPPED;
}

/* Sites that stand, and that we do nothing with; what is not heard of is what it was. */
static size_t
standing(const struct rollout *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->site_count; i++)
		n += r->sites[i].stands && open_step_of(r, i) == NULL;
	return n;
}

/* A drain leaves one at least; a change of the only site has to be possible. */
static size_t
needed(const struct rollout *r)
{
	size_t with_hosts = 0;

	for (size_t i = 0; i < r->site_count; i++)
		with_hosts += r->sites[i].has_hosts;
	if (r->kind == ROLLOUT_DRAIN)
		return MAX(r->min_sites, (size_t)1);
	return MIN(r->min_sites, with_hosts > 0 ? with_hosts - 1 : 0);
}

/* ---- what makes it stop ---- */

/* Why the step's site is a failure now; NULL: it is none. */
static const char *
step_failure(const struct rollout *r, const struct rollout_step *s)
{
	const struct rollout_site *at = &r->sites[s->site];

	if (at->refused)
		return "refuses what it is given";
	if (s->state == STEP_RETURNING && duration_cmp(s->watched, ROLLOUT_RETURN_MAX) > 0)
		return "does not come back after its drain";
	if (s->state == STEP_RUNNING && duration_cmp(s->watched, r->limit) > 0)
		return r->kind == ROLLOUT_DRAIN ? "is not drained in time"
						: "is not well with the change in time";
	if (r->kind == ROLLOUT_DRAIN)
		return NULL;
	if (s->state == STEP_SETTLING && (at->failing || !at->stands))
		return "is not well with the change";
	/* one that was not well before gets its time */
	if (s->state == STEP_RUNNING && at->applied && at->failing && at->stood)
		return "fails with the change";
	return NULL;
}

/* One that was down when it began, and was counted on since it came back, may have gone again. */
static bool
stop_if_too_few_stand(struct rollout *r)
{
	for (size_t i = 0; i < r->step_count; i++) {
		if (!is_open(&r->steps[i]) || standing(r) >= needed(r))
			continue;
		give_up(r, STEP_STOPPED, "too few other sites stand");
		utf8_format(r->why, sizeof(r->why),
		    "%zu sites stand beside those under way, %zu are needed", standing(r),
		    needed(r));
		r->state = ROLLOUT_STOPPED;
		return true;
	}
	return false;
}

/* True: it was stopped. */
static bool
stop_if_anything_fails(struct rollout *r)
{
	for (size_t i = 0; i < r->site_count; i++) {
		const struct rollout_site *at = &r->sites[i];
		const struct rollout_step *step = open_step_of(r, i);
		const char *what = NULL;

		if (!at->present || !at->has_hosts)
			continue;
		if (step != NULL)
			what = step_failure(r, step);
		else if (at->stood && !at->stands)
			what = "does not stand any more";
		if (what != NULL) {
			fail(r, i, what);
			return true;
		}
	}
	return stop_if_too_few_stand(r);
}

/* A host that is not heard of for a moment is waited for. True: nothing else is done now. */
static bool
wait_for_absent(struct rollout *r, struct duration elapsed)
{
	for (size_t i = 0; i < r->site_count; i++) {
		const struct rollout_site *at = &r->sites[i];

		if (at->present || !at->has_hosts || !(at->stood || open_step_of(r, i) != NULL))
			continue;
		r->absent = add(r->absent, elapsed);
		if (duration_cmp(r->absent, ROLLOUT_ABSENT_MAX) > 0)
			fail(r, i, "is not heard of");
		else
			utf8_format(r->why, sizeof(r->why), "waits for site %s, which is not heard of",
			    at->name);
		return true;
	}
	r->absent = DURATION_NS(0);
	return false;
}

/* ---- what goes on ---- */

static void
go_on_running(struct rollout *r, struct rollout_step *s)
{
	const struct rollout_site *at = &r->sites[s->site];
	bool there = r->kind == ROLLOUT_DRAIN ? at->drained : at->stands && !at->failing;

	if (at->applied && there)
		move(s, STEP_SETTLING);
}

static void
go_on_settling(struct rollout *r, struct rollout_step *s)
{
	if (duration_cmp(s->watched, r->settle) < 0)
		return;
	if (r->kind == ROLLOUT_CHANGE) {
		move(s, STEP_DONE);
		return;
	}
	move(s, STEP_RETURNING);
	s->action = STEP_END;
}

static void
go_on(struct rollout *r, struct rollout_step *s, struct duration elapsed)
{
	const struct rollout_site *at = &r->sites[s->site];

	if (!is_open(s))
		return;
	if (!at->has_hosts) {
		/* one that gets hosts again has its turn then; one that was drained had it */
		bool is_down = s->state != STEP_RETURNING;

		move(s, is_down ? STEP_WAITING : STEP_DONE);
		s->action = r->kind == ROLLOUT_DRAIN && is_down ? STEP_END : STEP_NOTHING;
		return;
	}
	s->watched = add(s->watched, elapsed);
	if (s->state == STEP_RUNNING)
		go_on_running(r, s);
	else if (s->state == STEP_SETTLING)
		go_on_settling(r, s);
	else if (at->applied && (at->stands || !at->stood))
		move(s, STEP_DONE);
}

/* False: the next ones have to wait. */
static bool
begin(struct rollout *r, struct rollout_step *s)
{
	const struct rollout_site *at = &r->sites[s->site];
	size_t others = standing(r) - (at->stands ? 1 : 0), least = needed(r);

	if (!at->present || others < least) {
		if (!at->present)
			utf8_format(r->why, sizeof(r->why),
			    "waits for site %s, which is not heard of", at->name);
		else
			utf8_format(r->why, sizeof(r->why),
			    "waits before site %s: %zu other%s, %zu %s needed", at->name, others,
			    others == 1 ? " stands" : "s stand", least, least == 1 ? "is" : "are");
		return false;
	}
	move(s, STEP_RUNNING);
	s->action = STEP_BEGIN;
	return true;
}

static size_t
count_open(const struct rollout *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->step_count; i++)
		n += is_open(&r->steps[i]);
	return n;
}

/* It may get a host, and its turn, as long as there is anything else to do. */
static bool
waits_for_hosts(const struct rollout *r, const struct rollout_step *s)
{
	return s->state == STEP_WAITING && !r->sites[s->site].has_hosts;
}

static void
end_if_nothing_is_left(struct rollout *r)
{
	for (size_t i = 0; i < r->step_count; i++) {
		const struct rollout_step *s = &r->steps[i];

		if (s->state != STEP_DONE &&
		    !(r->state == ROLLOUT_RUNNING && waits_for_hosts(r, s)))
			return;
	}
	for (size_t i = 0; i < r->step_count; i++) {
		if (r->steps[i].state == STEP_DONE)
			continue;
		move(&r->steps[i], STEP_DONE);
		utf8_format(
		    r->steps[i].why, sizeof(r->steps[i].why), "no host has the service there");
	}
	r->state = ROLLOUT_DONE;
	r->why[0] = '\0';
}

size_t
rollout_most(const struct rollout *r, size_t *of)
{
	*of = 0;
	for (size_t i = 0; i < r->site_count; i++)
		*of += r->sites[i].has_hosts && (r->sites[i].stood || r->sites[i].stands);
	return reach_most(*of, r->max_change_percent);
}

/* Whether one more may be touched now; what is said is for whoever asked for more at once. */
static bool
may_begin(struct rollout *r)
{
	size_t open = count_open(r), of, most = rollout_most(r, &of);

	if (open >= r->at_once)
		return false;
	if (r->is_meant || open < most)
		return true;
	utf8_format(r->why, sizeof(r->why),
	    "%zu at a time: max_change_percent %u of %zu sites allows no more", most,
	    r->max_change_percent, of);
	return false;
}

static void
begin_next(struct rollout *r)
{
	for (size_t i = 0; i < r->step_count; i++) {
		if (r->steps[i].state != STEP_WAITING || waits_for_hosts(r, &r->steps[i]))
			continue;
		if (!may_begin(r) || !begin(r, &r->steps[i]))
			return;
	}
}

static void
forget_actions(struct rollout *r)
{
	for (size_t i = 0; i < r->step_count; i++)
		r->steps[i].action = STEP_NOTHING;
}

static struct duration
elapsed_since(const struct rollout *r, struct instant now)
{
	struct duration d;

	if (instant_is_never(r->looked) || instant_cmp(now, r->looked) < 0)
		return DURATION_NS(0);
	d = instant_diff(now, r->looked);
	return duration_cmp(d, ROLLOUT_LOOK_MAX) > 0 ? ROLLOUT_LOOK_MAX : d;
}

void
rollout_look(struct rollout *r, struct instant now)
{
	struct duration elapsed = elapsed_since(r, now);

	forget_actions(r);
	if (!is_live(r))
		return;
	r->looked = now;
	r->why[0] = '\0';
	if (stop_if_anything_fails(r) || wait_for_absent(r, elapsed))
		return;
	for (size_t i = 0; i < r->step_count; i++)
		go_on(r, &r->steps[i], elapsed);
	if (r->state == ROLLOUT_RUNNING)
		begin_next(r);
	end_if_nothing_is_left(r);
}

/* ---- what an operator says ---- */

bool
rollout_pause(struct rollout *r)
{
	forget_actions(r);
	if (r->state != ROLLOUT_RUNNING)
		return false;
	r->state = ROLLOUT_PAUSED;
	return true;
}

bool
rollout_go_on(struct rollout *r)
{
	forget_actions(r);
	if (r->state != ROLLOUT_PAUSED && r->state != ROLLOUT_STOPPED)
		return false;
	for (size_t i = 0; i < r->step_count; i++) {
		/* hosts keep the change that they have: what has failed, or was stopped, is tried,
		 * not begun, again */
		if (r->steps[i].state == STEP_FAILED || r->steps[i].state == STEP_STOPPED)
			move(&r->steps[i], r->kind == ROLLOUT_DRAIN ? STEP_WAITING : STEP_RUNNING);
	}
	r->state = ROLLOUT_RUNNING;
	r->looked = INSTANT_NEVER;
	r->absent = DURATION_NS(0);
	r->why[0] = '\0';
	return true;
}

bool
rollout_stop(struct rollout *r, const char *why)
{
	forget_actions(r);
	if (!is_live(r))
		return false;
	give_up(r, STEP_STOPPED, "the rollout was stopped while it was under way");
	r->state = ROLLOUT_STOPPED;
	utf8_format(r->why, sizeof(r->why), "%s", why);
	return true;
}

bool
rollout_take_back(struct rollout *r)
{
	forget_actions(r);
	if (!is_live(r) && r->state != ROLLOUT_STOPPED)
		return false;
	give_up(r, STEP_TAKEN_BACK, "");
	for (size_t i = 0; r->kind == ROLLOUT_CHANGE && i < r->step_count; i++) {
		if (r->steps[i].state != STEP_WAITING)
			r->steps[i].state = STEP_TAKEN_BACK;
	}
	r->state = ROLLOUT_TAKEN_BACK;
	r->why[0] = '\0';
	return true;
}
