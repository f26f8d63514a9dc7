#include "cli/usage.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/parse.h"

#define USAGE_COLUMNS 80
/* Behind the arguments of a command that runs another one. */
#define COMMAND_ARGS "[--] COMMAND [ARGUMENT]..."

/* Adds " [--interval DURATION]" and breaks the line before it where it would become too long. */
static void
add_item(struct strbuf *out, size_t *column, size_t indent, const char *item)
{
	size_t width = utf8_width(item) + 1;

	if (*column + width > USAGE_COLUMNS && *column > indent) {
		strbuf_add_char(out, '\n');
		strbuf_pad(out, ' ', indent);
		*column = indent;
	}
	strbuf_addf(out, " %s", item);
	*column += width;
}

static void
add_option_word(struct strbuf *out, const struct cli_option *o)
{
	if (o->letter)
		strbuf_addf(out, "-%c", o->letter);
	else
		strbuf_addf(out, "--%s", o->name);
	if (cli_option_has_arg(o))
		strbuf_addf(out, " %s", o->arg);
}

void
cli_usage(const struct cli_command *c, const char *path, struct strbuf *out)
{
	size_t start = out->len, indent, column;
	struct strbuf item = { 0 };

	strbuf_addf(out, "usage: %s", path);
	column = out->len - start;
	indent = column;
	for (size_t i = 0; i < c->option_count; i++) {
		const struct cli_option *o = &c->options[i];

		strbuf_add_char(&item, '[');
		add_option_word(&item, o);
		for (; o->type == CLI_CHOICE && i + 1 < c->option_count &&
		       o[1].type == CLI_CHOICE && o[1].offset == o->offset;
		     i++, o++) {
			strbuf_add(&item, " | ");
			add_option_word(&item, o + 1);
		}
		strbuf_addf(&item, "]%s", o->type == CLI_STRINGS ? "..." : "");
		add_item(out, &column, indent, strbuf_get(&item));
		strbuf_done(&item);
	}
	if (c->subcommands)
		add_item(out, &column, indent, "COMMAND ...");
	else if (c->args[0] != '\0')
		add_item(out, &column, indent, c->args);
	if (c->takes_command)
		add_item(out, &column, indent, COMMAND_ARGS);
	strbuf_add_char(out, '\n');
}

/* " (default 10)", or nothing when the default is nothing. */
static void
add_default(struct strbuf *out, const struct cli_command *c, const struct cli_option *o)
{
	const char *at = (const char *)c->defaults + o->offset;
	char text[DURATION_STR_MAX];
	const char *s;
	struct duration d;
	uint32_t n;
	int v;

	if (c->defaults == NULL)
		return;
	switch (o->type) {
	case CLI_FLAG:
	case CLI_CHOICE:
	case CLI_STRINGS:
		return;
	case CLI_STRING:
		memcpy(&s, at, sizeof(s));
		if (s)
			strbuf_addf(out, " (default %s)", s);
		return;
	case CLI_U32:
		memcpy(&n, at, sizeof(n));
		if (n > 0 && (o->max == 0 || n <= o->max))
			strbuf_addf(out, " (default %u)", n);
		return;
	case CLI_DURATION:
	case CLI_SECONDS:
		memcpy(&d, at, sizeof(d));
		if (d.ns > 0)
			strbuf_addf(out, " (default %s)", duration_format(d, text));
		return;
	case CLI_ENUM:
		memcpy(&v, at, sizeof(v));
		if (v >= 0) /* else it may be left out */
			strbuf_addf(out, " (default %s)", o->names[v]);
		return;
	}
}

static char *
option_label(const struct cli_option *o)
{
	struct strbuf b = { 0 };

	if (o->letter)
		strbuf_addf(&b, "-%c, ", o->letter);
	else
		strbuf_add(&b, "    ");
	strbuf_addf(&b, "--%s", o->name);
	if (cli_option_has_arg(o))
		strbuf_addf(&b, " %s", o->arg);
	return strbuf_take(&b);
}

