/* nearcast rollout: drains a service, or changes it, site after site. */
#include "cli/rollout.h"

#include <stdlib.h>

#include "cli/commands.h"
#include "cli/document_file.h"
#include "cli/fields.h"

#define AT(member) offsetof(struct rollout_options, member)

/* clang-format off */
static const struct object_column columns[] = {
	{ "id", "id", TABLE_LEFT, 0 },
	{ "kind", "kind", TABLE_LEFT, 0 },
	{ "service", "service", TABLE_LEFT, 0 },
	{ "state", "state", TABLE_LEFT, 0 },
	{ "by", "by", TABLE_LEFT, 2 },
	{ "since", "created_at", TABLE_LEFT, 3 },
	{ "why", "why", TABLE_LEFT, 4 },
	{ "reason", "reason", TABLE_LEFT, 1 },
	{ NULL, NULL, TABLE_LEFT, 0 },
};

static const struct object_field filters[] = {
	{ "service", OBJECT_TEXT, AT(service), NULL },
	{ NULL, OBJECT_TEXT, 0, NULL },
};

/* of a new one */
static const struct object_field fields[] = {
	{ "sites", OBJECT_TEXTS, AT(sites), NULL },
	{ "at_once", OBJECT_COUNT, AT(at_once), NULL },
	{ "settle_seconds", OBJECT_SECONDS, AT(settle), NULL },
	{ "reason", OBJECT_TEXT, AT(reason), NULL },
	{ "override_reason", OBJECT_TEXT, AT(override), NULL },
	{ NULL, OBJECT_TEXT, 0, NULL },
};

#define WATCH                                                                                          \
	{ "watch", 'w', CLI_FLAG, AT(watch), NULL, 0, 0, NULL, "tell how it goes, until it ends" }

static const struct cli_option start_options[] = {
	CLI_OBJECT, CLI_OBJECT_KEY, CLI_OBJECT_PROJECT,
	{ "document", 'd', CLI_STRING, AT(document), "FILE", 0, 0, NULL,
	    "change the service to what this file says, instead of draining it" },
	{ "site", 0, CLI_STRINGS, AT(sites), "SITE", 0, 0, NULL,
	    "this site, in this order; may be repeated; by default all; a change goes on with the others" },
	{ "at-once", 'a', CLI_U32, AT(at_once), "COUNT", 1, 1000, NULL, "so many sites at a time; 1 if not said" },
	{ "settle", 0, CLI_SECONDS, AT(settle), "DURATION", 0, INT64_C(86400) * NS_PER_S, NULL,
	    "watch a site for so long before the next; 30s if not said" },
	{ "until-connections", 'c', CLI_U32, AT(until_connections), "COUNT", 0, UINT32_MAX, NULL,
	    "a site is drained when no more connections are left" },
	{ "at-most", 't', CLI_DURATION, AT(at_most), "DURATION", 1 * NS_PER_S, 86400 * NS_PER_S, NULL,
	    "and then, whatever is left; 0: as configured" },
	{ "reason", 'r', CLI_STRING, AT(reason), "TEXT", 0, 0, NULL, "why, for whoever looks" },
	{ "override", 'o', CLI_STRING, AT(override), "REASON", 0, 0, NULL,
	    "more at a time than max_change_percent allows are meant, and why" },
	WATCH,
};
static const struct cli_option list_options[] = {
	CLI_OBJECT, CLI_OBJECT_PROJECT, CLI_OBJECT_LIST,
	{ "service", 0, CLI_STRING, AT(service), "NAME", 0, 0, NULL, "only of this service" },
};
static const struct cli_option show_options[] = { CLI_OBJECT, CLI_OBJECT_PROJECT, WATCH };
static const struct cli_option tell_options[] = {
	CLI_OBJECT, CLI_OBJECT_PROJECT,
	{ "reason", 'r', CLI_STRING, AT(reason), "TEXT", 0, 0, NULL, "why, for whoever looks" },
};
/* clang-format on */

const struct object_kind rollout_kind = { .what = "rollout",
	.path = "rollouts",
	.place = OBJECT_OF_PROJECT,
	.columns = columns,
	.filters = filters,
	.fields = fields };

static const struct rollout_options start_defaults = { .at_once = OBJECT_NOT_GIVEN,
	.settle = { -1 } };

/* The document of a file, which may be one for `nearcast services apply`; NULL: none, which was
 * said. */
static json_t *
read_document(const char *name)
{
	json_auto_t *file = document_file(name, "a service");
	json_t *document = json_object_get(file, "document");

	return json_incref(json_is_object(document) ? document : file);
}

