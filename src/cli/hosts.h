/* Groups below `nearcast hosts`. */
#pragma once

#include "cli/command.h"

extern const struct cli_command cli_join_tokens_command, cli_host_network_command;