static void
add_row(struct strbuf *out, const char *label, size_t width, const char *text)
{
	strbuf_addf(out, "  %s", label);
	strbuf_pad(out, ' ', width - utf8_width(label) + 2);
	strbuf_add(out, text);
}

static void
add_options(struct strbuf *out, const struct cli_command *c)
{
	static const struct cli_option help = {
		.name = "help", .letter = 'h', .help = "show this"
	};
	size_t n = c->option_count + 1, width = 0;
	char **labels = xcalloc(n, sizeof(*labels));

	for (size_t i = 0; i < n; i++) {
		labels[i] = option_label(i < c->option_count ? &c->options[i] : &help);
		width = MAX(width, utf8_width(labels[i]));
	}
	strbuf_add(out, "\nOptions:\n");
	for (size_t i = 0; i < n; i++) {
		const struct cli_option *o = i < c->option_count ? &c->options[i] : &help;

		add_row(out, labels[i], width, o->help);
		for (int k = 0; o->type == CLI_ENUM && o->names[k]; k++)
			strbuf_addf(out, "%s%s", k ? ", " : ": ", o->names[k]);
		if (o != &help)
			add_default(out, c, o);
		strbuf_add_char(out, '\n');
		free(labels[i]);
	}
	free(labels);
}

static void
add_commands(struct strbuf *out, const struct cli_command *const *commands)
{
	size_t width = 0;

	for (size_t i = 0; commands[i]; i++)
		width = MAX(width, utf8_width(commands[i]->name));
	for (size_t i = 0; commands[i]; i++) {
		add_row(out, commands[i]->name, width, commands[i]->summary);
		strbuf_add_char(out, '\n');
	}
}

void
cli_help(const struct cli_command *c, const char *path, struct strbuf *out)
{
	cli_usage(c, path, out);
	strbuf_addf(out, "\n%s\n", c->summary);
	if (c->subcommands) {
		strbuf_add(out, "\nCommands:\n");
		add_commands(out, c->subcommands);
		strbuf_addf(out, "\nRun `%s COMMAND --help` for more about one of them.\n", path);
	} else {
		add_options(out, c);
	}
	if (c->notes)
		strbuf_addf(out, "\n%s\n", c->notes);
}

void
cli_overview(const struct cli_program *program, struct strbuf *out)
{
	strbuf_addf(out, "usage: %s COMMAND [ARGUMENT]...\n\n%s\n\nCommands:\n", program->name,
	    program->summary);
	add_commands(out, program->commands);
	strbuf_addf(out,
	    "\nRun `%s help COMMAND` for more about one of them; its manual page is "
	    "%s-COMMAND(1).\n",
	    program->name, program->name);
}

static void
list_command(const struct cli_command *c, const char *path, struct strbuf *out)
{
	const char *args = c->subcommands ? "" : c->args;

	strbuf_addf(out, "%s%s%s%s\n", path, args[0] ? " " : "", args,
	    c->takes_command ? " " COMMAND_ARGS : "");
	for (size_t i = 0; i < c->option_count; i++) {
		const struct cli_option *o = &c->options[i];

		strbuf_add(out, path);
		if (o->letter)
			strbuf_addf(out, " -%c", o->letter);
		strbuf_addf(out, " --%s", o->name);
		if (cli_option_has_arg(o))
			strbuf_addf(out, " %s", o->arg);
		strbuf_add_char(out, '\n');
	}
	for (size_t i = 0; c->subcommands && c->subcommands[i]; i++) {
		_cleanup_(freep) char *below = xasprintf("%s %s", path, c->subcommands[i]->name);

		list_command(c->subcommands[i], below, out);
	}
}

void
cli_list(const struct cli_program *program, struct strbuf *out)
{
	const struct cli_command all = {
		.name = program->name, .args = "", .subcommands = program->commands
	};

	list_command(&all, program->name, out);
}
