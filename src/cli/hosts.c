/* nearcast hosts: the machines that announce, and the tokens that they join with. */
#include "cli/hosts.h"

#include <limits.h>
#include <stdlib.h>

#include "cli/commands.h"
#include "cli/controller_url.h"
#include "cli/live.h"
#include "cli/object.h"
#include "cli/print_json.h"

struct hosts_options {
	struct object_options base;
	const char *site, *description, *customdata, *metadata, *override;
	bool remove;
	struct cli_strings tags;
};

#define AT(member) offsetof(struct hosts_options, member)

/* clang-format off */
static const struct object_column columns[] = {
	{ "name", "name", TABLE_LEFT, 0 },
	{ "site", "site", TABLE_LEFT, 0 },
	{ "project", "project", TABLE_LEFT, 3 },
	{ "joined", "joined", TABLE_LEFT, 5 },
	{ "agent", "agent_version", TABLE_LEFT, 2 },
	{ "desired", "desired_revision", TABLE_RIGHT, 4 },
	{ "applied", "applied_revision", TABLE_RIGHT, 4 },
	{ "seen", "seen_at", TABLE_LEFT, 6 },
	{ "tags", "tags", TABLE_LEFT, 1 },
	{ "error", "applied_error", TABLE_LEFT, 7 },
	{ NULL, NULL, TABLE_LEFT, 0 },
};

static const struct object_field filters[] = {
	{ "site", OBJECT_TEXT, AT(site), NULL },
	{ NULL, OBJECT_TEXT, 0, NULL },
};

static const struct object_field fields[] = {
	{ "site", OBJECT_TEXT, AT(site), NULL },
	{ "project", OBJECT_TEXT, AT(base.project), NULL },
	{ "tags", OBJECT_TEXTS, AT(tags), NULL },
	{ "description", OBJECT_TEXT, AT(description), NULL },
	{ "customdata", OBJECT_FILE, AT(customdata), NULL },
	{ "metadata", OBJECT_FILE, AT(metadata), NULL },
	{ NULL, OBJECT_TEXT, 0, NULL },
};

#define FIELDS                                                                                         \
	{ "tag", 't', CLI_STRINGS, AT(tags), "TAG", 0, 0, NULL, "with this tag; may be repeated" },    \
	{ "description", 'd', CLI_STRING, AT(description), "TEXT", 0, 0, NULL, "what it is" },         \
	{ "customdata", 'c', CLI_STRING, AT(customdata), "FILE", 0, 0, NULL,                           \
	    "what the host is to know, an object of YAML or JSON" },                                   \
	{ "metadata", 'm', CLI_STRING, AT(metadata), "FILE", 0, 0, NULL,                               \
	    "what its metadata says beside (plan, facility), likewise" }

static const struct cli_option list_options[] = {
	CLI_OBJECT, CLI_OBJECT_LIST,
	{ "site", 's', CLI_STRING, AT(site), "SITE", 0, 0, NULL, "only those of this site" },
};
static const struct cli_option show_options[] = { CLI_OBJECT };
static const struct cli_option add_options[] = {
	CLI_OBJECT, CLI_OBJECT_KEY,
	{ "site", 's', CLI_STRING, AT(site), "SITE", 0, 0, NULL, "where it stands; needed" },
	{ "project", 'p', CLI_STRING, AT(base.project), "PROJECT", 0, 0, NULL, "whose it is alone" },
	FIELDS,
};
static const struct cli_option set_options[] = { CLI_OBJECT, FIELDS };
static const struct cli_option tag_options[] = {
	CLI_OBJECT,
	{ "remove", 'r', CLI_FLAG, AT(remove), NULL, 0, 0, NULL, "take the tags away instead" },
};
static const struct cli_option remove_options[] = {
	CLI_OBJECT, CLI_OBJECT_YES,
	{ "override", 'o', CLI_STRING, AT(override), "REASON", 0, 0, NULL,
	    "meant although services lose too many sites, or it announces, and why" },
};
/* clang-format on */

static const char *const telling[] = { "site", "project", NULL };

static const struct object_kind kind = { .what = "host",
	.path = "hosts",
	.columns = columns,
	.filters = filters,
	.fields = fields,
	.telling = telling,
	.confirm =
	    "its credential is no longer valid, and its agent hears of no change any more; what it "
	    "announces goes on until `nearcast leave` is run there." };

