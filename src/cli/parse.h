/*
 * argv to a command's options struct, by the command's table. Pure: prints nothing, ends nothing.
 */
#pragma once

#include "base/err.h"
#include "cli/command.h"

struct cli_parsed {
	void *options; /* owned */
	char **args;   /* owned; the texts are argv's; ends with NULL */
	int argc;
	bool help; /* --help was given: nothing else counts, and options is NULL */
};

/*
 * Reads the words after the command's name. On failure gives -EINVAL, fills e and leaves *ret
 * alone.
 */
int cli_parse(const struct cli_command *c, int argc, char **argv, struct cli_parsed *ret,
    struct err *e) _must_use_;
void cli_parsed_done(const struct cli_command *c, struct cli_parsed *p);

/* The command of a table by its name, or NULL. */
const struct cli_command *cli_find(const struct cli_command *const *commands, const char *name);
/* The name in the table that is nearest to a wrong one, or NULL; borrowed. */
const char *cli_nearest(const struct cli_command *const *commands, const char *name);
/* Whether an option takes an argument. */
bool cli_option_has_arg(const struct cli_option *o);
