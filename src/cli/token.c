/* nearcast token: who may ask the controller what. */
#include "cli/token.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/style.h"
#include "cli/commands.h"
#include "cli/controller_url.h"
#include "cli/fields.h"
#include "cli/since.h"
#include "io/loop.h"

struct token_options {
	struct object_options base;
	int role;
	struct duration expires;
};

static const char *const role_names[] = { "administrator", "operator", "viewer", NULL };

#define AT(member) offsetof(struct token_options, member)

/* clang-format off */
static const struct object_column columns[] = {
	{ "id", "id", TABLE_LEFT, 0 },
	{ "name", "name", TABLE_LEFT, 0 },
	{ "role", "role", TABLE_LEFT, 0 },
	{ "project", "project", TABLE_LEFT, 2 },
	{ "created", "created_at", TABLE_LEFT, 1 },
	{ "expires", "expires_at", TABLE_LEFT, 3 },
	{ "revoked", "revoked_at", TABLE_LEFT, 4 },
	{ NULL, NULL, TABLE_LEFT, 0 },
};

static const struct object_field fields[] = {
	{ "role", OBJECT_CHOICE, AT(role), role_names },
	{ "project", OBJECT_TEXT, AT(base.project), NULL },
	{ "expires_in_seconds", OBJECT_SECONDS, AT(expires), NULL },
	{ NULL, OBJECT_TEXT, 0, NULL },
};

static const struct cli_option list_options[] = { CLI_OBJECT, CLI_OBJECT_LIST };
static const struct cli_option create_options[] = {
	CLI_OBJECT, CLI_OBJECT_KEY,
	{ "role", 'r', CLI_ENUM, AT(role), "ROLE", 0, 0, role_names, "what it may do; needed" },
	{ "project", 'p', CLI_STRING, AT(base.project), "PROJECT", 0, 0, NULL,
	    "the project that it is for; an operator has one" },
	{ "expires", 'e', CLI_SECONDS, AT(expires), "DURATION", 60 * NS_PER_S,
	    INT64_C(315360000) * NS_PER_S, NULL, "it is valid for so long; else until it is revoked" },
};
static const struct cli_option revoke_options[] = {
	CLI_OBJECT, CLI_OBJECT_YES,
	{ "project", 'p', CLI_STRING, AT(base.project), "PROJECT", 0, 0, NULL,
	    "the project of the one that is called so" },
};
/* clang-format on */

static const struct token_options defaults = { .role = -1, .expires = OBJECT_NO_TIME };

static const char *const telling[] = { "name", "role", "project", NULL };

static const struct object_kind kind = { .what = "token",
	.path = "tokens",
	.columns = columns,
	.fields = fields,
	.removed = "revoked",
	.telling = telling,
	.confirm = "whoever uses it is refused from now on, and it does not come back." };

int
token_print(const struct object_options *o, json_t *made)
{
	_cleanup_(strbuf_done) struct strbuf line = { 0 };
	const char *text = field_text(made, "token");

	if (*text == '\0') {
		cli_say_error("%s was made, but its text was lost with the connection: it is "
			      "shown once. Revoke it, and make another",
		    field_text(made, "id"));
		return EXIT_FAILURE;
	}
	if (o->json)
		return object_print(o, made);
	(void)fprintf(stderr, "%s, shown this once:\n", field_text(made, "id"));
	strbuf_add_printable(&line, text);
	strbuf_add_char(&line, '\n');
	return cli_print(strbuf_get(&line));
}

static int
run_create(const void *options, int argc, char **args)
{
	const struct token_options *o = options;
	_cleanup_(controller_answer_done) struct controller_answer made = { 0 };
	int status;

	(void)argc;
	if (o->role < 0)
		return cli_usage_error("--role is needed: administrator, operator or viewer");
	status = object_make(&kind, &o->base, json_pack("{s:s}", "name", args[0]), &made);
	return status == EXIT_SUCCESS ? token_print(&o->base, made.body) : status;
}

