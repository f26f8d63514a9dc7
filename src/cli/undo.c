/* nearcast undo: takes back a change that stands in the audit log. */
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/controller_url.h"
#include "cli/fields.h"
#include "cli/object.h"

struct undo_options {
	struct object_options base;
	const char *override;
};

/* clang-format off */
static const struct cli_option undo_options[] = {
	CLI_OBJECT, CLI_OBJECT_PROJECT,
	{ "override", 'o', CLI_STRING, offsetof(struct undo_options, override), "REASON", 0, 0, NULL,
	    "meant although too many sites lose a service, and why" },
};
/* clang-format on */

static const struct object_kind kind = {
	.what = "change", .path = "audit", .place = OBJECT_LISTED_OVER_ALL
};

/* A host that is made again has no credential: what it had is kept nowhere. */
static void
add_join(const json_t *answer, struct strbuf *out)
{
	const json_t *host = json_object_get(answer, "object");

	if (!json_is_object(host) || strcmp(field_text(answer, "kind"), "host") != 0 ||
	    strcmp(field_text(answer, "action"), "delete") != 0)
		return;
	strbuf_add(out,
	    "It has to join again, with a token of: nearcast hosts join-tokens create --site ");
	strbuf_add_printable(out, field_text(host, "site"));
	strbuf_add(out, " --host ");
	strbuf_add_printable(out, field_text(host, "name"));
	strbuf_add_char(out, '\n');
}

static int
print(const struct undo_options *o, json_t *answer)
{
	_cleanup_(strbuf_done) struct strbuf line = { 0 };
	bool is_there = json_is_object(json_object_get(answer, "object"));

	if (o->base.json)
		return object_print(&o->base, answer);
	strbuf_addf(&line, "%s of %s ", field_text(answer, "action"), field_text(answer, "kind"));
	strbuf_add_printable(&line, field_text(answer, "name"));
	strbuf_add(&line, is_there ? ": undone\n" : ": undone, it is no more\n");
	add_join(answer, &line);
	return cli_print(strbuf_get(&line));
}

static int
run(const void *options, int argc, char **args)
{
	const struct undo_options *o = options;
	_cleanup_(controller_answer_done) struct controller_answer answer = { 0 };
	_cleanup_(controller_done) struct controller c = { 0 };
	_cleanup_(strbuf_done) struct strbuf path = { 0 };
	json_auto_t *body = json_pack("{s:s*}", "override_reason", o->override);
	int status;

	(void)argc;
	if (body == NULL)
		return cli_usage_error("an argument is not UTF-8 text");
	status = controller_open(&o->base.controller, &c);
	if (status == EXIT_SUCCESS)
		status = object_path(&kind, &o->base, &c, NULL, &path);
	controller_url_add(&path, args[0]);
	controller_url_add(&path, "undo");
	if (status == EXIT_SUCCESS)
		status =
		    controller_ask(&c, "POST", strbuf_get(&path), json_incref(body), NULL, &answer);
	return status == EXIT_SUCCESS ? print(o, answer.body) : status;
}

const struct cli_command cli_undo_command = OBJECT_COMMAND("undo", "ID", 1,
    "Take back a change of the audit log.", undo_options, struct undo_options, NULL, run);
