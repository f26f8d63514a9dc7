#include "cli/parse.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"

/* One run over argv. */
struct parse {
	const struct cli_command *command;
	char *options;
	bool *given; /* by option index */
	char **argv;
	int argc, at; /* at: the next word */
	char **args;
	int arg_count;
	bool help;
	struct err *e;
};

bool
cli_option_has_arg(const struct cli_option *o)
{
	return o->type != CLI_FLAG && o->type != CLI_CHOICE;
}

const struct cli_command *
cli_find(const struct cli_command *const *commands, const char *name)
{
	for (; *commands; commands++) {
		if (strcmp((*commands)->name, name) == 0)
			return *commands;
	}
	return NULL;
}

const char *
cli_nearest(const struct cli_command *const *commands, const char *name)
{
	size_t n = 0;
	const char **names;
	const char *nearest;

	while (commands[n])
		n++;
	names = xcalloc(n + 1, sizeof(*names));
	for (size_t i = 0; i < n; i++)
		names[i] = commands[i]->name;
	nearest = str_nearest(name, names);
	free(names);
	return nearest;
}

static const char *
nearest_option(const struct cli_command *c, const char *name)
{
	const char **names = xcalloc(c->option_count + 2, sizeof(*names));
	const char *nearest;

	for (size_t i = 0; i < c->option_count; i++)
		names[i] = c->options[i].name;
	names[c->option_count] = "help";
	nearest = str_nearest(name, names);
	free(names);
	return nearest;
}

/* A number, but below 0. */
static int
too_small(struct parse *p, const struct cli_option *o, const char *value)
{
	return err_set(p->e, -EINVAL, "--%s: %s is less than 0, expected %s", o->name, value,
	    o->min > 0 ? "more than that" : "0 or more");
}

static int
set_u32(struct parse *p, const struct cli_option *o, const char *value)
{
	uint32_t n = 0;
	int r = parse_u32(value, UINT32_MAX, &n);
	bool limited = o->min != 0 || o->max != 0;

	if (r == -EINVAL && *value == '-' && parse_u32(value + 1, UINT32_MAX, &n) == 0)
		return too_small(p, o, value);
	if (r == -EINVAL)
		return err_set(p->e, -EINVAL, "--%s: \"%s\" is not a whole number", o->name, value);
	if (r < 0 || (limited && (n < o->min || n > o->max)))
		return err_set(p->e, -EINVAL, "--%s: %s is out of range, expected %lld to %lld",
		    o->name, value, (long long)o->min, (long long)(limited ? o->max : UINT32_MAX));
	memcpy(p->options + o->offset, &n, sizeof(n));
	return 0;
}

static int
set_duration(struct parse *p, const struct cli_option *o, const char *value)
{
	struct duration d = { 0 };
	int r = duration_parse(value, &d);

	if (r == -EINVAL && *value == '-' && duration_parse(value + 1, &d) == 0)
		return too_small(p, o, value);
	if (r == -EINVAL)
		return err_set(p->e, -EINVAL,
		    "--%s: \"%s\" is not a duration, expected a number with a unit, like 500ms or "
		    "1.5s",
		    o->name, value);
	if (r < 0 || ((o->min != 0 || o->max != 0) && (d.ns < o->min || d.ns > o->max))) {
		char low[DURATION_STR_MAX], high[DURATION_STR_MAX];

		return err_set(p->e, -EINVAL, "--%s: %s is out of range, expected %s to %s",
		    o->name, value, duration_format(DURATION_NS(o->min), low),
		    duration_format(DURATION_NS(o->max ? o->max : INT64_MAX), high));
	}
	if (o->type == CLI_SECONDS && d.ns % NS_PER_S != 0)
		return err_set(
		    p->e, -EINVAL, "--%s: %s is not a number of whole seconds", o->name, value);
	memcpy(p->options + o->offset, &d, sizeof(d));
	return 0;
}

