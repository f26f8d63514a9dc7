/* nearcast services: what answers on Global IPs, and where. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/style.h"
#include "cli/commands.h"
#include "cli/controller_url.h"
#include "cli/object.h"
#include "cli/yaml_json.h"
#include "io/fd.h"
#include "io/read_all.h"

#define FILE_MAX ((size_t)1 << 20)

struct services_options {
	struct object_options base;
	const char *override;
};

#define AT(member) offsetof(struct services_options, member)

/* clang-format off */
static const struct object_column columns[] = {
	{ "name", "name", TABLE_LEFT },
	{ "prefixes", "prefixes", TABLE_LEFT },
	{ "sites", "sites", TABLE_LEFT },
	{ "hosts", "hosts", TABLE_LEFT },
	{ "min sites", "min_sites", TABLE_RIGHT },
	{ "description", "description", TABLE_LEFT },
	{ NULL, NULL, TABLE_LEFT },
};

#define OVERRIDE                                                                                       \
	{ "override", 'o', CLI_STRING, AT(override), "REASON", 0, 0, NULL,                             \
	    "meant although too many sites lose it, and why" }

static const struct cli_option list_options[] = { CLI_OBJECT, CLI_OBJECT_PROJECT, CLI_OBJECT_LIST };
static const struct cli_option show_options[] = { CLI_OBJECT, CLI_OBJECT_PROJECT };
static const struct cli_option apply_options[] = { CLI_OBJECT, CLI_OBJECT_PROJECT, OVERRIDE };
static const struct cli_option remove_options[] = {
	CLI_OBJECT, CLI_OBJECT_PROJECT, CLI_OBJECT_YES, OVERRIDE
};
/* clang-format on */

static const struct object_kind kind = {
	.what = "service",
	.path = "services",
	.place = OBJECT_OF_PROJECT,
	.columns = columns,
	.confirm = "every host withdraws it; its Global IPs stay the project's.",
};

/* The service that a file describes, for the caller; NULL: it does not, which was said. */
static json_t *
read_file(const char *name)
{
	_cleanup_(closep) int opened = -1;
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	json_auto_t *service = NULL;
	struct err e = { 0 };
	int r = 0, fd = STDIN_FILENO;

	if (strcmp(name, "-") != 0) {
		fd = opened = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
		if (fd < 0)
			r = err_errno(&e, -errno, "%s", name);
	}
	if (r >= 0)
		r = read_all(fd, name, FILE_MAX, &text, &e);
	if (r >= 0)
		r = yaml_json(name, strbuf_get(&text), text.len, &service, &e);
	if (r >= 0 && !json_is_string(json_object_get(service, "name")))
		r = err_set(&e, -EINVAL, "%s: expected a service, with its name", name);
	if (r >= 0)
		return TAKE(service);
	cli_say_error("%s", e.message);
	return NULL;
}

/* Makes it, or makes it what the file says, when there is one of that name. */
static int
apply(const struct services_options *o, const struct controller *c, json_t *service,
    struct controller_answer *is)
{
	_cleanup_(controller_answer_done) struct controller_answer was = { 0 };
	_cleanup_(strbuf_done) struct strbuf path = { 0 }, one = { 0 };
	int status = object_path(&kind, &o->base, c, NULL, &path);

	if (status != EXIT_SUCCESS)
		return status;
	strbuf_add(&one, strbuf_get(&path));
	controller_url_add(&one, json_string_value(json_object_get(service, "name")));
	status = controller_look(c, strbuf_get(&one), &was);
	if (status != EXIT_SUCCESS)
		return status;
	if (was.body == NULL)
		return controller_ask(c, "POST", strbuf_get(&path), json_incref(service), NULL, is);
	(void)json_object_del(service, "name");
	if (o->override != NULL)
		(void)json_object_set_new(service, "override_reason", json_string(o->override));
	return controller_ask(c, "PATCH", strbuf_get(&one), json_incref(service), was.etag, is);
}

static int
run_apply(const void *options, int argc, char **args)
{
	const struct services_options *o = options;
	_cleanup_(controller_answer_done) struct controller_answer is = { 0 };
	_cleanup_(controller_done) struct controller c = { 0 };
	json_auto_t *service = read_file(args[0]);
	int status = service != NULL ? controller_open(&o->base.controller, &c) : EXIT_FAILURE;

	(void)argc;
	if (status == EXIT_SUCCESS)
		status = apply(o, &c, service, &is);
	return status == EXIT_SUCCESS ? object_print(&o->base, is.body) : status;
}

static int
run_remove(const void *options, int argc, char **args)
{
	const struct services_options *o = options;
	_cleanup_(strbuf_done) struct strbuf query = { 0 };

	(void)argc;
	controller_url_add_query(&query, "override_reason", o->override);
	return object_remove_with(&kind, &o->base, args[0], strbuf_get(&query));
}

OBJECT_RUN_LIST(run_list, kind)
OBJECT_RUN_SHOW(run_show, kind)

static const struct cli_command list_command = OBJECT_COMMAND("list", "", 0,
    "List the services of a project.", list_options, struct services_options, NULL, run_list);
static const struct cli_command show_command = OBJECT_COMMAND(
    "show", "NAME", 1, "Show a service.", show_options, struct services_options, NULL, run_show);
static const struct cli_command apply_command =
    OBJECT_COMMAND("apply", "FILE", 1, "Make a service what a file says, or make it.",
	apply_options, struct services_options, NULL, run_apply);
static const struct cli_command remove_command = OBJECT_COMMAND("remove", "NAME", 1,
    "Remove a service.", remove_options, struct services_options, NULL, run_remove);

static const struct cli_command *const commands[] = { &list_command, &show_command, &apply_command,
	&remove_command, NULL };

const struct cli_command cli_services_command = {
	.name = "services",
	.args = "",
	.summary = "What answers on the Global IPs of a controller, and where.",
	.subcommands = commands,
};
