/* One check at one address: started when it is due, its result given to the service. */
#include <stdlib.h>

#include "agent/agent_internal.h"
#include "base/alloc.h"
#include "base/utf8.h"

static const struct agent_check *
conf_of(const struct runner *r)
{
	const struct agent_check *checks = r->hosted->conf->checks.items;

	return &checks[r->hosted->engine->runs[r->run].check];
}

static enum evidence
evidence_of(const struct runner *r, enum check_outcome outcome)
{
	switch (outcome) {
	case CHECK_RUN_PASSED:
		return EVIDENCE_PASS;
	case CHECK_RUN_REFUSED:
		return conf_of(r)->own_host ? EVIDENCE_DEFINITIVE : EVIDENCE_SOFT;
	case CHECK_RUN_FAILED:
	case CHECK_RUN_CANNOT:
		break;
	}
	return EVIDENCE_SOFT;
}

static void
on_result(void *userdata, const struct check_run_result *result)
{
	struct runner *r = userdata;
	struct instant now = clock_now();
	struct service_event ev = { .type = SERVICE_EVENT_CHECK, .index = r->run };
	const struct check *state = &r->hosted->engine->runs[r->run].state;
	char why[CHECK_RUN_WHY_MAX + 16];

	utf8_format(why, sizeof(why), "%s%s",
	    result->outcome == CHECK_RUN_CANNOT ? "cannot run: " : "", result->why);
	r->outcomes[result->outcome]++;
	r->took_s += (double)instant_diff(now, r->started).ns / (double)NS_PER_S;
	check_history_add(
	    &r->history, result->outcome == CHECK_RUN_PASSED, instant_diff(now, r->started), now);
	ev.result.started = r->started;
	ev.result.took = instant_diff(now, r->started);
	ev.result.why = why;
	ev.result.evidence = evidence_of(r, result->outcome);
	hosted_take(r->hosted, &ev, now);
	timer_set(&r->timer, instant_add(r->started, pace_interval(&r->rng, check_interval(state),
							 conf_of(r)->jitter)));
}

static void
on_time(struct timer *t, struct instant now)
{
	struct runner *r = container_of(t, struct runner, timer);

	/* when the address is back, the service asks for a run */
	if (!service_run_wanted(r->hosted->engine, r->run))
		return;
	r->started = now;
	check_run_start(r->check);
}

int
runner_new(struct hosted *h, size_t run, struct runner **ret)
{
	const struct service_run *engine_run = &h->engine->runs[run];
	bool whole = engine_run->address == SERVICE_ALL;
	struct runner *r = xcalloc(1, sizeof(*r));
	const struct agent_check *check;
	int code;

	r->hosted = h;
	r->run = run;
	check = conf_of(r);
	r->rng = pace_seed(h->agent->conf->host, h->conf->name, check->name, engine_run->address);
	code = timer_init(&r->timer, h->agent->loop, on_time);
	if (code >= 0)
		code = check_run_new(h->agent->checks, &check->spec,
		    h->conf->addresses[whole ? 0 : engine_run->address], check->timeout, on_result,
		    r, &r->check);
	if (code < 0) {
		runner_free(r);
		return code;
	}
	*ret = r;
	return 0;
}

void
runner_free(struct runner *r)
{
	if (r == NULL)
		return;
	check_run_free(r->check);
	timer_done(&r->timer);
	free(r);
}

void
runner_run_now(struct runner *r)
{
	struct instant at = clock_now();

	if (!r->splayed)
		at = instant_add(at, pace_splay(&r->rng, conf_of(r)->start_splay));
	r->splayed = true;
	/* through the loop: a run that fails at once must not come back in the middle of this */
	check_run_stop(r->check);
	timer_set(&r->timer, at);
}

bool
runner_waits(const struct runner *r)
{
	int waits = SD_EVENT_OFF;

	(void)sd_event_source_get_enabled(r->timer.source, &waits);
	return waits != SD_EVENT_OFF;
}

void
runner_go_on(struct runner *r, bool waits)
{
	const struct check *state = &r->hosted->engine->runs[r->run].state;

	if (!waits) /* it is under way and will not end, or not wanted now */
		runner_run_now(r);
	else
		timer_set(&r->timer,
		    instant_add(r->started,
			pace_interval(&r->rng, check_interval(state), conf_of(r)->jitter)));
}

void
runner_inherit(struct runner *r, const struct runner *from)
{
	r->rng = from->rng;
	r->splayed = from->splayed;
	r->started = from->started;
	r->history = from->history;
	runner_go_on(r, runner_waits(from));
}