static int
set_enum(struct parse *p, const struct cli_option *o, const char *value)
{
	struct strbuf names = { 0 };

	for (int i = 0; o->names[i]; i++) {
		if (strcmp(o->names[i], value) == 0) {
			memcpy(p->options + o->offset, &i, sizeof(i));
			strbuf_done(&names);
			return 0;
		}
		strbuf_addf(&names, "%s%s", i ? ", " : "", o->names[i]);
	}
	(void)err_set(p->e, -EINVAL, "--%s: unknown value \"%s\", expected one of %s", o->name,
	    value, strbuf_get(&names));
	strbuf_done(&names);
	return -EINVAL;
}

static void
add_string(struct parse *p, const struct cli_option *o, const char *value)
{
	struct cli_strings s;

	memcpy(&s, p->options + o->offset, sizeof(s));
	s.items = xrealloc(s.items, (s.count + 1) * sizeof(*s.items));
	s.items[s.count++] = value;
	memcpy(p->options + o->offset, &s, sizeof(s));
}

/* -4 after -6: the other option of the same offset that was given, or NULL. */
static const struct cli_option *
rival(const struct parse *p, const struct cli_option *o)
{
	for (size_t i = 0; i < p->command->option_count; i++) {
		const struct cli_option *other = &p->command->options[i];

		if (other != o && p->given[i] && other->type == CLI_CHOICE &&
		    other->offset == o->offset)
			return other;
	}
	return NULL;
}

static int
set_choice(struct parse *p, const struct cli_option *o)
{
	const struct cli_option *other = rival(p, o);
	int v = (int)o->min;

	if (other)
		return err_set(
		    p->e, -EINVAL, "--%s and --%s exclude each other", other->name, o->name);
	memcpy(p->options + o->offset, &v, sizeof(v));
	return 0;
}

static int
set_option(struct parse *p, const struct cli_option *o, const char *value)
{
	size_t index = (size_t)(o - p->command->options);
	bool yes = true;

	if (p->given[index] && cli_option_has_arg(o) && o->type != CLI_STRINGS)
		return err_set(p->e, -EINVAL, "--%s is given twice", o->name);
	p->given[index] = true;
	switch (o->type) {
	case CLI_FLAG:
		memcpy(p->options + o->offset, &yes, sizeof(yes));
		return 0;
	case CLI_CHOICE:
		return set_choice(p, o);
	case CLI_STRING:
		memcpy(p->options + o->offset, &value, sizeof(value));
		return 0;
	case CLI_STRINGS:
		add_string(p, o, value);
		return 0;
	case CLI_U32:
		return set_u32(p, o, value);
	case CLI_DURATION:
	case CLI_SECONDS:
		return set_duration(p, o, value);
	case CLI_ENUM:
		return set_enum(p, o, value);
	}
	assert(false);
	return -EINVAL;
}

static int
missing_value(struct parse *p, const struct cli_option *o)
{
	return err_set(p->e, -EINVAL, "--%s needs a value: %s", o->name, o->arg);
}

/* "--name", "--name=value", "--name value"; name points behind the dashes. */
static int
parse_long(struct parse *p, const char *name)
{
	size_t n = strcspn(name, "=");
	const char *value = name[n] == '=' ? name + n + 1 : NULL;
	char *bare;

	for (size_t i = 0; i < p->command->option_count; i++) {
		const struct cli_option *o = &p->command->options[i];

		if (strncmp(o->name, name, n) != 0 || o->name[n] != '\0')
			continue;
		if (!cli_option_has_arg(o) && value)
			return err_set(p->e, -EINVAL, "--%s takes no value", o->name);
		if (cli_option_has_arg(o) && !value) {
			if (p->at == p->argc)
				return missing_value(p, o);
			value = p->argv[p->at++];
		}
		return set_option(p, o, value);
	}
	if (n == 4 && strncmp(name, "help", 4) == 0) {
		if (value)
			return err_set(p->e, -EINVAL, "--help takes no value");
		p->help = true;
		return 0;
	}
	bare = strndup(name, n);
	if (bare == NULL)
		abort();

	const char *nearest = nearest_option(p->command, bare);

	(void)err_set(p->e, -EINVAL, "unknown option --%s%s%s%s", bare,
	    nearest ? "; did you mean --" : "", nearest ? nearest : "", nearest ? "?" : "");
	free(bare);
	return -EINVAL;
}

