/* nearcast ips: the Global IPs of a project. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/ip.h"
#include "base/style.h"
#include "cli/commands.h"
#include "cli/fields.h"
#include "cli/global_ip.h"
#include "cli/object.h"

struct ips_options {
	struct object_options base;
	const char *pool, *address, *description, *tag, *customdata;
	struct cli_strings tags;
	int family, state;
	uint32_t quantity;
	bool remove;
};

static const char *const family_names[] = { "ipv4", "ipv6", NULL };
static const char *const state_names[] = { "active", "quarantined", "all", NULL };

#define AT(member) offsetof(struct ips_options, member)

/* clang-format off */
static const struct object_column columns[] = {
	{ "prefix", "prefix", TABLE_LEFT, 0 },
	{ "id", "id", TABLE_LEFT, 1 },
	{ "project", "project", TABLE_LEFT, 6 },
	{ "pool", "pool", TABLE_LEFT, 4 },
	{ "service", "service", TABLE_LEFT, 7 },
	{ "tags", "tags", TABLE_LEFT, 3 },
	{ "rests until", "quarantined_until", TABLE_LEFT, 5 },
	{ "description", "description", TABLE_LEFT, 2 },
	{ NULL, NULL, TABLE_LEFT, 0 },
};

static const struct object_field filters[] = {
	{ "family", OBJECT_CHOICE, AT(family), family_names },
	{ "pool", OBJECT_TEXT, AT(pool), NULL },
	{ "tag", OBJECT_TEXT, AT(tag), NULL },
	{ "state", OBJECT_CHOICE, AT(state), state_names },
	{ "address", OBJECT_TEXT, AT(address), NULL },
	{ NULL, OBJECT_TEXT, 0, NULL },
};

static const struct object_field fields[] = {
	{ "family", OBJECT_CHOICE, AT(family), family_names },
	{ "quantity", OBJECT_COUNT, AT(quantity), NULL },
	{ "pool", OBJECT_TEXT, AT(pool), NULL },
	{ "tags", OBJECT_TEXTS, AT(tags), NULL },
	{ "description", OBJECT_TEXT, AT(description), NULL },
	{ "customdata", OBJECT_FILE, AT(customdata), NULL },
	{ NULL, OBJECT_TEXT, 0, NULL },
};

static const struct object_field set_fields[] = {
	{ "description", OBJECT_TEXT, AT(description), NULL },
	{ "customdata", OBJECT_FILE, AT(customdata), NULL },
	{ NULL, OBJECT_TEXT, 0, NULL },
};

#define OTHERS                                                                                         \
	{ "description", 'd', CLI_STRING, AT(description), "TEXT", 0, 0, NULL, "what it is for" },     \
	{ "customdata", 'c', CLI_STRING, AT(customdata), "FILE", 0, 0, NULL,                           \
	    "what else is to be known of it, an object of YAML or JSON" }

#define FAMILY                                                                                         \
	{ "ipv4", '4', CLI_CHOICE, AT(family), NULL, 0, 0, NULL,                                  \
	    "of IPv4; an order is, if not said" },                          \
	{ "ipv6", '6', CLI_CHOICE, AT(family), NULL, 1, 0, NULL, "of IPv6" }

static const struct cli_option list_options[] = {
	CLI_OBJECT, CLI_OBJECT_PROJECT, CLI_OBJECT_LIST, FAMILY,
	{ "pool", 0, CLI_STRING, AT(pool), "POOL", 0, 0, NULL, "only those of this pool" },
	{ "tag", 't', CLI_STRING, AT(tag), "TAG", 0, 0, NULL, "only those with this tag" },
	{ "state", 's', CLI_ENUM, AT(state), "STATE", 0, 0, state_names, "active ones, if not said" },
	{ "address", 'a', CLI_STRING, AT(address), "ADDRESS", 0, 0, NULL, "the one that has this address" },
};
static const struct cli_option order_options[] = {
	CLI_OBJECT, CLI_OBJECT_KEY, CLI_OBJECT_PROJECT, FAMILY,
	{ "quantity", 'q', CLI_U32, AT(quantity), "COUNT", 1, 4, NULL, "1, 2 or 4 addresses, in one block; 1 if not said" },
	{ "pool", 0, CLI_STRING, AT(pool), "POOL", 0, 0, NULL, "from this pool, else the first that has it" },
	{ "tag", 't', CLI_STRINGS, AT(tags), "TAG", 0, 0, NULL, "with this tag; may be repeated" },
	OTHERS,
};
static const struct cli_option set_options[] = { CLI_OBJECT, CLI_OBJECT_PROJECT, OTHERS };
static const struct cli_option show_options[] = { CLI_OBJECT, CLI_OBJECT_PROJECT };
static const struct cli_option tag_options[] = {
	CLI_OBJECT, CLI_OBJECT_PROJECT,
	{ "remove", 'r', CLI_FLAG, AT(remove), NULL, 0, 0, NULL, "take the tags away instead" },
};
static const struct cli_option release_options[] = { CLI_OBJECT, CLI_OBJECT_PROJECT, CLI_OBJECT_YES };
/* clang-format on */

static const struct ips_options defaults = {
	.family = -1, .state = -1, .quantity = OBJECT_NOT_GIVEN
};

static const struct object_kind kind = { .what = "Global IP",
	.path = "global-ips",
	.place = OBJECT_LISTED_OVER_ALL,
	.columns = columns,
	.filters = filters };
/* the project is needed for an order */
static const struct object_kind order_kind = {
	.what = "Global IP", .path = "global-ips", .place = OBJECT_OF_PROJECT, .fields = fields
};
static const struct object_kind set_kind = { .what = "Global IP", .fields = set_fields };

