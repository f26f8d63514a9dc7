/* The script for zsh. */
#include "base/alloc.h"
#include "cli/complete_internal.h"
#include "cli/parse.h"

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

/* What asks the program for the kinds of words that text names; "" for none. The caller frees. */
static char *
zsh_words(const char *text, const struct completion *to)
{
	_cleanup_(freep) char *before =
	    xasprintf("compadd -- ${(f)\"$(%s completion --words ", to->program->name);
	_cleanup_(strbuf_done) struct strbuf b = { 0 };

	complete_add_kinds(text, to, before, " 2>/dev/null)\"}; ", &b);
	return b.len > 0 ? xasprintf("{%s}", b.text) : xstrdup("");
}

static void
zsh_action(struct strbuf *out, const struct cli_option *o, const struct completion *to)
{
	_cleanup_(freep) char *words = zsh_words(o->arg, to);

	if (o->type == CLI_ENUM) {
		strbuf_add_char(out, '(');
		complete_add_enum(out, o);
		strbuf_add_char(out, ')');
	} else if (complete_names_file(o->arg) || complete_names_dir(o->arg)) {
		strbuf_add(out, complete_names_dir(o->arg) ? "_files -/" : "_files");
	} else {
		strbuf_add(out, *words ? words : " ");
	}
}

static void
zsh_option(struct strbuf *out, const struct cli_option *o, const struct completion *to)
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
			zsh_action(out, o, to);
		}
		strbuf_add_char(out, '\'');
	}
}

static void
zsh_case(const struct cli_command *c, const char *path, const struct completion *to)
{
	struct strbuf *out = to->out;
	_cleanup_(freep) char *choices = complete_alternatives(c->args ? c->args : "");
	_cleanup_(freep) char *words = zsh_words(c->args, to);

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
		zsh_option(out, &c->options[i], to);
	if (*choices && *words)
		strbuf_addf(out, " \\\n\t\t\t'*:word:{compadd -- %s; %s'", choices, words + 1);
	else if (*choices)
		strbuf_addf(out, " \\\n\t\t\t'1:word:(%s)'", choices);
	else if (complete_names_file(c->args) || complete_names_dir(c->args))
		strbuf_addf(
		    out, " \\\n\t\t\t'*:file:_files%s'", complete_names_file(c->args) ? "" : " -/");
	else if (c->takes_command)
		strbuf_addf(out, " \\\n\t\t\t'%u:word:%s' '*::command:_normal'", c->args_max,
		    *words ? words : " ");
	else if (*words)
		strbuf_addf(out, " \\\n\t\t\t'*:word:%s'", words);
	strbuf_add(out, "\n\t\t;;\n");
}

static void
zsh_paths(const struct cli_command *c, const char *path, const struct completion *to)
{
	struct strbuf *out = to->out;
	if (*path)
		strbuf_addf(out, "\t\t(\"%s\") path_=$next; depth=$i ;;\n", path);
	(void)c;
}

void
complete_zsh(const struct completion *to, const struct cli_command *root)
{
	const char *name = to->program->name;
	struct strbuf *out = to->out;

	strbuf_addf(out,
	    "#compdef %s\n"
	    "# zsh completion for %s, made by `%s completion zsh`\n"
	    "_%s()\n{\n"
	    "\tlocal path_= next depth=1 i\n"
	    "\tfor ((i = 2; i < CURRENT; i++)); do\n"
	    "\t\tnext=\"${path_:+$path_ }${words[i]}\"\n"
	    "\t\tcase $next in\n",
	    name, name, name, name);
	complete_visit(root, "", zsh_paths, to);
	strbuf_add(out, "\t\tesac\n\tdone\n"
			"\t# what follows the command, as if it stood alone\n"
			"\tshift $((depth - 1)) words\n"
			"\t((CURRENT -= depth - 1))\n"
			"\tcase $path_ in\n");
	complete_visit(root, "", zsh_case, to);
	strbuf_addf(out,
	    "\tesac\n}\n"
	    "if [[ ${funcstack[1]} == _%s ]]; then\n\t_%s \"$@\"\nelse\n\tcompdef _%s %s\nfi\n",
	    name, name, name, name);
}
