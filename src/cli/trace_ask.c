/* Who is at the target of a trace, and how its hops are called: what is asked of others. */
#include <stdlib.h>

#include "base/alloc.h"
#include "cli/trace.h"

#define IDENTIFY_TIMEOUT DURATION_S(2)
/*
 * What is asked ahead is on its way while every hop is asked, twice, so the answer of an agent is
 * there before the trace ends, but for what the agent itself takes.
 */
#define IDENTIFY_PATIENCE DURATION_MS(100)

static const char *const identify_names[] = {
	[IDENTIFY_AGENT] = "agent",
	[IDENTIFY_HTTP] = "http",
};

static const char of_address[] = "address";

void
tracing_end_when_settled(struct tracing *t)
{
	if (t->back && !reverse_ask_is_over(trace_reverse_get(t->back)))
		return;
	if (t->is_over && !t->identifying && !(t->reverse && reverse_is_busy(t->reverse)))
		(void)sd_event_exit(t->loop, 0);
}

static void
on_reverse_idle(void *userdata)
{
	tracing_end_when_settled(userdata);
}

/* Takes over both texts. What the address of the last reply says is of the trace's own flow, and
 * stays. */
static void
take_answer(struct tracing *t, char *by, char *site, const char *how)
{
	if (t->answered_how == of_address) {
		free(by);
		free(site);
		return;
	}
	free(t->answered_by);
	free(t->answered_site);
	t->answered_by = by;
	t->answered_site = site;
	t->answered_how = how;
}

static void
on_identified(void *userdata, struct probe_record *r)
{
	struct tracing *t = userdata;

	t->agent_asked |= r->target == IDENTIFY_AGENT;
	if (r->served_by && (t->answered_by == NULL || r->target == IDENTIFY_AGENT))
		take_answer(t, TAKE(r->served_by), TAKE(r->site), identify_names[r->target]);
	/* what HTTP says counts when the agent says nothing; HTTP may never answer */
	if (t->answered_by == NULL || !t->agent_asked)
		return;
	probe_run_stop(t->identify);
	t->identifying = false;
	tracing_end_when_settled(t);
}

static void
on_identify_finished(void *userdata)
{
	struct tracing *t = userdata;

	t->identifying = false;
	tracing_end_when_settled(t);
}

static void
on_impatient(struct timer *timer, struct instant now)
{
	struct tracing *t = container_of(timer, struct tracing, patience);

	(void)now;
	on_identify_finished(t);
}

static char *
url_of(const struct tracing *t, enum identify whom)
{
	bool v6 = t->conf.trace.target.family == IP_V6;
	const char *before = v6 ? "[" : "", *behind = v6 ? "]" : "";
	char address[IP_STR_MAX];

	(void)ip_format(t->conf.trace.target, address);
	if (whom == IDENTIFY_AGENT)
		return xasprintf("identity://%s%s%s", before, address, behind);
	return xasprintf("http://%s%s%s:%u/", before, address, behind, t->options->identify_port);
}

/* Asks the target who it is, as proto/identity does and, as one of `count`, by HTTP at the same
 * time. That it does not say is no error. */
static int
start_identify(struct tracing *t, size_t count)
{
	struct probe_conf conf = {
		.targets = t->identify_targets,
		.target_count = count,
		.count = 1,
		.timeout = IDENTIFY_TIMEOUT,
		.in_flight_max = 1,
		.head = true,
		.host_header = "X-Served-By",
		.site_header = "X-Site",
	};
	const struct probe_events events = {
		.ended = on_identified, .finished = on_identify_finished, .userdata = t
	};

	for (size_t i = 0; i < count; i++) {
		struct probe_target *target = &t->identify_targets[i];

		t->identify_urls[i] = url_of(t, (enum identify)i);
		*target = (struct probe_target){ .name = t->target,
			.url = t->identify_urls[i],
			.address = t->conf.trace.target };
		if (probe_target_parse(target, &t->e) < 0)
			return t->e.code;
	}
	return probe_run_new(t->loop, &conf, &events, &t->identify, &t->e);
}

/* A trace goes on without it, whatever is wrong. */
void
tracing_ask_ahead(struct tracing *t)
{
	int r = 0;

	if (t->options->identify == IDENTIFY_AHEAD)
		r = timer_init(&t->patience, t->loop, on_impatient);
	if (r == 0 && t->options->identify == IDENTIFY_AHEAD)
		r = start_identify(t, IDENTIFY_AGENT + 1);
	if (r < 0)
		t->e = (struct err){ 0 };
}

int
tracing_ask_who(struct tracing *t, const struct trace *trace)
{
	const struct name_entry *known = trace_answered_by(trace, t->conf.trace.target, t->names);
	int r = 0;

	t->who_asked = true;
	if (known)
		take_answer(
		    t, xstrdup(known->name), known->site ? xstrdup(known->site) : NULL, of_address);
	if (known || !trace_has_reached(trace))
		return 0;
	if (t->options->identify == IDENTIFY_ASK) {
		t->identifying = true;
		r = start_identify(t, IDENTIFY_MAX);
	} else if (t->identify != NULL && !t->agent_asked) {
		t->identifying = true;
		timer_set(&t->patience, instant_add(clock_now(), IDENTIFY_PATIENCE));
	}
	return r;
}

/* Asks the DNS for every address that has no name yet. */
int
tracing_ask_names(struct tracing *t, const struct trace *trace)
{
	int r = 0;

	if (t->options->numeric)
		return 0;
	if (t->reverse == NULL)
		r = reverse_new(t->loop, on_reverse_idle, t, &t->reverse, &t->e);
	for (uint32_t ttl = 1; r == 0 && ttl <= trace_hops(trace); ttl++) {
		for (uint32_t q = 0; q < trace_queries(trace); q++) {
			const struct trace_answer *a = trace_answer(trace, ttl, q);
			const struct name_entry *known = names_find(t->names, a->from);

			if (a->kind != TRACE_LOST && (known == NULL || known->name == NULL))
				reverse_ask(t->reverse, a->from);
		}
	}
	return r;
}

static void
on_back(void *userdata)
{
	struct tracing *t = userdata;
	const struct trace *back = reverse_ask_trace(trace_reverse_get(t->back));
	int r = back ? tracing_ask_names(t, back) : 0;

	if (r < 0)
		tracing_fail(t, r);
	else
		tracing_end_when_settled(t);
}

int
tracing_ask_back(struct tracing *t)
{
	const struct endpoint agent = { .addr = t->conf.trace.target,
		.port = (uint16_t)t->options->reverse_port };

	return trace_reverse_new(t->loop, agent, t->options->queries, on_back, t, &t->back, &t->e);
}

void
tracing_ask_done(struct tracing *t)
{
	timer_done(&t->patience);
	probe_run_free(t->identify);
	trace_reverse_free(t->back);
	reverse_free(t->reverse);
	for (size_t i = 0; i < ARRAY_SIZE(t->identify_urls); i++)
		free(t->identify_urls[i]);
	free(t->answered_by);
	free(t->answered_site);
}
