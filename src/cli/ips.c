/* nearcast ips: the Global IPs of a project. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/style.h"
#include "cli/commands.h"
#include "cli/controller_url.h"
#include "cli/fields.h"
#include "cli/object.h"

struct ips_options {
	struct object_options base;
	const char *pool, *address, *description, *tag;
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
	{ "prefix", "prefix", TABLE_LEFT },
	{ "id", "id", TABLE_LEFT },
	{ "project", "project", TABLE_LEFT },
	{ "pool", "pool", TABLE_LEFT },
	{ "service", "service", TABLE_LEFT },
	{ "tags", "tags", TABLE_LEFT },
	{ "rests until", "quarantined_until", TABLE_LEFT },
	{ "description", "description", TABLE_LEFT },
	{ NULL, NULL, TABLE_LEFT },
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
	{ NULL, OBJECT_TEXT, 0, NULL },
};

#define FAMILY                                                                                         \
	{ "ipv4", '4', CLI_CHOICE, AT(family), NULL, 0, 0, NULL, "of IPv4" },                          \
	{ "ipv6", '6', CLI_CHOICE, AT(family), NULL, 1, 0, NULL, "of IPv6" }

static const struct cli_option list_options[] = {
	CLI_OBJECT, CLI_OBJECT_PROJECT, CLI_OBJECT_LIST, FAMILY,
	{ "pool", 0, CLI_STRING, AT(pool), "POOL", 0, 0, NULL, "only those of this pool" },
	{ "tag", 't', CLI_STRING, AT(tag), "TAG", 0, 0, NULL, "only those with this tag" },
	{ "state", 's', CLI_ENUM, AT(state), "STATE", 0, 0, state_names, "active ones, if not said" },
	{ "address", 'a', CLI_STRING, AT(address), "ADDRESS", 0, 0, NULL, "the one that has this address" },
};
static const struct cli_option order_options[] = {
	CLI_OBJECT, CLI_OBJECT_PROJECT, FAMILY,
	{ "quantity", 'q', CLI_U32, AT(quantity), "COUNT", 1, 4, NULL, "1, 2 or 4 addresses, in one block" },
	{ "pool", 0, CLI_STRING, AT(pool), "POOL", 0, 0, NULL, "from this pool, else the first that has it" },
	{ "tag", 't', CLI_STRINGS, AT(tags), "TAG", 0, 0, NULL, "with this tag; may be repeated" },
	{ "description", 'd', CLI_STRING, AT(description), "TEXT", 0, 0, NULL, "what it is for" },
};
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

/* Adds the path of the active one that has an address, or begins with it ("203.0.113.2/31"). */
static int
path_of_address(const struct object_options *o, const struct controller *c, const char *address,
    struct strbuf *path)
{
	_cleanup_(controller_answer_done) struct controller_answer list = { 0 };
	_cleanup_(freep) char *bare = strndup(address, strcspn(address, "/"));
	_cleanup_(strbuf_done) struct strbuf query = { 0 };
	int status = object_path(&kind, o, c, NULL, &query);
	const json_t *ip;

	controller_url_add_query(&query, "address", bare);
	if (status == EXIT_SUCCESS)
		status = controller_ask(c, "GET", strbuf_get(&query), NULL, NULL, &list);
	if (status != EXIT_SUCCESS)
		return status;
	ip = json_array_get(json_object_get(list.body, "items"), 0);
	if (ip == NULL) {
		cli_say_error("no Global IP that was ordered has the address %s", bare);
		return EXIT_FAILURE;
	}
	strbuf_add(path, "/api/v1/projects");
	controller_url_add(path, field_text(ip, "project"));
	controller_url_add(path, kind.path);
	controller_url_add(path, field_text(ip, "id"));
	return EXIT_SUCCESS;
}

/* Finds one by its id or by an address, and reads it. */
static int
find(const struct object_options *o, const struct controller *c, const char *which,
    struct strbuf *path, struct controller_answer *ret)
{
	int status = strpbrk(which, ".:") != NULL ? path_of_address(o, c, which, path)
						  : object_path(&kind, o, c, which, path);

	if (status != EXIT_SUCCESS)
		return status;
	return controller_ask(c, "GET", strbuf_get(path), NULL, NULL, ret);
}

