#include "cli/live_text.h"

#include <string.h>
#include <strings.h>

#include "cli/fields.h"

/* "1 of 2" of its sessions are up; nothing for a host that has none. */
static void
sessions_text(const json_t *host, struct strbuf *out)
{
	const json_t *neighbors = json_object_get(host, "neighbors"), *neighbor;
	size_t up = 0, i;

	json_array_foreach (neighbors, i, neighbor)
		up += strcasecmp(field_text(neighbor, "state"), "established") == 0;
	if (json_array_size(neighbors) > 0)
		strbuf_addf(out, "%zu of %zu", up, json_array_size(neighbors));
}

/* Whether the agent there is in touch. */
static void
agent_text(const json_t *host, struct strbuf *out)
{
	bool joined = json_is_true(json_object_get(host, "joined"));

	if (host == NULL)
		strbuf_add(out, "no host");
	else if (json_is_true(json_object_get(host, "present")))
		strbuf_add(out, "here");
	else if (*field_text(host, "seen_at") != '\0' && !joined)
		strbuf_add(out, "left"); /* only a goodbye ends a credential */
	else if (*field_text(host, "seen_at") != '\0')
		strbuf_addf(out, "away, seen %s", field_text(host, "seen_at"));
	else
		strbuf_add(out, joined ? "never seen" : "has not joined");
}

/* Where a row belongs. */
static void
add_place(struct table *t, const json_t *site, const json_t *host)
{
	_cleanup_(strbuf_done) struct strbuf agent = { 0 }, sessions = { 0 };

	agent_text(host, &agent);
	sessions_text(host, &sessions);
	table_add_row(t);
	table_add_cell(t, field_text(site, "name"));
	table_add_cell(t, field_text(host, "name"));
	table_add_cell(t, strbuf_get(&agent));
	table_add_cell(t, strbuf_get(&sessions));
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

static void
add_address(struct table *t, const json_t *host, const json_t *service, const json_t *address)
{
	table_add_cell(t, field_text(service, "name"));
	table_add_cell(t, order_of(service));
	table_add_cell(t, field_text(address, "prefix"));
	add_said(t, host, field_text(address, "stage"));
	add_said(t, host, field_text(address, "verdict"));
	table_add_cell(t, field_text(address, "since"));
	field_add_brief_time(t, field_text(address, "since"));
	table_add_cell(t, field_text(address, "reason"));
}

/* Its addresses; site: where they are stands before each of them, NULL: it does not. */
static size_t
add_addresses(struct table *t, const json_t *site, const json_t *host)
{
	const json_t *service, *address;
	size_t rows = 0, i, k;

	json_array_foreach (json_object_get(host, "services"), i, service) {
		json_array_foreach (json_object_get(service, "addresses"), k, address) {
			if (site != NULL)
				add_place(t, site, host);
			else
				table_add_row(t);
			add_address(t, host, service, address);
			rows++;
		}
	}
	return rows;
}

static void
add_host(struct table *t, const json_t *site, const json_t *host)
{
	if (add_addresses(t, site, host) == 0)
		add_place(t, site, host);
}

static struct table *
sites_table(const json_t *sites)
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
	return t;
}

/* ---- where that is too wide: the addresses of each host below a line about it ---- */

/* "am6: am6-1, here, 2 of 2 sessions" */
static void
add_host_line(const json_t *site, const json_t *host, struct table_look look, struct strbuf *out)
{
	_cleanup_(strbuf_done) struct strbuf sessions = { 0 }, line = { 0 };

	sessions_text(host, &sessions);
	strbuf_addf(&line, "%s: %s%s", field_text(site, "name"), field_text(host, "name"),
	    host != NULL ? ", " : "");
	agent_text(host, &line);
	if (sessions.len > 0)
		strbuf_addf(&line, ", %s sessions", strbuf_get(&sessions));
	strbuf_add(out, style_begin(STYLE_STRONG, look.colour));
	strbuf_add_printable(out, strbuf_get(&line));
	strbuf_add(out, style_end(STYLE_STRONG, look.colour));
	strbuf_add_char(out, '\n');
}

/* The addresses of a host; how many there are. after: so many stand above. */
static size_t
add_host_block(const json_t *site, const json_t *host, size_t after, struct table_look look,
    struct strbuf *out)
{
	static const struct {
		const char *head;
		unsigned worth;
	} columns[] = { { "service", 0 }, { "order", 4 }, { "prefix", 0 }, { "stage", 0 },
		{ "verdict", 1 }, { "since", 2 }, { "why", 3 } };
	_cleanup_(table_freep) struct table *t = table_new();
	size_t rows;

	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		table_add_column(t, columns[i].head, TABLE_LEFT);
		table_may_leave_out(t, columns[i].worth);
	}
	rows = add_addresses(t, NULL, host);
	/* between blocks, not between lines */
	if (after > 0)
		strbuf_add_char(out, '\n');
	add_host_line(site, host, look, out);
	look.indent = 2;
	if (rows > 0)
		table_format(t, look, out);
	return rows;
}

static void
hosts_text(const json_t *sites, struct table_look look, struct strbuf *out)
{
	const json_t *site, *host;
	size_t i, k, rows = 0;

	json_array_foreach (sites, i, site) {
		const json_t *hosts = json_object_get(site, "hosts");

		json_array_foreach (hosts, k, host)
			rows = add_host_block(site, host, rows, look, out);
		if (json_array_size(hosts) == 0)
			rows = add_host_block(site, NULL, rows, look, out);
	}
}

void
live_sites_text(const json_t *sites, struct table_look look, struct strbuf *out)
{
	struct table *t = sites_table(sites);
	bool fits = table_fits(t, look);

	if (!fits && out->len > 0)
		strbuf_add_char(out, '\n');
	if (!fits)
		hosts_text(sites, look, out);
	fields_table_end(t, fits && json_array_size(sites) > 0, look, out);
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
		field_add_brief_time(t, field_text(neighbor, "since"));
	}
	fields_table_end(t, json_array_size(neighbors) > 0, look, out);
}
