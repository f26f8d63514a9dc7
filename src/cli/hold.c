/* nearcast hold, release: keeps a service at its stage while somebody works on it. */
#include <stdlib.h>

#include "cli/commands.h"
#include "cli/order.h"

struct hold_options {
	const char *socket, *reason;
	bool json;
};

static int
run_hold(const void *options, int argc, char **args)
{
	const struct hold_options *o = options;
	json_t *fields = o->reason ? json_pack("{s:s}", "reason", o->reason) : NULL;
	json_t *answer = cli_order(o->socket, "hold", args[0], fields);

	(void)argc;
	return answer == NULL ? EXIT_FAILURE : cli_order_print(answer, o->json, "held");
}

static int
run_release(const void *options, int argc, char **args)
{
	const struct hold_options *o = options;
	json_t *answer = cli_order(o->socket, "release", args[0], NULL);

	(void)argc;
	return answer == NULL ? EXIT_FAILURE : cli_order_print(answer, o->json, "released");
}

static const struct hold_options defaults = { .socket = AGENT_CONTROL_PATH };

#define JSON                                                                                       \
	{                                                                                          \
		"json", 0, CLI_FLAG, offsetof(struct hold_options, json), NULL, 0, 0, NULL,        \
		    "the answer as one JSON document"                                              \
	}

static const struct cli_option hold_options[] = {
	CLI_AGENT_SOCKET(struct hold_options),
	{ "reason", 'r', CLI_STRING, offsetof(struct hold_options, reason), "TEXT", 0, 0, NULL,
	    "why, for whoever looks at the status" },
	JSON,
};

const struct cli_command cli_hold_command = {
	.name = "hold",
	.args = "SERVICE",
	.summary = "Keep a service at the stage that it has, whatever its checks say.",
	.args_min = 1,
	.args_max = 1,
	.options = hold_options,
	.option_count = ARRAY_SIZE(hold_options),
	.options_size = sizeof(struct hold_options),
	.defaults = &defaults,
	.run = run_hold,
};

static const struct cli_option release_options[] = {
	CLI_AGENT_SOCKET(struct hold_options),
	JSON,
};

const struct cli_command cli_release_command = {
	.name = "release",
	.args = "SERVICE",
	.summary = "Let a service that was held go where it should be.",
	.args_min = 1,
	.args_max = 1,
	.options = release_options,
	.option_count = ARRAY_SIZE(release_options),
	.options_size = sizeof(struct hold_options),
	.defaults = &defaults,
	.run = run_release,
};
