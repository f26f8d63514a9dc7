/*
 * The commands of `nearcast`, in the order of its help. Each is defined in the file of its name,
 * and those that undo one beside it.
 */
#pragma once

#include "cli/command.h"

extern const struct cli_command cli_lab_command;
extern const struct cli_command cli_status_command;
extern const struct cli_command cli_neighbors_command;
extern const struct cli_command cli_routes_command;
extern const struct cli_command cli_events_command;
extern const struct cli_command cli_drain_command, cli_undrain_command;
extern const struct cli_command cli_hold_command, cli_release_command;
extern const struct cli_command cli_dump_command;
extern const struct cli_command cli_reload_command, cli_confirm_command;
extern const struct cli_command cli_upgrade_command;
extern const struct cli_command cli_join_command, cli_leave_command;
extern const struct cli_command cli_probe_command;
extern const struct cli_command cli_trace_command;
extern const struct cli_command cli_catchment_command;
extern const struct cli_command cli_report_command;
extern const struct cli_command cli_render_command;
/* of the controller */
extern const struct cli_command cli_login_command, cli_logout_command, cli_whoami_command;
extern const struct cli_command cli_ips_command;
extern const struct cli_command cli_pools_command;
extern const struct cli_command cli_projects_command;
extern const struct cli_command cli_sites_command;
extern const struct cli_command cli_hosts_command;
extern const struct cli_command cli_services_command;
extern const struct cli_command cli_audit_command, cli_undo_command;
extern const struct cli_command cli_orders_command, cli_rollout_command, cli_catchments_command;
extern const struct cli_command cli_token_command;
