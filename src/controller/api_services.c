/*
 * Services: what answers on which Global IPs, on which sites and hosts.
 *
 * A change of a service, of its addresses or of its places raises the desired revision of every
 * host that has it, before or after.
 */
#include "base/without_const.h"
#include "controller/api_services.h"
#include "controller/api_rollouts.h"
#include "controller/handlers.h"
#include "controller/standing.h"

#define SELECT                                                                                     \
	"SELECT s.id, s.name, s.host_name, projects.name, s.description, s.document, s.min_sites," \
	" s.max_change_percent, s.lease_time, s.revision, s.created_at"                            \
	" FROM services s JOIN projects ON projects.id = s.project"

static const struct column columns[] = {
	{ "id", COLUMN_TEXT },
	{ "name", COLUMN_TEXT },
	{ "host_name", COLUMN_TEXT },
	{ "project", COLUMN_TEXT },
	{ "description", COLUMN_TEXT },
	{ "document", COLUMN_JSON },
	{ "min_sites", COLUMN_INT },
	{ "max_change_percent", COLUMN_INT },
	{ "lease_seconds", COLUMN_SECONDS },
	{ "revision", COLUMN_INT },
	{ "created_at", COLUMN_TIME },
};

/* ---- what is there ---- */

static int
add_list(struct call *c, json_t *service, const char *key, const char *sql)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	json_t *array = json_array();
	int r = store_query_values(
	    c->store, &rows, c->e, sql, VALUES(SQL_TEXT(call_text(service, "id"))), 1);

	while (r >= 0 && store_next(&rows))
		(void)json_array_append_new(array, json_string(store_text(&rows, 0)));
	(void)json_object_set_new(service, key, array);
	return r < 0 ? r : 0;
}

static int
finish(struct call *c, json_t *service)
{
	int r = add_list(c, service, "global_ips",
	    "SELECT global_ip FROM service_ips WHERE service = $1 ORDER BY global_ip");

	if (r >= 0)
		r = add_list(c, service, "prefixes",
		    "SELECT g.prefix FROM service_ips s JOIN global_ips g ON g.id = s.global_ip"
		    " WHERE s.service = $1 ORDER BY g.first_key");
	if (r >= 0)
		r = add_list(c, service, "sites",
		    "SELECT sites.name FROM placements p JOIN sites ON sites.id = p.site"
		    " WHERE p.service = $1 ORDER BY sites.name");
	if (r >= 0)
		r = add_list(c, service, "hosts",
		    "SELECT hosts.name FROM placements p JOIN hosts ON hosts.id = p.host"
		    " WHERE p.service = $1 ORDER BY hosts.name");
	return r;
}

int
services_find(struct call *c, const char *which, json_t **ret)
{
	int r = call_object(c, columns, ARRAY_SIZE(columns), ret,
	    SELECT " WHERE (s.id = $1 OR s.name = $1) AND s.project = $2",
	    VALUES(SQL_TEXT(which), SQL_TEXT(c->project)), 2);

	if (r >= 0 && *ret == NULL)
		return call_not_found(c, "service", which);
	return r < 0 ? r : finish(c, *ret);
}

json_t *
services_warnings(const json_t *service)
{
	json_t *warnings = json_array();

	if (json_array_size(json_object_get(service, "sites")) == 0 &&
	    json_array_size(json_object_get(service, "hosts")) == 0)
		(void)json_array_append_new(
		    warnings, json_string("it has no site and no host: nothing announces it"));
	if (json_array_size(json_object_get(service, "global_ips")) == 0)
		(void)json_array_append_new(
		    warnings, json_string("it has no Global IP: there is nothing to announce"));
	return warnings;
}

json_t *
services_shown(const json_t *service)
{
	json_t *shown = json_copy(without_const(service));

	(void)json_object_set_new(shown, "warnings", services_warnings(service));
	return shown;
}

static int
finish_shown(struct call *c, json_t *service)
{
	int r = finish(c, service);

	(void)json_object_set_new(service, "warnings", services_warnings(service));
	return r;
}

int
api_services_list(struct call *c)
{
	static const struct call_list list = {
		.sql = SELECT " WHERE s.id > $1 AND s.project = $3 ORDER BY s.id LIMIT $2",
		.columns = columns,
		.column_count = ARRAY_SIZE(columns),
		.finish = finish_shown
	};

	return call_list(c, &list, VALUES(SQL_TEXT(c->project)), 1);
}

int
api_service_get(struct call *c)
{
	json_auto_t *service = NULL;
	int r = services_find(c, c->params[1], &service);

	return r < 0 ? r : call_answer(c, 200, services_shown(service), call_revision(service));
}

/* ---- its end ---- */

int
api_service_delete(struct call *c)
{
	_cleanup_(standings_done) struct standings stood = { 0 };
	json_auto_t *before = NULL;
	const char *reason = call_query(c, "override_reason");
	struct scope scope = { 0 };
	int r = services_find(c, c->params[1], &before);

	scope.service = call_text(before, "id");
	if (r >= 0)
		r = call_may_delete(c, before);
	if (r >= 0)
		r = rollouts_go_with(c, scope.service, reason);
	if (r >= 0)
		r = standings_read(c, &scope, &stood);
	if (r >= 0)
		r = scope_touch(c, &scope);
	if (r >= 0)
		r = store_do(c->store, c->e, "DELETE FROM services WHERE id = $1",
		    SQL_TEXT(call_text(before, "id")));
	if (r >= 0)
		r = standings_check(c, &stood, reason);
	if (r >= 0)
		r = call_audit_override(c, "delete", "service", reason, before, NULL);
	return r < 0 ? r : call_answer(c, 204, NULL, 0);
}
