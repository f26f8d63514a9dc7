#include "cli/complete.h"

#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/parse.h"

/* Calls fn for a command and all below it, groups first; path is "" for the program itself. */
typedef void (*visit_fn)(const struct cli_command *c, const char *path, struct strbuf *out);

static void
visit(const struct cli_command *c, const char *path, visit_fn fn, struct strbuf *out)
{
	fn(c, path, out);
	for (size_t i = 0; c->subcommands && c->subcommands[i]; i++) {
		const struct cli_command *sub = c->subcommands[i];
		_cleanup_(freep) char *below =
		    xasprintf("%s%s%s", path, *path ? " " : "", sub->name);

		visit(sub, below, fn, out);
	}
}

static bool
names_file(const char *text)
{
	return text && (strstr(text, "FILE") || strstr(text, "PATH"));
}

static bool
names_dir(const char *text)
{
	return text && strstr(text, "DIR");
}

/* "bash|zsh|fish" as "bash zsh fish"; "" when args is not such a list. */
static char *
alternatives(const char *args)
{
	struct strbuf b = { 0 };

	if (strchr(args, '|') &&
	    strspn(args, "abcdefghijklmnopqrstuvwxyz0123456789-|") == strlen(args)) {
		for (; *args; args++)
			strbuf_add_char(&b, *args == '|' ? ' ' : *args);
	}
	return strbuf_take(&b);
}

static char *
subcommand_words(const struct cli_command *c)
{
	struct strbuf b = { 0 };

	for (size_t i = 0; c->subcommands && c->subcommands[i]; i++)
		strbuf_addf(&b, "%s%s", i ? " " : "", c->subcommands[i]->name);
	return strbuf_take(&b);
}

static void
add_enum_words(struct strbuf *out, const struct cli_option *o)
{
	for (int i = 0; o->names[i]; i++)
		strbuf_addf(out, "%s%s", i ? " " : "", o->names[i]);
}

/* ---- bash ---- */

static void
bash_paths(const struct cli_command *c, const char *path, struct strbuf *out)
{
	(void)c;
	if (*path)
		strbuf_addf(out, "\t\t\"%s\") path=$next ;;\n", path);
}

static void
bash_values(const struct cli_command *c, const char *path, struct strbuf *out)
{
	for (size_t i = 0; i < c->option_count; i++) {
		const struct cli_option *o = &c->options[i];

		if (!cli_option_has_arg(o))
			continue;
		strbuf_addf(out, "\t\"%s:--%s\"", path, o->name);
		if (o->letter)
			strbuf_addf(out, " | \"%s:-%c\"", path, o->letter);
		strbuf_add(out, ") ");
		if (o->type == CLI_ENUM) {
			strbuf_add(out, "COMPREPLY=($(compgen -W '");
			add_enum_words(out, o);
			strbuf_add(out, "' -- \"$cur\")); ");
		} else if (names_file(o->arg) || names_dir(o->arg)) {
			strbuf_addf(out,
			    "compopt -o filenames; COMPREPLY=($(compgen %s -- \"$cur\")); ",
			    names_dir(o->arg) ? "-d" : "-f");
		}
		strbuf_add(out, "return ;;\n");
	}
}

static void
bash_words(const struct cli_command *c, const char *path, struct strbuf *out)
{
	_cleanup_(freep) char *subcommands = subcommand_words(c);
	_cleanup_(freep) char *choices = alternatives(c->args);

	strbuf_addf(out, "\t\"%s\")\n\t\toptions='--help", path);
	for (size_t i = 0; i < c->option_count; i++)
		strbuf_addf(out, " --%s", c->options[i].name);
	strbuf_addf(out, "%s'\n", *path ? "" : " --version");
	if (*subcommands || *choices)
		strbuf_addf(out, "\t\twords='%s'\n", *subcommands ? subcommands : choices);
	if (names_file(c->args) || names_dir(c->args))
		strbuf_addf(out, "\t\tfiles=%s\n", names_file(c->args) ? "-f" : "-d");
	if (c->takes_command)
		strbuf_add(out, "\t\tcommand=yes\n");
	strbuf_add(out, "\t\t;;\n");
}

