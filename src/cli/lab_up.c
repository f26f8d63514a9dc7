/* nearcast lab up: a scenario becomes a running lab, which stays. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/lab.h"
#include "lab/lab.h"
#include "lab/scenario.h"

struct up_options {
	const char *lab;
	struct duration ready_timeout;
	bool quiet;
};

static void
say(void *userdata, const char *line)
{
	const struct up_options *o = userdata;

	if (!o->quiet)
		(void)fprintf(stderr, "%s\n", line);
}

/* 0, or the exit status after it has said why. */
static int
load_plan(const char *path, struct lab_plan **ret)
{
	_cleanup_(strbuf_done) struct strbuf errors = { 0 };
	struct conf *conf;
	struct err err = { 0 };

	if (scenario_load_file(path, &conf, &errors) < 0) {
		(void)fputs(strbuf_get(&errors), stderr);
		return EXIT_USAGE;
	}
	int r = lab_plan_new(conf_root(conf), ret, &err);
	conf_free(conf);
	if (r < 0) {
		err_prefix(&err, "%s", path);
		return cli_lab_fail("up", &err);
	}
	return 0;
}

static int
run_up(const void *options, int argc, char **args)
{
	struct up_options o = *(const struct up_options *)options;
	_cleanup_(lab_plan_freep) struct lab_plan *plan = NULL;
	_cleanup_(lab_closep) struct lab *lab = NULL;
	struct err err = { 0 };
	int status = load_plan(args[0], &plan);

	(void)argc;
	if (status != 0)
		return status;
	if (o.lab != NULL)
		plan->name = o.lab;
	if (lab_up(plan, &(struct lab_up_options){ .ready_timeout = o.ready_timeout }, say, &o, &lab, &err) < 0)
		return cli_lab_fail("up", &err);
	if (!o.quiet)
		(void)fprintf(stderr, "the lab %s is up; nearcast lab down ends it\n", lab_name(lab));
	return EXIT_SUCCESS;
}

/* clang-format off */
#define AT(field) offsetof(struct up_options, field)
static const struct cli_option options[] = {
	{ "lab", 'l', CLI_STRING, AT(lab), "LAB", 0, 0, NULL, "its name, instead of the scenario's" },
	{ "ready-timeout", 0, CLI_DURATION, AT(ready_timeout), "DURATION", NS_PER_MS, 600 * NS_PER_S, NULL,
	    "how long a process may take to become ready" },
	{ "quiet", 'q', CLI_FLAG, AT(quiet), NULL, 0, 0, NULL, "print errors only" },
};
/* clang-format on */

static const struct up_options defaults = { .ready_timeout = { 15 * NS_PER_S } };

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
	.run = run_up,
};
