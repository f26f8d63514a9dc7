/* nearcast hold, release: keeps a service at its stage while somebody works on it. */
#include <stdlib.h>

#include "cli/commands.h"
#include "cli/order.h"

static int
run_hold(const void *options, int argc, char **args)
{
	const struct order_options *o = options;
	const char *service = argc > 0 ? args[0] : NULL;
	json_t *answer;
	int status;

	if (order_is_remote(o))
		return order_give(o, "hold", service, json_object());
	status = order_check_local(o, service);
	if (status != EXIT_SUCCESS)
		return status;
	answer = cli_order(
	    o->socket, "hold", service, o->reason ? json_pack("{s:s}", "reason", o->reason) : NULL);
	if (answer == NULL)
		return EXIT_FAILURE;
	cli_order_say_unasked(o->socket, "hold", service);
	return cli_order_print(answer, o->base.json, "held");
}

static int
run_release(const void *options, int argc, char **args)
{
	const struct order_options *o = options;
	const char *service = argc > 0 ? args[0] : NULL;
	json_t *answer;
	int status;

	if (order_is_remote(o))
		return order_end(o, "hold", service, "released");
	status = order_check_local(o, service);
	if (status != EXIT_SUCCESS)
		return status;
	answer = cli_order(o->socket, "release", service, NULL);
	return answer == NULL ? EXIT_FAILURE : cli_order_print(answer, o->base.json, "released");
}

static const struct order_options defaults = { .socket = AGENT_CONTROL_PATH };

static const struct cli_option hold_options[] = { CLI_ORDER, CLI_ORDER_GIVEN };

const struct cli_command cli_hold_command = {
	.name = "hold",
	.args = "[SERVICE]",
	.summary = "Keep a service at the stage that it has, whatever its checks say.",
	.args_min = 0,
	.args_max = 1,
	.options = hold_options,
	.option_count = ARRAY_SIZE(hold_options),
	.options_size = sizeof(struct order_options),
	.defaults = &defaults,
	.run = run_hold,
	.notes =
	    "On this host; with --site, --host, --project or --controller through the controller.",
};

static const struct cli_option release_options[] = { CLI_ORDER };

const struct cli_command cli_release_command = {
	.name = "release",
	.args = "[SERVICE]",
	.summary = "Let a service that was held go where it should be.",
	.args_min = 0,
	.args_max = 1,
	.options = release_options,
	.option_count = ARRAY_SIZE(release_options),
	.options_size = sizeof(struct order_options),
	.defaults = &defaults,
	.run = run_release,
	.notes =
	    "On this host; with --site, --host, --project or --controller through the controller.",
};
