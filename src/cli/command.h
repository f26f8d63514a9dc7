/*
 * The command line of every program: commands and options are tables.
 *
 * A command declares its options with their types and where they go (an offset into its own
 * struct), so parsing, limits, usage text, shell completion and the comparison with the manual page
 * all come from the same rows. A command never parses argv itself. Wrong use prints the usage that
 * was meant on stderr and ends with EXIT_USAGE.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/strbuf.h"
#include "base/time.h"

#define EXIT_USAGE 2

enum cli_type {
	CLI_FLAG,     /* bool */
	CLI_STRING,   /* const char *; given twice is an error */
	CLI_STRINGS,  /* struct cli_strings; may be repeated */
	CLI_U32,      /* uint32_t, min..max; a default above max is none */
	CLI_DURATION, /* struct duration, min..max in ns */
	CLI_SECONDS,  /* likewise, of whole seconds */
	CLI_ENUM,     /* int, index into names; -1 as a default is none */
	/* int, set to `min`, no argument; options of one offset exclude each other (-4, -6) */
	CLI_CHOICE,
};

struct cli_strings {
	const char **items; /* freed by cli_run(); the texts are argv's */
	size_t count;
};

struct cli_option {
	const char *name; /* long form without the dashes */
	char letter;      /* short form, or 0 */
	enum cli_type type;
	size_t offset; /* into the command's options struct */
	/*
	 * what the argument is called in usage: "DURATION"; NULL for flags. FILE, DIR and names of
	 * an enum are completed by the shell
	 */
	const char *arg;
	int64_t min, max; /* both 0: no limit */
	const char *const *names; /* CLI_ENUM, ends with NULL */
	/* one line, without its default (that is added from the command's defaults) */
	const char *help;
};

struct cli_command {
	const char *name;
	/*
	 * positional arguments for the usage line: "URL...", "[LAB]"; "" for none. The shell
	 * completes FILE, DIR and alternatives like "bash|zsh"
	 */
	const char *args;
	const char *summary; /* one line */
	unsigned args_min, args_max; /* how many positional arguments; UINT_MAX: any number */
	/*
	 * What follows the positionals is a command to run (lab exec), with a "--" between or
	 * without. Options may stand anywhere before it, none is looked for in it. args holds
	 * args_max positionals (args_min must be the same) and then the command, of one word at
	 * least.
	 */
	bool takes_command;
	const struct cli_option *options;
	size_t option_count;
	size_t options_size;       /* of the options struct */
	const void *defaults;      /* what the options struct starts as; NULL: zeros */
	/* more for --help, below the options; NULL: none. Ends without newline */
	const char *notes;
	/* Runs it; gives the exit status. args ends with NULL. */
	int (*run)(const void *options, int argc, char **args);
	/* Or a group: the subcommands, ends with NULL. Then run is NULL. */
	const struct cli_command *const *subcommands;
};

struct cli_program {
	const char *name;
	const char *summary;
	const struct cli_command *const *commands; /* ends with NULL */
	/*
	 * Kinds of arguments, as they are called in args and options ("NODE"), whose words are
	 * known at run time only; ends with NULL. add_words adds those of a kind, one a line,
	 * quickly: a shell waits.
	 */
	const char *const *word_kinds;
	void (*add_words)(const char *kind, struct strbuf *out);
};

/* Parses argv, runs the command, gives the exit status. Adds --help everywhere, and --version. */
int cli_run(const struct cli_program *program, int argc, char **argv);

/*
 * For what a command shows: text on stdout, flushed. Gives the exit status; EXIT_FAILURE, and a
 * line on stderr, when not all of it could be written. What is printed by other ways is checked
 * when the command ends, so that none can succeed on a full disk.
 */
int cli_print(const char *text);

/* What went wrong at run time, as one line on stderr: "nearcast X: ...". */
void cli_say_error(const char *fmt, ...) _printf_(1, 2);

/*
 * A list has nothing in it: said on stderr, as a sentence, so that who looks is not left with
 * nothing and who counts lines has none. Not with --json, which has its [].
 */
void cli_say_none(const char *fmt, ...) _printf_(1, 2);

/* Whether the command that runs has an option of that long name, so that it may be advised. */
bool cli_has_option(const char *name);

/* For a command that finds its arguments wrong after parsing: prints "nearcast X: ..." and the
 * usage of the command that runs; gives EXIT_USAGE. */
int cli_usage_error(const char *fmt, ...) _printf_(1, 2);

/* For a program's table: `help [COMMAND]...` (with --all every command and option, one a line), and
 * `completion SHELL`, both made from the table of the program that runs. */
extern const struct cli_command cli_help_command, cli_completion_command;
