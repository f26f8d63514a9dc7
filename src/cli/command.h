/*
 * The command line of every program: commands and options are tables.
 *
 * A command declares its options with their types and where they go (an offset into its own struct), so
 * parsing, limits, usage text, shell completion and the comparison with the manual page all come from
 * the same rows. A command never parses argv itself. Wrong use prints the usage that was meant on
 * stderr and ends with EXIT_USAGE.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/time.h"

#define EXIT_USAGE 2

enum cli_type {
	CLI_FLAG,     /* bool */
	CLI_STRING,   /* const char *; given twice is an error */
	CLI_STRINGS,  /* struct cli_strings; may be repeated */
	CLI_U32,      /* uint32_t, min..max */
	CLI_DURATION, /* struct duration, min..max in ns */
	CLI_ENUM,     /* int, index into names */
};

struct cli_strings {
	const char **items; /* owned by the command's options, freed by cli_run() */
	size_t count;
};

struct cli_option {
	const char *name; /* long form without the dashes */
	char letter;      /* short form, or 0 */
	enum cli_type type;
	size_t offset; /* into the command's options struct */
	const char *arg;  /* what the argument is called in usage: "DURATION"; NULL for flags */
	int64_t min, max; /* both 0: no limit */
	const char *const *names; /* CLI_ENUM, ends with NULL */
	const char *help; /* one line */
};

struct cli_command {
	const char *name;
	const char *args;    /* positional arguments for the usage line: "URL...", "[LAB]"; "" for none */
	const char *summary; /* one line */
	unsigned args_min, args_max; /* how many positional arguments; UINT_MAX: any number */
	/* "--" splits: what follows is one command to run (lab exec); it comes after the positionals */
	bool takes_command;
	const struct cli_option *options;
	size_t option_count;
	size_t options_size;       /* of the options struct */
	const void *defaults;      /* what the options struct starts as; NULL: zeros */
	/* Runs it; gives the exit status. args ends with NULL. */
	int (*run)(const void *options, int argc, char **args);
	/* Or a group: the subcommands, ends with a NULL name. Then run is NULL. */
	const struct cli_command *subcommands;
};

struct cli_program {
	const char *name;
	const char *summary;
	const struct cli_command *commands; /* ends with a NULL name */
};

/* Parses argv, runs the command, gives the exit status. Knows --help, --version and `help`. */
int cli_run(const struct cli_program *program, int argc, char **argv);

/* For a command that finds its arguments wrong after parsing: prints "nearcast X: ..." and the usage of
 * the command that runs; gives EXIT_USAGE. */
int cli_usage_error(const char *fmt, ...) _printf_(1, 2);
