/* nearcast lab link: the links of a node, and cutting or joining one. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/table.h"
#include "cli/fields.h"
#include "cli/lab.h"
#include "io/tty.h"
#include "lab/lab.h"

struct link_options {
	const char *lab;
};

/* The node's own end of a link (0) or the other one (1); NULL: the link is not the node's. */
static const json_t *
end_of(const json_t *link, const char *node, int other)
{
	const json_t *ends = json_object_get(link, "ends");

	for (size_t i = 0; i < 2; i++)
		if (strcmp(field_text(json_array_get(ends, i), "node"), node) == 0)
			return json_array_get(ends, other ? 1 - i : i);
	return NULL;
}

static int
print_links(const json_t *links, const char *node)
{
	_cleanup_(table_freep) struct table *t = table_new();
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	const json_t *l;
	size_t i;

	table_add_column(t, "interface", TABLE_LEFT);
	table_add_column(t, "leads to", TABLE_LEFT);
	table_add_column(t, "ms one way", TABLE_RIGHT);
	table_add_column(t, "MTU", TABLE_RIGHT);
	table_add_column(t, "state", TABLE_LEFT);
	table_add_column(t, "link", TABLE_LEFT);
	json_array_foreach (links, i, l) {
		bool up = json_is_true(json_object_get(l, "up"));

		if (end_of(l, node, 0) == NULL)
			continue;
		table_add_row(t);
		table_add_cell(t, field_text(end_of(l, node, 0), "interface"));
		table_add_cell(t, field_text(end_of(l, node, 1), "node"));
		table_add_cellf(t, "%.2f", json_number_value(json_object_get(l, "delay_ms")));
		table_add_cellf(
		    t, "%" JSON_INTEGER_FORMAT, json_integer_value(json_object_get(l, "mtu")));
		table_add_styled(t, up ? STYLE_PLAIN : STYLE_BAD, "%s", up ? "up" : "down");
		table_add_cell(t, field_text(l, "what"));
	}
	table_format(t, (struct table_look){ .colour = tty_wants_colour(STDOUT_FILENO) }, &out);
	return cli_print(strbuf_get(&out));
}

/* The names by which a link of the node can be meant: for what was not found. */
static int
refuse(const json_t *links, const char *node, const char *name, struct err *err)
{
	_cleanup_(freep) const char **names =
	    xcalloc(3 * json_array_size(links) + 1, sizeof(*names));
	const json_t *l;
	size_t i, count = 0;

	json_array_foreach (links, i, l) {
		if (end_of(l, node, 0) == NULL)
			continue;
		names[count++] = field_text(end_of(l, node, 0), "interface");
		names[count++] = field_text(end_of(l, node, 1), "node");
		names[count++] = field_text(l, "what");
	}

	const char *nearest = str_nearest(name, names);

	if (nearest != NULL)
		return err_set(
		    err, -ENOENT, "%s has no link \"%s\"; did you mean %s?", node, name, nearest);
	return err_set(err, -ENOENT,
	    "%s has no link \"%s\"; nearcast lab link %s shows those that it has", node, name,
	    node);
}

/* By the node's interface, the node at the other end, or what the link is called. */
static int
find_link(const json_t *links, const char *node, const char *name, size_t *ret, struct err *err)
{
	const json_t *l;
	size_t i, match = 0, found = 0;

	json_array_foreach (links, i, l) {
		if (end_of(l, node, 0) == NULL)
			continue;
		if (strcmp(field_text(end_of(l, node, 0), "interface"), name) != 0 &&
		    strcmp(field_text(end_of(l, node, 1), "node"), name) != 0 &&
		    strcmp(field_text(l, "what"), name) != 0)
			continue;
		match = i;
		found++;
	}
	if (found == 0)
		return refuse(links, node, name, err);
	if (found > 1)
		return err_set(err, -ENOTUNIQ, "%s has %zu links to %s: name the interface", node,
		    found, name);
	*ret = match;
	return 0;
}

static bool
has_node(const json_t *status, const char *name, struct err *err)
{
	const json_t *nodes = json_object_get(status, "nodes"), *n;
	_cleanup_(freep) const char **names = xcalloc(json_array_size(nodes) + 1, sizeof(*names));
	size_t i;

	json_array_foreach (nodes, i, n) {
		names[i] = field_text(n, "name");
		if (strcmp(names[i], name) == 0)
			return true;
	}

	const char *nearest = str_nearest(name, names);

	(void)err_set(err, -ENOENT, "no node \"%s\" in the lab %s%s%s%s", name,
	    field_text(status, "name"), nearest ? "; did you mean " : "", nearest ? nearest : "",
	    nearest ? "?" : "");
	return false;
}

static int
set_link(struct lab *lab, const json_t *links, char **args, bool up)
{
	struct err err = { 0 };
	size_t link = 0; /* clang-tidy does not see that a refusal is negative */
	int64_t at;

	if (find_link(links, args[0], args[1], &link, &err) < 0 ||
	    lab_link_set(lab, link, up, &at, &err) < 0)
		return cli_lab_fail("link", &err);
	return cli_lab_say_when(at, "%s is %s",
	    field_text(json_array_get(links, link), "what"), up ? "up" : "down");
}

static int
run_link(const void *options, int argc, char **args)
{
	const struct link_options *o = options;
	_cleanup_(lab_closep) struct lab *lab = NULL;
	struct err err = { 0 };
	json_t *status;
	bool up = argc == 3 && strcmp(args[2], "up") == 0;

	if (argc == 2 || (argc == 3 && !up && strcmp(args[2], "down") != 0))
		return cli_usage_error("say whether the link shall be up or down");
	if (lab_connect(o->lab, &lab, &err) < 0 || lab_status(lab, &status, &err) < 0)
		return cli_lab_fail("link", &err);

	const json_t *links = json_object_get(status, "links");
	int result;

	if (!has_node(status, args[0], &err))
		result = cli_lab_fail("link", &err);
	else if (argc == 1)
		result = print_links(links, args[0]);
	else
		result = set_link(lab, links, args, up);
	json_decref(status);
	return result;
}

static const struct cli_option options[] = {
	{ "lab", 'l', CLI_STRING, offsetof(struct link_options, lab), "LAB", 0, 0, NULL,
	    "which, when several run" },
};

const struct cli_command cli_lab_link_command = {
	.name = "link",
	.args = "NODE [LINK up|down]",
	.summary = "Show the links of a node, or cut one or join it again.",
	.args_min = 1,
	.args_max = 3,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.options_size = sizeof(struct link_options),
	.notes =
	    "A link is named by the node's interface, by the node at its other end, or as the\n"
	    "table shows it.",
	.run = run_link,
};
