/*
 * How everything stands, as hosts last said: sites, their hosts with neighbors, their services with
 * stages.
 *
 * A host that is not present stands there with what it said last, and present: false: it may still
 * do so, and the network may have forgotten it. Whoever sees one project sees its services and
 * hosts, and the hosts that are for all. Of all sites the details are left out, but for drains and
 * holds: a map needs no checks.
 */
#include <string.h>

#include "controller/api_hosts.h"
#include "controller/api_services.h"
#include "controller/handlers.h"
#include "controller/presence.h"

/* Ids; "": any. */
struct wanted {
	const char *project, *service, *host;
	bool with_detail;
};

static const struct column site_columns[] = {
	{ "name", COLUMN_TEXT },
	{ "city", COLUMN_TEXT },
	{ "country", COLUMN_TEXT },
	{ "latitude", COLUMN_DEGREES },
	{ "longitude", COLUMN_DEGREES },
};

/* Behind those of its site. */
static const struct column host_columns[] = {
	{ "id", COLUMN_TEXT },
	{ "name", COLUMN_TEXT },
	{ "joined", COLUMN_BOOL },
	{ "seen_at", COLUMN_TIME },
	{ "desired_revision", COLUMN_INT },
	{ "applied_revision", COLUMN_INT },
	{ "applied_error", COLUMN_TEXT },
	{ "agent_version", COLUMN_TEXT },
};
enum {
	HOST_ID = ARRAY_SIZE(site_columns),
	HOST_SEEN_AT = HOST_ID + 3,
	HOST_LEFT_AT = HOST_ID + ARRAY_SIZE(host_columns),
};

/* Behind the host's id. */
static const struct column address_columns[] = {
	{ "prefix", COLUMN_TEXT },
	{ "stage", COLUMN_TEXT },
	{ "verdict", COLUMN_TEXT },
	{ "reason", COLUMN_TEXT },
	{ "since", COLUMN_TIME },
};
enum {
	ADDRESS_HOST,
	ADDRESS_NAME,
	ADDRESS_PROJECT,
	ADDRESS_SERVICE,
	ADDRESS_DETAIL,
	ADDRESS_FIRST
};

static const struct column neighbor_columns[] = {
	{ "name", COLUMN_TEXT },
	{ "address", COLUMN_TEXT },
	{ "peer_as", COLUMN_INT },
	{ "state", COLUMN_TEXT },
	{ "since", COLUMN_TIME },
};

/* ---- hosts ---- */

static json_t *
host_of(struct store_rows *rows, int64_t now)
{
	json_t *host = columns_json_from(rows, HOST_ID, host_columns, ARRAY_SIZE(host_columns));

	(void)json_object_set_new(host, "present",
	    json_boolean(presence_is(store_int_or(rows, HOST_SEEN_AT, INT64_MIN),
		store_int_or(rows, HOST_LEFT_AT, INT64_MIN), now)));
	(void)json_object_set_new(host, "services", json_array());
	(void)json_object_set_new(host, "neighbors", json_array());
	return host;
}

