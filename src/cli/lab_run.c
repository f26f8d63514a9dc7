/*
 * nearcast lab run: brings a scenario's lab up, plays its steps, says whether what they expect is
 * true, and takes the lab down again.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/lab.h"
#include "cli/print_json.h"
#include "cli/report_files.h"
#include "io/loop.h"
#include "lab/lab.h"
#include "lab/plan.h"
#include "lab/run.h"
#include "lab/run_report.h"
#include "lab/scenario.h"
#include "lab/settle.h"
#include "lab/stop.h"

struct lab_run_options {
	const char *lab, *report;
	bool json, keep, running;
	struct cli_strings only;
};

static void
say_progress(void *userdata, const char *line)
{
	say_waiting(userdata, "%s", line);
}

/* The lab to play in: a new one, or with --running the one that is there. */
static int
get_lab(const struct lab_plan *plan, const struct lab_run_options *options, struct say *say,
    struct lab **ret, struct err *err)
{
	const struct lab_up_options up = { .foreground = !options->keep };
	struct instant begin = clock_now();

	if (options->running)
		return lab_connect(plan->name, ret, err);

	int r = lab_up(plan, &up, say_progress, say, ret, err);

	if (r == -EEXIST)
		return err_set(err, r,
		    "a lab %s runs already; play in it with --running, or end it with "
		    "`nearcast lab down %s`",
		    plan->name, plan->name);
	if (r >= 0)
		say_done(say, "the lab is up: %zu nodes, %zu links, after %.1f s", plan->node_count,
		    plan->link_count, duration_ms_f(instant_diff(clock_now(), begin)) / 1000);
	return r;
}

/* What becomes of the lab: left as it was, kept (if all steps were played), or taken down. */
static int
leave_lab(struct lab *lab, const struct scenario *scenario, const struct lab_plan *plan,
    const struct lab_run_options *options, const struct say *say, bool interrupted, struct err *err)
{
	_cleanup_(strbuf_done) struct strbuf hints = { 0 };

	if (options->running)
		return 0;
	if (!options->keep || interrupted)
		return lab_down(lab, err);
	lab_hints(lab, scenario, plan, program_invocation_name, &hints);
	say_done(say, "the lab %s is kept", lab_name(lab));
	(void)fputs(strbuf_get(&hints), say->to);
	return 0;
}

/* What was measured, written to the file that was named. */
static int
write_report(const json_t *doc, const struct scenario *scenario, const struct lab_plan *plan,
    const char *path, const struct say *say)
{
	_cleanup_(report_done) struct report report = { 0 };
	struct err err = { 0 };
	int status;

	report_init(&report);
	report.made_wall_ns = clock_wall_ns();
	if (lab_report_fill(doc, scenario, plan, &report, &err) < 0)
		return cli_lab_fail("run", &err);
	status = report_file_write(path, &report);
	if (status == EXIT_SUCCESS && strcmp(path, "-") != 0)
		say_done(say, "the report of what was measured is in %s", path);
	return status;
}

static int
play(const struct scenario *scenario, const struct lab_plan *plan,
    const struct lab_run_options *options, int stop_fd)
{
	_cleanup_(lab_closep) struct lab *lab = NULL;
	struct say say = say_init(options->json ? stderr : stdout, !options->json, clock_now());
	const struct run_options run_options = {
		.say = &say,
		.only = options->only.items,
		.only_count = options->only.count,
		.reported = options->report != NULL,
		.stop_fd = stop_fd,
	};
	struct err err = { 0 };
	json_t *doc = NULL;

	say_done(&say, "%s: %s", plan->name, scenario->title ? scenario->title : "");

	int r = get_lab(plan, options, &say, &lab, &err);

	if (r < 0)
		return cli_lab_fail("run", &err);
	r = lab_run(lab, scenario, plan, &run_options, &doc);

	bool held = r >= 0 && json_is_true(json_object_get(doc, "held"));
	bool written = r < 0 || options->report == NULL ||
		       write_report(doc, scenario, plan, options->report, &say) == EXIT_SUCCESS;

	if (options->json && doc)
		(void)cli_print_json(TAKE(doc), JSON_INDENT(2));
	json_decref(doc);

	int left = leave_lab(lab, scenario, plan, options, &say, r < 0, &err);

	if (left < 0)
		return cli_lab_fail("run", &err);
	if (r == -ECONNRESET) {
		(void)err_set(&err, r, "the lab %s ended while it was played in", plan->name);
		return cli_lab_fail("run", &err);
	}
	if (r == -EINTR) {
		say_done(&say, "interrupted%s", options->running ? "" : "; the lab is gone");
		return 128 + stop_signal();
	}
	return held && written ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int
run_lab_run(const void *options_, _unused_ int argc, char **args)
{
	const struct lab_run_options *options = options_;
	_cleanup_(conf_freep) struct conf *conf = NULL;
	_cleanup_(lab_plan_freep) struct lab_plan *plan = NULL;
	struct err err = { 0 };
	int status = cli_lab_load("run", args[0], options->lab, &conf, &plan);

	if (status != EXIT_SUCCESS)
		return status;

	const struct scenario *scenario = conf_root(conf);
	const struct run_options played = { .only = options->only.items,
		.only_count = options->only.count };

	for (size_t i = 0; i < options->only.count; i++)
		if (!lab_run_has_step(scenario, options->only.items[i]))
			return cli_usage_error(
			    "%s has no step %s", args[0], options->only.items[i]);
	if (options->report != NULL && !lab_run_plays(scenario, &played, "anycast"))
		return cli_usage_error("--report is of a step `anycast`: %s plays none%s", args[0],
		    options->only.count > 0 ? " with this --only" : "");

	int stop_fd = stop_open(&err);

	if (stop_fd < 0)
		return cli_lab_fail("run", &err);
	return play(scenario, plan, options, stop_fd);
}

/* clang-format off */
#define AT(field) offsetof(struct lab_run_options, field)
static const struct cli_option options[] = {
	{ "lab", 'l', CLI_STRING, AT(lab), "LAB", 0, 0, NULL,
	    "its name, instead of the scenario's" },
	{ "json", 0, CLI_FLAG, AT(json), NULL, 0, 0, NULL,
	    "one JSON document on stdout at the end; progress goes to stderr" },
	{ "report", 0, CLI_STRING, AT(report), "FILE", 0, 0, NULL,
	    "write what was measured as a report: a page, or .json, or .csv" },
	{ "only", 0, CLI_STRINGS, AT(only), "STEP", 0, 0, NULL,
	    "play only steps of this kind or name; may be repeated" },
	{ "keep", 0, CLI_FLAG, AT(keep), NULL, 0, 0, NULL, "keep the lab afterwards, to play in" },
	{ "running", 0, CLI_FLAG, AT(running), NULL, 0, 0, NULL,
	    "play in the lab of this scenario that runs already, and leave it" },
};
/* clang-format on */

const struct cli_command cli_lab_run_command = {
	.name = "run",
	.args = "FILE",
	.summary = "Bring a scenario's lab up, play its steps and judge what they expect.",
	.args_min = 1,
	.args_max = 1,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.options_size = sizeof(struct lab_run_options),
	.notes =
	    "Exit status: 0 when every expectation held, 1 when one did not or something failed,\n"
	    "2 for wrong use, 130 when it was interrupted.",
	.run = run_lab_run,
};
