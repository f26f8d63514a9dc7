#include "lab/run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/loop.h"
#include "lab/run_better.h"
#include "lab/run_internal.h"
#include "lab/run_steps.h"
#include "lab/run_summary.h"
#include "lab/stop.h"

/*
 * How long the routers may need to know their way: all of them share the processors, so that a
 * hundred on a busy machine take longer than ten.
 */
#define UNDERLAY_WITHIN DURATION_S(30)
#define UNDERLAY_FOR_EACH DURATION_MS(500)
#define ENDING_WITHIN DURATION_S(1)

void
run_init(struct run *run, struct lab *lab, const struct scenario *scenario,
    const struct lab_plan *plan, const struct run_options *options)
{
	*run = (struct run){
		.lab = lab,
		.scenario = scenario,
		.plan = plan,
		.options = options,
		.say = options->say,
		.arena = arena_new(),
		.bird = xcalloc(plan->node_count, sizeof(int)),
	};
	for (size_t i = 0; i < plan->node_count; i++)
		run->bird[i] = -1;
}

void
run_done(struct run *run)
{
	for (size_t i = 0; i < run->plan->node_count; i++)
		if (run->bird[i] >= 0)
			close(run->bird[i]);
	free(run->bird);
	expect_list_done(&run->expects);
	arena_free(run->arena);
}

static bool
is_wanted(const struct run_options *options, const struct scenario_step *step)
{
	for (size_t i = 0; i < options->only_count; i++)
		if (run_step_is_named(step, options->only[i]))
			return true;
	return options->only_count == 0;
}

bool
lab_run_plays(const struct scenario *scenario, const struct run_options *options, const char *kind)
{
	scenario_each (step, &scenario->steps, struct scenario_step) {
		if (is_wanted(options, step) && strcmp(run_step_of(step->kind)->key, kind) == 0)
			return true;
	}
	return false;
}

bool
lab_run_has_step(const struct scenario *scenario, const char *only)
{
	scenario_each (step, &scenario->steps, struct scenario_step)
		if (run_step_is_named(step, only))
			return true;
	return false;
}

/*
 * Whether the lab has ended under us, which makes nonsense of what was seen. Its processes go
 * before its supervisor does, so where something went wrong it is given a moment to be gone.
 */
static bool
has_ended(const struct run *run, bool wrong)
{
	return lab_has_ended(run->lab, wrong ? ENDING_WITHIN : DURATION_S(0));
}

static int
play_step(struct run *run, const struct scenario_step *step, json_t *steps)
{
	const struct run_step *kind = run_step_of(step->kind);
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	struct instant begin = clock_now();
	size_t broken = expect_broken(&run->expects);
	struct err err = { 0 };
	json_t *result = json_object();

	run->step = step->name ? step->name : kind->key;
	json_array_append_new(steps, result);
	json_object_set_new(result, "step", json_string(kind->key));
	json_object_set_new(result, "name", json_string(run->step));
	say_step(run->say, "%s: %s", run->step, kind->about);

	int r = kind->run(run, step, result, &err);

	json_object_set_new(
	    result, "took_ms", json_real(duration_ms_f(instant_diff(clock_now(), begin))));
	if (r == -EINTR)
		return r;
	if (has_ended(run, r < 0 || expect_broken(&run->expects) > broken))
		return -ECONNRESET;
	kind->print(result, run->say->look, &text);
	say_result(run->say, strbuf_get(&text));
	if (r < 0) {
		json_object_set_new(result, "error", json_string(err.message));
		say_done(run->say, "%s: %s", run->step, err.message);
		expect_add(
		    &run->expects, run->step, false, "the step can be played", "%s", err.message);
	}
	if (step->kind == STEP_UNICAST)
		run->unicast = result;
	return 0;
}

static struct duration
underlay_within(const struct lab_plan *plan)
{
	struct duration within = UNDERLAY_WITHIN;

	for (size_t i = 0; i < plan->node_count; i++)
		within.ns += plan->nodes[i].kind == LAB_ROUTER ? UNDERLAY_FOR_EACH.ns : 0;
	return within;
}

/* Waits until the routers know the way between all hosts and clients, then plays the steps. */
static int
play(struct run *run, json_t *doc, json_t *steps)
{
	struct duration took;
	struct err err = { 0 };
	int r = run_wait_for_underlay(run, underlay_within(run->plan), &took, &err);

	if (r == -EINTR)
		return r;
	if (has_ended(run, r < 0))
		return -ECONNRESET;
	run->step = "lab";
	expect_add(&run->expects, run->step, r >= 0,
	    "the routers know the way between all hosts and clients", "%s",
	    r >= 0 ? "all of them" : err.message);
	if (r >= 0) {
		json_object_set_new(doc, "converged_ms", json_real(duration_ms_f(took)));
		say_done(run->say, "the routers know the way between all hosts and clients");
	} else
		say_done(run->say, "%s", err.message);

	scenario_each (step, &run->scenario->steps, struct scenario_step) {
		if (!is_wanted(run->options, step))
			continue;
		r = play_step(run, step, steps);
		if (r < 0)
			return r;
	}
	if (!run->options->reported)
		return 0;
	r = run_better(run, steps);
	return r >= 0 && has_ended(run, false) ? -ECONNRESET : r;
}

/* Why not all was played, as a sentence; null when it was. */
static json_t *
ended_early(int r, const struct lab *lab)
{
	if (r == -EINTR)
		return json_sprintf("interrupted by SIG%s", sigabbrev_np(stop_signal()));
	if (r == -ECONNRESET)
		return json_sprintf("the lab %s ended", lab_name(lab));
	return json_null();
}

static void
say_summary(struct run *run, const json_t *expectations)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };

	if (!run->say->results) {
		say_step(run->say, "%zu of %zu expectations held",
		    run->expects.count - expect_broken(&run->expects), run->expects.count);
		return;
	}
	say_step(run->say, "Summary");
	run_summary_print(expectations, run->say->look, &text);
	say_result(run->say, strbuf_get(&text));
}

int
lab_run(struct lab *lab, const struct scenario *scenario, const struct lab_plan *plan,
    const struct run_options *options, json_t **ret)
{
	struct run run;
	json_t *doc = json_object(), *steps = json_array(), *expectations;
	struct instant begin = clock_now();

	run_init(&run, lab, scenario, plan, options);
	json_object_set_new(doc, "lab", json_string(lab_name(lab)));
	json_object_set_new(
	    doc, "title", scenario->title ? json_string(scenario->title) : json_null());
	json_object_set_new(doc, "version", json_string(NEARCAST_VERSION));
	json_object_set_new(doc, "started_at", run_time_of_day(clock_wall_ns()));

	int r = play(&run, doc, steps);

	json_object_set_new(
	    doc, "took_ms", json_real(duration_ms_f(instant_diff(clock_now(), begin))));
	expectations = expect_to_json(&run.expects);
	json_object_set_new(doc, "steps", steps);
	json_object_set_new(doc, "expectations", expectations);
	json_object_set_new(doc, "ended_early", ended_early(r, lab));
	json_object_set_new(doc, "held", json_boolean(r >= 0 && expect_all_held(&run.expects)));
	if (r >= 0)
		say_summary(&run, expectations);
	run_done(&run);
	*ret = doc;
	return r;
}