/* The tokens of a name. */
struct named {
	struct strbuf id;   /* of the first */
	struct strbuf said; /* all of them, for people */
	size_t count;
};

static void
named_done(struct named *n)
{
	strbuf_done(&n->id);
	strbuf_done(&n->said);
}

/* Neither revoked nor expired: a name that was used up may be given again. */
static bool
is_valid(const json_t *token)
{
	const char *expires = field_text(token, "expires_at");
	int64_t now = clock_wall_ns(), at;

	return *field_text(token, "revoked_at") == '\0' &&
	       (*expires == '\0' || since_parse(expires, now, &at) < 0 || at > now);
}

/* Adds those of a page that are called so and valid; gives where the next page begins, or NULL. */
static const char *
add_named(const json_t *page, const char *name, const char *project, struct named *to)
{
	const json_t *token;
	size_t i;

	json_array_foreach (json_object_get(page, "items"), i, token) {
		if (strcmp(field_text(token, "name"), name) != 0 || !is_valid(token) ||
		    (project != NULL && strcmp(field_text(token, "project"), project) != 0))
			continue;
		if (to->count++ > 0)
			strbuf_add(&to->said, ", ");
		else
			strbuf_add(&to->id, field_text(token, "id"));
		strbuf_add_printable(&to->said, field_text(token, "id"));
		if (*field_text(token, "project") != '\0')
			strbuf_add(&to->said, " of project ");
		strbuf_add_printable(&to->said, field_text(token, "project"));
	}
	return json_string_value(json_object_get(page, "next"));
}

/* The valid tokens of that name, and of the project that the options name. */
static int
find_named(const struct object_options *o, const char *name, struct named *to)
{
	_cleanup_(controller_done) struct controller c = { 0 };
	_cleanup_(freep) char *cursor = NULL;
	bool more = true;
	int status = controller_open(&o->controller, &c);

	while (status == EXIT_SUCCESS && more) {
		_cleanup_(controller_answer_done) struct controller_answer page = { 0 };
		_cleanup_(strbuf_done) struct strbuf path = { 0 };
		const char *next;

		strbuf_add(&path, "/api/v1/tokens?limit=200");
		controller_url_add_query(&path, "cursor", cursor);
		status = controller_ask(&c, "GET", strbuf_get(&path), NULL, NULL, &page);
		next = add_named(page.body, name, o->project, to);
		more = next != NULL;
		free(cursor);
		cursor = more ? xstrdup(next) : NULL;
	}
	return status;
}

OBJECT_RUN_LIST(run_list, kind)

/* By its id, or by its name, which one of each project may have. */
static int
run_revoke(const void *options, int argc, char **args)
{
	const struct object_options *o = options;
	_cleanup_(named_done) struct named named = { 0 };
	int status;

	(void)argc;
	if (str_starts_with(args[0], "tok_"))
		return object_remove(&kind, o, args[0]);
	status = find_named(o, args[0], &named);
	if (status != EXIT_SUCCESS)
		return status;
	if (named.count > 1) {
		cli_say_error("%zu tokens are called \"%s\"; which one? Give its id, or --project: %s",
		    named.count, args[0], strbuf_get(&named.said));
		return EXIT_FAILURE;
	}
	return object_remove(&kind, o, named.count == 1 ? strbuf_get(&named.id) : args[0]);
}

static const struct cli_command list_command = OBJECT_COMMAND(
    "list", "", 0, "List the tokens.", list_options, struct token_options, &defaults, run_list);
static const struct cli_command create_command = OBJECT_COMMAND("create", "NAME", 1,
    "Make a token, and print it.", create_options, struct token_options, &defaults, run_create);
static const struct cli_command revoke_command = OBJECT_COMMAND("revoke", "TOKEN", 1,
    "Make a token invalid.", revoke_options, struct token_options, &defaults, run_revoke);

static const struct cli_command *const commands[] = { &list_command, &create_command,
	&revoke_command, NULL };

const struct cli_command cli_token_command = {
	.name = "token",
	.args = "",
	.summary = "Who may ask a controller what.",
	.subcommands = commands,
};
