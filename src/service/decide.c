/* What the evidence on an address comes to, and what follows for the service as a whole. */
#include <stdarg.h>

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

bool
service_run_covers(const struct service_run *run, size_t address)
{
	return run->address == SERVICE_ALL || run->address == address;
}

static struct service_decision decided(
    enum stage stage, bool known, bool definitive, const char *fmt, ...) _printf_(4, 5);

static struct service_decision
decided(enum stage stage, bool known, bool definitive, const char *fmt, ...)
{
	struct service_decision d = { .stage = stage, .known = known, .definitive = definitive };
	va_list ap;

	va_start(ap, fmt);
	/*
	 * NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): lost when the analyzer inlines this
	 */
	utf8_vformat(d.why, sizeof(d.why), fmt, ap);
	va_end(ap);
	return d;
}

/* The worst first: what is known to be wrong before what is not known yet. */
struct service_decision
service_decide(const struct service *s, size_t i)
{
	const struct service_address *a = &s->addresses[i];
	const char *waiting = NULL, *waiting_for = "";

	if (s->phase != SERVICE_RUNNING)
		return decided(STAGE_WITHDRAWN, true, true, "nearcastd ends");
	if (a->presence == PRESENCE_MISSING)
		return decided(
		    STAGE_WITHDRAWN, true, true, "the address is missing: %s", a->missing_why);
	if (a->presence == PRESENCE_UNKNOWN)
		waiting = "the address";
	for (size_t l = 0; l < s->conf.listen_count; l++) {
		enum presence listening = s->listeners[l * s->conf.address_count + i].presence;

		if (listening == PRESENCE_MISSING)
			return decided(STAGE_WITHDRAWN, true, true, "nothing listens on %s",
			    s->conf.listens[l]);
		if (listening == PRESENCE_UNKNOWN && waiting == NULL) {
			waiting = "a look at ";
			waiting_for = s->conf.listens[l];
		}
	}
	for (size_t r = 0; r < s->run_count; r++) {
		const struct service_run *run = &s->runs[r];
		const char *name = s->conf.checks[run->check].name;

		if (!service_run_covers(run, i))
			continue;
		if (run->state.verdict == VERDICT_FAILING)
			return decided(STAGE_WITHDRAWN, true, run->state.definitive,
			    "check %s fails: %s", name, run->state.why);
		if (run->state.verdict == VERDICT_UNKNOWN && waiting == NULL) {
			waiting = "the first verdict of check ";
			waiting_for = name;
		}
	}
	if (waiting != NULL)
		return decided(
		    STAGE_WITHDRAWN, false, false, "waiting for %s%s", waiting, waiting_for);
	return decided(STAGE_PREFERRED, true, true, "present, listening, checks passing");
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
		if (!service_decide(s, i).known)
			return false;
	}
	return s->phase != SERVICE_NEW;
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
