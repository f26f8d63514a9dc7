/*
 * What the scripts of the shells share (complete.c); each shell has its own file.
 */
#pragma once

#include "cli/complete.h"

struct completion {
	const struct cli_program *program;
	struct strbuf *out;
};

typedef void (*complete_fn)(
    const struct cli_command *c, const char *path, const struct completion *to);

/* Calls fn for a command and all below it, groups first; path is "" for the program itself. */
void complete_visit(
    const struct cli_command *c, const char *path, complete_fn fn, const struct completion *to);
/* What the name of an argument says of it. */
bool complete_names_file(const char *text);
bool complete_names_dir(const char *text);
/* "start|stop NODE" as "start stop"; "" when nothing in args is such a list. The caller frees. */
char *complete_alternatives(const char *args);
char *complete_subcommands(const struct cli_command *c);
void complete_add_enum(struct strbuf *out, const struct cli_option *o);
/* Adds each kind of words (struct cli_program) that the text names, between before and after. */
void complete_add_kinds(const char *text, const struct completion *to, const char *before,
    const char *after, struct strbuf *out);

void complete_bash(const struct completion *to, const struct cli_command *root);
void complete_zsh(const struct completion *to, const struct cli_command *root);
void complete_fish(const struct completion *to, const struct cli_command *root);
