/*
 * From what the evidence says to the stage that an address should have: the ladder with its times.
 * Each rule either lets a decision be, or makes it a more patient one and says until when.
 */
#include "base/utf8.h"
#include "service/service_internal.h"

static const char *const stage_names[] = {
	[STAGE_WITHDRAWN] = "withdrawn",
	[STAGE_BACKUP] = "backup",
	[STAGE_PREFERRED] = "preferred",
};

const char *
stage_name(enum stage s)
{
	return stage_names[s];
}

const char *
service_grounds_name(enum service_grounds g)
{
	static const char *const names[] = {
		[SERVICE_SOFT] = "soft",
		[SERVICE_DEFINITIVE] = "definitive",
		[SERVICE_INTENT] = "intent",
	};

	return names[g];
}

/* When the time from `since` is over; never: it is already, and nothing waits for it. */
static struct instant
ends_at(struct instant since, struct duration time, struct instant now)
{
	struct instant at = instant_add(since, time);

	return instant_reached(at, now) ? INSTANT_NEVER : at;
}

/* nearcastd ends: by way of backup, where there is time for that and nothing is broken. */
static struct service_decision
leave(const struct service *s, size_t i, struct service_decision d, struct instant now)
{
	bool broken = d.stage == STAGE_WITHDRAWN && d.definitive;

	d.known = d.leaves = true;
	utf8_format(d.why, sizeof(d.why), "%s", s->stop_why);
	if (broken || s->addresses[i].stage == STAGE_WITHDRAWN ||
	    instant_reached(s->leaves_at, now))
		d.stage = STAGE_WITHDRAWN;
	else
		d.stage = STAGE_BACKUP;
	return d;
}

/* What would withdraw it is neither certain nor a person's wish: if the guard lets it. */
static struct service_decision
ask(const struct service *s, size_t i, struct service_decision d, struct instant now)
{
	const struct service_address *a = &s->addresses[i];
	bool stands = !instant_reached(a->leave.until, now);
	char why[WHY_MAX];

	if (s->conf.guard.min_sites == 0)
		return d;
	d.needs_leave = true;
	/* what is not announced needs no leave, unless it went with one that is over */
	if (a->stage == STAGE_WITHDRAWN && a->leave.state == LEAVE_NOT_ASKED)
		return d;
	if (a->leave.state == LEAVE_GRANTED && stands) {
		d.look_at = a->leave.until;
		return d;
	}
	if (a->leave.state == LEAVE_REFUSED && stands) {
		d.stage = s->conf.ladder.when_refused;
		d.look_at = a->leave.until;
		utf8_format(why, sizeof(why), "%s; kept by the guard: %s", d.why, a->leave.why);
		utf8_format(d.why, sizeof(d.why), "%s", why);
		return d;
	}
	d.stage = a->stage;
	d.asks = true;
	return d;
}

/* Soft evidence that the service fails. */
static struct service_decision
go_down(const struct service *s, size_t i, struct service_decision d, struct instant now)
{
	const struct service_address *a = &s->addresses[i];
	struct instant until = ends_at(a->evidence_since, s->conf.ladder.backup_time, now);

	if (s->conf.ladder.when_failing == STAGE_BACKUP) {
		d.stage = STAGE_BACKUP;
	} else if (a->stage != STAGE_WITHDRAWN && !instant_is_never(until)) {
		d.stage = STAGE_BACKUP;
		d.look_at = until;
	} else {
		d = ask(s, i, d, now);
	}
	return d;
}

/* Up again, when it has been well for long enough. */
static struct service_decision
go_up(const struct service_address *a, struct service_decision d, struct instant now)
{
	struct instant until = ends_at(a->evidence_since, a->hold_down, now);

	if (instant_is_never(until))
		return d;
	d.stage = a->stage;
	d.look_at = until;
	d.damped = true;
	return d;
}

