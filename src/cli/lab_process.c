/* nearcast lab start, nearcast lab kill: a failure played by hand. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "cli/lab.h"
#include "io/loop.h"
#include "lab/lab.h"

struct process_options {
	const char *lab;
	struct duration ready_timeout;
	const char *signal;
};

static int
run_start(const void *options, _unused_ int argc, char **args)
{
	const struct process_options *o = options;
	_cleanup_(lab_closep) struct lab *lab = NULL;
	struct err err = { 0 };

	if (lab_connect(o->lab, &lab, &err) < 0 ||
	    lab_process_start(lab, args[0], args[1], &err) < 0 ||
	    lab_process_wait_ready(lab, args[0], args[1], o->ready_timeout, &err) < 0)
		return cli_lab_fail("start", &err);
	return cli_lab_say_when(clock_wall_ns(), "%s is ready in %s", args[1], args[0]);
}

/* "TERM", "SIGTERM", "term" or "15"; 0: no such signal, *ret_nearest may have been meant. */
static int
parse_signal(const char *text, const char **ret_nearest)
{
	/* The usual ones first: of two that are as near, the first is taken. */
	const char *names[NSIG + 8] = { "TERM", "KILL", "HUP", "INT", "QUIT", "STOP", "CONT" };
	const char *bare = text;
	size_t count = 7;
	uint32_t number;

	if (parse_u32(text, NSIG - 1, &number) == 0 && number > 0)
		return (int)number;
	if (strncasecmp(bare, "SIG", 3) == 0)
		bare += 3;
	for (int signo = 1; signo < NSIG; signo++) {
		const char *name = sigabbrev_np(signo);

		if (name == NULL)
			continue;
		if (strcasecmp(name, bare) == 0)
			return signo;
		names[count++] = name;
	}
	names[count] = NULL;
	*ret_nearest = str_nearest(bare, names);
	return 0;
}

static int
run_kill(const void *options, _unused_ int argc, char **args)
{
	const struct process_options *o = options;
	_cleanup_(lab_closep) struct lab *lab = NULL;
	const char *nearest = NULL;
	int signo = parse_signal(o->signal, &nearest);
	struct err err = { 0 };
	int64_t at;

	if (signo == 0)
		return cli_usage_error("no signal is called %s%s%s%s", o->signal,
		    nearest ? "; did you mean " : "", nearest ? nearest : "", nearest ? "?" : "");
	if (lab_connect(o->lab, &lab, &err) < 0 ||
	    lab_process_kill(lab, args[0], args[1], signo, &at, &err) < 0)
		return cli_lab_fail("kill", &err);

	const char *name = sigabbrev_np(signo);

	if (name == NULL)
		return cli_lab_say_when(at, "signal %d to %s in %s", signo, args[1], args[0]);
	return cli_lab_say_when(at, "SIG%s to %s in %s", name, args[1], args[0]);
}

/* clang-format off */
#define AT(field) offsetof(struct process_options, field)
#define WHICH { "lab", 'l', CLI_STRING, AT(lab), "LAB", 0, 0, NULL, "which, when several run" }
static const struct cli_option start_options[] = {
	WHICH,
	{ "ready-timeout", 0, CLI_DURATION, AT(ready_timeout), "DURATION", NS_PER_MS, 600 * NS_PER_S, NULL,
	    "how long it may take to become ready" },
};
static const struct cli_option kill_options[] = {
	WHICH,
	{ "signal", 's', CLI_STRING, AT(signal), "SIGNAL", 0, 0, NULL, "which, by name or number" },
};
/* clang-format on */

static const struct process_options defaults = { .ready_timeout = { 15 * NS_PER_S },
	.signal = "KILL" };

const struct cli_command cli_lab_start_command = {
	.name = "start",
	.args = "NODE PROCESS",
	.summary = "Start a process of a node, and wait until it is ready.",
	.args_min = 2,
	.args_max = 2,
	.options = start_options,
	.option_count = ARRAY_SIZE(start_options),
	.options_size = sizeof(struct process_options),
	.defaults = &defaults,
	.run = run_start,
};

const struct cli_command cli_lab_kill_command = {
	.name = "kill",
	.args = "NODE PROCESS",
	.summary = "Send a signal to a process of a node, with all its children.",
	.args_min = 2,
	.args_max = 2,
	.options = kill_options,
	.option_count = ARRAY_SIZE(kill_options),
	.options_size = sizeof(struct process_options),
	.defaults = &defaults,
	.run = run_kill,
};