static int
run_show(const void *options, int argc, char **args)
{
	const struct object_options *o = options;
	_cleanup_(object_found_done) struct object_found f = { 0 };
	int status = global_ip_find(o, args[0], &f);

	(void)argc;
	return status == EXIT_SUCCESS ? object_print(o, f.was.body) : status;
}

static int
run_tag(const void *options, int argc, char **args)
{
	const struct ips_options *o = options;
	_cleanup_(object_found_done) struct object_found f = { 0 };
	int status = global_ip_find(&o->base, args[0], &f);

	(void)argc;
	return status == EXIT_SUCCESS ? object_tag(&o->base, &f, args + 1, o->remove) : status;
}

static int
run_set(const void *options, int argc, char **args)
{
	const struct ips_options *o = options;
	_cleanup_(object_found_done) struct object_found f = { 0 };
	json_auto_t *body = NULL;
	int status = object_body(&set_kind, &o->base, &body);

	(void)argc;
	if (status == EXIT_SUCCESS)
		status = global_ip_find(&o->base, args[0], &f);
	return status == EXIT_SUCCESS ? object_patch(&o->base, &f, TAKE(body)) : status;
}

/* What a release does, in words. */
static void
add_consequences(const json_t *ip, struct strbuf *out)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	const char *service = field_text(ip, "service");

	strbuf_addf(&text, "%s of project %s is released: ", field_text(ip, "prefix"),
	    field_text(ip, "project"));
	if (*service != '\0')
		strbuf_addf(
		    &text, "service %s answers there, and has to let go of it first; ", service);
	strbuf_addf(&text,
	    "it rests for as long as pool %s says, and then somebody else may get it, with the "
	    "clients that still come.",
	    field_text(ip, "pool"));
	strbuf_add_printable(out, strbuf_get(&text));
}

/* An address stands for its block everywhere else; to release one, whoever means an address of
 * several has to say so. */
static int
check_named(const char *which, const json_t *ip)
{
	const char *text = field_text(ip, "prefix");
	struct prefix prefix;

	if (strpbrk(which, ".:") == NULL || strchr(which, '/') != NULL ||
	    prefix_parse(text, &prefix) < 0 || prefix_equal(prefix, prefix_host(prefix.addr)))
		return EXIT_SUCCESS;
	return cli_usage_error(
	    "%s is one address of %s, which is released whole: say %s, or its id %s", which, text,
	    text, field_text(ip, "id"));
}

static int
run_release(const void *options, int argc, char **args)
{
	const struct object_options *o = options;
	_cleanup_(controller_answer_done) struct controller_answer is = { 0 };
	_cleanup_(object_found_done) struct object_found f = { 0 };
	_cleanup_(strbuf_done) struct strbuf text = { 0 }, line = { 0 };
	int status = global_ip_find(o, args[0], &f);

	(void)argc;
	if (status != EXIT_SUCCESS)
		return status;
	status = check_named(args[0], f.was.body);
	if (status != EXIT_SUCCESS)
		return status;
	add_consequences(f.was.body, &text);
	status = object_confirm(o, strbuf_get(&text));
	if (status == EXIT_SUCCESS)
		status = controller_ask(
		    &f.controller, "DELETE", strbuf_get(&f.path), NULL, f.was.etag, &is);
	if (status != EXIT_SUCCESS)
		return status;
	if (o->json)
		return object_print(o, is.body);
	strbuf_add_printable(&line, field_text(is.body, "prefix"));
	strbuf_add(&line, ": released, rests until ");
	strbuf_add_printable(&line, field_text(is.body, "quarantined_until"));
	strbuf_add_char(&line, '\n');
	return cli_print(strbuf_get(&line));
}

OBJECT_RUN_LIST(run_list, kind)
OBJECT_RUN(run_order, object_create(&order_kind, options, json_object()))

static const struct cli_command list_command =
    OBJECT_COMMAND("list", "", 0, "List the Global IPs of a project, or of all.", list_options,
	struct ips_options, &defaults, run_list);
static const struct cli_command order_command = OBJECT_COMMAND(
    "order", "", 0, "Order a Global IP.", order_options, struct ips_options, &defaults, run_order);
static const struct cli_command show_command = OBJECT_COMMAND("show", "GLOBAL-IP", 1,
    "Show a Global IP.", show_options, struct ips_options, &defaults, run_show);
static const struct cli_command set_command = OBJECT_COMMAND("set", "GLOBAL-IP", 1,
    "Change what a Global IP is for.", set_options, struct ips_options, &defaults, run_set);
static const struct cli_command tag_command = {
	.name = "tag",
	.args = "GLOBAL-IP TAG...",
	.summary = "Give a Global IP tags, or take them away.",
	.args_min = 2,
	.args_max = UINT_MAX,
	.options = tag_options,
	.option_count = ARRAY_SIZE(tag_options),
	.options_size = sizeof(struct ips_options),
	.defaults = &defaults,
	.run = run_tag,
};
static const struct cli_command release_command = OBJECT_COMMAND("release", "GLOBAL-IP", 1,
    "Give a Global IP back.", release_options, struct ips_options, &defaults, run_release);

static const struct cli_command *const commands[] = { &list_command, &order_command, &show_command,
	&set_command, &tag_command, &release_command, NULL };

const struct cli_command cli_ips_command = {
	.name = "ips",
	.args = "",
	.summary = "The Global IPs that a controller gives out.",
	.subcommands = commands,
};
