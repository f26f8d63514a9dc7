/* nearcast: the table of its commands. Each stands in a file of its own. */
#include <stddef.h>

#include "cli/command.h"
#include "cli/commands.h"
#include "cli/words.h"

static const struct cli_command *const commands[] = {
	&cli_status_command,
	&cli_neighbors_command,
	&cli_routes_command,
	&cli_events_command,
	&cli_drain_command,
	&cli_undrain_command,
	&cli_hold_command,
	&cli_release_command,
	&cli_dump_command,
	&cli_reload_command,
	&cli_confirm_command,
	&cli_upgrade_command,
	&cli_join_command,
	&cli_leave_command,
	&cli_lab_command,
	&cli_probe_command,
	&cli_trace_command,
	&cli_catchment_command,
	&cli_report_command,
	&cli_render_command,
	&cli_login_command,
	&cli_logout_command,
	&cli_whoami_command,
	&cli_ips_command,
	&cli_pools_command,
	&cli_projects_command,
	&cli_sites_command,
	&cli_hosts_command,
	&cli_services_command,
	&cli_token_command,
	&cli_orders_command,
	&cli_rollout_command,
	&cli_catchments_command,
	&cli_audit_command,
	&cli_undo_command,
	&cli_help_command,
	&cli_completion_command,
	NULL,
};

static const struct cli_program nearcast = {
	.name = "nearcast",
	.summary = "One address for a service, answered by the nearest of your machines.",
	.commands = commands,
	.word_kinds = cli_word_kinds,
	.add_words = cli_add_words,
};

int
main(int argc, char **argv)
{
	return cli_run(&nearcast, argc, argv);
}
