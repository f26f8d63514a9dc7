#include "lab/run_trace.h"

#include <string.h>

#include "base/style.h"
#include "base/table.h"
#include "measure/json.h"

static const char *const *
make_argv(const struct run *run, const struct run_trace *trace)
{
	char text[IP_STR_MAX];
	const char **argv = arena_alloc(run->arena, 8 * sizeof(*argv));
	size_t n = 0;

	argv[n++] = "nearcast";
	argv[n++] = "trace";
	/* all hosts of a Global IP reply from it: the last hop is asked who it is */
	argv[n++] = "--identify";
	if (trace->port != 80) {
		argv[n++] = "--identify-port";
		argv[n++] = arena_printf(run->arena, "%u", trace->port);
	}
	argv[n++] = arena_strdup(run->arena, ip_format(trace->to, text));
	argv[n++] = "--json";
	return argv;
}

static void
judge(const struct run *run, const struct run_trace *trace, const char *why, json_t *row)
{
	const char *host = run_text(row, "answered_by");
	const struct scenario_site *at = NULL;
	const char *site = *host && scenario_host(run->scenario, host, &at) ? at->name : "";
	bool reached = json_is_true(json_object_get(row, "reached"));

	json_object_set_new(row, "client", json_string(trace->client));
	json_object_set_new(row, "site", *site ? json_string(site) : json_null());
	json_object_set_new(
	    row, "expected_site", trace->site ? json_string(trace->site) : json_null());
	json_object_set_new(row, "held",
	    json_boolean(reached && *site && (!trace->site || strcmp(site, trace->site) == 0)));
	if (!json_object_get(row, "hops"))
		json_object_set_new(row, "error", json_text(why));
}

int
run_trace(struct run *run, const struct run_trace *traces, size_t count, json_t *result)
{
	struct gather_job *jobs = arena_alloc(run->arena, (count + 1) * sizeof(*jobs));
	json_t **docs = arena_alloc(run->arena, (count + 1) * sizeof(json_t *));
	json_t *commands = json_array(), *rows = json_array();

	json_object_set_new(result, "commands", commands);
	json_object_set_new(result, "rows", rows);
	for (size_t i = 0; i < count; i++) {
		jobs[i] = (struct gather_job){ .node = traces[i].client,
			.argv = make_argv(run, &traces[i]) };
		run_add_command(commands, jobs[i].node, jobs[i].argv);
	}

	int r = run_gather_json(run, jobs, count, DURATION_S(60), docs);

	for (size_t i = 0; i < count; i++) {
		json_t *row = docs[i] ? docs[i] : json_object();

		judge(run, &traces[i], jobs[i].why, row);
		json_array_append_new(rows, row);
		gather_job_done(&jobs[i]);
	}
	return r;
}

static void
add_hop(struct table *t, const json_t *hop)
{
	const json_t *replies = json_object_get(hop, "replies"), *reply,
		     *first = json_array_get(replies, 0);
	_cleanup_(strbuf_done) struct strbuf times = { 0 };
	json_int_t lost = json_integer_value(json_object_get(hop, "lost"));
	const char *city = run_text(first, "city_name");
	size_t i;

	json_array_foreach (replies, i, reply)
		strbuf_addf(&times, "%s%.1f", i ? "  " : "", run_number(reply, "rtt_ms"));
	for (json_int_t k = 0; k < lost; k++)
		strbuf_addf(&times, "%s*", times.len ? "  " : "");
	table_add_row(t);
	table_add_cellf(t, "%lld", (long long)json_integer_value(json_object_get(hop, "ttl")));
	if (first)
		table_add_cell(t, *run_text(first, "name") ? run_text(first, "name")
							   : run_text(first, "address"));
	else
		table_add_cell(t, "*");
	table_add_cell(t, *city ? city : run_text(first, "city"));
	if (run_number(first, "asn") > 0)
		table_add_cellf(
		    t, "%s (AS%.0f)", run_text(first, "network"), run_number(first, "asn"));
	else
		table_add_cell(t, run_text(first, "network"));
	table_add_styled(t, STYLE_DIM, "%s", run_text(first, "address"));
	table_add_cell(t, strbuf_get(&times));
}

static void
print_row(const json_t *row, struct look look, struct strbuf *out)
{
	_cleanup_(table_freep) struct table *t = table_new();
	bool held = json_is_true(json_object_get(row, "held"));
	bool reached = json_is_true(json_object_get(row, "reached"));
	const char *host = run_text(row, "answered_by");
	const json_t *hop;
	size_t i;

	table_add_column(t, "", TABLE_RIGHT);
	table_add_column(t, "router", TABLE_LEFT);
	table_add_column(t, "city", TABLE_LEFT);
	table_add_column(t, "network", TABLE_LEFT);
	table_add_column(t, "address", TABLE_LEFT);
	table_add_column(t, "ms", TABLE_LEFT);
	json_array_foreach (json_object_get(row, "hops"), i, hop)
		add_hop(t, hop);
	strbuf_addf(out, "\n  %s%s %s %s%s: %s%s %s%s%s\n", style_begin(STYLE_STRONG, look.colour),
	    run_text(row, "client"), look_arrow(look), run_text(row, "target"),
	    style_end(STYLE_STRONG, look.colour),
	    style_begin(held ? STYLE_GOOD : STYLE_BAD, look.colour),
	    held ? look_tick(look) : look_cross(look),
	    *host     ? host
	    : reached ? "a host that does not say its name"
		      : "not reached",
	    style_end(held ? STYLE_GOOD : STYLE_BAD, look.colour),
	    json_object_get(row, "hops") ? "" : ", no trace");
	table_format(t, (struct table_look){ .indent = 2, .colour = look.colour }, out);
}

void
run_trace_print(const json_t *result, struct look look, struct strbuf *out)
{
	const json_t *row;
	size_t i;

	run_print_commands(result, look, out);
	json_array_foreach (json_object_get(result, "rows"), i, row)
		print_row(row, look, out);
}
