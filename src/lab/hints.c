/* The commands with which a person goes on, see lab/settle.h. */
#include <string.h>

#include "lab/run_internal.h"
#include "lab/settle.h"

#define AGENT "nearcastd"

static bool
process_is_ready(const json_t *status, const char *node, const char *process)
{
	const json_t *n, *p;
	size_t i, k;

	json_array_foreach (json_object_get(status, "nodes"), i, n) {
		if (strcmp(run_text(n, "name"), node) != 0)
			continue;
		json_array_foreach (json_object_get(n, "processes"), k, p)
			if (strcmp(run_text(p, "name"), process) == 0)
				return strcmp(run_text(p, "state"), "ready") == 0;
	}
	return false;
}

/* The first that announces something; NULL: none does. */
static const char *
first_host(const struct scenario *s)
{
	scenario_each (site, &s->sites, struct scenario_site)
		scenario_each (host, &site->hosts, struct scenario_host) {
			if (host->services.count > 0)
				return host->name;
		}
	return NULL;
}

static void
add_hints(const struct run *run, const char *program, bool named, const json_t *status,
    struct strbuf *out)
{
	const char *name = lab_name(run->lab), *host = first_host(run->scenario);
	const char *which = named ? arena_printf(run->arena, "-l %s ", name) : "";
	const struct conf_list *clients = &run->scenario->clients;
	bool announces = host && process_is_ready(status, host, AGENT);
	size_t count;
	const struct run_target *targets = run_targets(run, SCENARIO_FAMILY_BOTH, &count);

	if (host && !announces)
		strbuf_addf(out, "  %s lab start %s%s " AGENT "\n", program, which, host);
	if (host && clients->count > 0 && count > 0) {
		/* To a shell, the brackets of IPv6 are a pattern. */
		const char *quote = targets[0].family == IP_V6 ? "'" : "";

		strbuf_addf(out, "  %s lab exec %s%s -- curl %s%s%s\n", program, which,
		    scenario_at(clients, struct scenario_client, 0)->name, quote, targets[0].url,
		    quote);
	}
	if (announces)
		strbuf_addf(out, "  %s lab exec %s%s -- nearcast status\n", program, which, host);
	strbuf_addf(out, "  %s lab down%s%s\n", program, named ? " " : "", named ? name : "");
}

void
lab_hints(struct lab *lab, const struct scenario *scenario, const struct lab_plan *plan,
    const char *program, struct strbuf *out)
{
	const struct run_options none = { 0 };
	struct lab_names names = { 0 };
	json_t *status = NULL;
	struct run run;

	/* Whatever cannot be asked is left out. */
	bool only = lab_list(&names, NULL) >= 0 && names.count == 1;

	if (lab_status(lab, &status, NULL) < 0)
		status = NULL;
	run_init(&run, lab, scenario, plan, &none);
	strbuf_add(out, "\nPlay in it:\n");
	add_hints(&run, program, !only, status, out);
	run_done(&run);
	json_decref(status);
	lab_names_done(&names);
}