static int
run_show(const void *options, int argc, char **args)
{
	const struct object_options *o = options;
	_cleanup_(controller_answer_done) struct controller_answer ip = { 0 };
	_cleanup_(controller_done) struct controller c = { 0 };
	_cleanup_(strbuf_done) struct strbuf path = { 0 };
	int status = controller_open(&o->controller, &c);

	(void)argc;
	if (status == EXIT_SUCCESS)
		status = find(o, &c, args[0], &path, &ip);
	return status == EXIT_SUCCESS ? object_print(o, ip.body) : status;
}

/* Those of the list that are not in the words, and then the words themselves, unless they are
 * taken away. NULL: a word is not UTF-8. */
static json_t *
tags_with(const json_t *tags, char **words, bool remove)
{
	json_auto_t *result = json_array();
	json_t *tag;
	size_t i;

	json_array_foreach (tags, i, tag) {
		char **word = words;

		while (*word != NULL && strcmp(*word, json_string_value(tag)) != 0)
			word++;
		if (*word == NULL)
			(void)json_array_append(result, tag);
	}
	for (; *words != NULL && !remove; words++) {
		if (json_array_append_new(result, json_string(*words)) < 0)
			return NULL;
	}
	return TAKE(result);
}

static int
run_tag(const void *options, int argc, char **args)
{
	const struct ips_options *o = options;
	_cleanup_(controller_answer_done) struct controller_answer was = { 0 }, is = { 0 };
	_cleanup_(controller_done) struct controller c = { 0 };
	_cleanup_(strbuf_done) struct strbuf path = { 0 };
	int status = controller_open(&o->base.controller, &c);
	json_t *body;

	(void)argc;
	if (status == EXIT_SUCCESS)
		status = find(&o->base, &c, args[0], &path, &was);
	if (status != EXIT_SUCCESS)
		return status;
	body = json_pack(
	    "{s:o}", "tags", tags_with(json_object_get(was.body, "tags"), args + 1, o->remove));
	if (body == NULL)
		return cli_usage_error("a tag is not UTF-8 text");
	status = controller_ask(&c, "PATCH", strbuf_get(&path), body, was.etag, &is);
	return status == EXIT_SUCCESS ? object_print(&o->base, is.body) : status;
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

static int
run_release(const void *options, int argc, char **args)
{
	const struct object_options *o = options;
	_cleanup_(controller_answer_done) struct controller_answer was = { 0 }, is = { 0 };
	_cleanup_(controller_done) struct controller c = { 0 };
	_cleanup_(strbuf_done) struct strbuf path = { 0 }, text = { 0 }, line = { 0 };
	int status = controller_open(&o->controller, &c);

	(void)argc;
	if (status == EXIT_SUCCESS)
		status = find(o, &c, args[0], &path, &was);
	if (status != EXIT_SUCCESS)
		return status;
	add_consequences(was.body, &text);
	status = object_confirm(o, strbuf_get(&text));
	if (status == EXIT_SUCCESS)
		status = controller_ask(&c, "DELETE", strbuf_get(&path), NULL, was.etag, &is);
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
static const struct cli_command show_command = OBJECT_COMMAND("show", "ID|ADDRESS", 1,
    "Show a Global IP.", show_options, struct ips_options, &defaults, run_show);
static const struct cli_command tag_command = {
	.name = "tag",
	.args = "ID|ADDRESS TAG...",
	.summary = "Give a Global IP tags, or take them away.",
	.args_min = 2,
	.args_max = UINT_MAX,
	.options = tag_options,
	.option_count = ARRAY_SIZE(tag_options),
	.options_size = sizeof(struct ips_options),
	.defaults = &defaults,
	.run = run_tag,
};
static const struct cli_command release_command = OBJECT_COMMAND("release", "ID|ADDRESS", 1,
    "Give a Global IP back.", release_options, struct ips_options, &defaults, run_release);

static const struct cli_command *const commands[] = { &list_command, &order_command, &show_command,
	&tag_command, &release_command, NULL };

const struct cli_command cli_ips_command = {
	.name = "ips",
	.args = "",
	.summary = "The Global IPs that a controller gives out.",
	.subcommands = commands,
};
