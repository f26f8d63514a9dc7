/* nearcast lab exec, nearcast lab shell: a command of the person in a node. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/lab.h"
#include "lab/lab.h"

struct exec_options {
	const char *lab;
};

static int
run_in_node(const char *what, const struct exec_options *o, const char *node, const char *const *argv)
{
	_cleanup_(lab_closep) struct lab *lab = NULL;
	struct err err = { 0 };
	int status;

	if (lab_connect(o->lab, &lab, &err) < 0 || lab_exec(lab, node, argv, &status, &err) < 0)
		return cli_lab_fail(what, &err);
	if (err.code < 0)
		(void)cli_lab_fail(what, &err);
	return status;
}

static int
run_exec(const void *options, int argc, char **args)
{
	(void)argc;
	return run_in_node("exec", options, args[0], (const char *const *)(args + 1));
}

/* "name" of "/usr/bin/name". */
static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/*
 * The person's shell, with a prompt that says where it is. Their own start-up files would set it back to
 * what it is everywhere, so they are left out, where the shell is known to have a way.
 */
static int
run_shell(const void *options, int argc, char **args)
{
	const char *shell = getenv("SHELL");
	_cleanup_(freep) char *prompt = xasprintf("%s \\$ ", args[0]);
	_cleanup_(freep) char *zsh_prompt = xasprintf("%s %%# ", args[0]);
	const char *argv[3] = { NULL };

	(void)argc;
	if (shell == NULL || *shell == '\0')
		shell = "/bin/sh";
	argv[0] = shell;
	(void)setenv("PS1", prompt, 1);
	if (strcmp(base_name(shell), "bash") == 0)
		argv[1] = "--norc";
	if (strcmp(base_name(shell), "zsh") == 0) {
		argv[1] = "-f";
		(void)setenv("PS1", zsh_prompt, 1);
	}
	return run_in_node("shell", options, args[0], argv);
}

static const struct cli_option options[] = {
	{ "lab", 'l', CLI_STRING, offsetof(struct exec_options, lab), "LAB", 0, 0, NULL,
	    "which, when several run" },
};

const struct cli_command cli_lab_exec_command = {
	.name = "exec",
	.args = "NODE",
	.summary = "Run a command in a node.",
	.args_min = 1,
	.args_max = 1,
	.takes_command = true,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.options_size = sizeof(struct exec_options),
	.run = run_exec,
};

const struct cli_command cli_lab_shell_command = {
	.name = "shell",
	.args = "NODE",
	.summary = "Run a shell in a node.",
	.args_min = 1,
	.args_max = 1,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.options_size = sizeof(struct exec_options),
	.run = run_shell,
};