/* sites: an array; hosts: by id, the same objects as in the sites. */
static int
read_hosts(struct call *c, const struct wanted *w, json_t *sites, json_t *hosts)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	json_t *site = NULL;
	int r = store_query(c->store, &rows, c->e,
	    "SELECT sites.name, sites.city, sites.country, sites.latitude, sites.longitude, h.id, "
	    "h.name,"
	    " CASE WHEN h.credential_hash IS NULL THEN 0 ELSE 1 END, h.seen_at, h.desired_revision,"
	    " h.applied_revision, h.applied_error, h.agent_version, h.left_at"
	    " FROM sites LEFT JOIN hosts h ON h.site = sites.id"
	    " AND ($3 = '' OR h.project IS NULL OR h.project = $3)"
	    " WHERE ($1 = '' OR h.id = $1) AND ($2 = '' OR h.id IN (SELECT r.host FROM reports r"
	    " WHERE r.service = $2) OR h.id IN (SELECT k.id FROM placements p JOIN hosts k"
	    " ON k.id = p.host OR k.site = p.site WHERE p.service = $2) OR (h.id IS NULL"
	    " AND sites.id IN (SELECT p.site FROM placements p WHERE p.service = $2)))"
	    " ORDER BY sites.name, sites.id, h.name",
	    SQL_TEXT(w->host), SQL_TEXT(w->service), SQL_TEXT(w->project));

	while (r >= 0 && store_next(&rows)) {
		json_t *host;

		if (site == NULL || strcmp(call_text(site, "name"), store_text(&rows, 0)) != 0) {
			site = columns_json_from(&rows, 0, site_columns, ARRAY_SIZE(site_columns));
			(void)json_object_set_new(site, "hosts", json_array());
			(void)json_array_append_new(sites, site);
		}
		if (store_is_null(&rows, HOST_ID))
			continue;
		host = host_of(&rows, c->request->now);
		(void)json_array_append(json_object_get(site, "hosts"), host);
		(void)json_object_set_new(hosts, store_text(&rows, HOST_ID), host);
	}
	return r < 0 ? r : 0;
}

/* ---- services ---- */

static json_t *
detail_of(const struct store_rows *rows, bool is_whole)
{
	json_auto_t *all = json_loads(store_text(rows, ADDRESS_DETAIL), 0, NULL);

	if (is_whole)
		return json_is_object(all) ? json_incref(all) : json_object();
	return json_pack("{s:O?, s:O?}", "drain", json_object_get(all, "drain"), "hold",
	    json_object_get(all, "hold"));
}

static json_t *
new_service(const struct store_rows *rows, const struct wanted *w)
{
	const char *project = store_text(rows, ADDRESS_PROJECT);

	return json_pack("{s:s, s:s?, s:s?, s:s, s:o, s:[], s:[]}", "name",
	    store_text(rows, ADDRESS_NAME), "project", project, "service",
	    store_text(rows, ADDRESS_SERVICE), "from", project != NULL ? "controller" : "file",
	    "detail", detail_of(rows, w->with_detail), "addresses", "leases");
}

static json_t *
last_of(const json_t *array)
{
	return json_array_get(array, json_array_size(array) - 1);
}

static int
read_addresses(struct call *c, const struct wanted *w, json_t *hosts)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(c->store, &rows, c->e,
	    "SELECT r.host, r.service_name, projects.name, s.name, r.detail, r.prefix, r.stage,"
	    " r.verdict, r.reason, r.since FROM reports r LEFT JOIN services s ON s.id = r.service"
	    " LEFT JOIN projects ON projects.id = s.project WHERE ($1 = '' OR r.host = $1)"
	    " AND ($2 = '' OR r.service = $2) AND ($3 = '' OR s.project = $3)"
	    " ORDER BY r.host, r.service_name, r.prefix",
	    SQL_TEXT(w->host), SQL_TEXT(w->service), SQL_TEXT(w->project));

	while (r >= 0 && store_next(&rows)) {
		json_t *services = json_object_get(
		    json_object_get(hosts, store_text(&rows, ADDRESS_HOST)), "services");
		json_t *service = last_of(services);

		if (services == NULL)
			continue;
		if (service == NULL ||
		    strcmp(call_text(service, "name"), store_text(&rows, ADDRESS_NAME)) != 0) {
			service = new_service(&rows, w);
			(void)json_array_append_new(services, service);
		}
		(void)json_array_append_new(json_object_get(service, "addresses"),
		    columns_json_from(
			&rows, ADDRESS_FIRST, address_columns, ARRAY_SIZE(address_columns)));
	}
	return r < 0 ? r : 0;
}

static void
add_lease(const json_t *host, const char *name, json_t *lease)
{
	json_t *service;
	size_t i;

	json_array_foreach (json_object_get(host, "services"), i, service) {
		if (strcmp(call_text(service, "name"), name) == 0)
			(void)json_array_append(json_object_get(service, "leases"), lease);
	}
	json_decref(lease);
}

