/* nearcast routes: what this host's agent announces to whom, and what is seen from elsewhere. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/agent.h"
#include "cli/commands.h"
#include "cli/print_json.h"
#include "cli/routes_text.h"
#include "io/tty.h"

struct routes_options {
	const char *socket;
	bool json;
};

/* A prefix, or the one that holds an address; host bits are not what was meant. */
static int
parse_within(const char *text, char ret[static PREFIX_STR_MAX])
{
	struct prefix prefix;
	struct ip ip;

	if (ip_parse(text, &ip) == 0)
		prefix = prefix_host(ip);
	else if (prefix_parse_host(text, &prefix) < 0)
		return -EINVAL;
	(void)prefix_format(prefix_mask(prefix), ret);
	return 0;
}

static int
run_routes(const void *options, int argc, char **args)
{
	const struct routes_options *o = options;
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	bool colour = tty_wants_colour(STDOUT_FILENO);
	json_t *request = json_pack("{s:s}", "command", "routes");
	char within[PREFIX_STR_MAX];
	size_t count;
	bool none;

	if (argc > 0 && parse_within(args[0], within) < 0) {
		json_decref(request);
		return cli_usage_error("%s is neither a prefix nor an address", args[0]);
	}
	if (argc > 0)
		(void)json_object_set_new(request, "within", json_string(within));

	json_auto_t *answer = cli_agent_ask(o->socket, request);

	if (answer == NULL)
		return EXIT_FAILURE;
	count = json_array_size(json_object_get(answer, "routes"));
	none = argc > 0 && count == 0;
	if (none)
		cli_say_error("nothing is to be announced in %s", within);
	if (o->json) {
		int status = cli_print_json(TAKE(answer), JSON_INDENT(2));

		return none ? EXIT_FAILURE : status;
	}
	routes_text(json_object_get(answer, "routes"), colour, &out);
	if (argc == 0 && count == 0)
		cli_say_none("Nothing is to be announced.");
	routes_watched_text(json_object_get(answer, "watched"), colour, &out);
	return cli_print(strbuf_get(&out)) != EXIT_SUCCESS || none ? EXIT_FAILURE : EXIT_SUCCESS;
}

static const struct routes_options defaults = { .socket = AGENT_CONTROL_PATH };

static const struct cli_option options[] = {
	CLI_AGENT_SOCKET(struct routes_options),
	{ "json", 0, CLI_FLAG, offsetof(struct routes_options, json), NULL, 0, 0, NULL,
	    "all that is known, as one JSON document" },
};

const struct cli_command cli_routes_command = {
	.name = "routes",
	.args = "[PREFIX]",
	.summary =
	    "Show what this host's agent announces to whom, and what is seen from elsewhere.",
	.args_max = 1,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.options_size = sizeof(struct routes_options),
	.defaults = &defaults,
	.run = run_routes,
	.notes = "Exit status: 1 when nothing is to be announced in PREFIX, or the agent does not "
		 "answer.",
};
