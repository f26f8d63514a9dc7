/*
 * Unicast: each client requests every host's own address, and the seven timings of curl stand side
 * by side: what each site can do for each client, before there is one address for all.
 */
#include <errno.h>
#include <string.h>

#include "base/style.h"
#include "base/table.h"
#include "lab/run_internal.h"
#include "lab/run_probe.h"
#include "measure/probe.h"

/* A host that can be asked, and where. */
struct asked {
	const char *host, *site, *url;
	enum ip_family family;
};

static size_t
list_asked(const struct run *run, int step_family, struct asked **ret)
{
	static const enum ip_family families[] = { IP_V4, IP_V6 };
	const struct scenario *s = run->scenario;
	struct asked *asked = arena_alloc(run->arena, 2 * run->plan->node_count * sizeof(*asked));
	size_t count = 0;

	for (size_t f = 0; f < ARRAY_SIZE(families); f++) {
		if (!scenario_family_used(s, step_family, families[f]))
			continue;
		scenario_each (site, &s->sites, struct scenario_site)
			scenario_each (host, &site->hosts, struct scenario_host) {
				struct ip ip = run_address(run, host->name, families[f]);

				if (ip.family == IP_NONE || host->services.count == 0)
					continue;

				const struct scenario_service *service =
				    scenario_service(s, scenario_str(&host->services, 0));

				asked[count++] = (struct asked){ host->name, site->name,
					run_url(run, ip, service->port), families[f] };
			}
	}
	*ret = asked;
	return count;
}

static void
add_rows(json_t *rows, const char *client, const json_t *doc, const struct asked *asked,
    size_t count, size_t *held, json_int_t *answers)
{
	for (size_t i = 0; i < count; i++) {
		json_t *target = json_array_get(json_object_get(doc, "targets"), i);
		json_int_t ok = json_integer_value(json_object_get(target, "ok"));
		const json_t *served_by = json_object_get(target, "served_by");

		*answers += ok;
		if (ok > 0 && json_integer_value(json_object_get(served_by, asked[i].host)) == ok &&
		    run_number(target, "failed") == 0)
			++*held;
		json_array_append_new(
		    rows, json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:O?}", "client", client,
			      "site", asked[i].site, "host", asked[i].host, "family",
			      asked[i].family == IP_V4 ? "ipv4" : "ipv6", "url", asked[i].url,
			      "count", (json_int_t)run_number(target, "count"), "ok", ok, "timings",
			      json_object_get(target, "timings")));
	}
}

static int
run_unicast(struct run *run, const struct scenario_step *step, json_t *result, struct err *err)
{
	struct asked *asked;
	size_t count = list_asked(run, step->unicast.family, &asked);
	const char **urls = arena_alloc(run->arena, (count + 1) * sizeof(*urls));
	struct run_probe probe;

	if (count == 0)
		return err_set(err, -ENOENT, "no host has an address of this family");
	for (size_t a = 0; a < count; a++)
		urls[a] = asked[a].url;

	int r = run_probe(run, &step->unicast.clients, step->unicast.count, urls, result, &probe);
	json_t *rows = json_array();

	json_object_set_new(result, "rows", rows);
	for (size_t i = 0; i < probe.count; i++) {
		_cleanup_(freep) char *expected =
		    xasprintf("%s reaches every host's own address", probe.clients[i]);
		size_t held = 0;
		json_int_t answers = 0;

		add_rows(rows, probe.clients[i], probe.docs[i], asked, count, &held, &answers);
		if (probe.docs[i])
			expect_add(&run->expects, run->step, held == count, expected,
			    "%zu of %zu, %lld answers", held, count, (long long)answers);
		else
			expect_add(&run->expects, run->step, false, expected, "%s",
			    probe.jobs[i].why);
	}
	run_probe_done(&probe);
	return r;
}

static void
print_family(
    const json_t *rows, const char *family, const char *title, struct look look, struct strbuf *out)
{
	_cleanup_(table_freep) struct table *t = table_new();
	const char *last = "";
	const json_t *row;
	size_t i, found = 0;

	table_add_column(t, title, TABLE_LEFT);
	table_add_column(t, "site", TABLE_LEFT);
	for (int p = 0; p < PROBE_PHASE_MAX; p++)
		table_add_column(t, probe_phase_label((enum probe_phase)p), TABLE_RIGHT);
	json_array_foreach (rows, i, row) {
		const json_t *timings = json_object_get(row, "timings");
		const char *client = run_text(row, "client");

		if (strcmp(run_text(row, "family"), family) != 0)
			continue;
		found++;
		table_add_row(t);
		table_add_cell(t, strcmp(last, client) == 0 ? "" : client);
		table_add_cell(t, run_text(row, "site"));
		last = client;
		for (int p = 0; p < PROBE_PHASE_MAX; p++) {
			const json_t *stats =
			    json_object_get(timings, probe_phase_key((enum probe_phase)p));

			if (json_is_object(stats))
				table_add_styled(t, p == PROBE_TOTAL ? STYLE_STRONG : STYLE_PLAIN,
				    "%.1f", run_number(stats, "median"));
			else
				table_add_styled(t, STYLE_BAD, "-");
		}
	}
	if (found == 0)
		return;
	strbuf_add_char(out, '\n');
	table_format(t, (struct table_look){ .indent = 2, .colour = look.colour }, out);
}

static void
print_unicast(const json_t *result, struct look look, struct strbuf *out)
{
	const json_t *rows = json_object_get(result, "rows");

	run_print_commands(result, look, out);
	print_family(rows, "ipv4", "IPv4, ms", look, out);
	print_family(rows, "ipv6", "IPv6, ms", look, out);
}

const struct run_step run_step_unicast = {
	.kind = STEP_UNICAST,
	.key = "unicast",
	.about = "each client requests every site's own address",
	.run = run_unicast,
	.print = print_unicast,
};
