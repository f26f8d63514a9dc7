#include "lab/run_better.h"

#include <string.h>

#include "io/loop.h"
#include "lab/run_report.h"
#include "lab/run_trace.h"

#define NAME "The ways that tell why"

/* The Global IP that the report is of; NULL: none of the family. */
static const struct run_target *
find_global_ip(const struct run *run, const struct lab_report_of *of)
{
	size_t count;
	const struct run_target *targets = run_targets(run, SCENARIO_FAMILY_BOTH, &count);

	for (size_t i = 0; i < count; i++) {
		if (strcmp(targets[i].service, of->service) == 0 && targets[i].family == of->family)
			return &targets[i];
	}
	return NULL;
}

/* The own address of the site's first host that serves anything; IP_NONE: none of the family. */
static struct ip
find_own_address(const struct run *run, const char *site, enum ip_family family)
{
	const struct scenario_site *s = site ? scenario_site(run->scenario, site) : NULL;

	if (s == NULL)
		return (struct ip){ 0 };
	scenario_each (host, &s->hosts, struct scenario_host) {
		if (host->services.count > 0)
			return run_address(run, host->name, family);
	}
	return (struct ip){ 0 };
}

/* What the traces that are missing are added to. */
struct missing {
	const struct run *run;
	const struct report *report;
	const struct run_target *global;
	struct run_trace *traces; /* in the arena; room for 3 of each finding */
	size_t count;
};

static bool
is_traced(const struct report *r, uint32_t client, uint32_t site)
{
	for (size_t i = 0; i < r->trace_count; i++) {
		if (r->traces[i].client == client && r->traces[i].target_site == site)
			return true;
	}
	return false;
}

static void
add_own_address(struct missing *m, const struct report_finding *f, uint32_t site)
{
	const struct report *r = m->report;
	const char *client = r->clients[f->client].label,
		   *name = site == REPORT_NONE || site == f->site ? NULL : r->sites[site].name;
	struct ip own = find_own_address(m->run, name, m->global->family);

	if (own.family != IP_NONE && !is_traced(r, f->client, site))
		m->traces[m->count++] = (struct run_trace){ arena_strdup(m->run->arena, client),
			own, m->global->port, arena_strdup(m->run->arena, name) };
}

/*
 * The quickest site and the nearest one: which of them is the better one may change with the RTT
 * that the trace to the Global IP tells.
 */
static void
add_missing(struct missing *m, const struct report_finding *f)
{
	const struct report_client *c = &m->report->clients[f->client];

	if (c->trace == REPORT_NONE)
		m->traces[m->count++] = (struct run_trace){ arena_strdup(m->run->arena, c->label),
			m->global->prefix.addr, m->global->port, NULL };
	add_own_address(m, f, c->after.best_site);
	if (c->after.nearest_site != c->after.best_site)
		add_own_address(m, f, c->after.nearest_site);
}

/* By a report of what there is so far. */
static size_t
find_traces(const struct run *run, json_t *steps, struct run_trace **ret)
{
	_cleanup_(report_done) struct report draft = { 0 };
	json_t *doc = json_pack("{s:O}", "steps", steps);
	struct missing m = { .run = run, .report = &draft };
	struct lab_report_of of;

	report_init(&draft);
	if (lab_report_of(doc, &of, NULL) >= 0 &&
	    lab_report_fill(doc, run->scenario, run->plan, &draft, NULL) >= 0)
		m.global = find_global_ip(run, &of);
	m.traces = arena_alloc(run->arena, (3 * draft.finding_count + 1) * sizeof(*m.traces));
	for (size_t i = 0; m.global && i < draft.finding_count; i++)
		add_missing(&m, &draft.findings[i]);
	json_decref(doc);
	*ret = m.traces;
	return m.count;
}

int
run_better(struct run *run, json_t *steps)
{
	struct instant begin = clock_now();
	struct run_trace *traces;
	size_t count = find_traces(run, steps, &traces);
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	json_t *result;

	if (count == 0)
		return 0;
	result = json_pack("{s:s, s:s}", "step", run_step_trace.key, "name", NAME);
	json_array_append_new(steps, result);
	say_step(
	    run->say, NAME ": from those who land badly, also to the site that would be better");

	int r = run_trace(run, traces, count, result);

	json_object_set_new(
	    result, "took_ms", json_real(duration_ms_f(instant_diff(clock_now(), begin))));
	run_trace_print(result, run->say->look, &text);
	say_result(run->say, strbuf_get(&text));
	return r;
}
