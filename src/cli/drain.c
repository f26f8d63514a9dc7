/* nearcast drain, undrain: takes a service off this host, or others, without cutting its
 * connections. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/commands.h"
#include "cli/fields.h"
#include "cli/order.h"
#include "cli/order_text.h"
#include "cli/print_json.h"

struct drain_options {
	struct order_options order;
	uint32_t until_connections;
	struct duration at_most, within;
	bool wait;
};

/* The service in the agent's status, the caller's; NULL: there is none, which was said. */
static json_t *
look(const char *socket, const char *name)
{
	json_auto_t *status = cli_agent_ask(socket, json_pack("{s:s}", "command", "status"));
	json_t *service;
	size_t i;

	json_array_foreach (json_object_get(status, "services"), i, service) {
		if (strcmp(field_text(service, "name"), name) == 0)
			return json_incref(service);
	}
	if (status != NULL)
		cli_say_error("the agent has no service %s any more", name);
	return NULL;
}

/* On stderr, when it is not what was said last. */
static void
say_progress(const char *name, const json_t *drain, long long *last)
{
	_cleanup_(strbuf_done) struct strbuf line = { 0 }, shown = { 0 };
	const json_t *count = json_object_get(drain, "connections");

	if (!json_is_integer(count) || json_integer_value(count) == *last)
		return;
	*last = json_integer_value(count);
	strbuf_addf(&line, "%s: ", name);
	drain_text(drain, &line);
	strbuf_add_printable(&shown, strbuf_get(&line));
	(void)fprintf(stderr, "%s\n", strbuf_get(&shown));
}

/* Until the drain is done; the service then, or NULL: it was turned back, or nobody answers. */
static json_t *
wait_for_end(const char *socket, const char *name)
{
	const struct timespec pause = { .tv_nsec = 250 * NS_PER_MS };
	long long last = -1;

	for (;;) {
		json_auto_t *service = look(socket, name);
		const json_t *drain = json_object_get(service, "drain");

		if (service == NULL)
			return NULL;
		if (!json_is_object(drain)) {
			cli_say_error("the drain of %s was ended by somebody else", name);
			return NULL;
		}
		if (strcmp(field_text(drain, "phase"), "done") == 0)
			return TAKE(service);
		say_progress(name, drain, &last);
		(void)nanosleep(&pause, NULL);
	}
}

static int
print_end(json_t *service, bool json)
{
	_cleanup_(strbuf_done) struct strbuf line = { 0 }, out = { 0 };
	json_auto_t *owned = service;

	if (json)
		return cli_print_json(TAKE(owned), JSON_INDENT(2));
	strbuf_addf(&line, "%s: ", field_text(owned, "name"));
	drain_text(json_object_get(owned, "drain"), &line);
	strbuf_add_printable(&out, strbuf_get(&line));
	strbuf_add_char(&out, '\n');
	return cli_print(strbuf_get(&out));
}

/* The limits, as the agent and the controller know them. */
static json_t *
limits_of(const struct drain_options *o)
{
	json_t *limits = json_pack("{s:I}", "until_connections", (json_int_t)o->until_connections);

	if (o->at_most.ns > 0)
		(void)json_object_set_new(
		    limits, "at_most_ms", json_integer((json_int_t)duration_ms(o->at_most)));
	return limits;
}

static int
drain_here(const struct drain_options *o, const char *service)
{
	json_t *fields = limits_of(o), *answer;

	if (o->order.reason != NULL)
		(void)json_object_set_new(fields, "reason", json_string(o->order.reason));
	answer = cli_order(o->order.socket, "drain", service, fields);
	if (answer == NULL)
		return EXIT_FAILURE;
	cli_order_say_unasked(o->order.socket, "drain", service);
	if (!o->wait)
		return cli_order_print(answer, o->order.base.json, "drains");
	json_decref(answer);
	answer = wait_for_end(o->order.socket, service);
	return answer == NULL ? EXIT_FAILURE : print_end(answer, o->order.base.json);
}

