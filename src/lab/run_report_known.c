/* What a scenario knows of its networks, for a report. */
#include <string.h>

#include "lab/address_files.h"
#include "lab/cities.h"
#include "lab/run_report_internal.h"

/* The same text that nodes have in a file. */
int
lab_report_names(const struct lab_plan *plan, struct names **ret, struct err *e)
{
	for (size_t i = 0; plan->node_count > 0 && i < plan->nodes[0].file_count; i++) {
		const struct lab_file *file = &plan->nodes[0].files[i];

		if (strcmp(file->path, NAMES_PATH) == 0)
			return names_load_text(
			    file->path, file->content, strlen(file->content), ret, e);
	}
	return 0;
}

static uint32_t
asn_of(const struct scenario *s, const char *network)
{
	return scenario_network(s, network)->asn;
}

int
lab_report_relations(const struct scenario *s, struct relations **ret, struct err *e)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 }, bad = { 0 };

	scenario_each (rel, &s->relationships, struct scenario_relationship) {
		if (rel->customer)
			strbuf_addf(&text, "%u|%u|-1\n", asn_of(s, rel->provider),
			    asn_of(s, rel->customer));
		else
			strbuf_addf(&text, "%u|%u|0\n", asn_of(s, scenario_str(&rel->peers, 0)),
			    asn_of(s, scenario_str(&rel->peers, 1)));
	}
	return relations_load_text("relationships", strbuf_get(&text), ret, &bad, e);
}

static void
add_country(struct report *r, const char *city, struct report_place *place)
{
	const struct city *c = city_find(city);

	if (c)
		place->country = report_text(r, c->country);
}

void
lab_report_add_countries(const struct scenario *s, struct report *r)
{
	for (size_t i = 0; i < r->client_count; i++) {
		const char *name = r->clients[i].label;
		const struct scenario_client *c = name ? scenario_client(s, name) : NULL;

		if (c)
			add_country(r, c->city, &r->clients[i].place);
	}
	for (size_t i = 0; i < r->site_count; i++) {
		const struct scenario_site *site = scenario_site(s, r->sites[i].name);

		if (site)
			add_country(r, site->city, &r->sites[i].place);
	}
}
