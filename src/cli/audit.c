/* nearcast audit: who changed what in a controller, and when. */
#include "cli/commands.h"
#include "cli/object.h"

struct audit_options {
	struct object_options base;
	const char *kind, *object, *actor;
};

#define AT(member) offsetof(struct audit_options, member)

/* clang-format off */
static const struct object_column columns[] = {
	{ "at", "at", TABLE_LEFT, 0 },
	{ "who", "actor_name", TABLE_LEFT, 0 },
	{ "from", "source_address", TABLE_LEFT, 2 },
	{ "did", "action", TABLE_LEFT, 0 },
	{ "to", "kind", TABLE_LEFT, 5 },
	{ "name", "name", TABLE_LEFT, 0 },
	{ "by rollout", "rollout", TABLE_LEFT, 3 },
	{ "id", "id", TABLE_LEFT, 1 },
	{ "overrode a rule because", "override_reason", TABLE_LEFT, 4 },
	{ NULL, NULL, TABLE_LEFT, 0 },
};

static const struct object_field filters[] = {
	{ "kind", OBJECT_TEXT, AT(kind), NULL },
	{ "object", OBJECT_TEXT, AT(object), NULL },
	{ "actor", OBJECT_TEXT, AT(actor), NULL },
	{ NULL, OBJECT_TEXT, 0, NULL },
};

static const struct cli_option audit_options[] = {
	CLI_OBJECT, CLI_OBJECT_PROJECT, CLI_OBJECT_LIST,
	{ "kind", 0, CLI_STRING, AT(kind), "KIND", 0, 0, NULL, "only to objects of this kind: pool" },
	{ "object", 0, CLI_STRING, AT(object), "NAME", 0, 0, NULL, "only to the one of this name or id" },
	{ "actor", 0, CLI_STRING, AT(actor), "NAME", 0, 0, NULL, "only by this one, by name" },
};
/* clang-format on */

static const struct audit_options defaults = { .base.limit = 50 };

static const struct object_kind kind = { .what = "change",
	.path = "audit",
	.place = OBJECT_LISTED_OVER_ALL,
	.columns = columns,
	.filters = filters };

OBJECT_RUN_LIST(run, kind)

const struct cli_command cli_audit_command =
    OBJECT_COMMAND("audit", "", 0, "Show who changed what in a controller, the newest first.",
	audit_options, struct audit_options, &defaults, run);