static int
drain_elsewhere(const struct drain_options *o, const char *service)
{
	_cleanup_(controller_answer_done) struct controller_answer order = { 0 };
	int status;

	if (!o->wait)
		return order_give(&o->order, "drain", service, limits_of(o));
	status = order_make(&o->order, "drain", service, limits_of(o), &order);
	return status == EXIT_SUCCESS
		   ? order_wait_drained(&o->order, service, field_text(order.body, "id"), o->within)
		   : status;
}

static int
run_drain(const void *options, int argc, char **args)
{
	const struct drain_options *o = options;
	const char *service = argc > 0 ? args[0] : NULL;
	int status;

	if (order_is_remote(&o->order))
		return drain_elsewhere(o, service);
	status = order_check_local(&o->order, service);
	return status != EXIT_SUCCESS ? status : drain_here(o, service);
}

static const struct drain_options defaults = { .order.socket = AGENT_CONTROL_PATH,
	.within = { 900 * NS_PER_S } };

static const struct cli_option options[] = {
	CLI_ORDER,
	CLI_ORDER_GIVEN,
	CLI_ORDER_OVERRIDE,
	{ "until-connections", 'c', CLI_U32, offsetof(struct drain_options, until_connections),
	    "COUNT", 0, UINT32_MAX, NULL, "withdraw when no more connections are left" },
	{ "at-most", 't', CLI_DURATION, offsetof(struct drain_options, at_most), "DURATION",
	    1 * NS_PER_S, 86400 * NS_PER_S, NULL,
	    "withdraw then, whatever is left; 0: as configured" },
	{ "wait", 'w', CLI_FLAG, offsetof(struct drain_options, wait), NULL, 0, 0, NULL,
	    "come back when it is done, and tell how it goes on stderr" },
	{ "within", 0, CLI_DURATION, offsetof(struct drain_options, within), "DURATION", NS_PER_MS,
	    86400 * NS_PER_S, NULL, "wait so long at most; through the controller" },
};

const struct cli_command cli_drain_command = {
	.name = "drain",
	.args = "[SERVICE]",
	.summary = "Take a service off hosts without cutting its connections.",
	.args_min = 0,
	.args_max = 1,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.options_size = sizeof(struct drain_options),
	.defaults = &defaults,
	.run = run_drain,
	.notes =
	    "On this host; with --site, --host, --project or --controller through the "
	    "controller, and\n"
	    "without SERVICE all services of the site or host.\n"
	    "\n"
	    "Exit status: 1 when it was refused, or turned back or not done in time while --wait\n"
	    "waited.",
};

static int
run_undrain(const void *opts, int argc, char **args)
{
	const struct order_options *o = opts;
	const char *service = argc > 0 ? args[0] : NULL;
	json_t *answer;
	bool still;
	int status;

	if (order_is_remote(o))
		return order_end(o, "drain", service, "not drained any more");
	status = order_check_local(o, service);
	if (status != EXIT_SUCCESS)
		return status;
	answer = cli_order(o->socket, "undrain", service, NULL);
	still = json_is_object(json_object_get(answer, "drain"));
	if (answer == NULL)
		return EXIT_FAILURE;
	return cli_order_print(answer, o->base.json,
	    still ? "still drained by its drain file" : "not drained any more");
}

static const struct order_options undrain_defaults = { .socket = AGENT_CONTROL_PATH };

static const struct cli_option undrain_options[] = { CLI_ORDER };

const struct cli_command cli_undrain_command = {
	.name = "undrain",
	.args = "[SERVICE]",
	.summary = "Bring a drained service back, at any point of its drain.",
	.args_min = 0,
	.args_max = 1,
	.options = undrain_options,
	.option_count = ARRAY_SIZE(undrain_options),
	.options_size = sizeof(struct order_options),
	.defaults = &undrain_defaults,
	.run = run_undrain,
	.notes =
	    "On this host; with --site, --host, --project or --controller through the controller.",
};
