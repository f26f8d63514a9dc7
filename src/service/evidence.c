/*
 * What the evidence on an address comes to. The worst comes first: what is known to be wrong before
 * what is not known yet, and what is certain before what may pass.
 *
 * Of the checks of the service itself as many have to pass as the configuration says. They fail
 * when the others are too few, even if all of those should pass yet; and definitively, when too few
 * would be left of those that do not fail definitively. A dependency that fails leaves the service
 * announced, but less attractive: it mostly fails at every site, and a service that all sites have
 * withdrawn helps nobody.
 */
#include "base/utf8.h"
#include "service/service_internal.h"

/* The checks of one scope at an address, counted. */
struct tally {
	size_t total, passing, failing, definitive;
	const struct service_run *failed, *failed_definitively; /* the first of them */
	const struct service_run *unknown;
};

bool
service_run_covers(const struct service_run *run, size_t address)
{
	return run->address == SERVICE_ALL || run->address == address;
}

static bool
is_spared(const struct service_listener *l)
{
	return l->presence == PRESENCE_MISSING && !instant_is_never(l->spared_until);
}

bool
service_run_is_spared(const struct service *s, const struct service_run *run)
{
	for (size_t l = 0; l < s->listener_count; l++) {
		if (is_spared(&s->listeners[l]) && service_run_covers(run, s->listeners[l].address))
			return true;
	}
	return false;
}

static void
count_run(struct tally *t, const struct service_run *run)
{
	t->total++;
	switch (run->state.verdict) {
	case VERDICT_PASSING:
		t->passing++;
		break;
	case VERDICT_UNKNOWN:
		t->unknown = t->unknown ? t->unknown : run;
		break;
	case VERDICT_FAILING:
		t->failing++;
		t->failed = t->failed ? t->failed : run;
		t->definitive += run->state.definitive;
		if (run->state.definitive && t->failed_definitively == NULL)
			t->failed_definitively = run;
		break;
	}
}

/* Runs stand by check, and of a check with one for each address by address (service_new()). */
static struct tally
count_runs(const struct service *s, size_t address, enum check_scope scope)
{
	const struct service_run *run = s->runs;
	struct tally t = { 0 };

	for (size_t c = 0; c < s->conf.check_count; c++) {
		bool each = s->conf.checks[c].each_address;

		if (s->conf.checks[c].scope == scope)
			count_run(&t, &run[each ? address : 0]);
		run += each ? s->conf.address_count : 1;
	}
	return t;
}

static const char *
name_of(const struct service *s, const struct service_run *run)
{
	return s->conf.checks[run->check].name;
}

static bool
decide_listeners(const struct service *s, size_t i, struct service_decision *d)
{
	for (size_t n = 0; n < s->conf.listen_count; n++) {
		const struct service_listener *l = &s->listeners[n * s->conf.address_count + i];

		if (l->presence != PRESENCE_MISSING || is_spared(l))
			continue;
		d->definitive = true;
		utf8_format(d->why, sizeof(d->why), "nothing listens on %s", s->conf.listens[n]);
		return true;
	}
	return false;
}

static bool
decide_checks(
    const struct service *s, const struct tally *t, size_t needed, struct service_decision *d)
{
	const struct service_run *failed;

	if (t->total - t->failing >= needed)
		return false;
	d->definitive = t->total - t->definitive < needed;
	failed = d->definitive ? t->failed_definitively : t->failed;
	if (needed == t->total)
		utf8_format(d->why, sizeof(d->why), "check %s fails: %s", name_of(s, failed),
		    failed->state.why);
	else
		utf8_format(d->why, sizeof(d->why),
		    "%zu of %zu checks fail, %zu %s to pass: check %s: %s", t->failing, t->total,
		    needed, needed == 1 ? "has" : "have", name_of(s, failed), failed->state.why);
	return true;
}

/* What is not known yet. */
static bool
decide_waiting(const struct service *s, size_t i, const struct tally *own,
    const struct tally *shared, size_t needed, struct service_decision *d)
{
	const struct service_run *run = own->passing < needed ? own->unknown : NULL;

	d->known = false;
	if (s->addresses[i].presence == PRESENCE_UNKNOWN) {
		utf8_format(d->why, sizeof(d->why), "waiting for the address");
		return true;
	}
	for (size_t n = 0; n < s->conf.listen_count; n++) {
		if (s->listeners[n * s->conf.address_count + i].presence != PRESENCE_UNKNOWN)
			continue;
		utf8_format(d->why, sizeof(d->why), "waiting for a look at %s", s->conf.listens[n]);
		return true;
	}
	run = run ? run : shared->unknown;
	if (run != NULL)
		utf8_format(d->why, sizeof(d->why), "waiting for the first verdict of check %s",
		    name_of(s, run));
	d->known = run == NULL;
	return !d->known;
}

struct service_decision
service_evidence(const struct service *s, size_t i)
{
	struct service_decision d = {
		.stage = STAGE_WITHDRAWN, .known = true, .look_at = INSTANT_NEVER
	};
	const struct service_address *a = &s->addresses[i];
	struct tally own, shared;
	size_t needed;

	if (a->presence == PRESENCE_MISSING) {
		d.definitive = true;
		utf8_format(d.why, sizeof(d.why), "the address is missing: %s", a->missing_why);
		return d;
	}
	if (decide_listeners(s, i, &d))
		return d;
	own = count_runs(s, i, CHECK_SERVICE);
	shared = count_runs(s, i, CHECK_DEPENDENCY);
	needed = MIN(s->conf.checks_needed, own.total);
	if (decide_checks(s, &own, needed, &d) || decide_waiting(s, i, &own, &shared, needed, &d))
		return d;
	if (shared.failed != NULL) {
		d.stage = STAGE_BACKUP;
		utf8_format(d.why, sizeof(d.why), "dependency %s fails: %s",
		    name_of(s, shared.failed), shared.failed->state.why);
		return d;
	}
	d.stage = STAGE_PREFERRED;
	if (own.passing == own.total)
		utf8_format(d.why, sizeof(d.why), "present, listening, checks passing");
	else
		utf8_format(d.why, sizeof(d.why), "present, listening, %zu of %zu checks passing",
		    own.passing, own.total);
	return d;
}
