/*
 * From main() to a command's run(): finds the command, parses, prints what is wrong. The only file
 * of the framework that prints.
 */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/command.h"
#include "cli/complete.h"
#include "cli/parse.h"
#include "cli/usage.h"

/* The command that runs, for cli_usage_error() and for those that print the table itself. */
static struct {
	const struct cli_program *program;
	const struct cli_command *command;
	const char *path; /* borrowed from cli_run() */
	bool told;        /* that stdout cannot be written */
} running;

int
cli_print(const char *text)
{
	errno = 0;
	if (fputs(text, stdout) != EOF && fflush(stdout) == 0 && !ferror(stdout))
		return EXIT_SUCCESS;
	if (!running.told)
		(void)fprintf(stderr, "%s: stdout: %s\n", running.path,
		    errno != 0 ? strerror(errno) : "not all of it could be written");
	running.told = true;
	return EXIT_FAILURE;
}

void
cli_say_error(const char *fmt, ...)
{
	va_list ap;

	(void)fprintf(stderr, "%s: ", running.path);
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fputc('\n', stderr);
}

void
cli_say_none(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fputc('\n', stderr);
}

static int
print_out(struct strbuf *text)
{
	int status = cli_print(strbuf_get(text));

	strbuf_done(text);
	return status;
}

static int
print_wrong(const char *path, const char *message, const struct cli_command *usage)
{
	struct strbuf text = { 0 };

	strbuf_addf(&text, "%s: %s\n", path, message);
	if (usage) {
		cli_usage(usage, path, &text);
		strbuf_addf(&text, "Run `%s --help` for what these mean.\n", path);
	}
	(void)fputs(strbuf_get(&text), stderr);
	strbuf_done(&text);
	return EXIT_USAGE;
}

int
cli_usage_error(const char *fmt, ...)
{
	_cleanup_(freep) char *message = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&message, fmt, ap) < 0)
		abort();
	va_end(ap);
	return print_wrong(running.path, message, running.command);
}

bool
cli_has_option(const char *name)
{
	const struct cli_command *c = running.command;

	for (size_t i = 0; c != NULL && i < c->option_count; i++) {
		if (strcmp(c->options[i].name, name) == 0)
			return true;
	}
	return false;
}

static int
unknown_command(const struct cli_command *const *commands, const char *path, const char *word)
{
	const char *nearest = cli_nearest(commands, word);
	_cleanup_(freep) char *message = xasprintf("unknown command \"%s\"%s%s%s", word,
	    nearest ? "; did you mean " : "", nearest ? nearest : "", nearest ? "?" : "");

	(void)print_wrong(path, message, NULL);
	(void)fprintf(stderr, "Run `%s --help` for the list of commands.\n", path);
	return EXIT_USAGE;
}

static int
run_command(const struct cli_command *c, int argc, char **argv)
{
	struct cli_parsed parsed = { 0 };
	struct strbuf text = { 0 };
	struct err e = { 0 };
	int status;

	if (cli_parse(c, argc, argv, &parsed, &e) < 0)
		return print_wrong(running.path, e.message, c);
	if (parsed.help) {
		cli_help(c, running.path, &text);
		return print_out(&text);
	}
	status = c->run(parsed.options, parsed.argc, parsed.args);
	cli_parsed_done(c, &parsed);
	if (cli_print("") != EXIT_SUCCESS && status == EXIT_SUCCESS)
		status = EXIT_FAILURE;
	return status;
}

/* A word that asks for the help of a program or a group. */
static bool
is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* Walks down the groups: argv[at] is the name of a command in c's table. */
static int
run_group(const struct cli_command *group, int argc, char **argv, char **path)
{
	const struct cli_command *c;
	struct strbuf text = { 0 };
	char *below;

	if (argc == 0) {
		cli_help(group, *path, &text);
		(void)fputs(strbuf_get(&text), stderr);
		strbuf_done(&text);
		return EXIT_USAGE;
	}
	if (is_help(argv[0])) {
		cli_help(group, *path, &text);
		return print_out(&text);
	}
	if (argv[0][0] == '-')
		return print_wrong(*path, "a command is expected before options", group);
	c = cli_find(group->subcommands, argv[0]);
	if (c == NULL)
		return unknown_command(group->subcommands, *path, argv[0]);
	below = xasprintf("%s %s", *path, c->name);
	free(*path);
	*path = below;
	running.command = c;
	running.path = below;
	if (c->subcommands)
		return run_group(c, argc - 1, argv + 1, path);
	return run_command(c, argc - 1, argv + 1);
}

