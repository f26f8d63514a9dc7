/* nearcast services: what answers on Global IPs, and where. */
#include "cli/services.h"

#include <stdlib.h>

#include "cli/commands.h"
#include "cli/controller_url.h"
#include "cli/live.h"

#define AT(member) offsetof(struct services_options, member)

/* clang-format off */
static const struct object_column columns[] = {
	{ "name", "name", TABLE_LEFT, 0 },
	{ "prefixes", "prefixes", TABLE_LEFT, 0 },
	{ "sites", "sites", TABLE_LEFT, 4 },
	{ "hosts", "hosts", TABLE_LEFT, 3 },
	{ "min sites", "min_sites", TABLE_RIGHT, 2 },
	{ "description", "description", TABLE_LEFT, 1 },
	{ NULL, NULL, TABLE_LEFT, 0 },
};

#define OVERRIDE                                                                                       \
	{ "override", 'o', CLI_STRING, AT(override), "REASON", 0, 0, NULL,                             \
	    "meant although too many sites lose it, or its guard is loosened, and why" }

static const struct cli_option list_options[] = { CLI_OBJECT, CLI_OBJECT_PROJECT, CLI_OBJECT_LIST };
static const struct cli_option show_options[] = { CLI_OBJECT, CLI_OBJECT_PROJECT };
static const struct cli_option apply_options[] = {
	CLI_OBJECT, CLI_OBJECT_PROJECT, OVERRIDE,
	{ "diff", 'd', CLI_FLAG, AT(diff), NULL, 0, 0, NULL, "show what would change, and change nothing" },
};
static const struct cli_option remove_options[] = {
	CLI_OBJECT, CLI_OBJECT_PROJECT, CLI_OBJECT_YES, OVERRIDE
};
/* clang-format on */

static const char *const telling[] = { "prefixes", "sites", "hosts", NULL };

const struct object_kind services_kind = {
	.what = "service",
	.path = "services",
	.place = OBJECT_OF_PROJECT,
	.columns = columns,
	.telling = telling,
	.confirm = "every host withdraws it; its Global IPs stay the project's.",
};

static int
run_remove(const void *options, int argc, char **args)
{
	const struct services_options *o = options;
	_cleanup_(strbuf_done) struct strbuf query = { 0 };

	(void)argc;
	controller_url_add_query(&query, "override_reason", o->override);
	return object_remove_with(&services_kind, &o->base, args[0], strbuf_get(&query));
}

OBJECT_RUN_LIST(run_list, services_kind)
OBJECT_RUN_SHOW(run_show, services_kind)

static const struct cli_command list_command = OBJECT_COMMAND("list", "", 0,
    "List the services of a project.", list_options, struct services_options, NULL, run_list);
static const struct cli_command show_command = OBJECT_COMMAND(
    "show", "SERVICE", 1, "Show a service.", show_options, struct services_options, NULL, run_show);
static const struct cli_command apply_command =
    OBJECT_COMMAND("apply", "FILE", 1, "Make a service what a file says, or make it.",
	apply_options, struct services_options, NULL, services_run_apply);
static const struct cli_command remove_command = OBJECT_COMMAND("remove", "SERVICE", 1,
    "Remove a service.", remove_options, struct services_options, NULL, run_remove);

static const struct cli_command *const commands[] = { &list_command, &show_command, &apply_command,
	&remove_command, &cli_service_status_command, NULL };

const struct cli_command cli_services_command = {
	.name = "services",
	.args = "",
	.summary = "What answers on the Global IPs of a controller, and where.",
	.subcommands = commands,
};
