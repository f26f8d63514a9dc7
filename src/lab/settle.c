#include "lab/settle.h"

#include <errno.h>

#include "io/loop.h"
#include "lab/run_internal.h"

/* When the time is over: to say what is missing, one has to look. */
#define LOOK_AT_LEAST DURATION_S(1)

int
lab_start_manual(
    struct lab *lab, const struct lab_plan *plan, struct duration ready_timeout, struct err *err)
{
	int r = 0;

	/* All are started before one is waited for. */
	for (int wait = 0; wait < 2; wait++) {
		for (size_t n = 0; n < plan->node_count; n++) {
			const struct lab_node *node = &plan->nodes[n];

			for (size_t i = 0; i < node->process_count && r >= 0; i++) {
				const struct lab_process *p = &node->processes[i];

				if (!p->manual)
					continue;
				r = wait ? lab_process_wait_ready(
					       lab, node->name, p->name, ready_timeout, err)
					 : lab_process_start(lab, node->name, p->name, err);
				if (r == -EALREADY)
					r = 0;
			}
		}
	}
	return r;
}

static struct duration
time_left(struct instant deadline)
{
	struct duration left = instant_diff(deadline, clock_now());

	return duration_cmp(left, LOOK_AT_LEAST) < 0 ? LOOK_AT_LEAST : left;
}

/* The step `announce`, as if the scenario had it. */
static int
wait_for_agents(struct run *run, struct instant deadline, struct strbuf *missing)
{
	const struct scenario_step step = {
		.kind = STEP_ANNOUNCE,
		.announce = { .present = true, .within = time_left(deadline) },
	};
	json_t *result = json_object();
	struct err err = { 0 };

	run->step = "lab";
	int r = run_step_announce.run(run, &step, result, &err);

	json_decref(result);
	if (r == -EINTR)
		return r;
	if (r < 0)
		strbuf_addf(missing, "  %s\n", err.message);
	for (size_t i = 0; i < run->expects.count; i++) {
		const struct expect *e = &run->expects.items[i];

		if (!e->held)
			strbuf_addf(missing, "  not yet: %s (%s)\n", e->expected, e->seen);
	}
	return 0;
}

static int
settle(struct run *run, bool agents, struct duration within, struct strbuf *missing)
{
	struct instant deadline = instant_add(clock_now(), within);
	struct duration took;
	struct err err = { 0 };
	int r = run_wait_for_underlay(run, within, &took, &err);

	if (r == -EINTR)
		return r;
	if (r < 0)
		strbuf_addf(missing,
		    "  not yet: the routers know the way between all hosts and clients (%s)\n",
		    err.message);
	else
		say_done(run->say, "the routers know the way between all hosts and clients");
	if (!agents)
		return 0;

	size_t before = missing->len;

	r = wait_for_agents(run, deadline, missing);
	if (r >= 0 && missing->len == before)
		say_done(run->say,
		    "every host announces its Global IPs, and every router has the routes");
	return r;
}

int
lab_settle(struct lab *lab, const struct scenario *scenario, const struct lab_plan *plan,
    const struct run_options *options, bool agents, struct duration within, struct strbuf *missing)
{
	struct run run;

	run_init(&run, lab, scenario, plan, options);

	int r = settle(&run, agents, within, missing);

	run_done(&run);
	return r;
}
