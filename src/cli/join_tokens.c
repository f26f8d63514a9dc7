/* nearcast hosts join-tokens: what a machine shows once to become a host. */
#include <stdlib.h>

#include "cli/hosts.h"
#include "cli/object.h"
#include "cli/token.h"

struct join_options {
	struct object_options base;
	const char *site, *host;
	struct duration expires;
};

#define AT(member) offsetof(struct join_options, member)

/* clang-format off */
static const struct object_column columns[] = {
	{ "id", "id", TABLE_LEFT, 0 },
	{ "site", "site", TABLE_LEFT, 0 },
	{ "project", "project", TABLE_LEFT, 2 },
	{ "host", "host", TABLE_LEFT, 4 },
	{ "expires", "expires_at", TABLE_LEFT, 3 },
	{ "used", "used_at", TABLE_LEFT, 5 },
	{ "by", "used_by", TABLE_LEFT, 1 },
	{ NULL, NULL, TABLE_LEFT, 0 },
};

static const struct object_field fields[] = {
	{ "site", OBJECT_TEXT, AT(site), NULL },
	{ "project", OBJECT_TEXT, AT(base.project), NULL },
	{ "host", OBJECT_TEXT, AT(host), NULL },
	{ "expires_in_seconds", OBJECT_SECONDS, AT(expires), NULL },
	{ NULL, OBJECT_TEXT, 0, NULL },
};

static const struct cli_option list_options[] = { CLI_OBJECT, CLI_OBJECT_LIST };
static const struct cli_option create_options[] = {
	CLI_OBJECT, CLI_OBJECT_KEY,
	{ "site", 's', CLI_STRING, AT(site), "SITE", 0, 0, NULL, "where who joins stands; needed" },
	{ "project", 'p', CLI_STRING, AT(base.project), "PROJECT", 0, 0, NULL, "whose it is alone" },
	{ "host", 0, CLI_STRING, AT(host), "HOST", 0, 0, NULL, "the only one that may join with it" },
	{ "expires", 'e', CLI_SECONDS, AT(expires), "DURATION", 60 * NS_PER_S, 2592000 * NS_PER_S,
	    NULL, "it is valid for so long" },
};
static const struct cli_option revoke_options[] = { CLI_OBJECT };
/* clang-format on */

static const struct join_options defaults = { .expires = OBJECT_NO_TIME };

static const struct object_kind kind = { .what = "join token",
	.path = "join-tokens",
	.columns = columns,
	.fields = fields,
	.removed = "revoked",
	.unread = true };

OBJECT_RUN_LIST(run_list, kind)
OBJECT_RUN_REMOVE(run_revoke, kind)

static int
run_create(const void *options, int argc, char **args)
{
	const struct join_options *o = options;
	_cleanup_(controller_answer_done) struct controller_answer made = { 0 };
	int status;

	(void)argc;
	(void)args;
	if (o->site == NULL)
		return cli_usage_error("--site is needed");
	status = object_make(&kind, &o->base, json_object(), &made);
	return status == EXIT_SUCCESS ? token_print(&o->base, made.body) : status;
}

static const struct cli_command list_command = OBJECT_COMMAND("list", "", 0,
    "List the tokens to join with.", list_options, struct join_options, &defaults, run_list);
static const struct cli_command create_command =
    OBJECT_COMMAND("create", "", 0, "Make a token to join with, once, and print it.",
	create_options, struct join_options, &defaults, run_create);
static const struct cli_command revoke_command =
    OBJECT_COMMAND("revoke", "ID", 1, "Make a token invalid that was not used.", revoke_options,
	struct join_options, &defaults, run_revoke);

static const struct cli_command *const commands[] = { &list_command, &create_command,
	&revoke_command, NULL };

const struct cli_command cli_join_tokens_command = {
	.name = "join-tokens",
	.args = "",
	.summary = "What a machine shows once to become a host.",
	.subcommands = commands,
};
