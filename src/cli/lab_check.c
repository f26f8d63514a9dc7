/* nearcast lab check: whether a scenario is right, and what would be made of it. Starts nothing. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/table.h"
#include "cli/lab.h"
#include "cli/print_json.h"
#include "io/tty.h"
#include "lab/plan.h"
#include "lab/scenario.h"
#include "lab/topology.h"

struct check_options {
	bool json, quiet;
	const char *files;
};

static const char *const KINDS[] = {
	[LAB_ROUTER] = "router", [LAB_HOST] = "host", [LAB_CLIENT] = "client"
};

static const char *
text_of_ip(struct ip ip, char buf[static IP_STR_MAX])
{
	return ip.family == IP_NONE ? "" : ip_format(ip, buf);
}

static const char *
text_of_prefix(struct prefix p, char buf[static PREFIX_STR_MAX])
{
	return p.addr.family == IP_NONE ? "" : prefix_format(p, buf);
}

static void
add_networks(const struct topology *t, struct table *table)
{
	char v4[PREFIX_STR_MAX], v6[PREFIX_STR_MAX];

	table_add_column(table, "network", TABLE_LEFT);
	table_add_column(table, "AS", TABLE_RIGHT);
	table_add_column(table, "routers", TABLE_RIGHT);
	table_add_column(table, "IPv4", TABLE_LEFT);
	table_add_column(table, "IPv6", TABLE_LEFT);
	for (size_t i = 0; i < t->net_count; i++) {
		const struct topo_net *net = &t->nets[i];

		table_add_row(table);
		table_add_cell(table, net->conf->name);
		table_add_cellf(table, "%u", net->conf->asn);
		table_add_cellf(table, "%zu", net->node_count);
		table_add_cell(table, text_of_prefix(net->block4, v4));
		table_add_cell(table, text_of_prefix(net->block6, v6));
	}
}

static void
add_nodes(const struct topology *t, struct table *table)
{
	char v4[IP_STR_MAX], v6[IP_STR_MAX];

	table_add_column(table, "node", TABLE_LEFT);
	table_add_column(table, "kind", TABLE_LEFT);
	table_add_column(table, "city", TABLE_LEFT);
	table_add_column(table, "network", TABLE_LEFT);
	table_add_column(table, "IPv4", TABLE_LEFT);
	table_add_column(table, "IPv6", TABLE_LEFT);
	for (size_t i = 0; i < t->node_count; i++) {
		const struct topo_node *node = &t->nodes[i];

		table_add_row(table);
		table_add_cell(table, node->name);
		table_add_cell(table, KINDS[node->kind]);
		table_add_cell(table, node->city->name);
		table_add_cell(table, t->nets[node->net].conf->name);
		table_add_cell(table, text_of_ip(node->loopback4, v4));
		table_add_cell(table, text_of_ip(node->loopback6, v6));
	}
}

static void
add_links(const struct topology *t, struct table *table)
{
	table_add_column(table, "link", TABLE_LEFT);
	table_add_column(table, "ms one way", TABLE_RIGHT);
	table_add_column(table, "MTU", TABLE_RIGHT);
	table_add_column(table, "OSPF cost", TABLE_RIGHT);
	for (size_t i = 0; i < t->link_count; i++) {
		const struct topo_link *l = &t->links[i];

		table_add_row(table);
		table_add_cell(table, l->what);
		table_add_cellf(table, "%.2f", duration_ms_f(l->delay));
		table_add_cellf(table, "%u", l->mtu);
		if (l->kind == TOPO_INTERNAL)
			table_add_cellf(table, "%u", l->cost);
	}
}

static void
add_table(const struct topology *t, void (*fill)(const struct topology *, struct table *),
    struct strbuf *out)
{
	_cleanup_(table_freep) struct table *table = table_new();

	fill(t, table);
	strbuf_add_char(out, '\n');
	table_format(table, (struct table_look){ .colour = tty_wants_colour(STDOUT_FILENO) }, out);
}

static int
print_text(const struct topology *t)
{
	const struct scenario *s = t->scenario;
	_cleanup_(strbuf_done) struct strbuf out = { 0 };

	strbuf_addf(&out,
	    "%s%s%s: the scenario is right\n%zu networks, %zu nodes, %zu links, %zu sites, %zu "
	    "steps\n",
	    s->lab, *s->title ? ", " : "", s->title, t->net_count, t->node_count, t->link_count,
	    s->sites.count, s->steps.count);
	add_table(t, add_networks, &out);
	add_table(t, add_nodes, &out);
	add_table(t, add_links, &out);
	return cli_print(strbuf_get(&out));
}

/* JSON's null where there is no text. */
static json_t *
json_text(const char *text)
{
	return *text ? json_string(text) : json_null();
}