/* "-n5", "-n 5", "-4n5": each letter an option, until one takes the rest as its value. */
static int
parse_letters(struct parse *p, const char *letters)
{
	for (; *letters && !p->help; letters++) {
		const struct cli_option *o = NULL;
		const char *value = NULL;
		int r;

		for (size_t i = 0; i < p->command->option_count && !o; i++) {
			if (p->command->options[i].letter == *letters)
				o = &p->command->options[i];
		}
		if (o == NULL && *letters == 'h') {
			p->help = true;
			return 0;
		}
		if (o == NULL)
			return err_set(p->e, -EINVAL, "unknown option -%.1s", letters);
		if (cli_option_has_arg(o)) {
			value = letters[1] ? letters + 1 : p->argv[p->at];
			if (value == NULL)
				return missing_value(p, o);
			if (letters[1] == '\0')
				p->at++;
		}
		r = set_option(p, o, value);
		if (r < 0 || value)
			return r;
	}
	return 0;
}

static int
parse_words(struct parse *p)
{
	const struct cli_command *c = p->command;

	while (p->at < p->argc && !p->help) {
		char *word = p->argv[p->at++];
		bool option = word[0] == '-' && word[1] != '\0';
		int r;

		if (strcmp(word, "--") == 0)
			break;
		if (!option) {
			if (c->takes_command && p->arg_count == (int)c->args_max) {
				p->at--;
				break;
			}
			p->args[p->arg_count++] = word;
			continue;
		}
		r = word[1] == '-' ? parse_long(p, word + 2) : parse_letters(p, word + 1);
		if (r < 0)
			return r;
	}
	return 0;
}

/* What is left after "--" or at a command's first word; then whether there are enough and not too
 * many. */
static int
parse_rest(struct parse *p)
{
	const struct cli_command *c = p->command;
	int before = p->arg_count, positionals;

	while (p->at < p->argc)
		p->args[p->arg_count++] = p->argv[p->at++];
	positionals = c->takes_command ? before : p->arg_count;
	if ((unsigned)positionals < c->args_min) {
		if (p->arg_count == 0)
			return err_set(p->e, -EINVAL, "%s is missing", c->args);
		return err_set(p->e, -EINVAL, "too few arguments, expected %s", c->args);
	}
	if ((unsigned)positionals > c->args_max)
		return err_set(p->e, -EINVAL, "unexpected argument \"%s\"", p->args[c->args_max]);
	if (c->takes_command && p->arg_count == before)
		return err_set(p->e, -EINVAL, "the command to run is missing");
	return 0;
}

int
cli_parse(const struct cli_command *c, int argc, char **argv, struct cli_parsed *ret, struct err *e)
{
	struct parse p = { .command = c, .argc = argc, .argv = argv, .e = e };
	int r;

	assert(!c->takes_command || c->args_min == c->args_max);
	p.options = xcalloc(1, c->options_size);
	if (c->defaults)
		memcpy(p.options, c->defaults, c->options_size);
	p.given = xcalloc(c->option_count, sizeof(*p.given));
	p.args = xcalloc((size_t)argc + 1, sizeof(*p.args));
	r = parse_words(&p);
	if (r == 0 && !p.help)
		r = parse_rest(&p);
	free(p.given);

	struct cli_parsed parsed = {
		.options = p.options, .args = p.args, .argc = p.arg_count, .help = p.help
	};

	if (r < 0 || p.help)
		cli_parsed_done(c, &parsed);
	if (r < 0)
		return r;
	*ret = parsed;
	return 0;
}

void
cli_parsed_done(const struct cli_command *c, struct cli_parsed *p)
{
	for (size_t i = 0; i < c->option_count && p->options; i++) {
		struct cli_strings s;

		if (c->options[i].type != CLI_STRINGS)
			continue;
		memcpy(&s, (char *)p->options + c->options[i].offset, sizeof(s));
		free(s.items);
	}
	free(p->options);
	free(p->args);
	p->options = NULL;
	p->args = NULL;
}
