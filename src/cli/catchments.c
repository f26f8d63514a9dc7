/* nearcast catchments: those that a controller has measured, or measures. */
#include "cli/catchments.h"

#include <stdlib.h>

#include "cli/commands.h"

#define AT(member) offsetof(struct catchments_options, member)

/* clang-format off */
static const struct object_column columns[] = {
	{ "id", "id", TABLE_LEFT, 0 },
	{ "address", "address", TABLE_LEFT, 0 },
	{ "from", "site", TABLE_LEFT, 0 },
	{ "state", "state", TABLE_LEFT, 0 },
	{ "targets", "target_count", TABLE_RIGHT, 3 },
	{ "by", "by", TABLE_LEFT, 2 },
	{ "since", "created_at", TABLE_LEFT, 4 },
	{ "why", "why", TABLE_LEFT, 5 },
	{ "description", "description", TABLE_LEFT, 1 },
	{ NULL, NULL, TABLE_LEFT, 0 },
};

static const struct object_field filters[] = {
	{ "state", OBJECT_TEXT, AT(state), NULL },
	{ "global_ip", OBJECT_TEXT, AT(global_ip), NULL },
	{ NULL, OBJECT_TEXT, 0, NULL },
};

static const struct cli_option list_options[] = {
	CLI_OBJECT, CLI_OBJECT_PROJECT, CLI_OBJECT_LIST,
	{ "state", 0, CLI_STRING, AT(state), "STATE", 0, 0, NULL, "only those in this state" },
	{ "global-ip", 'g', CLI_STRING, AT(global_ip), "ADDRESS", 0, 0, NULL, "only of this one" },
};
static const struct cli_option show_options[] = {
	CLI_OBJECT, CLI_OBJECT_PROJECT,
	{ "watch", 'w', CLI_FLAG, AT(watch), NULL, 0, 0, NULL, "tell how it goes, until it ends; an interrupt stops it" },
};
static const struct cli_option get_options[] = {
	CLI_OBJECT, CLI_OBJECT_PROJECT,
	{ "out", 'o', CLI_STRING, AT(out), "FILE", 0, 0, NULL, "where it goes, instead of standard output" },
};
static const struct cli_option tell_options[] = { CLI_OBJECT, CLI_OBJECT_PROJECT };
static const struct cli_option remove_options[] = { CLI_OBJECT, CLI_OBJECT_PROJECT, CLI_OBJECT_YES };
/* clang-format on */

const struct object_kind catchment_kind = { .what = "catchment",
	.path = "catchments",
	.place = OBJECT_OF_PROJECT,
	.columns = columns,
	.filters = filters,
	.removed = "forgotten",
	.confirm = "what it measured is gone then" };

static int
run_show(const void *options, int argc, char **args)
{
	const struct catchments_options *o = options;
	_cleanup_(object_found_done) struct object_found f = { 0 };
	int status;

	(void)argc;
	if (o->watch)
		return catchments_wait(&o->base, args[0], NULL);
	status = object_find(&catchment_kind, &o->base, args[0], "", &f);
	return status == EXIT_SUCCESS ? catchments_print(&o->base, f.was.body) : status;
}

static int
run_get(const void *options, int argc, char **args)
{
	const struct catchments_options *o = options;

	(void)argc;
	return catchments_save(&o->base, args[0], o->out != NULL ? o->out : "-");
}

static int
run_stop(const void *options, int argc, char **args)
{
	const struct catchments_options *o = options;
	_cleanup_(controller_answer_done) struct controller_answer answer = { 0 };
	_cleanup_(controller_done) struct controller c = { 0 };
	_cleanup_(strbuf_done) struct strbuf path = { 0 };
	int status = controller_open(&o->base.controller, &c);

	(void)argc;
	if (status == EXIT_SUCCESS)
		status = object_path(&catchment_kind, &o->base, &c, args[0], &path);
	strbuf_add(&path, "/stop");
	if (status == EXIT_SUCCESS)
		status = controller_ask(&c, "POST", strbuf_get(&path), NULL, NULL, &answer);
	return status == EXIT_SUCCESS ? catchments_print(&o->base, answer.body) : status;
}

OBJECT_RUN_LIST(run_list, catchment_kind)
OBJECT_RUN_REMOVE(run_remove, catchment_kind)

static const struct cli_command list_command =
    OBJECT_COMMAND("list", "", 0, "List the catchments of a project, the newest first.",
	list_options, struct catchments_options, NULL, run_list);
static const struct cli_command show_command =
    OBJECT_COMMAND("show", "ID", 1, "Show what came of one, or how far it is.", show_options,
	struct catchments_options, NULL, run_show);
static const struct cli_command get_command = OBJECT_COMMAND("get", "ID", 1,
    "Get where each target lands, as nearcast catchment merge writes it.", get_options,
    struct catchments_options, NULL, run_get);
static const struct cli_command stop_command =
    OBJECT_COMMAND("stop", "ID", 1, "Stop one: nothing more is sent, and what has landed counts.",
	tell_options, struct catchments_options, NULL, run_stop);
static const struct cli_command remove_command = OBJECT_COMMAND("rm", "ID", 1,
    "Forget one that is over.", remove_options, struct catchments_options, NULL, run_remove);

static const struct cli_command *const commands[] = { &list_command, &show_command, &get_command,
	&cli_catchments_report_command, &cli_catchments_locate_command, &stop_command,
	&remove_command, NULL };

const struct cli_command cli_catchments_command = {
	.name = "catchments",
	.args = "",
	.summary = "What a controller measured of where clients land.",
	.subcommands = commands,
};
