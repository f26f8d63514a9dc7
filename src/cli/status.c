/* nearcast status: what the agent of this host announces, and why. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "agent/agent_conf.h"
#include "cli/commands.h"
#include "cli/print_json.h"
#include "cli/status_text.h"
#include "io/control.h"
#include "io/tty.h"

struct status_options {
	const char *socket;
	bool json;
	uint32_t events;
};

static int
fail(const char *socket, int code, const char *message)
{
	(void)fprintf(stderr, "nearcast status: %s\n", message);
	if (code == -ENOENT || code == -ECONNREFUSED)
		(void)fprintf(
		    stderr, "Does nearcastd run, with its control socket at %s?\n", socket);
	return EXIT_FAILURE;
}

static int
run_status(const void *options, int argc, char **args)
{
	const struct status_options *o = options;
	_cleanup_(strbuf_done) struct strbuf reply = { 0 };
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	json_auto_t *status = NULL;
	const char *error;
	json_error_t bad;
	struct err e = { 0 };
	int r;

	(void)argc;
	(void)args;
	r = control_call(o->socket, "{\"command\":\"status\"}", DURATION_S(5), &reply, &e);
	if (r < 0)
		return fail(o->socket, r, e.message);
	status = json_loadb(reply.text, reply.len, JSON_REJECT_DUPLICATES, &bad);
	if (!json_is_object(status))
		return fail(o->socket, -EBADMSG, "the agent's answer is not what was asked for");
	error = json_string_value(json_object_get(status, "error"));
	if (error != NULL)
		return fail(o->socket, -EBADMSG, error);
	if (o->json)
		return cli_print_json(TAKE(status), JSON_INDENT(2));
	status_text(status, o->events, tty_wants_colour(STDOUT_FILENO), &out);
	return cli_print(strbuf_get(&out));
}

static const struct status_options defaults = { .socket = AGENT_CONTROL_PATH, .events = 10 };

static const struct cli_option options[] = {
	{ "socket", 's', CLI_STRING, offsetof(struct status_options, socket), "PATH", 0, 0, NULL,
	    "the agent's control socket" },
	{ "events", 'n', CLI_U32, offsetof(struct status_options, events), "COUNT", 0, 100, NULL,
	    "how many of the latest events are shown" },
	{ "json", 0, CLI_FLAG, offsetof(struct status_options, json), NULL, 0, 0, NULL,
	    "all that is known, as one JSON document" },
};

const struct cli_command cli_status_command = {
	.name = "status",
	.args = "",
	.summary = "Show what the agent of this host announces, and why.",
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.options_size = sizeof(struct status_options),
	.defaults = &defaults,
	.run = run_status,
};
