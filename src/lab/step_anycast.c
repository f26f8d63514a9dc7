/*
 * Anycast: each client requests the one Global IP. Who answers, how fast, and how far is that from
 * the best that any site could do for this client, as the unicast step has measured it?
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/style.h"
#include "base/table.h"
#include "lab/run_internal.h"
#include "lab/run_probe.h"

/* The best row of the unicast step for this client; NULL without that step. */
static const json_t *
best_unicast(const struct run *run, const char *client, const char *family)
{
	const json_t *best = NULL, *row;
	double least = INFINITY;
	size_t i;

	json_array_foreach (json_object_get(run->unicast, "rows"), i, row) {
		const json_t *total = json_object_get(json_object_get(row, "timings"), "total_ms");

		if (strcmp(run_text(row, "client"), client) != 0 ||
		    strcmp(run_text(row, "family"), family) != 0 || !json_is_object(total) ||
		    run_number(total, "median") >= least)
			continue;
		least = run_number(total, "median");
		best = row;
	}
	return best;
}

/* The key with the highest count, or "". */
static const char *
most_often(json_t *tally)
{
	const char *key, *most = "";
	json_int_t highest = 0;
	json_t *value;

	json_object_foreach (tally, key, value) {
		if (json_integer_value(value) > highest) {
			highest = json_integer_value(value);
			most = key;
		}
	}
	return most;
}

static json_t *
make_row(const struct run *run, const char *client, const struct run_target *target,
    const json_t *probed)
{
	const char *family = target->family == IP_V4 ? "ipv4" : "ipv6";
	const char *host = most_often(json_object_get(probed, "served_by"));
	const char *site = most_often(json_object_get(probed, "sites"));
	const struct scenario_site *at = NULL;
	const json_t *timings = json_object_get(probed, "timings");
	const json_t *total = json_object_get(timings, "total_ms");
	const json_t *best = best_unicast(run, client, family);
	json_t *row = json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:s, s:s, s:O?, s:O?}", "client",
	    client, "service", target->service, "url", target->url, "family", family, "count",
	    (json_int_t)run_number(probed, "count"), "ok", (json_int_t)run_number(probed, "ok"),
	    "host", host, "site", site, "sites", json_object_get(probed, "sites"), "timings",
	    timings);

	if (*host && scenario_host(run->scenario, host, &at))
		json_object_set_new(row, "city", json_string(run_city_name(run, host)));
	if (best) {
		double least = run_number(
		    json_object_get(json_object_get(best, "timings"), "total_ms"), "median");

		json_object_set_new(row, "best_site", json_string(run_text(best, "site")));
		json_object_set_new(row, "best_ms", json_real(least));
		if (json_is_object(total))
			json_object_set_new(
			    row, "over_best_ms", json_real(run_number(total, "median") - least));
	}
	return row;
}

static void
judge(struct run *run, json_t *row, const char *expected_site, const char *why)
{
	const char *client = run_text(row, "client"), *site = run_text(row, "site");
	json_int_t count = (json_int_t)run_number(row, "count"),
		   ok = (json_int_t)run_number(row, "ok");
	json_int_t by_site =
	    json_integer_value(json_object_get(json_object_get(row, "sites"), site));
	bool held =
	    count > 0 && by_site == count && (!expected_site || strcmp(site, expected_site) == 0);
	_cleanup_(freep) char *expected =
	    expected_site
		? xasprintf(
		      "%s asks %s and %s answers", client, run_text(row, "url"), expected_site)
		: xasprintf("%s asks %s and one site answers", client, run_text(row, "url"));

	json_object_set_new(
	    row, "expected_site", expected_site ? json_string(expected_site) : json_null());
	json_object_set_new(row, "held", json_boolean(held));
	if (count == 0)
		expect_add(&run->expects, run->step, false, expected, "%s", why);
	else if (ok == 0)
		expect_add(&run->expects, run->step, false, expected, "no answer");
	else
		expect_add(&run->expects, run->step, held, expected,
		    "%s (%s), %lld of %lld answers", run_text(row, "host"),
		    *site ? site : "no site", (long long)by_site, (long long)count);
}

