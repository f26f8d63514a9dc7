/* One check at one address: started when it is due, its result given to the service. */
#include <errno.h>
#include <stdlib.h>

#include "agent/agent_internal.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/utf8.h"

static const struct agent_check *
conf_of(const struct runner *r)
{
	const struct agent_check *checks = r->hosted->conf->checks.items;

	return &checks[r->hosted->engine->runs[r->run].check];
}

static void
end_run(struct runner *r)
{
	http_check_free(TAKE(r->http));
	tcp_check_free(TAKE(r->tcp));
}

static void
on_result(void *userdata, const struct check_run_result *result)
{
	struct runner *r = userdata;
	struct instant now = clock_now();
	struct service_event ev = { .type = SERVICE_EVENT_CHECK, .index = r->run };
	const struct check *state = &r->hosted->engine->runs[r->run].state;

	end_run(r);
	ev.result.started = r->started;
	ev.result.took = instant_diff(now, r->started);
	ev.result.why = result->why;
	switch (result->outcome) {
	case CHECK_RUN_PASSED:
		ev.result.evidence = EVIDENCE_PASS;
		break;
	case CHECK_RUN_FAILED:
		ev.result.evidence = EVIDENCE_SOFT;
		break;
	case CHECK_RUN_REFUSED:
		ev.result.evidence = conf_of(r)->own_host ? EVIDENCE_DEFINITIVE : EVIDENCE_SOFT;
		break;
	}
	hosted_take(r->hosted, &ev, now);
	timer_set(&r->timer, instant_add(r->started, check_interval(state)));
}

static int
start_run(struct runner *r, struct err *e)
{
	const struct agent_check *check = conf_of(r);
	size_t at = r->hosted->engine->runs[r->run].address;
	struct ip address = r->hosted->conf->addresses[at == SERVICE_ALL ? 0 : at];
	char url[AGENT_URL_MAX];

	switch ((enum agent_check_type)check->type) {
	case AGENT_CHECK_HTTP:
		return http_check_start(r->hosted->agent->http,
		    agent_check_url(check, address, url), check->expect_status, check->timeout,
		    on_result, r, &r->http, e);
	case AGENT_CHECK_TCP:
		return tcp_check_start(r->hosted->agent->loop,
		    (struct endpoint){ .addr = address, .port = (uint16_t)check->port },
		    check->timeout, on_result,
		    r, &r->tcp, e);
	}
	return -EINVAL;
}

static void
start_or_wait(struct runner *r)
{
	struct check_run_result result = { 0 };
	struct err e = { 0 };
	int code;

	end_run(r);
	timer_set(&r->timer, INSTANT_NEVER);
	/* when the address is back, the service asks for a run */
	if (!service_run_wanted(r->hosted->engine, r->run))
		return;
	r->started = clock_now();
	code = start_run(r, &e);
	if (code < 0) {
		result.outcome = code == -ECONNREFUSED ? CHECK_RUN_REFUSED : CHECK_RUN_FAILED;
		utf8_format(result.why, sizeof(result.why), "%s", e.message);
		on_result(r, &result);
	}
}

static void
on_time(struct timer *t, struct instant now)
{
	(void)now;
	start_or_wait(container_of(t, struct runner, timer));
}

int
runner_new(struct hosted *h, size_t run, sd_event *loop, struct runner **ret)
{
	struct runner *r = xcalloc(1, sizeof(*r));
	int code = timer_init(&r->timer, loop, on_time);

	r->hosted = h;
	r->run = run;
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
	end_run(r);
	timer_done(&r->timer);
	free(r);
}

void
runner_run_now(struct runner *r)
{
	/* through the loop: a run that fails at once must not come back in the middle of this */
	end_run(r);
	timer_set(&r->timer, (struct instant){ 0 });
}
