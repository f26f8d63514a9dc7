/*
 * The texts that are made from the command table: usage lines, help, the list of everything. Pure.
 *
 * path is what was typed to get to the command: "nearcast lab up".
 */
#pragma once

#include "base/strbuf.h"
#include "cli/command.h"

/* "usage: nearcast probe [-46] ... URL...", wrapped, with newline. */
void cli_usage(const struct cli_command *c, const char *path, struct strbuf *out);
/* The usage, what the command does, its options or subcommands. */
void cli_help(const struct cli_command *c, const char *path, struct strbuf *out);
/* The program's overview. */
void cli_overview(const struct cli_program *program, struct strbuf *out);
/*
 * Every command and each of its options, one a line, for tests of the manual:
 * "nearcast probe URL..." and "nearcast probe -n --count COUNT".
 */
void cli_list(const struct cli_program *program, struct strbuf *out);
