/* nearcast lab status: what runs in a lab, and which labs run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/table.h"
#include "cli/fields.h"
#include "cli/lab.h"
#include "cli/print_json.h"
#include "io/tty.h"
#include "lab/lab.h"

struct status_options {
	bool json, all;
};

/* "bird ready, nginx ended (signal 9 (Killed))". */
static void
describe_processes(const json_t *processes, struct strbuf *out)
{
	const json_t *p;
	size_t i;

	json_array_foreach(processes, i, p) {
		const char *why = field_text(p, "why");

		strbuf_addf(out, "%s%s %s", i > 0 ? ", " : "", field_text(p, "name"),
		    field_text(p, "state"));
		if (*why != '\0')
			strbuf_addf(out, " (%s)", why);
	}
}

static bool
has_failed(const json_t *processes)
{
	const json_t *p;
	size_t i;

	json_array_foreach(processes, i, p)
		if (strcmp(field_text(p, "state"), "failed") == 0)
			return true;
	return false;
}

static void
add_nodes(const json_t *nodes, struct table *t)
{
	const json_t *n;
	size_t i;

	table_add_column(t, "node", TABLE_LEFT);
	table_add_column(t, "kind", TABLE_LEFT);
	table_add_column(t, "city", TABLE_LEFT);
	table_add_column(t, "network", TABLE_LEFT);
	table_add_column(t, "processes", TABLE_LEFT);
	json_array_foreach(nodes, i, n) {
		_cleanup_(strbuf_done) struct strbuf processes = { 0 };
		const json_t *list = json_object_get(n, "processes");

		describe_processes(list, &processes);
		table_add_row(t);
		table_add_cell(t, field_text(n, "name"));
		table_add_cell(t, field_text(n, "kind"));
		table_add_cell(t, field_text(n, "city"));
		table_add_cell(t, field_text(n, "network"));
		table_add_styled(
		    t, has_failed(list) ? STYLE_BAD : STYLE_PLAIN, "%s", strbuf_get(&processes));
	}
}

/* The links that are not as the plan has them; nothing when all are up. */
static void
add_links_down(const json_t *links, struct strbuf *out)
{
	const json_t *l;
	size_t i;

	json_array_foreach(links, i, l)
		if (!json_is_true(json_object_get(l, "up")))
			strbuf_addf(out, "link %s is down\n", field_text(l, "what"));
}

static int
print_status(const json_t *status)
{
	_cleanup_(table_freep) struct table *t = table_new();
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	const json_t *links = json_object_get(status, "links");
	const json_t *controller = json_object_get(status, "controller");

	strbuf_addf(&out, "%s: up since %s, supervisor %d, %zu nodes, %zu links\nlogs: %s/logs\n",
	    field_text(status, "name"), field_text(status, "since"),
	    (int)json_integer_value(json_object_get(status, "pid")),
	    json_array_size(json_object_get(status, "nodes")), json_array_size(links),
	    field_text(status, "directory"));
	if (json_is_object(controller))
		strbuf_addf(&out, "console: %s/, signed in to with what stands in %s\n\n",
		    field_text(controller, "url"), field_text(controller, "token_file"));
	else
		strbuf_add(&out, "\n");
	add_nodes(json_object_get(status, "nodes"), t);
	table_format(t, (struct table_look){ .colour = tty_wants_colour(STDOUT_FILENO) }, &out);
	add_links_down(links, &out);
	return cli_print(strbuf_get(&out));
}

static size_t
count_failed(const json_t *nodes)
{
	const json_t *n, *p;
	size_t i, k, count = 0;

	json_array_foreach(nodes, i, n)
		json_array_foreach(json_object_get(n, "processes"), k, p)
			count += strcmp(field_text(p, "state"), "failed") == 0;
	return count;
}

static void
add_lab(const json_t *status, struct table *t)
{
	const json_t *nodes = json_object_get(status, "nodes");
	size_t failed = count_failed(nodes);

	table_add_row(t);
	table_add_cell(t, field_text(status, "name"));
	table_add_cell(t, field_text(status, "since"));
	table_add_cellf(t, "%zu", json_array_size(nodes));
	table_add_styled(t, failed > 0 ? STYLE_BAD : STYLE_PLAIN, "%zu", failed);
	table_add_cell(t, field_text(status, "directory"));
}

static int
print_all(const json_t *labs)
{
	_cleanup_(table_freep) struct table *t = table_new();
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	const json_t *lab;
	size_t i;

	if (json_array_size(labs) == 0)
		return cli_print("no lab is running; nearcast lab up FILE starts one\n");
	table_add_column(t, "lab", TABLE_LEFT);
	table_add_column(t, "up since", TABLE_LEFT);
	table_add_column(t, "nodes", TABLE_RIGHT);
	table_add_column(t, "failed processes", TABLE_RIGHT);
	table_add_column(t, "folder", TABLE_LEFT);
	json_array_foreach(labs, i, lab)
		add_lab(lab, t);
	table_format(t, (struct table_look){ .colour = tty_wants_colour(STDOUT_FILENO) }, &out);
	return cli_print(strbuf_get(&out));
}

static int
ask_one(const char *name, json_t **ret, struct err *err)
{
	_cleanup_(lab_closep) struct lab *lab = NULL;
	int r = lab_connect(name, &lab, err);

	return r < 0 ? r : lab_status(lab, ret, err);
}

/* One that comes up or goes down meanwhile is said on stderr, and does not hide the others. */
static int
show_all(const struct lab_names *names, bool json)
{
	json_t *labs = json_array(), *status;
	struct err err = { 0 };

	for (size_t i = 0; i < names->count; i++) {
		if (ask_one(names->items[i], &status, &err) < 0)
			(void)cli_lab_fail("status", &err);
		else
			(void)json_array_append_new(labs, status);
	}

	if (json)
		return cli_print_json(labs, JSON_INDENT(2));

	int result = print_all(labs);

	json_decref(labs);
	return result;
}

static int
show_one(const char *name, bool json)
{
	struct err err = { 0 };
	json_t *status;

	if (ask_one(name, &status, &err) < 0)
		return cli_lab_fail("status", &err);

	if (json)
		return cli_print_json(status, JSON_INDENT(2));

	int result = print_status(status);

	json_decref(status);
	return result;
}

static int
run_status(const void *options, int argc, char **args)
{
	const struct status_options *o = options;
	_cleanup_(lab_names_done) struct lab_names names = { 0 };
	struct err err = { 0 };

	if (o->all && argc > 0)
		return cli_usage_error("--all goes without a name");
	if (argc > 0)
		return show_one(args[0], o->json);
	if (lab_list(&names, &err) < 0)
		return cli_lab_fail("status", &err);
	/* A document is of one lab or of all, whatever runs at the moment. */
	if (o->all || (!o->json && names.count != 1))
		return show_all(&names, o->json);
	return show_one(NULL, o->json);
}

static const struct cli_option options[] = {
	{ "all", 'a', CLI_FLAG, offsetof(struct status_options, all), NULL, 0, 0, NULL,
	    "a line for every lab that runs" },
	{ "json", 0, CLI_FLAG, offsetof(struct status_options, json), NULL, 0, 0, NULL,
	    "all that is known, as one JSON document" },
};

const struct cli_command cli_lab_status_command = {
	.name = "status",
	.args = "[LAB]",
	.summary = "Show the nodes of a lab and what runs in them, or the labs that run.",
	.args_min = 0,
	.args_max = 1,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.options_size = sizeof(struct status_options),
	.run = run_status,
};
