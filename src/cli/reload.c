/* nearcast reload and confirm: has the agent go over to what its file says now. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/agent.h"
#include "cli/commands.h"
#include "cli/fields.h"
#include "cli/print_json.h"

struct reload_options {
	const char *socket;
	bool diff, force, json;
	struct duration confirm;
};

/* Each text of a list as a line. */
static void
add_lines(struct strbuf *out, const json_t *answer, const char *key)
{
	const json_t *line;
	size_t i;

	json_array_foreach (json_object_get(answer, key), i, line) {
		strbuf_add_printable(out, json_string_value(line));
		strbuf_add_char(out, '\n');
	}
	if (i > 0)
		strbuf_add_char(out, '\n');
}

/* The errors of a file, with the lines that they show. */
static void
say_errors(const char *text)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 };

	while (*text) {
		_cleanup_(strbuf_done) struct strbuf line = { 0 };
		size_t len = strcspn(text, "\n");

		strbuf_add_mem(&line, text, len);
		strbuf_add_printable(&out, strbuf_get(&line));
		strbuf_add_char(&out, '\n');
		text += len + (text[len] != '\0');
	}
	(void)fputs(strbuf_get(&out), stderr);
}

static void
add_outcome(struct strbuf *out, const json_t *answer, const char *outcome)
{
	const json_t *confirm = json_object_get(answer, "confirm_ms");
	char text[DURATION_STR_MAX];

	if (strcmp(outcome, "same") == 0) {
		strbuf_add(out, "nothing differs from ");
	} else if (strcmp(outcome, "shown") == 0) {
		if (json_array_size(json_object_get(answer, "differences")) > 0)
			strbuf_add(out, "nothing was changed yet by ");
		else
			strbuf_add(out, "nothing differs from ");
	} else {
		strbuf_add(out, "reloaded ");
	}
	strbuf_add_printable(out, field_text(answer, "file"));
	strbuf_add_char(out, '\n');
	if (strcmp(outcome, "applied") == 0 && json_is_integer(confirm))
		strbuf_addf(out, "it is taken back in %s, unless you type: nearcast confirm\n",
		    duration_format(
			duration_round_s(DURATION_MS(json_integer_value(confirm))), text));
}

static int
show(const json_t *answer, const char *outcome)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 }, printable = { 0 };
	const json_t *why = json_object_get(answer, "why");
	const char *errors = json_string_value(json_object_get(answer, "errors"));
	int status;

	add_lines(&out, answer, "differences");
	add_lines(&out, answer, "costs");
	if (strcmp(outcome, "refused") != 0)
		add_outcome(&out, answer, outcome);
	status = cli_print(strbuf_get(&out));
	if (errors != NULL)
		say_errors(errors);
	if (!json_is_string(why))
		return status;
	strbuf_add_printable(&printable, json_string_value(why));
	cli_say_error("%s: %s", strcmp(outcome, "refused") == 0 ? "refused" : "would be refused",
	    strbuf_get(&printable));
	return EXIT_FAILURE;
}

static int
run_reload(const void *options, int argc, char **args)
{
	const struct reload_options *o = options;
	json_t *request = json_pack(
	    "{s:s, s:b, s:b}", "command", "reload", "diff", (int)o->diff, "force", (int)o->force);
	json_auto_t *answer = NULL;
	const char *outcome;
	bool ok;

	(void)argc;
	(void)args;
	if (o->confirm.ns > 0)
		(void)json_object_set_new(
		    request, "confirm_ms", json_integer(duration_ms(o->confirm)));
	if (o->diff && o->confirm.ns > 0) {
		json_decref(request);
		return cli_usage_error("--diff changes nothing that could be confirmed");
	}
	answer = cli_agent_ask(o->socket, request);
	if (answer == NULL)
		return EXIT_FAILURE;
	outcome = field_text(answer, "outcome");
	ok = !json_is_string(json_object_get(answer, "why"));
	if (!o->json)
		return show(answer, outcome);
	return cli_print_json(TAKE(answer), JSON_INDENT(2)) == EXIT_SUCCESS && ok ? EXIT_SUCCESS
										  : EXIT_FAILURE;
}

static const struct reload_options reload_defaults = { .socket = AGENT_CONTROL_PATH };

static const struct cli_option reload_options[] = {
	CLI_AGENT_SOCKET(struct reload_options),
	{ "diff", 'd', CLI_FLAG, offsetof(struct reload_options, diff), NULL, 0, 0, NULL,
	    "show what would change and what it costs, and change nothing" },
	{ "confirm", 'c', CLI_DURATION, offsetof(struct reload_options, confirm), "DURATION",
	    NS_PER_S, 86400 * NS_PER_S, NULL,
	    "take it back after this time, unless it is confirmed" },
	{ "force", 0, CLI_FLAG, offsetof(struct reload_options, force), NULL, 0, 0, NULL,
	    "withdraw as much as the file says" },
	{ "json", 0, CLI_FLAG, offsetof(struct reload_options, json), NULL, 0, 0, NULL,
	    "the answer as one JSON document" },
};

const struct cli_command cli_reload_command = {
	.name = "reload",
	.args = "",
	.summary = "Have the agent go over to what its configuration file says now.",
	.options = reload_options,
	.option_count = ARRAY_SIZE(reload_options),
	.options_size = sizeof(struct reload_options),
	.defaults = &reload_defaults,
	.run = run_reload,
	.notes = "Exit status: 1 when it was refused, or would be (--diff).",
};

/* ---- confirm ---- */

struct confirm_options {
	const char *socket;
	bool json;
};

static int
run_confirm(const void *options, int argc, char **args)
{
	const struct confirm_options *o = options;
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	json_auto_t *answer = cli_agent_ask(o->socket, json_pack("{s:s}", "command", "confirm"));

	(void)argc;
	(void)args;
	if (answer == NULL)
		return EXIT_FAILURE;
	if (o->json)
		return cli_print_json(TAKE(answer), JSON_INDENT(2));
	strbuf_add(&out, "confirmed ");
	strbuf_add_printable(&out, field_text(answer, "file"));
	strbuf_add_char(&out, '\n');
	return cli_print(strbuf_get(&out));
}

static const struct confirm_options confirm_defaults = { .socket = AGENT_CONTROL_PATH };

static const struct cli_option confirm_options[] = {
	CLI_AGENT_SOCKET(struct confirm_options),
	{ "json", 0, CLI_FLAG, offsetof(struct confirm_options, json), NULL, 0, 0, NULL,
	    "the answer as one JSON document" },
};

const struct cli_command cli_confirm_command = {
	.name = "confirm",
	.args = "",
	.summary = "Keep a reload that would be taken back.",
	.options = confirm_options,
	.option_count = ARRAY_SIZE(confirm_options),
	.options_size = sizeof(struct confirm_options),
	.defaults = &confirm_defaults,
	.run = run_confirm,
	.notes = "Exit status: 1 when nothing waits to be confirmed.",
};