static int
read_leases(struct call *c, const struct wanted *w, const json_t *hosts)
{
	static const struct column columns[] = {
		{ "prefix", COLUMN_TEXT },
		{ "evidence", COLUMN_TEXT },
		{ "granted_at", COLUMN_TIME },
		{ "expires_at", COLUMN_TIME },
	};
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(c->store, &rows, c->e,
	    "SELECT l.host, s.host_name, l.prefix, l.evidence, l.granted_at, l.expires_at FROM "
	    "leases l"
	    " JOIN services s ON s.id = l.service WHERE l.expires_at > $4 AND ($1 = '' OR l.host = "
	    "$1)"
	    " AND ($2 = '' OR s.id = $2) AND ($3 = '' OR s.project = $3)",
	    SQL_TEXT(w->host), SQL_TEXT(w->service), SQL_TEXT(w->project),
	    SQL_INT(c->request->now));

	while (r >= 0 && store_next(&rows))
		add_lease(json_object_get(hosts, store_text(&rows, 0)), store_text(&rows, 1),
		    columns_json_from(&rows, 2, columns, ARRAY_SIZE(columns)));
	return r < 0 ? r : 0;
}

static int
read_neighbors(struct call *c, const struct wanted *w, const json_t *hosts)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(c->store, &rows, c->e,
	    "SELECT host, neighbor_name, address, peer_as, state, since FROM neighbor_reports"
	    " WHERE $1 = '' OR host = $1 ORDER BY host, neighbor_name",
	    SQL_TEXT(w->host));

	while (r >= 0 && store_next(&rows)) {
		json_t *host = json_object_get(hosts, store_text(&rows, 0));
		json_t *neighbor =
		    columns_json_from(&rows, 1, neighbor_columns, ARRAY_SIZE(neighbor_columns));

		if (host != NULL)
			(void)json_array_append(json_object_get(host, "neighbors"), neighbor);
		json_decref(neighbor);
	}
	return r < 0 ? r : 0;
}

static int
read_all(struct call *c, const struct wanted *w, json_t *sites)
{
	json_auto_t *hosts = json_object();
	int r = read_hosts(c, w, sites, hosts);

	if (r >= 0)
		r = read_addresses(c, w, hosts);
	if (r >= 0)
		r = read_leases(c, w, hosts);
	return r < 0 ? r : read_neighbors(c, w, hosts);
}

/* warnings: taken over; NULL: they are not asked for. */
static int
answer_sites(struct call *c, const struct wanted *w, json_t *warnings)
{
	json_auto_t *sites = json_array(), *owned = warnings;
	int r = read_all(c, w, sites);

	return r < 0
		   ? r
		   : call_answer(c, 200,
			 json_pack("{s:O, s:O*}", "sites", sites, "warnings", owned), 0);
}

int
api_status(struct call *c)
{
	return answer_sites(
	    c, &(struct wanted){ .project = c->caller.project, .service = "", .host = "" },
	    NULL);
}

int
api_service_status(struct call *c)
{
	json_auto_t *service = NULL;
	int r = services_find(c, c->params[1], &service);

	if (r < 0)
		return r;
	return answer_sites(c,
	    &(struct wanted){ .project = c->project,
		.service = call_text(service, "id"),
		.host = "",
		.with_detail = true },
	    services_warnings(service));
}

int
api_host_status(struct call *c)
{
	json_auto_t *sites = json_array(), *host = NULL;
	json_t *found;
	int r = hosts_find(c, c->params[0], &host);

	if (r >= 0)
		r = read_all(c,
		    &(struct wanted){ .project = c->caller.project,
			.service = "",
			.host = call_text(host, "id"),
			.with_detail = true },
		    sites);
	if (r < 0)
		return r;
	found = json_array_get(json_object_get(json_array_get(sites, 0), "hosts"), 0);
	(void)json_object_set(found, "site", json_object_get(host, "site"));
	return call_answer(c, 200, json_incref(found), 0);
}