OBJECT_RUN_LIST(run_list, kind)
OBJECT_RUN_SHOW(run_show, kind)
OBJECT_RUN_SET(run_set, kind)

static int
run_add(const void *options, int argc, char **args)
{
	const struct hosts_options *o = options;

	(void)argc;
	if (o->site == NULL)
		return cli_usage_error("--site is needed");
	return object_create(&kind, &o->base, json_pack("{s:s}", "name", args[0]));
}

static int
run_tag(const void *options, int argc, char **args)
{
	const struct hosts_options *o = options;
	_cleanup_(object_found_done) struct object_found f = { 0 };
	int status = object_find(&kind, &o->base, args[0], "", &f);

	(void)argc;
	return status == EXIT_SUCCESS ? object_tag(&o->base, &f, args + 1, o->remove) : status;
}

/* What the host's agent has to have done first, the controller says. */
static int
run_move(const void *options, int argc, char **args)
{
	const struct hosts_options *o = options;
	_cleanup_(object_found_done) struct object_found f = { 0 };
	int status = object_find(&kind, &o->base, args[0], "", &f);

	(void)argc;
	return status == EXIT_SUCCESS
		   ? object_patch(&o->base, &f, json_pack("{s:s}", "site", args[1]))
		   : status;
}

static int
run_remove(const void *options, int argc, char **args)
{
	const struct hosts_options *o = options;
	_cleanup_(strbuf_done) struct strbuf query = { 0 };
	struct object_kind host = kind;

	(void)argc;
	controller_url_add_query(&query, "override_reason", o->override);
	if (o->override != NULL) /* else it announces nothing, or is away */
		host.removed = "removed; what it announces goes on until `nearcast leave --force` "
			       "is run there";
	return object_remove_with(&host, &o->base, args[0], strbuf_get(&query));
}

/* What the host is told at /metadata, but for passwords. Its shape is another's, so it is JSON. */
static int
run_metadata(const void *options, int argc, char **args)
{
	const struct hosts_options *o = options;
	_cleanup_(object_found_done) struct object_found f = { 0 };
	int status = object_find(&kind, &o->base, args[0], "/metadata", &f);

	(void)argc;
	return status == EXIT_SUCCESS ? cli_print_json(json_incref(f.was.body), JSON_INDENT(2))
				      : status;
}

static const struct cli_command list_command = OBJECT_COMMAND(
    "list", "", 0, "List the hosts.", list_options, struct hosts_options, NULL, run_list);
static const struct cli_command add_command = OBJECT_COMMAND("add", "NAME", 1,
    "Make a host that is to join.", add_options, struct hosts_options, NULL, run_add);
static const struct cli_command show_command = OBJECT_COMMAND(
    "show", "HOST", 1, "Show a host.", show_options, struct hosts_options, NULL, run_show);
static const struct cli_command set_command = OBJECT_COMMAND(
    "set", "HOST", 1, "Change a host.", set_options, struct hosts_options, NULL, run_set);
static const struct cli_command move_command =
    OBJECT_COMMAND("move", "HOST SITE", 2, "Move a host that announces nothing to another site.",
	show_options, struct hosts_options, NULL, run_move);
static const struct cli_command tag_command = {
	.name = "tag",
	.args = "HOST TAG...",
	.summary = "Give a host tags, or take them away.",
	.args_min = 2,
	.args_max = UINT_MAX,
	.options = tag_options,
	.option_count = ARRAY_SIZE(tag_options),
	.options_size = sizeof(struct hosts_options),
	.run = run_tag,
};
static const struct cli_command metadata_command =
    OBJECT_COMMAND("metadata", "HOST", 1, "Show what a host is told of itself at /metadata.",
	show_options, struct hosts_options, NULL, run_metadata);
static const struct cli_command remove_command = OBJECT_COMMAND(
    "remove", "HOST", 1, "Remove a host.", remove_options, struct hosts_options, NULL, run_remove);

static const struct cli_command *const commands[] = { &list_command, &add_command, &show_command,
	&set_command, &move_command, &tag_command, &metadata_command, &remove_command,
	&cli_host_status_command, &cli_host_network_command, &cli_join_tokens_command, NULL };

const struct cli_command cli_hosts_command = {
	.name = "hosts",
	.args = "",
	.summary = "The machines that a controller has announce, and how they join.",
	.subcommands = commands,
};
