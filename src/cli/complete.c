#include "cli/complete.h"

#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/complete_internal.h"

void
complete_visit(
    const struct cli_command *c, const char *path, complete_fn fn, const struct completion *to)
{
	fn(c, path, to);
	for (size_t i = 0; c->subcommands && c->subcommands[i]; i++) {
		const struct cli_command *sub = c->subcommands[i];
		_cleanup_(freep) char *below =
		    xasprintf("%s%s%s", path, *path ? " " : "", sub->name);

		complete_visit(sub, below, fn, to);
	}
}

bool
complete_names_file(const char *text)
{
	return text && (strstr(text, "FILE") || strstr(text, "PATH"));
}

bool
complete_names_dir(const char *text)
{
	return text && strstr(text, "DIR");
}

char *
complete_alternatives(const char *args)
{
	_cleanup_(freep) char *copy = xstrdup(args);
	struct strbuf b = { 0 };
	char *save = NULL;

	for (char *w = strtok_r(copy, " []", &save); w; w = strtok_r(NULL, " []", &save)) {
		if (!strchr(w, '|') ||
		    strspn(w, "abcdefghijklmnopqrstuvwxyz0123456789-|") != strlen(w))
			continue;
		if (b.len > 0)
			strbuf_add_char(&b, ' ');
		for (; *w; w++)
			strbuf_add_char(&b, *w == '|' ? ' ' : *w);
	}
	return strbuf_take(&b);
}

char *
complete_subcommands(const struct cli_command *c)
{
	struct strbuf b = { 0 };

	for (size_t i = 0; c->subcommands && c->subcommands[i]; i++)
		strbuf_addf(&b, "%s%s", i ? " " : "", c->subcommands[i]->name);
	return strbuf_take(&b);
}

void
complete_add_enum(struct strbuf *out, const struct cli_option *o)
{
	for (int i = 0; o->names[i]; i++)
		strbuf_addf(out, "%s%s", i ? " " : "", o->names[i]);
}

void
complete_add_kinds(const char *text, const struct completion *to, const char *before,
    const char *after, struct strbuf *out)
{
	const char *const *kinds = to->program->word_kinds;

	for (; text != NULL && kinds != NULL && *kinds != NULL; kinds++) {
		const char *at = strstr(text, *kinds);
		size_t len = strlen(*kinds);

		/* a word of its own */
		if (at != NULL && (at == text || !ascii_is_upper(at[-1])) &&
		    !ascii_is_upper(at[len]) && at[len] != '=')
			strbuf_addf(out, "%s%s%s", before, *kinds, after);
	}
}

int
cli_complete(const struct cli_program *program, const char *shell, struct strbuf *out)
{
	const struct cli_command root = {
		.name = program->name, .args = "", .subcommands = program->commands
	};
	const struct completion to = { .program = program, .out = out };

	if (strcmp(shell, "bash") == 0)
		complete_bash(&to, &root);
	else if (strcmp(shell, "zsh") == 0)
		complete_zsh(&to, &root);
	else if (strcmp(shell, "fish") == 0)
		complete_fish(&to, &root);
	else
		return -EINVAL;
	return 0;
}
