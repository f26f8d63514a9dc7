/* nearcast dump: has the agent write down what is said with a neighbor. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/agent.h"
#include "cli/commands.h"
#include "cli/fields.h"
#include "cli/print_json.h"

struct dump_options {
	const char *socket;
	int format;
	uint32_t max_megabytes;
	bool json;
};

static const char *const formats[] = { "mrt", "text", NULL };

static json_t *
request(const struct dump_options *o, const char *action, const char *neighbor)
{
	json_t *request =
	    json_pack("{s:s, s:s, s:s}", "command", "dump", "action", action, "neighbor", neighbor);

	if (request && strcmp(action, "start") == 0) {
		(void)json_object_set_new(request, "format", json_string(formats[o->format]));
		(void)json_object_set_new(
		    request, "max_bytes", json_integer((json_int_t)o->max_megabytes << 20));
	}
	return request;
}

static int
run_dump(const void *options, int argc, char **args)
{
	const struct dump_options *o = options;
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	json_auto_t *answer = NULL;
	bool starts;

	(void)argc;
	starts = strcmp(args[0], "start") == 0;
	if (!starts && strcmp(args[0], "stop") != 0)
		return cli_usage_error("unknown action %s; expected start or stop", args[0]);
	answer = cli_agent_ask(o->socket, request(o, args[0], args[1]));
	if (answer == NULL)
		return EXIT_FAILURE;
	if (o->json)
		return cli_print_json(TAKE(answer), JSON_INDENT(2));
	if (starts)
		strbuf_addf(&out, "writes to ");
	else
		strbuf_addf(&out, "wrote %" PRId64 " bytes to ",
		    (int64_t)json_integer_value(json_object_get(answer, "bytes")));
	strbuf_add_printable(&out, field_text(answer, "path"));
	strbuf_add_char(&out, '\n');
	return cli_print(strbuf_get(&out));
}

static const struct dump_options defaults = { .socket = AGENT_CONTROL_PATH, .max_megabytes = 10 };

static const struct cli_option options[] = {
	CLI_AGENT_SOCKET(struct dump_options),
	{ "format", 'f', CLI_ENUM, offsetof(struct dump_options, format), "FORMAT", 0, 0, formats,
	    "mrt for other programs, text for people" },
	{ "max-size", 'm', CLI_U32, offsetof(struct dump_options, max_megabytes), "MEGABYTES", 1,
	    1024, NULL, "where the dump ends by itself" },
	{ "json", 0, CLI_FLAG, offsetof(struct dump_options, json), NULL, 0, 0, NULL,
	    "the answer as one JSON document" },
};

const struct cli_command cli_dump_command = {
	.name = "dump",
	.args = "start|stop NEIGHBOR",
	.summary = "Write down the BGP messages that go to and come from a neighbor.",
	.args_min = 2,
	.args_max = 2,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.options_size = sizeof(struct dump_options),
	.defaults = &defaults,
	.run = run_dump,
	.notes = "Exit status: 1 when the dump was not started or stopped, or had ended by itself.",
};
