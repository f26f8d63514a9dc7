/*
 * The commands of `nearcast lab`, in the order of its help. Each is defined in the file of its
 * name.
 */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "cli/command.h"
#include "lab/plan.h"
#include "lab/scenario.h"

extern const struct cli_command cli_lab_up_command;
extern const struct cli_command cli_lab_status_command;
extern const struct cli_command cli_lab_exec_command;
extern const struct cli_command cli_lab_shell_command;
extern const struct cli_command cli_lab_start_command; /* this and the next: lab_process.c */
extern const struct cli_command cli_lab_kill_command;
extern const struct cli_command cli_lab_link_command;
extern const struct cli_command cli_lab_down_command;
extern const struct cli_command cli_lab_run_command;
extern const struct cli_command cli_lab_check_command;
extern const struct cli_command cli_lab_cities_command;

/* Prints "nearcast lab WHAT: message" on stderr; gives EXIT_FAILURE. */
int cli_lab_fail(const char *what, const struct err *err);
/* cli_print() of one line that begins with the time of day: ISO 8601, UTC, in microseconds. */
int cli_lab_say_when(int64_t wall_ns, const char *fmt, ...) _printf_(2, 3);

/*
 * Reads a scenario and makes its plan, which is called `name` unless that is NULL. Gives
 * EXIT_SUCCESS, and the caller frees both; else the exit status, and has said why.
 */
int cli_lab_load(const char *what, const char *path, const char *name, struct conf **ret,
    struct lab_plan **ret_plan) _must_use_;
/* Likewise, of a lab with a controller. */
int cli_lab_load_with_controller(const char *what, const char *path, const char *name,
    struct conf **ret, struct lab_plan **ret_plan) _must_use_;
