/*
 * The commands of `nearcast lab`, in the order of its help. Each is defined in the file of its name.
 */
#pragma once

#include "base/err.h"
#include "cli/command.h"
#include "lab/plan.h"

extern const struct cli_command cli_lab_up_command;
extern const struct cli_command cli_lab_status_command;
extern const struct cli_command cli_lab_exec_command;
extern const struct cli_command cli_lab_shell_command;
extern const struct cli_command cli_lab_down_command;
extern const struct cli_command cli_lab_run_command;
extern const struct cli_command cli_lab_check_command;
extern const struct cli_command cli_lab_cities_command;

/* Prints "nearcast lab WHAT: message" on stderr; gives EXIT_FAILURE. */
int cli_lab_fail(const char *what, const struct err *err);
