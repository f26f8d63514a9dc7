/* nearcast projects: who orders Global IPs, and how many. */
#include "cli/commands.h"
#include "cli/object.h"

struct projects_options {
	struct object_options base;
	const char *name, *description;
	uint32_t max_ipv4, max_ipv6, max_services;
};

#define AT(member) offsetof(struct projects_options, member)

/* clang-format off */
static const struct object_column columns[] = {
	{ "name", "name", TABLE_LEFT, 0 },
	{ "IPv4", "ipv4", TABLE_RIGHT, 4 },
	{ "of", "max_ipv4", TABLE_RIGHT, 4 },
	{ "IPv6", "ipv6", TABLE_RIGHT, 3 },
	{ "of", "max_ipv6", TABLE_RIGHT, 3 },
	{ "services at most", "max_services", TABLE_RIGHT, 2 },
	{ "description", "description", TABLE_LEFT, 1 },
	{ NULL, NULL, TABLE_LEFT, 0 },
};

static const struct object_field fields[] = {
	{ "name", OBJECT_TEXT, AT(name), NULL },
	{ "description", OBJECT_TEXT, AT(description), NULL },
	{ "max_ipv4", OBJECT_COUNT, AT(max_ipv4), NULL },
	{ "max_ipv6", OBJECT_COUNT, AT(max_ipv6), NULL },
	{ "max_services", OBJECT_COUNT, AT(max_services), NULL },
	{ NULL, OBJECT_TEXT, 0, NULL },
};

#define FIELDS                                                                                         \
	{ "description", 'd', CLI_STRING, AT(description), "TEXT", 0, 0, NULL, "what it is for" },     \
	{ "max-ipv4", '4', CLI_U32, AT(max_ipv4), "COUNT", 0, 1000000, NULL,                           \
	    "IPv4 addresses that it may have" },                                                       \
	{ "max-ipv6", '6', CLI_U32, AT(max_ipv6), "COUNT", 0, 1000000, NULL,                           \
	    "IPv6 addresses that it may have" },                                                       \
	{ "max-services", 0, CLI_U32, AT(max_services), "COUNT", 0, 4096, NULL,                        \
	    "services that it may have" }

static const struct cli_option list_options[] = { CLI_OBJECT, CLI_OBJECT_LIST };
static const struct cli_option show_options[] = { CLI_OBJECT };
static const struct cli_option add_options[] = { CLI_OBJECT, CLI_OBJECT_KEY, FIELDS };
static const struct cli_option set_options[] = {
	CLI_OBJECT,
	{ "name", 0, CLI_STRING, AT(name), "NAME", 0, 0, NULL, "what it is called from now on" },
	FIELDS,
};
/* clang-format on */

static const struct projects_options defaults = {
	.max_ipv4 = OBJECT_NOT_GIVEN, .max_ipv6 = OBJECT_NOT_GIVEN, .max_services = OBJECT_NOT_GIVEN
};

static const struct object_kind kind = {
	.what = "project", .path = "projects", .columns = columns, .fields = fields
};

OBJECT_RUN_LIST(run_list, kind)
OBJECT_RUN(run_add, object_create(&kind, options, json_pack("{s:s}", "name", args[0])))
OBJECT_RUN_SHOW(run_show, kind)
OBJECT_RUN_SET(run_set, kind)
OBJECT_RUN_REMOVE(run_remove, kind)

static const struct cli_command list_command = OBJECT_COMMAND("list", "", 0, "List the projects.",
    list_options, struct projects_options, &defaults, run_list);
static const struct cli_command add_command = OBJECT_COMMAND(
    "add", "NAME", 1, "Make a project.", add_options, struct projects_options, &defaults, run_add);
static const struct cli_command show_command = OBJECT_COMMAND("show", "PROJECT", 1,
    "Show a project.", show_options, struct projects_options, &defaults, run_show);
static const struct cli_command set_command = OBJECT_COMMAND("set", "PROJECT", 1,
    "Change a project.", set_options, struct projects_options, &defaults, run_set);
static const struct cli_command remove_command =
    OBJECT_COMMAND("remove", "PROJECT", 1, "Remove a project that has nothing.", show_options,
	struct projects_options, &defaults, run_remove);

static const struct cli_command *const commands[] = { &list_command, &add_command, &show_command,
	&set_command, &remove_command, NULL };

const struct cli_command cli_projects_command = {
	.name = "projects",
	.args = "",
	.summary = "Who orders Global IPs of a controller, and how many.",
	.subcommands = commands,
};
