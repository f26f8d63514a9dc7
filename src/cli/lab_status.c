/* nearcast lab status: what runs in a lab. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/table.h"
#include "cli/lab.h"
#include "io/tty.h"
#include "lab/lab.h"

struct status_options {
	bool json;
};

static const char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

/* "bird ready, nginx ended (signal 9 (Killed))". */
static void
describe_processes(const json_t *processes, struct strbuf *out)
{
	const json_t *p;
	size_t i;

	json_array_foreach(processes, i, p) {
		const char *why = text_of(p, "why");

		strbuf_addf(out, "%s%s %s", i > 0 ? ", " : "", text_of(p, "name"), text_of(p, "state"));
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
		if (strcmp(text_of(p, "state"), "failed") == 0)
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
		table_add_cell(t, text_of(n, "name"));
		table_add_cell(t, text_of(n, "kind"));
		table_add_cell(t, text_of(n, "city"));
		table_add_cell(t, text_of(n, "network"));
		table_add_styled(t, has_failed(list) ? STYLE_BAD : STYLE_PLAIN, "%s", strbuf_get(&processes));
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
			strbuf_addf(out, "link %s is down\n", text_of(l, "what"));
}

static void
print_status(const json_t *status)
{
	_cleanup_(table_freep) struct table *t = table_new();
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	const json_t *links = json_object_get(status, "links");

	strbuf_addf(&out, "%s: up since %s, supervisor %d, %zu nodes, %zu links\nlogs: %s/logs\n\n",
	    text_of(status, "name"), text_of(status, "since"),
	    (int)json_integer_value(json_object_get(status, "pid")),
	    json_array_size(json_object_get(status, "nodes")), json_array_size(links),
	    text_of(status, "directory"));
	add_nodes(json_object_get(status, "nodes"), t);
	table_format(t, (struct table_look){ .colour = tty_wants_colour(STDOUT_FILENO) }, &out);
	add_links_down(links, &out);
	(void)fputs(strbuf_get(&out), stdout);
}

static int
run_status(const void *options, int argc, char **args)
{
	const struct status_options *o = options;
	_cleanup_(lab_closep) struct lab *lab = NULL;
	struct err err = { 0 };
	json_t *status;

	if (lab_connect(argc > 0 ? args[0] : NULL, &lab, &err) < 0 || lab_status(lab, &status, &err) < 0)
		return cli_lab_fail("status", &err);
	if (o->json)
		(void)(json_dumpf(status, stdout, JSON_INDENT(2)) == 0 && putchar('\n'));
	else
		print_status(status);
	json_decref(status);
	if (fflush(stdout) == EOF) {
		perror("nearcast lab status: stdout");
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}

static const struct cli_option options[] = {
	{ "json", 0, CLI_FLAG, offsetof(struct status_options, json), NULL, 0, 0, NULL,
	    "all that is known, as one JSON document" },
};

const struct cli_command cli_lab_status_command = {
	.name = "status",
	.args = "[LAB]",
	.summary = "Show the nodes of a lab and what runs in them.",
	.args_min = 0,
	.args_max = 1,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.options_size = sizeof(struct status_options),
	.run = run_status,
};