static void
complete_bash(const struct cli_program *program, const struct cli_command *root, struct strbuf *out)
{
	const char *name = program->name;

	strbuf_addf(out,
	    "# bash completion for %s, made by `%s completion bash`\n"
	    "_%s()\n{\n"
	    "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	    "\tlocal path= next i options= words= files= command= dashes=\n"
	    "\tCOMPREPLY=()\n"
	    "\t# --option=value comes as three words\n"
	    "\tif [[ $cur == = ]]; then\n"
	    "\t\tcur=\n"
	    "\telif [[ $prev == = ]]; then\n"
	    "\t\tprev=${COMP_WORDS[COMP_CWORD - 2]}\n"
	    "\tfi\n"
	    "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	    "\t\t[[ ${COMP_WORDS[i]} == -- ]] && dashes=yes && break\n"
	    "\t\tnext=\"${path:+$path }${COMP_WORDS[i]}\"\n"
	    "\t\tcase $next in\n",
	    name, name, name);
	visit(root, "", bash_paths, out);
	strbuf_add(out, "\t\tesac\n\tdone\n\t[[ $dashes ]] || case \"$path:$prev\" in\n");
	visit(root, "", bash_values, out);
	strbuf_add(out, "\tesac\n\tcase $path in\n");
	visit(root, "", bash_words, out);
	strbuf_addf(out,
	    "\tesac\n"
	    "\tif [[ $dashes && $command ]]; then\n"
	    "\t\tCOMPREPLY=($(compgen -c -- \"$cur\"))\n"
	    "\telif [[ $cur == -* && ! $dashes ]]; then\n"
	    "\t\tCOMPREPLY=($(compgen -W \"$options\" -- \"$cur\"))\n"
	    "\telif [[ $files ]]; then\n"
	    "\t\tcompopt -o filenames\n"
	    "\t\tCOMPREPLY=($(compgen $files -- \"$cur\"))\n"
	    "\telse\n"
	    "\t\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
	    "\tfi\n"
	    "}\n"
	    "complete -F _%s %s\n",
	    name, name);
}

/* ---- zsh ---- */

/* Text inside single quotes of an _arguments specification. */
static void
zsh_text(struct strbuf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			strbuf_add(out, "'\\''");
		else if (*text == '[' || *text == ']' || *text == ':')
			strbuf_addf(out, "\\%c", *text);
		else
			strbuf_add_char(out, *text);
	}
}

static void
zsh_action(struct strbuf *out, const struct cli_option *o)
{
	if (o->type == CLI_ENUM) {
		strbuf_add_char(out, '(');
		add_enum_words(out, o);
		strbuf_add_char(out, ')');
	} else if (names_file(o->arg) || names_dir(o->arg)) {
		strbuf_add(out, names_dir(o->arg) ? "_files -/" : "_files");
	} else {
		strbuf_add_char(out, ' ');
	}
}

static void
zsh_option(struct strbuf *out, const struct cli_option *o)
{
	const char *star = o->type == CLI_STRINGS ? "*" : "";

	for (int form = 0; form < 2; form++) {
		if (form == 0 && !o->letter)
			continue;
		strbuf_addf(out, " \\\n\t\t\t'%s", star);
		if (form == 0)
			strbuf_addf(out, "-%c%s[", o->letter, cli_option_has_arg(o) ? "+" : "");
		else
			strbuf_addf(out, "--%s%s[", o->name, cli_option_has_arg(o) ? "=" : "");
		zsh_text(out, o->help);
		strbuf_add_char(out, ']');
		if (cli_option_has_arg(o)) {
			strbuf_add_char(out, ':');
			zsh_text(out, o->arg);
			strbuf_add_char(out, ':');
			zsh_action(out, o);
		}
		strbuf_add_char(out, '\'');
	}
}

static void
zsh_case(const struct cli_command *c, const char *path, struct strbuf *out)
{
	_cleanup_(freep) char *choices = alternatives(c->args ? c->args : "");

	strbuf_addf(out, "\t(\"%s\")\n", path);
	if (c->subcommands) {
		strbuf_add(out, "\t\tlocal -a commands=(");
		for (size_t i = 0; c->subcommands[i]; i++) {
			strbuf_addf(out, " \\\n\t\t\t'%s:", c->subcommands[i]->name);
			zsh_text(out, c->subcommands[i]->summary);
			strbuf_add_char(out, '\'');
		}
		strbuf_add(out, ")\n\t\t_describe command commands\n\t\t;;\n");
		return;
	}
	strbuf_add(out, "\t\t_arguments -s -S '--help[show help]'");
	for (size_t i = 0; i < c->option_count; i++)
		zsh_option(out, &c->options[i]);
	if (*choices)
		strbuf_addf(out, " \\\n\t\t\t'1:word:(%s)'", choices);
	else if (names_file(c->args) || names_dir(c->args))
		strbuf_addf(out, " \\\n\t\t\t'*:file:_files%s'", names_file(c->args) ? "" : " -/");
	else if (c->takes_command)
		strbuf_addf(out, " \\\n\t\t\t'%u:word: ' '*::command:_normal'", c->args_max);
	strbuf_add(out, "\n\t\t;;\n");
}

