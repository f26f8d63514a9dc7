/* The script for fish. */
#include "base/alloc.h"
#include "cli/complete_internal.h"
#include "cli/parse.h"

static void
fish_text(struct strbuf *out, const char *text)
{
	strbuf_add_char(out, '\'');
	for (; *text; text++) {
		if (*text == '\'' || *text == '\\')
			strbuf_add_char(out, '\\');
		strbuf_add_char(out, *text);
	}
	strbuf_add_char(out, '\'');
}

/* Stands for the program's name until the script is complete. */
#define PROGRAM "\001"

/* Every rule starts with the program's name and the place where it holds. */
static void
fish_rule(struct strbuf *out, const char *path)
{
	strbuf_addf(out, "complete -c " PROGRAM " -n '__" PROGRAM "_at \"%s\"'", path);
}

static void
fish_rules(const struct cli_command *c, const char *path, const struct completion *to)
{
	struct strbuf *out = to->out;
	_cleanup_(freep) char *choices = complete_alternatives(c->args);
	_cleanup_(strbuf_done) struct strbuf kinds = { 0 };

	for (size_t i = 0; c->subcommands && c->subcommands[i]; i++) {
		fish_rule(out, path);
		strbuf_addf(out, " -a %s -d ", c->subcommands[i]->name);
		fish_text(out, c->subcommands[i]->summary);
		strbuf_add_char(out, '\n');
	}
	for (size_t i = 0; i < c->option_count; i++) {
		const struct cli_option *o = &c->options[i];

		fish_rule(out, path);
		strbuf_addf(out, " -l %s", o->name);
		if (o->letter)
			strbuf_addf(out, " -s %c", o->letter);
		if (cli_option_has_arg(o))
			strbuf_add(out, complete_names_file(o->arg) || complete_names_dir(o->arg)
					    ? " -r -F"
					    : " -x");
		if (o->type == CLI_ENUM) {
			strbuf_add(out, " -a '");
			complete_add_enum(out, o);
			strbuf_add_char(out, '\'');
		}
		complete_add_kinds(
		    o->arg, to, " -a '(" PROGRAM " completion --words ", " 2>/dev/null)'", out);
		strbuf_add(out, " -d ");
		fish_text(out, o->help);
		strbuf_add_char(out, '\n');
	}
	complete_add_kinds(c->args, to, "", "", &kinds);
	if (kinds.len > 0) {
		fish_rule(out, path);
		complete_add_kinds(
		    c->args, to, " -a '(" PROGRAM " completion --words ", " 2>/dev/null)'", out);
		strbuf_add_char(out, '\n');
	}
	if (*choices || complete_names_file(c->args)) {
		fish_rule(out, path);
		strbuf_addf(out, *choices ? " -a '%s'\n" : "%s -F\n", choices);
	}
}

static void
fish_paths(const struct cli_command *c, const char *path, const struct completion *to)
{
	struct strbuf *out = to->out;
	(void)c;
	if (*path)
		strbuf_addf(out, " '%s'", path);
}

void
complete_fish(const struct completion *to, const struct cli_command *root)
{
	struct strbuf rules = { 0 };
	const struct completion inner = { .program = to->program, .out = &rules };

	strbuf_add(&rules,
	    "# fish completion for " PROGRAM ", made by `" PROGRAM " completion fish`\n"
	    "function __" PROGRAM "_at\n"
	    "\tset -l path\n"
	    "\tfor word in (commandline -opc)[2..-1]\n"
	    "\t\tset -l next (string trim \"$path $word\")\n"
	    "\t\tif contains -- $next");
	complete_visit(root, "", fish_paths, &inner);
	strbuf_add(&rules,
	    "\n\t\t\tset path $next\n\t\tend\n\tend\n\ttest \"$path\" = \"$argv[1]\"\nend\n"
	    "complete -c " PROGRAM " -f\n"
	    "complete -c " PROGRAM " -l help -s h -d 'show help'\n");
	complete_visit(root, "", fish_rules, &inner);
	for (const char *p = strbuf_get(&rules); *p; p++) {
		if (*p == PROGRAM[0])
			strbuf_add(to->out, to->program->name);
		else
			strbuf_add_char(to->out, *p);
	}
	strbuf_done(&rules);
}