/* No stage is left before its time, unless an operator put it there. */
static struct service_decision
stay(const struct service *s, size_t i, struct service_decision d, struct instant now)
{
	const struct service_address *a = &s->addresses[i];
	struct instant until = ends_at(a->since, s->conf.ladder.stage_time, now);

	if (d.stage == a->stage || a->ordered || !a->was_announced || instant_is_never(until))
		return d;
	d.stage = a->stage;
	d.look_at = until;
	d.damped = false;
	return d;
}

static struct service_decision
order(struct service_decision d, enum stage stage, const char *what, const char *reason)
{
	d.stage = stage;
	d.ordered = true;
	utf8_format(d.why, sizeof(d.why), "%s%s%s", what, reason[0] != '\0' ? ": " : "", reason);
	return d;
}

/*
 * A drain takes it down; what is lower already stays there. The drain file is mostly written by
 * what writes it at every site, so it has to ask; the controller has looked at all sites before.
 */
static struct service_decision
go_away(const struct service *s, size_t i, struct service_decision d, struct instant now)
{
	bool done = s->drain.phase == DRAIN_DONE;
	enum stage stage = done ? s->conf.ladder.when_draining : STAGE_BACKUP;

	if (s->drain.phase == DRAIN_NONE || d.stage <= stage)
		return d;
	d.damped = false;
	d = order(d, stage, done ? "drained" : "draining", s->drain.reason);
	if (stage == STAGE_WITHDRAWN && !s->drain.ordered[DRAIN_BY_OPERATOR] &&
	    !s->drain.ordered[DRAIN_BY_CONTROLLER]) {
		d = ask(s, i, d, now);
		if (d.stage > STAGE_BACKUP)
			d.stage = STAGE_BACKUP;
	}
	return d;
}

struct service_decision
service_decide(const struct service *s, size_t i, struct service_decision d, struct instant now)
{
	const struct service_address *a = &s->addresses[i];

	if (s->phase != SERVICE_RUNNING)
		return leave(s, i, d, now);
	if (d.stage == STAGE_WITHDRAWN && (d.definitive || !d.known))
		return d;
	if (s->hold.held)
		return order(d, a->pinned, "held", s->hold.reason);
	if (d.stage == STAGE_WITHDRAWN)
		d = go_down(s, i, d, now);
	if (d.stage > a->stage)
		d = go_up(a, d, now);
	return go_away(s, i, stay(s, i, d, now), now);
}

bool
service_run_wanted(const struct service *s, size_t run)
{
	if (s->phase != SERVICE_RUNNING)
		return false;
	for (size_t i = 0; i < s->conf.address_count; i++) {
		if (service_run_covers(&s->runs[run], i) &&
		    s->addresses[i].presence != PRESENCE_PRESENT)
			return false;
	}
	return true;
}

bool
service_is_decided(const struct service *s)
{
	for (size_t i = 0; i < s->conf.address_count; i++) {
		if (s->phase == SERVICE_RUNNING && !service_evidence(s, i).known)
			return false;
	}
	return s->phase != SERVICE_NEW;
}

enum verdict
service_verdict(const struct service *s, size_t address)
{
	struct service_decision d = service_evidence(s, address);

	if (!d.known)
		return VERDICT_UNKNOWN;
	return d.stage == STAGE_PREFERRED ? VERDICT_PASSING : VERDICT_FAILING;
}

bool
service_counts_connections(const struct service *s)
{
	return s->phase == SERVICE_RUNNING && s->drain.phase == DRAIN_WAITING;
}

enum stage
service_stage(const struct service *s)
{
	enum stage best = STAGE_WITHDRAWN;

	for (size_t i = 0; i < s->conf.address_count; i++)
		best = MAX(best, s->addresses[i].stage);
	return best;
}

const struct service_address *
service_telling_address(const struct service *s)
{
	const struct service_address *worst = &s->addresses[0];

	for (size_t i = 1; i < s->conf.address_count; i++) {
		if (s->addresses[i].stage < worst->stage)
			worst = &s->addresses[i];
	}
	return worst;
}
