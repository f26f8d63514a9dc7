/* The commands with which a person goes on, see lab/settle.h. */
#include <string.h>

#include "lab/address_files.h"
#include "lab/host_conf.h"
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

static bool
has_service(const struct scenario_host *host, const char *service)
{
	for (size_t i = 0; i < host->services.count; i++) {
		if (strcmp(scenario_str(&host->services, i), service) == 0)
			return true;
	}
	return false;
}

/*
 * Where the clients land, measured from the sites: every other host of the service listens while
 * the first one asks, which takes it 10 s and a bit; where nobody lands, too.
 */
static void
add_catchment(const struct run *run, const char *program, const char *which,
    const struct run_target *target, struct strbuf *out)
{
	char ip[IP_STR_MAX];
	const char *first = NULL, *first_site = NULL;

	(void)ip_format(target->prefix.addr, ip);
	strbuf_add(out, "Where all clients land, as its hosts hear it:\n");
	scenario_each (site, &run->scenario->sites, struct scenario_site)
		scenario_each (host, &site->hosts, struct scenario_host) {
			if (!has_service(host, target->service))
				continue;
			if (first == NULL) {
				first = host->name;
				first_site = site->name;
				continue;
			}
			strbuf_addf(out,
			    "  %s lab exec %s%s -- nearcast catchment listen -g %s -f %s -e 5s "
			    "--for 20s > %s.land &\n",
			    program, which, host->name, ip, site->name, host->name);
		}
	strbuf_addf(out,
	    "  sleep 1; %s lab exec %s%s -- nearcast catchment run --alone -g %s -f %s -l %s > "
	    "%s.land\n",
	    program, which, first, ip, first_site,
	    target->family == IP_V6 ? HITLIST6_PATH : HITLIST4_PATH, first);
	strbuf_addf(out,
	    "  wait; %s catchment merge *.land -o merged.txt\n"
	    "  for file in " NAMES_NAME " " PLACES_NAME " " ORIGINS_NAME
	    "; do %s lab exec %s%s -- cat " ADDRESS_FILES_FOLDER "$file > $file; done\n"
	    "  %s report -c merged.txt --names " NAMES_NAME " --places " PLACES_NAME
	    " --asn " ORIGINS_NAME " -o report.html\n",
	    program, program, which, first, program);
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
	/* with a controller one command does it, and the console's hints have that */
	if (announces && clients->count > 0 && count > 0 &&
	    run->plan->nodes[run->plan->node_count - 1].kind != LAB_CONTROLLER)
		add_catchment(run, program, which, &targets[0], out);
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
