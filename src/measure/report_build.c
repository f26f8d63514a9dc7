#include "measure/report_build_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void
report_builder_done(struct report_builder *b)
{
	prefix_map_done(&b->by_address);
	free(b->own);
}

void
report_builder_of(struct report_builder *b, const char *name, const char *address)
{
	char text[2][IP_STR_MAX];
	struct ip ip;

	if (address == NULL || ip_parse(address, &ip) < 0)
		return;
	if (b->address.family == IP_NONE)
		b->address = ip;
	if (!ip_equal(b->address, ip))
		report_add_note(b->report,
		    report_printf(b->report,
			"%s: doubtful: is of %s, the others of %s, and clients may land elsewhere",
			name, ip_format(ip, text[0]), ip_format(b->address, text[1])));
}

/* ---- what is known of an address ---- */

static void
know_place(struct report_builder *b, struct ip address, struct report_place *place)
{
	const struct name_entry *name = names_find(b->names, address);
	const struct place *found = places_find(b->places, address);

	if (found)
		*place = (struct report_place){
			.city = report_text(b->report, found->city),
			.country = report_text(b->report, found->country),
			.has_point = found->has_point,
			.point = found->point,
		};
	if (name && name->city_name)
		place->city = report_text(b->report, name->city_name);
	if (name && name->has_place) {
		place->has_point = true;
		place->point = name->place;
	}
}

void
report_builder_know(struct report_builder *b, struct ip address, uint32_t *asn,
    const char **network, const char **label, struct report_place *place)
{
	const struct name_entry *name = names_find(b->names, address);
	const struct origin *origin = origins_find(b->origins, address);

	*asn = name && name->asn ? name->asn : origin ? origin->asns[0] : 0;
	*network = report_text(b->report, name && name->network ? name->network
					  : origin              ? origin->name
								: NULL);
	*label = report_text(b->report, name ? name->name : NULL);
	know_place(b, address, place);
}

uint32_t
report_builder_site(struct report_builder *b, const char *name)
{
	uint32_t found = report_find_site(b->report, name);
	const struct name_entry *entry = names_find_site(b->names, name);
	struct report_site *site;

	if (found != REPORT_NONE)
		return found;
	site = report_add_site(b->report, name);
	if (entry) {
		know_place(b, entry->address, &site->place);
		site->place.has_point = true;
		site->place.point = entry->place;
	}
	return (uint32_t)(b->report->site_count - 1);
}

/* ---- clients ---- */

static uint32_t
client_at(struct report_builder *b, struct ip address)
{
	struct report_client *c;
	char text[IP_STR_MAX];
	uint32_t index;

	if (prefix_map_get(&b->by_address, prefix_host(address), &index))
		return index;
	index = (uint32_t)b->report->client_count;
	prefix_map_put(&b->by_address, prefix_host(address), index);
	c = report_add_client(b->report, ip_format(address, text));
	report_builder_know(b, address, &c->asn, &c->network, &c->label, &c->place);
	return index;
}

static uint32_t
find_at(const struct report_builder *b, struct ip address)
{
	uint32_t index;

	return prefix_map_get(&b->by_address, prefix_host(address), &index) ? index : REPORT_NONE;
}

uint32_t
report_builder_find(const struct report_builder *b, const char *client)
{
	const struct name_entry *entry = names_find_name(b->names, client);
	const struct report *r = b->report;
	struct ip address;

	if (ip_parse(client, &address) == 0)
		return find_at(b, address);
	for (size_t i = 0; i < r->client_count; i++) {
		if (r->clients[i].label && strcmp(r->clients[i].label, client) == 0)
			return (uint32_t)i;
		if (strcmp(r->clients[i].name, client) == 0)
			return (uint32_t)i;
	}
	return entry ? find_at(b, entry->address) : REPORT_NONE;
}

uint32_t
report_builder_client(struct report_builder *b, const char *client)
{
	const struct name_entry *entry = names_find_name(b->names, client);
	uint32_t found = report_builder_find(b, client);
	struct report *r = b->report;
	struct ip address;

	if (found != REPORT_NONE)
		return found;
	if (ip_parse(client, &address) == 0)
		return client_at(b, address);
	if (entry)
		return client_at(b, entry->address);
	report_add_client(r, client)->label = report_text(r, client);
	return (uint32_t)(r->client_count - 1);
}

/* ---- catchments ---- */

static double
ms(uint32_t us)
{
	return us == CATCH_US_NONE ? NAN : us / 1000.0;
}

static const char *
join_sites(struct report *r, const struct catch_table *t, size_t first, size_t end)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };

	for (size_t i = first; i < end; i++)
		strbuf_addf(&text, "%s%s", i > first ? "," : "", t->sites[t->rows[i].site]);
	return report_text(r, strbuf_get(&text));
}

void
report_build_catchment(struct report_builder *b, const struct catch_merge *m, enum report_when when)
{
	const struct catch_table *t = &m->table;
	uint32_t sites[CATCH_SITES_MAX];

	for (size_t i = 0; i < t->site_count; i++)
		sites[i] = report_builder_site(b, t->sites[i]);
	for (size_t i = 0, next; i < t->count; i = next) {
		uint32_t client = client_at(b, catch_table_target(t, i)); /* may move them */
		struct report_client *c = &b->report->clients[client];
		struct report_landing *l = when == REPORT_BEFORE ? &c->before : &c->after;
		const struct catch_row *row = &t->rows[i];

		next = catch_table_next(t, i);
		l->heard = true;
		if (next - i > 1) {
			l->sites = join_sites(b->report, t, i, next);
		} else {
			l->site = sites[row->site];
			l->rtt = ms(row->rtt);
		}
		l->best_rtt = ms(row->best);
		l->of_merge = m->has_merged && row->best != CATCH_US_NONE;
		l->best_site =
		    row->best_site == CATCH_NO_SITE ? REPORT_NONE : sites[row->best_site];
		if (m->has_weights)
			c->weight = row->weight;
	}
	b->report->has_before |= when == REPORT_BEFORE;
	b->report->has_weights |= m->has_weights;
}
