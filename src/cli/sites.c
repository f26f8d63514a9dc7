/* nearcast sites: where hosts stand. */
#include "cli/commands.h"
#include "cli/live.h"
#include "cli/object.h"

struct sites_options {
	struct object_options base;
	const char *name, *city, *country, *latitude, *longitude, *description;
};

#define AT(member) offsetof(struct sites_options, member)

/* clang-format off */
static const struct object_column columns[] = {
	{ "name", "name", TABLE_LEFT, 0 },
	{ "city", "city", TABLE_LEFT, 4 },
	{ "country", "country", TABLE_LEFT, 3 },
	{ "latitude", "latitude", TABLE_RIGHT, 2 },
	{ "longitude", "longitude", TABLE_RIGHT, 2 },
	{ "hosts", "hosts", TABLE_RIGHT, 5 },
	{ "description", "description", TABLE_LEFT, 1 },
	{ NULL, NULL, TABLE_LEFT, 0 },
};

static const struct object_field fields[] = {
	{ "name", OBJECT_TEXT, AT(name), NULL },
	{ "city", OBJECT_TEXT, AT(city), NULL },
	{ "country", OBJECT_TEXT, AT(country), NULL },
	{ "latitude", OBJECT_NUMBER, AT(latitude), NULL },
	{ "longitude", OBJECT_NUMBER, AT(longitude), NULL },
	{ "description", OBJECT_TEXT, AT(description), NULL },
	{ NULL, OBJECT_TEXT, 0, NULL },
};

#define FIELDS                                                                                         \
	{ "city", 0, CLI_STRING, AT(city), "CITY", 0, 0, NULL, "where it is" },                        \
	{ "country", 0, CLI_STRING, AT(country), "COUNTRY", 0, 0, NULL, "and in which country" },      \
	{ "latitude", 0, CLI_STRING, AT(latitude), "DEGREES", 0, 0, NULL, "north of the equator" },    \
	{ "longitude", 0, CLI_STRING, AT(longitude), "DEGREES", 0, 0, NULL, "east of Greenwich" },     \
	{ "description", 'd', CLI_STRING, AT(description), "TEXT", 0, 0, NULL, "what it is" }

static const struct cli_option list_options[] = { CLI_OBJECT, CLI_OBJECT_LIST };
static const struct cli_option show_options[] = { CLI_OBJECT };
static const struct cli_option add_options[] = { CLI_OBJECT, CLI_OBJECT_KEY, FIELDS };
static const struct cli_option set_options[] = {
	CLI_OBJECT,
	{ "name", 0, CLI_STRING, AT(name), "NAME", 0, 0, NULL, "what it is called from now on" },
	FIELDS,
};
/* clang-format on */

static const struct object_kind kind = {
	.what = "site", .path = "sites", .columns = columns, .fields = fields
};

OBJECT_RUN_LIST(run_list, kind)
OBJECT_RUN(run_add, object_create(&kind, options, json_pack("{s:s}", "name", args[0])))
OBJECT_RUN_SHOW(run_show, kind)
OBJECT_RUN_SET(run_set, kind)
OBJECT_RUN_REMOVE(run_remove, kind)

static const struct cli_command list_command = OBJECT_COMMAND(
    "list", "", 0, "List the sites.", list_options, struct sites_options, NULL, run_list);
static const struct cli_command add_command = OBJECT_COMMAND(
    "add", "NAME", 1, "Make a site.", add_options, struct sites_options, NULL, run_add);
static const struct cli_command show_command = OBJECT_COMMAND(
    "show", "SITE", 1, "Show a site.", show_options, struct sites_options, NULL, run_show);
static const struct cli_command set_command = OBJECT_COMMAND(
    "set", "SITE", 1, "Change a site.", set_options, struct sites_options, NULL, run_set);
static const struct cli_command remove_command = OBJECT_COMMAND("remove", "SITE", 1,
    "Remove a site that has no hosts.", show_options, struct sites_options, NULL, run_remove);

static const struct cli_command *const commands[] = { &list_command, &add_command, &show_command,
	&set_command, &remove_command, &cli_sites_status_command, NULL };

const struct cli_command cli_sites_command = {
	.name = "sites",
	.args = "",
	.summary = "Where the hosts of a controller stand.",
	.subcommands = commands,
};
