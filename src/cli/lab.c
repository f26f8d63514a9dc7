/* nearcast lab: the table of its commands, and what they share. */
#include "cli/lab.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/strbuf.h"
#include "base/time.h"
#include "cli/commands.h"

int
cli_lab_fail(const char *what, const struct err *err)
{
	(void)fprintf(stderr, "nearcast lab %s: %s\n", what, err->message);
	return EXIT_FAILURE;
}

int
cli_lab_say_when(int64_t wall_ns, const char *fmt, ...)
{
	_cleanup_(strbuf_done) struct strbuf line = { 0 };
	time_t seconds = (time_t)(wall_ns / NS_PER_S);
	_cleanup_(freep) char *text = NULL;
	char day[32];
	struct tm tm;
	va_list ap;

	(void)strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", gmtime_r(&seconds, &tm));
	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		abort();
	va_end(ap);
	strbuf_addf(&line, "%s.%06dZ  %s\n", day, (int)(wall_ns % NS_PER_S / NS_PER_US), text);
	return cli_print(strbuf_get(&line));
}

typedef int (*plan_fn)(const struct scenario *s, struct lab_plan **ret, struct err *err);

static int
load(const char *what, const char *path, const char *name, plan_fn make, struct conf **ret,
    struct lab_plan **ret_plan)
{
	_cleanup_(strbuf_done) struct strbuf errors = { 0 };
	_cleanup_(conf_freep) struct conf *conf = NULL;
	struct err err = { 0 };

	if (scenario_load_file(path, &conf, &errors) < 0) {
		(void)fputs(strbuf_get(&errors), stderr);
		return EXIT_FAILURE;
	}
	if (make(conf_root(conf), ret_plan, &err) < 0) {
		err_prefix(&err, "%s", path);
		return cli_lab_fail(what, &err);
	}
	if (name != NULL)
		(*ret_plan)->name = name;
	*ret = TAKE(conf);
	return EXIT_SUCCESS;
}

int
cli_lab_load(const char *what, const char *path, const char *name, struct conf **ret,
    struct lab_plan **ret_plan)
{
	return load(what, path, name, lab_plan_new, ret, ret_plan);
}

int
cli_lab_load_with_controller(const char *what, const char *path, const char *name,
    struct conf **ret, struct lab_plan **ret_plan)
{
	return load(what, path, name, lab_plan_new_with_controller, ret, ret_plan);
}

static const struct cli_command *const subcommands[] = {
	&cli_lab_up_command,
	&cli_lab_status_command,
	&cli_lab_exec_command,
	&cli_lab_shell_command,
	&cli_lab_start_command,
	&cli_lab_kill_command,
	&cli_lab_link_command,
	&cli_lab_down_command,
	&cli_lab_run_command,
	&cli_lab_check_command,
	&cli_lab_cities_command,
	NULL,
};

const struct cli_command cli_lab_command = {
	.name = "lab",
	.args = "",
	.summary = "A small internet on this machine, in network namespaces.",
	.subcommands = subcommands,
};
