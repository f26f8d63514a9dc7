#include "cli/live_text.h"

#include <string.h>
#include <strings.h>

#include "cli/fields.h"

/* "1 of 2" of its sessions are up; "" for a host that has none. */
static void
add_sessions(struct table *t, const json_t *host)
{
	const json_t *neighbors = json_object_get(host, "neighbors"), *neighbor;
	size_t up = 0, i;

	json_array_foreach (neighbors, i, neighbor)
		up += strcasecmp(field_text(neighbor, "state"), "established") == 0;
	if (json_array_size(neighbors) > 0)
		table_add_cellf(t, "%zu of %zu", up, json_array_size(neighbors));
	else
		table_add_cell(t, "");
}

/* Where a row belongs. */
static void
add_place(struct table *t, const json_t *site, const json_t *host)
{
	table_add_row(t);
	table_add_cell(t, field_text(site, "name"));
	table_add_cell(t, field_text(host, "name"));
	if (host == NULL)
		table_add_cell(t, "no host");
	else if (json_is_true(json_object_get(host, "present")))
		table_add_cell(t, "here");
	else if (*field_text(host, "seen_at") != '\0' &&
		 !json_is_true(json_object_get(host, "joined")))
		table_add_cell(t, "left"); /* only a goodbye ends a credential */
	else if (*field_text(host, "seen_at") != '\0')
		table_add_cellf(t, "away, seen %s", field_text(host, "seen_at"));
	else
		table_add_cell(t, json_is_true(json_object_get(host, "joined")) ? "never seen"
										: "has not joined");
	add_sessions(t, host);
}

/* What an operator has ordered for the service there. */
static const char *
order_of(const json_t *service)
{
	const json_t *detail = json_object_get(service, "detail");

	if (json_is_object(json_object_get(detail, "drain")))
		return "drain";
	return json_is_object(json_object_get(detail, "hold")) ? "hold" : "";
}

/* Of a host that is away it is what it said then. */
static void
add_said(struct table *t, const json_t *host, const char *text)
{
	bool is_old = host != NULL && !json_is_true(json_object_get(host, "present"));

	table_add_cellf(t, "%s%s", is_old && *text != '\0' ? "was " : "", text);
}

static size_t
add_addresses(struct table *t, const json_t *site, const json_t *host, const json_t *service)
{
	static const char *const keys[] = { "since", "reason" };
	const json_t *addresses = json_object_get(service, "addresses"), *address;
	size_t i;

	json_array_foreach (addresses, i, address) {
		add_place(t, site, host);
		table_add_cell(t, field_text(service, "name"));
		table_add_cell(t, order_of(service));
		table_add_cell(t, field_text(address, "prefix"));
		add_said(t, host, field_text(address, "stage"));
		add_said(t, host, field_text(address, "verdict"));
		for (size_t k = 0; k < ARRAY_SIZE(keys); k++)
			table_add_cell(t, field_text(address, keys[k]));
	}
	return json_array_size(addresses);
}

static void
add_host(struct table *t, const json_t *site, const json_t *host)
{
	const json_t *service;
	size_t rows = 0, i;

	json_array_foreach (json_object_get(host, "services"), i, service)
		rows += add_addresses(t, site, host, service);
	if (rows == 0)
		add_place(t, site, host);
}

void
live_sites_text(const json_t *sites, struct table_look look, struct strbuf *out)
{
	static const char *const heads[] = { "site", "host", "agent", "sessions", "service",
		"order", "prefix", "stage", "verdict", "since", "why", NULL };
	struct table *t = fields_table(heads);
	const json_t *site, *host;
	size_t i, k;

	json_array_foreach (sites, i, site) {
		const json_t *hosts = json_object_get(site, "hosts");

		json_array_foreach (hosts, k, host)
			add_host(t, site, host);
		if (json_array_size(hosts) == 0)
			add_place(t, site, NULL);
	}
	fields_table_end(t, json_array_size(sites) > 0, look, out);
}

void
live_neighbors_text(const json_t *host, struct table_look look, struct strbuf *out)
{
	static const char *const heads[] = { "neighbor", "address", "AS", "state", "since", NULL };
	const json_t *neighbors = json_object_get(host, "neighbors"), *neighbor;
	struct table *t = fields_table(heads);
	size_t i;

	json_array_foreach (neighbors, i, neighbor) {
		table_add_row(t);
		table_add_cell(t, field_text(neighbor, "name"));
		table_add_cell(t, field_text(neighbor, "address"));
		table_add_cellf(t, "%lld", field_int(neighbor, "peer_as"));
		table_add_cell(t, field_text(neighbor, "state"));
		table_add_cell(t, field_text(neighbor, "since"));
	}
	fields_table_end(t, json_array_size(neighbors) > 0, look, out);
}