static json_t *
json_networks(const struct topology *t)
{
	json_t *list = json_array();
	char v4[PREFIX_STR_MAX], v6[PREFIX_STR_MAX];

	for (size_t i = 0; i < t->net_count; i++) {
		const struct topo_net *net = &t->nets[i];

		(void)json_array_append_new(list,
		    json_pack("{s:s, s:I, s:I, s:o, s:o}", "name", net->conf->name, "asn",
		        (json_int_t)net->conf->asn, "routers", (json_int_t)net->node_count, "ipv4",
		        json_text(text_of_prefix(net->block4, v4)), "ipv6",
		        json_text(text_of_prefix(net->block6, v6))));
	}
	return list;
}

static json_t *
json_nodes(const struct topology *t)
{
	json_t *list = json_array();
	char v4[IP_STR_MAX], v6[IP_STR_MAX];

	for (size_t i = 0; i < t->node_count; i++) {
		const struct topo_node *node = &t->nodes[i];

		(void)json_array_append_new(
		    list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o}", "name", node->name,
			      "kind", KINDS[node->kind], "city", node->city->code, "city_name",
			      node->city->name, "network", t->nets[node->net].conf->name, "site",
			      json_text(node->site ? node->site->name : ""), "ipv4",
			      json_text(text_of_ip(node->loopback4, v4)), "ipv6",
			      json_text(text_of_ip(node->loopback6, v6))));
	}
	return list;
}

static json_t *
json_links(const struct topology *t)
{
	json_t *list = json_array();

	for (size_t i = 0; i < t->link_count; i++) {
		const struct topo_link *l = &t->links[i];

		(void)json_array_append_new(
		    list, json_pack("{s:s, s:[s, s], s:f, s:i, s:o}", "what", l->what, "nodes",
			      t->nodes[l->ends[0].node].name, t->nodes[l->ends[1].node].name,
			      "delay_ms", duration_ms_f(l->delay), "mtu", (int)l->mtu, "cost",
			      l->kind == TOPO_INTERNAL ? json_integer((json_int_t)l->cost)
						       : json_null()));
	}
	return list;
}

static int
print_json(const struct topology *t)
{
	json_t *all = json_pack("{s:s, s:s, s:o, s:o, s:o}", "lab", t->scenario->lab, "title",
	    t->scenario->title, "networks", json_networks(t), "nodes", json_nodes(t), "links",
	    json_links(t));

	return cli_print_json(all, JSON_INDENT(2));
}

/* The files that a node would get. */
static int
print_files(const struct scenario *s, const char *name)
{
	_cleanup_(lab_plan_freep) struct lab_plan *plan = NULL;
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	struct err err = { 0 };

	if (lab_plan_new(s, &plan, &err) < 0)
		return cli_lab_fail("check", &err);
	for (size_t i = 0; i < plan->node_count; i++) {
		const struct lab_node *node = &plan->nodes[i];

		if (strcmp(node->name, name) != 0)
			continue;
		for (size_t k = 0; k < node->file_count; k++)
			strbuf_addf(&out, "%s==> %s\n%s", k > 0 ? "\n" : "", node->files[k].path,
			    node->files[k].content);
		return cli_print(strbuf_get(&out));
	}
	(void)err_set(&err, -ENOENT, "the lab %s has no node called %s", s->lab, name);
	return cli_lab_fail("check", &err);
}

static int
run_check(const void *options, int argc, char **args)
{
	const struct check_options *o = options;
	_cleanup_(conf_freep) struct conf *conf = NULL;
	_cleanup_(arena_freep) struct arena *arena = arena_new();
	_cleanup_(strbuf_done) struct strbuf errors = { 0 };
	struct topology *t;
	struct err err = { 0 };

	(void)argc;
	if (scenario_load_file(args[0], &conf, &errors) < 0) {
		(void)fputs(strbuf_get(&errors), stderr);
		return EXIT_FAILURE;
	}
	if (o->files)
		return print_files(conf_root(conf), o->files);
	if (topology_new(conf_root(conf), arena, &t, &err) < 0)
		return cli_lab_fail("check", &err);
	if (o->json)
		return print_json(t);
	return o->quiet ? EXIT_SUCCESS : print_text(t);
}

/* clang-format off */
#define AT(field) offsetof(struct check_options, field)
static const struct cli_option options[] = {
	{ "json", 'j', CLI_FLAG, AT(json), NULL, 0, 0, NULL, "print one JSON document" },
	{ "files", 'f', CLI_STRING, AT(files), "NODE", 0, 0, NULL, "print the files that a node would get" },
	{ "quiet", 'q', CLI_FLAG, AT(quiet), NULL, 0, 0, NULL, "print errors only" },
};
/* clang-format on */

const struct cli_command cli_lab_check_command = {
	.name = "check",
	.args = "FILE",
	.summary = "Say whether a scenario is right, and what it makes: networks, nodes, links.",
	.args_min = 1,
	.args_max = 1,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.options_size = sizeof(struct check_options),
	.run = run_check,
};
