/* The script for bash. */
#include "base/alloc.h"
#include "cli/complete_internal.h"
#include "cli/parse.h"

/* Asks the program, as it was called, for a kind of words. */
#define WORDS_BEGIN "$(\"${COMP_WORDS[0]}\" completion --words "
#define WORDS_END " 2>/dev/null)"

static void
bash_paths(const struct cli_command *c, const char *path, const struct completion *to)
{
	struct strbuf *out = to->out;
	(void)c;
	if (*path)
		strbuf_addf(out, "\t\t\"%s\") path=$next ;;\n", path);
}

static void
bash_values(const struct cli_command *c, const char *path, const struct completion *to)
{
	struct strbuf *out = to->out;
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
			complete_add_enum(out, o);
			strbuf_add(out, "' -- \"$cur\")); ");
		} else if (complete_names_file(o->arg) || complete_names_dir(o->arg)) {
			strbuf_addf(out,
			    "compopt -o filenames; COMPREPLY=($(compgen %s -- \"$cur\")); ",
			    complete_names_dir(o->arg) ? "-d" : "-f");
		}
		complete_add_kinds(o->arg, to, "COMPREPLY=($(compgen -W \"" WORDS_BEGIN,
		    WORDS_END "\" -- \"$cur\")); ", out);
		strbuf_add(out, "return ;;\n");
	}
}

static void
bash_words(const struct cli_command *c, const char *path, const struct completion *to)
{
	struct strbuf *out = to->out;
	_cleanup_(freep) char *subcommands = complete_subcommands(c);
	_cleanup_(freep) char *choices = complete_alternatives(c->args);

	strbuf_addf(out, "\t\"%s\")\n\t\toptions='--help", path);
	for (size_t i = 0; i < c->option_count; i++)
		strbuf_addf(out, " --%s", c->options[i].name);
	strbuf_addf(out, "%s'\n", *path ? "" : " --version");
	if (*subcommands || *choices)
		strbuf_addf(out, "\t\twords='%s'\n", *subcommands ? subcommands : choices);
	complete_add_kinds(c->args, to, "\t\twords+=\" " WORDS_BEGIN, WORDS_END "\"\n", out);
	if (complete_names_file(c->args) || complete_names_dir(c->args))
		strbuf_addf(out, "\t\tfiles=%s\n", complete_names_file(c->args) ? "-f" : "-d");
	if (c->takes_command)
		strbuf_add(out, "\t\tcommand=yes\n");
	strbuf_add(out, "\t\t;;\n");
}

void
complete_bash(const struct completion *to, const struct cli_command *root)
{
	const char *name = to->program->name;
	struct strbuf *out = to->out;

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
	complete_visit(root, "", bash_paths, to);
	strbuf_add(out, "\t\tesac\n\tdone\n\t[[ $dashes ]] || case \"$path:$prev\" in\n");
	complete_visit(root, "", bash_values, to);
	strbuf_add(out, "\tesac\n\tcase $path in\n");
	complete_visit(root, "", bash_words, to);
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
