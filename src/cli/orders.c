/* nearcast orders: the drains and holds that stand in a controller. */
#include "cli/commands.h"
#include "cli/object.h"

struct orders_options {
	struct object_options base;
	const char *kind, *service, *site, *host;
};

#define AT(member) offsetof(struct orders_options, member)

/* clang-format off */
static const struct object_column columns[] = {
	{ "id", "id", TABLE_LEFT, 1 },
	{ "order", "kind", TABLE_LEFT, 0 },
	{ "project", "project", TABLE_LEFT, 6 },
	{ "service", "service", TABLE_LEFT, 0 },
	{ "site", "site", TABLE_LEFT, 8 },
	{ "host", "host", TABLE_LEFT, 7 },
	{ "by", "by", TABLE_LEFT, 2 },
	{ "since", "created_at", TABLE_LEFT, 3 },
	{ "until", "expires_at", TABLE_LEFT, 4 },
	{ "reason", "reason", TABLE_LEFT, 5 },
	{ NULL, NULL, TABLE_LEFT, 0 },
};

static const struct object_field filters[] = {
	{ "kind", OBJECT_TEXT, AT(kind), NULL },
	{ "service", OBJECT_TEXT, AT(service), NULL },
	{ "site", OBJECT_TEXT, AT(site), NULL },
	{ "host", OBJECT_TEXT, AT(host), NULL },
	{ NULL, OBJECT_TEXT, 0, NULL },
};

static const struct cli_option orders_options[] = {
	CLI_OBJECT, CLI_OBJECT_PROJECT, CLI_OBJECT_LIST,
	{ "kind", 0, CLI_STRING, AT(kind), "KIND", 0, 0, NULL, "only a drain, or a hold" },
	{ "service", 0, CLI_STRING, AT(service), "NAME", 0, 0, NULL, "only those that name this service" },
	{ "site", 0, CLI_STRING, AT(site), "NAME", 0, 0, NULL, "only those that name this site" },
	{ "host", 0, CLI_STRING, AT(host), "NAME", 0, 0, NULL, "only those that name this host" },
};
/* clang-format on */

static const struct object_kind kind = { .what = "order",
	.path = "orders",
	.place = OBJECT_LISTED_OVER_ALL,
	.columns = columns,
	.filters = filters };

OBJECT_RUN_LIST(run, kind)

const struct cli_command cli_orders_command =
    OBJECT_COMMAND("orders", "", 0, "Show the drains and holds that stand in a controller.",
	orders_options, struct orders_options, NULL, run);
