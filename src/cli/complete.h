/*
 * Shell completion, written from the command table. Pure.
 *
 * The script is complete in itself: it does not run the program to find out what there is. It knows
 * commands, options, the values of enumerations, alternatives, files and folders.
 */
#pragma once

#include "base/strbuf.h"
#include "cli/command.h"

/* The script for "bash", "zsh" or "fish"; -EINVAL for other shells. */
int cli_complete(
    const struct cli_program *program, const char *shell, struct strbuf *out) _must_use_;