int
cli_run(const struct cli_program *program, int argc, char **argv)
{
	const struct cli_command root = { .name = program->name,
		.args = "",
		.summary = program->summary,
		.subcommands = program->commands };
	_cleanup_(freep) char *path = xstrdup(program->name);
	struct strbuf text = { 0 };

	running.program = program;
	running.command = &root;
	running.path = path;
	if (argc < 2) {
		cli_overview(program, &text);
		(void)fputs(strbuf_get(&text), stderr);
		strbuf_done(&text);
		return EXIT_USAGE;
	}
	if (is_help(argv[1])) {
		cli_overview(program, &text);
		return print_out(&text);
	}
	if (strcmp(argv[1], "--version") == 0) {
		strbuf_addf(&text, "%s %s\n", program->name, NEARCAST_VERSION);
		return print_out(&text);
	}
	return run_group(&root, argc - 1, argv + 1, &path);
}

struct help_options {
	bool all;
};

static int
run_help(const void *options, int argc, char **args)
{
	const struct help_options *o = options;
	const struct cli_program *program = running.program;
	const struct cli_command root = {
		.name = program->name, .args = "", .subcommands = program->commands
	};
	const struct cli_command *c = &root;
	struct strbuf path = { 0 }, text = { 0 };
	int status;

	if (o->all && argc > 0)
		return cli_usage_error("--all lists every command and takes none");
	strbuf_add(&path, program->name);
	for (int i = 0; i < argc; i++) {
		const struct cli_command *below =
		    c->subcommands ? cli_find(c->subcommands, args[i]) : NULL;

		if (below == NULL) {
			status =
			    c->subcommands
				? unknown_command(c->subcommands, strbuf_get(&path), args[i])
				: cli_usage_error("%s has no commands below it", strbuf_get(&path));
			strbuf_done(&path);
			return status;
		}
		c = below;
		strbuf_addf(&path, " %s", c->name);
	}
	if (o->all)
		cli_list(program, &text);
	else if (argc == 0)
		cli_overview(program, &text);
	else
		cli_help(c, strbuf_get(&path), &text);
	strbuf_done(&path);
	return print_out(&text);
}

static const struct cli_option help_options[] = {
	{ .name = "all",
	    .type = CLI_FLAG,
	    .offset = offsetof(struct help_options, all),
	    .help = "list every command and option, one a line" },
};

const struct cli_command cli_help_command = {
	.name = "help",
	.args = "[COMMAND]...",
	.summary = "Explain a command.",
	.args_max = UINT_MAX,
	.options = help_options,
	.option_count = ARRAY_SIZE(help_options),
	.options_size = sizeof(struct help_options),
	.run = run_help,
};

struct completion_options {
	const char *words;
};

/* What the scripts ask for. */
static int
print_words(const char *kind)
{
	const struct cli_program *program = running.program;
	struct strbuf text = { 0 };

	for (const char *const *k = program->word_kinds; k != NULL && *k != NULL; k++) {
		if (strcmp(*k, kind) != 0)
			continue;
		program->add_words(kind, &text);
		return print_out(&text);
	}
	return cli_usage_error("no kind of words is called %s", kind);
}

static int
run_completion(const void *options, int argc, char **args)
{
	const struct completion_options *o = options;
	struct strbuf text = { 0 };

	if ((o->words != NULL) == (argc > 0))
		return cli_usage_error("a shell is expected: bash, zsh or fish");
	if (o->words != NULL)
		return print_words(o->words);
	if (cli_complete(running.program, args[0], &text) < 0)
		return cli_usage_error("unknown shell \"%s\", expected bash, zsh or fish", args[0]);
	return print_out(&text);
}

static const struct cli_option completion_options[] = {
	{ .name = "words",
	    .type = CLI_STRING,
	    .offset = offsetof(struct completion_options, words),
	    .arg = "KIND",
	    .help = "instead, list the words of a kind that there are now, as the scripts do" },
};

const struct cli_command cli_completion_command = {
	.name = "completion",
	.args = "bash|zsh|fish",
	.summary = "Print a script that completes commands and options in a shell.",
	.args_max = 1,
	.options = completion_options,
	.option_count = ARRAY_SIZE(completion_options),
	.options_size = sizeof(struct completion_options),
	.run = run_completion,
	.notes = "For the bash that runs:  source <(nearcast completion bash)",
};
