/*
 * nearcast lab up: a scenario becomes a running lab, which stays; with a controller and its console
 * where they are wanted (lab_console.h).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/lab.h"
#include "cli/lab_console.h"
#include "cli/print_json.h"
#include "io/loop.h"
#include "lab/lab.h"
#include "lab/settle.h"
#include "lab/stop.h"

struct up_options {
	const char *lab;
	struct duration ready_timeout, within;
	bool console, no_agents, no_wait, quiet, json;
};

static void
say_progress(void *userdata, const char *line)
{
	say_waiting(userdata, "%s", line);
}

/* Waits until it is worth playing in; what has not come in time is said, and the lab stays. */
static int
settle(struct lab *lab, const struct scenario *scenario, const struct lab_plan *plan,
    const struct up_options *o, const struct say *say)
{
	_cleanup_(strbuf_done) struct strbuf missing = { 0 };
	struct run_options run = { .say = say };
	struct err err = { 0 };

	/* Not earlier: a lab that is not up yet goes with a Ctrl-C. */
	run.stop_fd = stop_open(&err);
	if (run.stop_fd < 0)
		return cli_lab_fail("up", &err);

	int r = lab_settle(lab, scenario, plan, &run, !o->no_agents, o->within, &missing);

	if (r == -EINTR) {
		say_done(say, "interrupted; the lab %s stays up", lab_name(lab));
		return 128 + stop_signal();
	}
	if (missing.len == 0)
		return EXIT_SUCCESS;
	say_waiting(say, "%s", "");
	(void)fprintf(stderr,
	    "nearcast lab up: the lab %s is up, but not all of it is ready after %g s:\n%s",
	    lab_name(lab), duration_ms_f(o->within) / 1000, strbuf_get(&missing));
	return EXIT_FAILURE;
}

static int
make_ready(struct lab *lab, const struct scenario *scenario, const struct lab_plan *plan,
    const struct up_options *o, struct lab_console *console, const struct say *say)
{
	struct err err = { 0 };

	say_done(say, "the lab %s is up: %zu nodes, %zu links", lab_name(lab), plan->node_count,
	    plan->link_count);
	if (o->console) {
		if (lab_console_begin(console, lab, scenario) != EXIT_SUCCESS) {
			(void)fprintf(stderr, "the lab %s stays up\n", lab_name(lab));
			return EXIT_FAILURE;
		}
		say_done(
		    say, "the controller knows its sites and services, and its hosts have joined");
	}
	if (!o->no_agents && lab_start_manual(lab, plan, o->ready_timeout, &err) < 0) {
		(void)cli_lab_fail("up", &err);
		(void)fprintf(stderr, "the lab %s stays up\n", lab_name(lab));
		return EXIT_FAILURE;
	}
	return o->no_wait ? EXIT_SUCCESS : settle(lab, scenario, plan, o, say);
}

/* What a person, or a program, goes on with. */
static int
print_end(struct lab *lab, const struct scenario *scenario, const struct lab_plan *plan,
    const struct up_options *o, const struct lab_console *console, bool ready)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	bool has_console = console->token_file != NULL;
	int status;

	if (o->json)
		return cli_print_json(
		    json_pack("{s:s, s:s, s:b, s:o}", "name", lab_name(lab), "directory",
			lab_directory(lab), "ready", ready, "console",
			has_console ? lab_console_json(console) : json_null()),
		    JSON_INDENT(2));
	if (o->quiet)
		return EXIT_SUCCESS;
	if (has_console)
		lab_console_text(console, scenario, lab_name(lab), program_invocation_name, &text);
	lab_hints(lab, scenario, plan, program_invocation_name, &text);
	status = cli_print(strbuf_get(&text));
	if (text.text != NULL)
		explicit_bzero(text.text, text.len);
	return status;
}

static int
run_up(const void *options, _unused_ int argc, char **args)
{
	const struct up_options *o = options;
	_cleanup_(conf_freep) struct conf *conf = NULL;
	_cleanup_(lab_plan_freep) struct lab_plan *plan = NULL;
	_cleanup_(lab_closep) struct lab *lab = NULL;
	_cleanup_(lab_console_done) struct lab_console console = LAB_CONSOLE_INIT;
	struct say say = say_init(stderr, false, clock_now());
	struct err err = { 0 };
	int status = (o->console ? cli_lab_load_with_controller : cli_lab_load)(
	    "up", args[0], o->lab, &conf, &plan);

	if (status == EXIT_SUCCESS && o->console)
		status = lab_console_open(&console);
	if (status != EXIT_SUCCESS)
		return status;
	say.quiet = o->quiet;
	if (lab_up(plan,
		&(struct lab_up_options){
		    .ready_timeout = o->ready_timeout, .socket = o->console ? console.socket : 0 },
		say_progress, &say, &lab, &err) < 0) {
		say_waiting(&say, "%s", "");
		return cli_lab_fail("up", &err);
	}
	status = make_ready(lab, conf_root(conf), plan, o, &console, &say);
	return print_end(lab, conf_root(conf), plan, o, &console, status == EXIT_SUCCESS) ==
		       EXIT_SUCCESS
		   ? status
		   : EXIT_FAILURE;
}

/* clang-format off */
#define AT(field) offsetof(struct up_options, field)
static const struct cli_option options[] = {
	{ "lab", 'l', CLI_STRING, AT(lab), "LAB", 0, 0, NULL, "its name, instead of the scenario's" },
	{ "console", 'c', CLI_FLAG, AT(console), NULL, 0, 0, NULL,
	    "with a controller, and its console for your browser" },
	{ "no-agents", 0, CLI_FLAG, AT(no_agents), NULL, 0, 0, NULL, "do not start nearcastd" },
	{ "no-wait", 0, CLI_FLAG, AT(no_wait), NULL, 0, 0, NULL,
	    "do not wait for routes and announcements" },
	{ "within", 0, CLI_DURATION, AT(within), "DURATION", NS_PER_MS, 600 * NS_PER_S, NULL,
	    "how long to wait for routes and announcements" },
	{ "ready-timeout", 0, CLI_DURATION, AT(ready_timeout), "DURATION", NS_PER_MS, 600 * NS_PER_S, NULL,
	    "how long a process may take to become ready" },
	{ "quiet", 'q', CLI_FLAG, AT(quiet), NULL, 0, 0, NULL, "print errors only" },
	{ "json", 0, CLI_FLAG, AT(json), NULL, 0, 0, NULL, "where it is, as one JSON document" },
};
/* clang-format on */

static const struct up_options defaults = { .ready_timeout = { 15 * NS_PER_S },
	.within = { 60 * NS_PER_S } };

const struct cli_command cli_lab_up_command = {
	.name = "up",
	.args = "FILE",
	.summary = "Bring the lab of a scenario up and keep it, to play in.",
	.args_min = 1,
	.args_max = 1,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.options_size = sizeof(struct up_options),
	.defaults = &defaults,
	.notes =
	    "Exit status: 0 when all is ready, 1 when something failed or did not come in time\n"
	    "(the lab stays up then), 2 for wrong use, 130 when the wait was interrupted.",
	.run = run_up,
};