static void
zsh_paths(const struct cli_command *c, const char *path, struct strbuf *out)
{
	if (*path)
		strbuf_addf(out, "\t\t(\"%s\") path_=$next; depth=$i ;;\n", path);
	(void)c;
}

static void
complete_zsh(const struct cli_program *program, const struct cli_command *root, struct strbuf *out)
{
	const char *name = program->name;

	strbuf_addf(out,
	    "#compdef %s\n"
	    "# zsh completion for %s, made by `%s completion zsh`\n"
	    "_%s()\n{\n"
	    "\tlocal path_= next depth=1 i\n"
	    "\tfor ((i = 2; i < CURRENT; i++)); do\n"
	    "\t\tnext=\"${path_:+$path_ }${words[i]}\"\n"
	    "\t\tcase $next in\n",
	    name, name, name, name);
	visit(root, "", zsh_paths, out);
	strbuf_add(out, "\t\tesac\n\tdone\n"
			"\t# what follows the command, as if it stood alone\n"
			"\tshift $((depth - 1)) words\n"
			"\t((CURRENT -= depth - 1))\n"
			"\tcase $path_ in\n");
	visit(root, "", zsh_case, out);
	strbuf_addf(out,
	    "\tesac\n}\n"
	    "if [[ ${funcstack[1]} == _%s ]]; then\n\t_%s \"$@\"\nelse\n\tcompdef _%s %s\nfi\n",
	    name, name, name, name);
}

/* ---- fish ---- */

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
fish_rules(const struct cli_command *c, const char *path, struct strbuf *out)
{
	_cleanup_(freep) char *choices = alternatives(c->args);

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
			strbuf_add(out, names_file(o->arg) || names_dir(o->arg) ? " -r -F" : " -x");
		if (o->type == CLI_ENUM) {
			strbuf_add(out, " -a '");
			add_enum_words(out, o);
			strbuf_add_char(out, '\'');
		}
		strbuf_add(out, " -d ");
		fish_text(out, o->help);
		strbuf_add_char(out, '\n');
	}
	if (*choices || names_file(c->args)) {
		fish_rule(out, path);
		strbuf_addf(out, *choices ? " -a '%s'\n" : "%s -F\n", choices);
	}
}

static void
fish_paths(const struct cli_command *c, const char *path, struct strbuf *out)
{
	(void)c;
	if (*path)
		strbuf_addf(out, " '%s'", path);
}

static void
complete_fish(const struct cli_program *program, const struct cli_command *root, struct strbuf *out)
{
	struct strbuf rules = { 0 };

	strbuf_add(&rules,
	    "# fish completion for " PROGRAM ", made by `" PROGRAM " completion fish`\n"
	    "function __" PROGRAM "_at\n"
	    "\tset -l path\n"
	    "\tfor word in (commandline -opc)[2..-1]\n"
	    "\t\tset -l next (string trim \"$path $word\")\n"
	    "\t\tif contains -- $next");
	visit(root, "", fish_paths, &rules);
	strbuf_add(&rules,
	    "\n\t\t\tset path $next\n\t\tend\n\tend\n\ttest \"$path\" = \"$argv[1]\"\nend\n"
	    "complete -c " PROGRAM " -f\n"
	    "complete -c " PROGRAM " -l help -s h -d 'show help'\n");
	visit(root, "", fish_rules, &rules);
	for (const char *p = strbuf_get(&rules); *p; p++) {
		if (*p == PROGRAM[0])
			strbuf_add(out, program->name);
		else
			strbuf_add_char(out, *p);
	}
	strbuf_done(&rules);
}

int
cli_complete(const struct cli_program *program, const char *shell, struct strbuf *out)
{
	const struct cli_command root = {
		.name = program->name, .args = "", .subcommands = program->commands
	};

	if (strcmp(shell, "bash") == 0)
		complete_bash(program, &root, out);
	else if (strcmp(shell, "zsh") == 0)
		complete_zsh(program, &root, out);
	else if (strcmp(shell, "fish") == 0)
		complete_fish(program, &root, out);
	else
		return -EINVAL;
	return 0;
}
