/*
 * Shell completion, written from the command table. Pure.
 *
 * The script knows commands, options, the values of enumerations, alternatives, files and folders.
 * For words that are known at run time only it asks the program: `completion --words KIND`.
 */
#pragma once

#include "base/strbuf.h"
#include "cli/command.h"

/* The script for "bash", "zsh" or "fish"; -EINVAL for other shells. */
int cli_complete(
    const struct cli_program *program, const char *shell, struct strbuf *out) _must_use_;
