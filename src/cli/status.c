/* nearcast status: what the agent of this host announces, and why. */
#include <stdlib.h>
#include <unistd.h>

#include "cli/agent.h"
#include "cli/commands.h"
#include "cli/print_json.h"
#include "cli/status_text.h"
#include "io/tty.h"

struct status_options {
	const char *socket;
	bool json;
	uint32_t events;
};

static int
run_status(const void *options, int argc, char **args)
{
	const struct status_options *o = options;
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	json_auto_t *status = cli_agent_ask(o->socket, json_pack("{s:s}", "command", "status"));

	(void)argc;
	(void)args;
	if (status == NULL)
		return EXIT_FAILURE;
	if (o->json)
		return cli_print_json(TAKE(status), JSON_INDENT(2));
	status_text(status, o->events,
	    (struct table_look){ .colour = tty_wants_colour(STDOUT_FILENO),
		.columns = tty_columns(STDOUT_FILENO, 0) },
	    &out);
	return cli_print(strbuf_get(&out));
}

static const struct status_options defaults = { .socket = AGENT_CONTROL_PATH, .events = 10 };

static const struct cli_option options[] = {
	CLI_AGENT_SOCKET(struct status_options),
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
