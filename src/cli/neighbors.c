/* nearcast neighbors: the BGP neighbors of this host's agent, and all about one of them. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/agent.h"
#include "cli/commands.h"
#include "cli/fields.h"
#include "cli/neighbors_text.h"
#include "cli/print_json.h"
#include "io/tty.h"

struct neighbors_options {
	const char *socket;
	bool json;
};

static json_t *
find(const json_t *neighbors, const char *name)
{
	_cleanup_(strbuf_done) struct strbuf names = { 0 };
	json_t *n;
	size_t i;

	json_array_foreach (neighbors, i, n) {
		if (strcmp(field_text(n, "name"), name) == 0)
			return n;
		strbuf_add(&names, i > 0 ? ", " : "");
		strbuf_add_printable(&names, field_text(n, "name"));
	}
	if (names.len == 0)
		cli_say_error("no neighbor is called \"%s\": the agent has none", name);
	else
		cli_say_error(
		    "no neighbor is called \"%s\"; the agent has %s", name, strbuf_get(&names));
	return NULL;
}

static int
show(const json_t *neighbors)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 };

	if (json_array_size(neighbors) == 0)
		cli_say_none("The agent has no neighbors: nothing can be announced.");
	neighbors_text(neighbors,
	    (struct table_look){ .colour = tty_wants_colour(STDOUT_FILENO),
		.columns = tty_columns(STDOUT_FILENO, 0) },
	    &out);
	return cli_print(strbuf_get(&out));
}

static int
run_neighbors(const void *options, int argc, char **args)
{
	const struct neighbors_options *o = options;
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	json_auto_t *status = cli_agent_ask(o->socket, json_pack("{s:s}", "command", "status"));
	json_t *shown = json_object_get(status, "neighbors");

	if (status == NULL)
		return EXIT_FAILURE;
	if (argc > 0 && (shown = find(shown, args[0])) == NULL)
		return EXIT_FAILURE;
	if (o->json)
		return cli_print_json(json_incref(shown), JSON_INDENT(2));
	if (argc == 0)
		return show(shown);
	neighbor_text(shown, tty_wants_colour(STDOUT_FILENO), &out);
	return cli_print(strbuf_get(&out));
}

static const struct neighbors_options defaults = { .socket = AGENT_CONTROL_PATH };

static const struct cli_option options[] = {
	CLI_AGENT_SOCKET(struct neighbors_options),
	{ "json", 0, CLI_FLAG, offsetof(struct neighbors_options, json), NULL, 0, 0, NULL,
	    "all that is known, as one JSON document" },
};

const struct cli_command cli_neighbors_command = {
	.name = "neighbors",
	.args = "[NEIGHBOR]",
	.summary = "Show the BGP neighbors of this host's agent, or all about one of them.",
	.args_max = 1,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.options_size = sizeof(struct neighbors_options),
	.defaults = &defaults,
	.run = run_neighbors,
	.notes = "Exit status: 1 when there is no such NEIGHBOR, or the agent does not answer.",
};
