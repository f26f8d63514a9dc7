/* nearcast lab: the table of its commands. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/commands.h"
#include "cli/lab.h"

int
cli_lab_fail(const char *what, const struct err *err)
{
	(void)fprintf(stderr, "nearcast lab %s: %s\n", what, err->message);
	return EXIT_FAILURE;
}

static const struct cli_command *const subcommands[] = {
	&cli_lab_up_command,
	&cli_lab_status_command,
	&cli_lab_exec_command,
	&cli_lab_shell_command,
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
