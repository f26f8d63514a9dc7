/* nearcast upgrade: has the agent become the program that is on the disk now. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/agent.h"
#include "cli/commands.h"
#include "cli/fields.h"
#include "cli/print_json.h"

/* Two programs that are tried, and what lies around them. */
#define PATIENCE DURATION_S(30)

struct upgrade_options {
	const char *socket;
	bool if_changed, force, json;
	struct duration timeout;
};

static void
add_done(struct strbuf *out, const json_t *answer)
{
	json_int_t sessions = json_integer_value(json_object_get(answer, "sessions"));
	json_int_t lost = json_integer_value(json_object_get(answer, "lost"));

	strbuf_add(out, "upgraded from ");
	strbuf_add_printable(out, field_text(answer, "from"));
	strbuf_add(out, " to ");
	strbuf_add_printable(out, field_text(answer, "to"));
	strbuf_addf(out, " in %.1f ms: %lld of %lld sessions kept\n",
	    json_number_value(json_object_get(answer, "gap_ms")), (long long)(sessions - lost),
	    (long long)sessions);
	if (json_is_true(json_object_get(answer, "file_differs")))
		strbuf_add(
		    out, "the configuration file is another one: nearcast reload takes it\n");
}

/* What the new program said, line by line. */
static void
say_errors(const char *text)
{
	while (*text) {
		_cleanup_(strbuf_done) struct strbuf line = { 0 }, printable = { 0 };
		size_t len = strcspn(text, "\n");

		strbuf_add_mem(&line, text, len);
		strbuf_add_printable(&printable, strbuf_get(&line));
		(void)fprintf(stderr, "%s\n", strbuf_get(&printable));
		text += len + (text[len] != '\0');
	}
}

static int
show(const json_t *answer, const char *outcome)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	const char *errors = json_string_value(json_object_get(answer, "errors"));

	if (strcmp(outcome, "upgraded") == 0) {
		add_done(&out, answer);
		return cli_print(strbuf_get(&out));
	}
	if (strcmp(outcome, "same") == 0) {
		strbuf_add(&out, "nearcastd ");
		strbuf_add_printable(&out, field_text(answer, "from"));
		strbuf_add(&out, " runs, and is what is on the disk\n");
		return cli_print(strbuf_get(&out));
	}
	if (errors != NULL)
		say_errors(errors);
	strbuf_add_printable(&out, field_text(answer, "why"));
	cli_say_error(
	    "%s: %s", strcmp(outcome, "cold") == 0 ? "started cold" : "refused", strbuf_get(&out));
	return EXIT_FAILURE;
}

static int
run_upgrade(const void *options, int argc, char **args)
{
	const struct upgrade_options *o = options;
	json_auto_t *answer = cli_agent_ask_for(o->socket,
	    json_pack("{s:s, s:b, s:b, s:I}", "command", "upgrade", "if_changed",
		(int)o->if_changed, "force", (int)o->force, "timeout_ms",
		(json_int_t)duration_ms(o->timeout)),
	    DURATION_NS(2 * o->timeout.ns + PATIENCE.ns));
	const char *outcome;
	bool lost;
	int status;

	(void)argc;
	(void)args;
	if (answer == NULL)
		return EXIT_FAILURE;
	outcome = field_text(answer, "outcome");
	lost = json_integer_value(json_object_get(answer, "lost")) > 0 ||
	       json_is_string(json_object_get(answer, "why"));
	status =
	    o->json ? cli_print_json(json_incref(answer), JSON_INDENT(2)) : show(answer, outcome);
	return lost ? EXIT_FAILURE : status;
}

static const struct upgrade_options upgrade_defaults = {
	.socket = AGENT_CONTROL_PATH,
	.timeout = { 10 * NS_PER_S },
};

static const struct cli_option upgrade_options[] = {
	CLI_AGENT_SOCKET(struct upgrade_options),
	{ "if-changed", 0, CLI_FLAG, offsetof(struct upgrade_options, if_changed), NULL, 0, 0, NULL,
	    "only when another program is on the disk than the one that runs" },
	{ "force", 0, CLI_FLAG, offsetof(struct upgrade_options, force), NULL, 0, 0, NULL,
	    "also when a neighbor does not answer BFD's poll" },
	{ "timeout", 't', CLI_DURATION, offsetof(struct upgrade_options, timeout), "DURATION",
	    NS_PER_MS, 60 * NS_PER_S, NULL, "what the new program may take over each trial" },
	{ "json", 0, CLI_FLAG, offsetof(struct upgrade_options, json), NULL, 0, 0, NULL,
	    "the answer as one JSON document" },
};

const struct cli_command cli_upgrade_command = {
	.name = "upgrade",
	.args = "",
	.summary = "Have the agent become the program that is on the disk, with its sessions.",
	.options = upgrade_options,
	.option_count = ARRAY_SIZE(upgrade_options),
	.options_size = sizeof(struct upgrade_options),
	.defaults = &upgrade_defaults,
	.run = run_upgrade,
	.notes = "Exit status: 1 when it was refused, or something was lost.",
};
