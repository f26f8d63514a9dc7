/* nearcast catchment: the table of its commands. */
#include "cli/catchment.h"

#include "cli/commands.h"

static const struct cli_command *const subcommands[] = {
	&cli_catchment_run_command,
	&cli_catchment_listen_command,
	&cli_catchment_rtt_command,
	&cli_catchment_merge_command,
	&cli_catchment_diff_command,
	NULL,
};

const struct cli_command cli_catchment_command = {
	.name = "catchment",
	.args = "",
	.summary = "Measure at which site each network's clients land.",
	.subcommands = subcommands,
};