static int
run_anycast(struct run *run, const struct scenario_step *step, json_t *result, struct err *err)
{
	size_t count;
	struct run_target *targets = run_targets(run, step->anycast.family, &count);
	const char **urls = arena_alloc(run->arena, (count + 1) * sizeof(*urls));
	struct run_probe probe;

	if (count == 0)
		return err_set(err, -ENOENT, "no service has a Global IP of this family");
	for (size_t t = 0; t < count; t++)
		urls[t] = targets[t].url;

	int r = run_probe(run, &step->anycast.clients, step->anycast.count, urls, result, &probe);
	json_t *rows = json_array();

	json_object_set_new(result, "rows", rows);
	for (size_t i = 0; i < probe.count; i++) {
		const char *client = probe.clients[i];
		const json_t *probed = json_object_get(probe.docs[i], "targets");

		for (size_t t = 0; t < count; t++) {
			json_t *row = make_row(run, client, &targets[t], json_array_get(probed, t));

			judge(run, row, run_expected_site(&step->anycast.expect, client),
			    probe.jobs[i].why);
			json_array_append_new(rows, row);
		}
	}
	run_probe_done(&probe);
	return r;
}

static void
add_timings(struct table *t, const json_t *row)
{
	static const char *const keys[] = { "median", "min", "p95" };
	const json_t *total = json_object_get(json_object_get(row, "timings"), "total_ms");

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (json_is_object(total))
			table_add_styled(t, i == 0 ? STYLE_STRONG : STYLE_PLAIN, "%.1f",
			    run_number(total, keys[i]));
		else
			table_add_styled(t, STYLE_BAD, "-");
	}
	if (json_object_get(row, "best_site"))
		table_add_cellf(
		    t, "%s %.1f", run_text(row, "best_site"), run_number(row, "best_ms"));
	else
		table_add_cell(t, "-");
	if (json_object_get(row, "over_best_ms"))
		table_add_cellf(t, "%+.1f", run_number(row, "over_best_ms"));
	else
		table_add_cell(t, "-");
}

static void
print_anycast(const json_t *result, struct look look, struct strbuf *out)
{
	_cleanup_(table_freep) struct table *t = table_new();
	const json_t *row;
	size_t i;

	run_print_commands(result, look, out);
	table_add_column(t, "client", TABLE_LEFT);
	table_add_column(t, "asks", TABLE_LEFT);
	table_add_column(t, "answered by", TABLE_LEFT);
	table_add_column(t, "site", TABLE_LEFT);
	table_add_column(t, "median ms", TABLE_RIGHT);
	table_add_column(t, "min", TABLE_RIGHT);
	table_add_column(t, "p95", TABLE_RIGHT);
	table_add_column(t, "best site", TABLE_RIGHT);
	table_add_column(t, "over it", TABLE_RIGHT);
	table_add_column(t, "expected", TABLE_LEFT);
	json_array_foreach (json_object_get(result, "rows"), i, row) {
		bool held = json_is_true(json_object_get(row, "held"));
		const char *expected = run_text(row, "expected_site");
		const char *family = strcmp(run_text(row, "family"), "ipv4") == 0 ? "IPv4" : "IPv6";

		table_add_row(t);
		table_add_cell(t, run_text(row, "client"));
		table_add_cellf(t, "%s %s", run_text(row, "service"), family);
		table_add_cell(t, *run_text(row, "host") ? run_text(row, "host") : "nobody");
		table_add_cellf(t, "%s%s%s", run_text(row, "site"),
		    *run_text(row, "city") ? ", " : "", run_text(row, "city"));
		add_timings(t, row);
		table_add_styled(t, held ? STYLE_GOOD : STYLE_BAD, "%s %s",
		    held ? look_tick(look) : look_cross(look), expected);
	}
	strbuf_add_char(out, '\n');
	table_format(t, (struct table_look){ .indent = 2, .colour = look.colour }, out);
}

const struct run_step run_step_anycast = {
	.kind = STEP_ANYCAST,
	.key = "anycast",
	.about = "each client requests the one Global IP",
	.run = run_anycast,
	.print = print_anycast,
};
