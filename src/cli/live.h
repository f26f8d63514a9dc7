/* How everything stands, below `nearcast sites`, hosts and services. */
#pragma once

#include "cli/command.h"

extern const struct cli_command cli_sites_status_command;
extern const struct cli_command cli_host_status_command;
extern const struct cli_command cli_service_status_command;
