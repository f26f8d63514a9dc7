/* Who is at the target of a trace, and how its hops are called: what is asked of others. */
#include <stdlib.h>

#include "base/alloc.h"
#include "cli/trace.h"

#define IDENTIFY_TIMEOUT DURATION_S(2)

static const char *const identify_names[] = {
	[IDENTIFY_AGENT] = "agent",
	[IDENTIFY_HTTP] = "http",
};

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

static void
on_identified(void *userdata, struct probe_record *r)
{
	struct tracing *t = userdata;

	t->agent_asked |= r->target == IDENTIFY_AGENT;
	if (r->served_by && (t->answered_by == NULL || r->target == IDENTIFY_AGENT)) {
		free(t->answered_by);
		free(t->answered_site);
		t->answered_by = TAKE(r->served_by);
		t->answered_site = TAKE(r->site);
		t->answered_how = identify_names[r->target];
	}
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

/* Asks the target who it is, as proto/identity does and by HTTP, at the same time. That it does not
 * say is no error.
 */
static int
start_identify(struct tracing *t)
{
	struct probe_conf conf = {
		.targets = t->identify_targets,
		.target_count = ARRAY_SIZE(t->identify_targets),
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
	bool v6 = t->conf.trace.target.family == IP_V6;
	char address[IP_STR_MAX];

	(void)ip_format(t->conf.trace.target, address);
	t->identify_urls[IDENTIFY_HTTP] = xasprintf(
	    "http://%s%s%s:%u/", v6 ? "[" : "", address, v6 ? "]" : "", t->options->identify_port);
	t->identify_urls[IDENTIFY_AGENT] =
	    xasprintf("identity://%s%s%s", v6 ? "[" : "", address, v6 ? "]" : "");
	for (size_t i = 0; i < ARRAY_SIZE(t->identify_targets); i++) {
		struct probe_target *target = &t->identify_targets[i];

		*target = (struct probe_target){ .name = t->target,
			.url = t->identify_urls[i],
			.address = t->conf.trace.target };
		if (probe_target_parse(target, &t->e) < 0)
			return t->e.code;
	}
	t->identifying = true;
	return probe_run_new(t->loop, &conf, &events, &t->identify, &t->e);
}

int
tracing_ask_who(struct tracing *t, const struct trace *trace)
{
	const struct name_entry *known = trace_answered_by(trace, t->conf.trace.target, t->names);

	if (known) {
		t->answered_by = xstrdup(known->name);
		t->answered_site = known->site ? xstrdup(known->site) : NULL;
		t->answered_how = "address";
	}
	if (t->options->identify && t->answered_by == NULL && trace_has_reached(trace))
		return start_identify(t);
	return 0;
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
	probe_run_free(t->identify);
	trace_reverse_free(t->back);
	reverse_free(t->reverse);
	for (size_t i = 0; i < ARRAY_SIZE(t->identify_urls); i++)
		free(t->identify_urls[i]);
	free(t->answered_by);
	free(t->answered_site);
}