static json_t *
limits_of(const struct rollout_options *o)
{
	json_t *limits = json_object();

	if (o->until_connections > 0)
		(void)json_object_set_new(
		    limits, "until_connections", json_integer(o->until_connections));
	if (o->at_most.ns > 0)
		(void)json_object_set_new(
		    limits, "at_most_ms", json_integer((json_int_t)duration_ms(o->at_most)));
	return limits;
}

static int
run_start(const void *options, int argc, char **args)
{
	const struct rollout_options *o = options;
	_cleanup_(controller_answer_done) struct controller_answer made = { 0 };
	json_auto_t *document = o->document != NULL ? read_document(o->document) : NULL;
	bool is_change = o->document != NULL;
	json_t *body;
	int status;

	(void)argc;
	if (is_change && document == NULL)
		return EXIT_FAILURE;
	body = json_pack("{s:s, s:s, s:o, s:O*}", "kind", is_change ? "change" : "drain", "service",
	    args[0], "parameters", limits_of(o), "document", document);
	status = object_make(&rollout_kind, &o->base, body, &made);
	if (status != EXIT_SUCCESS)
		return status;
	return o->watch ? rollout_watch(o, field_text(made.body, "id"), true)
			: rollout_print(o, made.body);
}

static int
run_show(const void *options, int argc, char **args)
{
	const struct rollout_options *o = options;
	_cleanup_(object_found_done) struct object_found f = { 0 };
	int status;

	(void)argc;
	if (o->watch)
		return rollout_watch(o, args[0], false);
	status = object_find(&rollout_kind, &o->base, args[0], "", &f);
	return status == EXIT_SUCCESS ? rollout_print(o, f.was.body) : status;
}

/* It moves by itself, so its state is told as it is wanted, whatever revision that is. */
static int
tell(const struct rollout_options *o, const char *id, const char *state)
{
	_cleanup_(controller_answer_done) struct controller_answer answer = { 0 };
	_cleanup_(controller_done) struct controller c = { 0 };
	_cleanup_(strbuf_done) struct strbuf path = { 0 };
	json_auto_t *body = json_pack("{s:s, s:s*}", "state", state, "reason", o->reason);
	int status;

	if (body == NULL)
		return cli_usage_error("an argument is not UTF-8 text");
	status = controller_open(&o->base.controller, &c);
	if (status == EXIT_SUCCESS)
		status = object_path(&rollout_kind, &o->base, &c, id, &path);
	if (status == EXIT_SUCCESS)
		status =
		    controller_ask(&c, "PATCH", strbuf_get(&path), json_incref(body), "*", &answer);
	return status == EXIT_SUCCESS ? rollout_print(o, answer.body) : status;
}

OBJECT_RUN_LIST(run_list, rollout_kind)
OBJECT_RUN(run_pause, tell(options, args[0], "paused"))
OBJECT_RUN(run_resume, tell(options, args[0], "running"))
OBJECT_RUN(run_stop, tell(options, args[0], "stopped"))
OBJECT_RUN(run_take_back, tell(options, args[0], "taken-back"))

#define TELL(its_name, its_summary, its_run)                                                       \
	OBJECT_COMMAND(                                                                            \
	    its_name, "ID", 1, its_summary, tell_options, struct rollout_options, NULL, its_run)

static const struct cli_command start_command = OBJECT_COMMAND("start", "SERVICE", 1,
    "Drain a service site after site, or change it with --document.", start_options,
    struct rollout_options, &start_defaults, run_start);
static const struct cli_command list_command =
    OBJECT_COMMAND("list", "", 0, "List the rollouts of a project, the newest first.", list_options,
	struct rollout_options, NULL, run_list);
static const struct cli_command show_command = OBJECT_COMMAND("show", "ID", 1,
    "Show a rollout, and how far it is.", show_options, struct rollout_options, NULL, run_show);
static const struct cli_command pause_command =
    TELL("pause", "Begin no further site; those under way go on to their end.", run_pause);
static const struct cli_command resume_command =
    TELL("resume", "Go on with one that was paused, or has stopped.", run_resume);
static const struct cli_command stop_command =
    TELL("stop", "Stop now: sites that it drains come back.", run_stop);
static const struct cli_command take_back_command =
    TELL("take-back", "Make everything as it was before.", run_take_back);

static const struct cli_command *const commands[] = { &start_command, &list_command, &show_command,
	&pause_command, &resume_command, &stop_command, &take_back_command, NULL };

const struct cli_command cli_rollout_command = {
	.name = "rollout",
	.args = "",
	.summary = "Drain or change a service of a controller, site after site.",
	.subcommands = commands,
};
