/*
 * nearcast hosts network: the addresses of a host and its BGP neighbors, as its metadata says them.
 *
 * Nobody can read a BGP password back, so a file without one keeps the one that is there, and a
 * file with one is always sent: whether it differs cannot be known.
 */
#include <stdlib.h>
#include <string.h>

#include "base/style.h"
#include "cli/controller_url.h"
#include "cli/document_file.h"
#include "cli/fields.h"
#include "cli/hosts.h"
#include "cli/json_diff.h"
#include "cli/object.h"
#include "cli/print_json.h"

struct network_options {
	struct object_options base;
	bool diff;
};

static const struct object_kind kind = { .what = "host", .path = "hosts" };

/* clang-format off */
static const struct object_column address_columns[] = {
	{ "address", "address", TABLE_LEFT, 0 },
	{ "cidr", "cidr", TABLE_RIGHT, 0 },
	{ "gateway", "gateway", TABLE_LEFT, 0 },
	{ "public", "public", TABLE_LEFT, 0 },
	{ "management", "management", TABLE_LEFT, 0 },
	{ NULL, NULL, TABLE_LEFT, 0 },
};

static const struct object_column neighbor_columns[] = {
	{ "neighbors", "peer_ips", TABLE_LEFT, 0 },
	{ "peer AS", "peer_as", TABLE_RIGHT, 0 },
	{ "own address", "customer_ip", TABLE_LEFT, 0 },
	{ "own AS", "customer_as", TABLE_RIGHT, 0 },
	{ "multihop", "multihop", TABLE_LEFT, 0 },
	{ "password", "md5_enabled", TABLE_LEFT, 0 },
	{ NULL, NULL, TABLE_LEFT, 0 },
};

static const struct cli_option show_options[] = { CLI_OBJECT };
static const struct cli_option apply_options[] = {
	CLI_OBJECT,
	{ "diff", 'd', CLI_FLAG, offsetof(struct network_options, diff), NULL, 0, 0, NULL,
	    "show what would change, and change nothing" },
};
/* clang-format on */

static int
print(const struct object_options *o, json_t *network)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	const json_t *neighbors = json_object_get(network, "bgp_neighbors");

	if (o->json)
		return object_print(o, network);
	object_list_text(
	    json_object_get(network, "addresses"), address_columns, (struct table_look){ 0 }, &out);
	if (out.len > 0 && json_array_size(neighbors) > 0)
		strbuf_add_char(&out, '\n');
	object_list_text(neighbors, neighbor_columns, (struct table_look){ 0 }, &out);
	return cli_print(strbuf_get(&out));
}

static int
run_show(const void *options, int argc, char **args)
{
	const struct object_options *o = options;
	_cleanup_(object_found_done) struct object_found f = { 0 };
	int status = object_find(&kind, o, args[0], "/network", &f);

	(void)argc;
	return status == EXIT_SUCCESS ? print(o, f.was.body) : status;
}

/* A copy to be compared: what may be left out is there, passwords are not. */
static json_t *
comparable(const json_t *network, bool *has_password)
{
	json_t *copy = json_deep_copy(network), *entry;
	size_t i;

	json_array_foreach (json_object_get(copy, "addresses"), i, entry) {
		(void)json_object_del(entry, "address_family"); /* the address says it */
		if (json_is_object(entry) && json_object_get(entry, "gateway") == NULL)
			(void)json_object_set_new(entry, "gateway", json_null());
	}
	json_array_foreach (json_object_get(copy, "bgp_neighbors"), i, entry) {
		*has_password |= json_is_string(json_object_get(entry, "md5_password"));
		(void)json_object_del(entry, "md5_password");
		for (const char *const *key =
			 (const char *const[]){ "routes_in", "routes_out", NULL };
		     *key != NULL && json_is_object(entry); key++) {
			if (json_object_get(entry, *key) == NULL)
				(void)json_object_set_new(entry, *key, json_array());
		}
	}
	return copy;
}

static int
say(const char *host, const char *difference, const char *outcome)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 };

	strbuf_addf(&out, "%s%snetwork of host ", difference, *difference != '\0' ? "\n" : "");
	strbuf_add_printable(&out, host);
	strbuf_addf(&out, ": %s\n", outcome);
	return cli_print(strbuf_get(&out));
}

static int
apply(const struct network_options *o, const char *host, json_t *file)
{
	_cleanup_(controller_answer_done) struct controller_answer is = { 0 };
	_cleanup_(object_found_done) struct object_found f = { 0 };
	_cleanup_(strbuf_done) struct strbuf difference = { 0 };
	json_auto_t *before = NULL, *after = NULL;
	bool has_password = false;
	json_t *address;
	size_t i;
	int status = object_find(&kind, &o->base, host, "/network", &f);

	if (status != EXIT_SUCCESS)
		return status;
	/* what "show --json" has said may come back as it is */
	json_array_foreach (json_object_get(file, "addresses"), i, address)
		(void)json_object_del(address, "address_family");
	before = comparable(f.was.body, &has_password);
	after = comparable(file, &has_password);
	json_diff(before, after, &difference);
	if (has_password)
		strbuf_add(&difference, "~ passwords are written again: they cannot be compared\n");
	if (o->diff || difference.len == 0)
		return say(host, strbuf_get(&difference),
		    difference.len > 0 ? "would be changed; nothing was changed yet"
				       : "nothing differs from the file");
	status = controller_ask(
	    &f.controller, "PUT", strbuf_get(&f.path), json_incref(file), f.was.etag, &is);
	if (status != EXIT_SUCCESS)
		return status;
	return o->base.json ? object_print(&o->base, is.body)
			    : say(host, strbuf_get(&difference), "changed");
}

static int
run_apply(const void *options, int argc, char **args)
{
	json_auto_t *file = document_file(args[1], "a network");

	(void)argc;
	return file != NULL ? apply(options, args[0], file) : EXIT_FAILURE;
}

static const struct cli_command show_command = OBJECT_COMMAND("show", "HOST", 1,
    "Show the network of a host.", show_options, struct network_options, NULL, run_show);
static const struct cli_command apply_command =
    OBJECT_COMMAND("apply", "HOST FILE", 2, "Make the network of a host what a file says.",
	apply_options, struct network_options, NULL, run_apply);

static const struct cli_command *const commands[] = { &show_command, &apply_command, NULL };

const struct cli_command cli_host_network_command = {
	.name = "network",
	.args = "",
	.summary = "The addresses of a host, and its BGP neighbors.",
	.subcommands = commands,
};
