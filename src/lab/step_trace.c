/*
 * Trace: a traceroute from each client to every Global IP, hop by hop with the routers' names,
 * cities and networks. It should end at a host of the expected site.
 */
#include <errno.h>

#include "lab/run_trace.h"

static void
expect(struct run *run, const struct run_trace *trace, const json_t *row)
{
	char text[IP_STR_MAX];
	const char *host = run_text(row, "answered_by");
	bool reached = json_is_true(json_object_get(row, "reached"));
	_cleanup_(freep) char *expected = xasprintf("the way from %s to %s ends at %s",
	    trace->client, ip_format(trace->to, text), trace->site ? trace->site : "a site");

	if (json_object_get(row, "error"))
		expect_add(&run->expects, run->step, false, expected, "%s", run_text(row, "error"));
	else
		expect_add(&run->expects, run->step, json_is_true(json_object_get(row, "held")),
		    expected, "%s after %zu hops",
		    *host     ? host
		    : reached ? "an unknown host"
			      : "not reached",
		    json_array_size(json_object_get(row, "hops")));
}

static int
run_step(struct run *run, const struct scenario_step *step, json_t *result, struct err *err)
{
	size_t clients, count;
	const char **names = run_clients(run, &step->trace.clients, &clients);
	const struct run_target *targets = run_targets(run, step->trace.family, &count);
	size_t traces_count = clients * count;
	struct run_trace *traces = arena_alloc(run->arena, (traces_count + 1) * sizeof(*traces));

	if (traces_count == 0)
		return err_set(err, -ENOENT, "no service has a Global IP of this family");
	for (size_t i = 0; i < traces_count; i++) {
		const struct run_target *target = &targets[i % count];
		const char *client = names[i / count];

		traces[i] = (struct run_trace){ client, target->prefix.addr, target->port,
			run_expected_site(&step->trace.expect, client) };
	}

	int r = run_trace(run, traces, traces_count, result);

	for (size_t i = 0; i < traces_count; i++)
		expect(run, &traces[i], json_array_get(json_object_get(result, "rows"), i));
	return r;
}

const struct run_step run_step_trace = {
	.kind = STEP_TRACE,
	.key = "trace",
	.about = "hop by hop from each client to the host that answers",
	.run = run_step,
	.print = run_trace_print,
};
