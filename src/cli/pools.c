/* nearcast pools: the prefixes that Global IPs are cut from. */
#include "cli/commands.h"
#include "cli/object.h"

struct pools_options {
	struct object_options base;
	const char *name, *description;
	int announced_as, open;
	struct duration quarantine;
};

static const char *const announced_as_names[] = { "aggregate", "host-routes", NULL };

#define AT(member) offsetof(struct pools_options, member)

/* clang-format off */
static const struct object_column columns[] = {
	{ "name", "name", TABLE_LEFT, 0 },
	{ "prefix", "prefix", TABLE_LEFT, 0 },
	{ "announced as", "announced_as", TABLE_LEFT, 2 },
	{ "project", "project", TABLE_LEFT, 6 },
	{ "open", "open", TABLE_LEFT, 4 },
	{ "ordered", "ordered", TABLE_RIGHT, 5 },
	{ "quarantined", "quarantined", TABLE_RIGHT, 3 },
	{ "description", "description", TABLE_LEFT, 1 },
	{ NULL, NULL, TABLE_LEFT, 0 },
};

static const struct object_field fields[] = {
	{ "name", OBJECT_TEXT, AT(name), NULL },
	{ "announced_as", OBJECT_CHOICE, AT(announced_as), announced_as_names },
	{ "project", OBJECT_TEXT, AT(base.project), NULL },
	{ "description", OBJECT_TEXT, AT(description), NULL },
	{ "open", OBJECT_YES, AT(open), NULL },
	{ "quarantine_seconds", OBJECT_SECONDS, AT(quarantine), NULL },
	{ NULL, OBJECT_TEXT, 0, NULL },
};

#define FIELDS                                                                                         \
	{ "description", 'd', CLI_STRING, AT(description), "TEXT", 0, 0, NULL, "what it is for" },     \
	{ "open", 0, CLI_CHOICE, AT(open), NULL, 1, 0, NULL, "orders are taken from it" },             \
	{ "closed", 0, CLI_CHOICE, AT(open), NULL, 0, 0, NULL, "no orders are taken from it" },        \
	{ "quarantine", 'q', CLI_SECONDS, AT(quarantine), "DURATION", 0, 31536000 * NS_PER_S, NULL,   \
	    "how long what was released rests" }

static const struct cli_option list_options[] = { CLI_OBJECT, CLI_OBJECT_LIST };
static const struct cli_option show_options[] = { CLI_OBJECT };
static const struct cli_option add_options[] = {
	CLI_OBJECT, CLI_OBJECT_KEY,
	{ "announced-as", 'a', CLI_ENUM, AT(announced_as), "HOW", 0, 0, announced_as_names,
	    "how the network announces it" },
	{ "project", 'p', CLI_STRING, AT(base.project), "PROJECT", 0, 0, NULL,
	    "who alone may order from it" },
	FIELDS,
};
static const struct cli_option set_options[] = {
	CLI_OBJECT,
	{ "name", 0, CLI_STRING, AT(name), "NAME", 0, 0, NULL, "what it is called from now on" },
	FIELDS,
};
/* clang-format on */

static const struct pools_options defaults = {
	.announced_as = -1, .open = -1, .quarantine = OBJECT_NO_TIME
};

static const struct object_kind kind = {
	.what = "pool", .path = "pools", .columns = columns, .fields = fields
};

static int
run_add(const void *options, int argc, char **args)
{
	(void)argc;
	return object_create(
	    &kind, options, json_pack("{s:s, s:s}", "name", args[0], "prefix", args[1]));
}

OBJECT_RUN_LIST(run_list, kind)
OBJECT_RUN_SHOW(run_show, kind)
OBJECT_RUN_SET(run_set, kind)
OBJECT_RUN_REMOVE(run_remove, kind)

static const struct cli_command list_command = OBJECT_COMMAND(
    "list", "", 0, "List the pools.", list_options, struct pools_options, &defaults, run_list);
static const struct cli_command add_command = OBJECT_COMMAND("add", "NAME PREFIX", 2,
    "Make a pool of a prefix.", add_options, struct pools_options, &defaults, run_add);
static const struct cli_command show_command = OBJECT_COMMAND(
    "show", "POOL", 1, "Show a pool.", show_options, struct pools_options, &defaults, run_show);
static const struct cli_command set_command = OBJECT_COMMAND(
    "set", "POOL", 1, "Change a pool.", set_options, struct pools_options, &defaults, run_set);
static const struct cli_command remove_command =
    OBJECT_COMMAND("remove", "POOL", 1, "Remove a pool of which nothing is ordered.", show_options,
	struct pools_options, &defaults, run_remove);

static const struct cli_command *const commands[] = { &list_command, &add_command, &show_command,
	&set_command, &remove_command, NULL };

const struct cli_command cli_pools_command = {
	.name = "pools",
	.args = "",
	.summary = "The prefixes that a controller cuts Global IPs from.",
	.subcommands = commands,
};
