/*
 * Services: what answers on which Global IPs, on which sites and hosts.
 *
 * A change of a service, of its addresses or of its places raises the desired revision of every
 * host that has it, before or after.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "controller/api_services.h"
#include "controller/handlers.h"
#include "controller/service_document.h"

#define NS INT64_C(1000000000)

#define SELECT                                                                                     \
	"SELECT s.id, s.name, projects.name, s.description, s.document, s.min_sites,"              \
	" s.max_change_percent, s.lease_time, s.revision, s.created_at"                            \
	" FROM services s JOIN projects ON projects.id = s.project"

static const struct column columns[] = {
	{ "id", COLUMN_TEXT },
	{ "name", COLUMN_TEXT },
	{ "project", COLUMN_TEXT },
	{ "description", COLUMN_TEXT },
	{ "document", COLUMN_JSON },
	{ "min_sites", COLUMN_INT },
	{ "max_change_percent", COLUMN_INT },
	{ "lease_seconds", COLUMN_SECONDS },
	{ "revision", COLUMN_INT },
	{ "created_at", COLUMN_TIME },
};

struct service {
	uint64_t given;
	const char *name, *description, *override_reason;
	json_t *document, *global_ips, *sites, *hosts;
	uint32_t min_sites, max_change_percent, lease_seconds;
};

#define AT(field) .offset = offsetof(struct service, field)
#define OTHER_FIELDS                                                                               \
	{ .key = "description", .type = FIELD_TEXT, AT(description), .max = 1000 },                \
	    { .key = "global_ips", .type = FIELD_NAMES, AT(global_ips), .max = 256 },              \
	    { .key = "sites", .type = FIELD_NAMES, AT(sites), .max = 1000 },                       \
	    { .key = "hosts", .type = FIELD_NAMES, AT(hosts), .max = 1000 },                       \
	    { .key = "min_sites", .type = FIELD_U32, AT(min_sites), .max = 10000 },                \
	    { .key = "max_change_percent",                                                         \
		    .type = FIELD_U32,                                                             \
		    AT(max_change_percent),                                                        \
		    .max = 100 },                                                                  \
	{                                                                                          \
		.key = "lease_seconds", .type = FIELD_U32, AT(lease_seconds), .min = 5,            \
		.max = 3600                                                                        \
	}
static const struct field create_fields[] = {
	{ .key = "name", .type = FIELD_NAME, AT(name), .flags = FIELD_REQUIRED },
	{ .key = "document", .type = FIELD_OBJECT, AT(document), .flags = FIELD_REQUIRED },
	OTHER_FIELDS,
};
static const struct field change_fields[] = {
	{ .key = "document", .type = FIELD_OBJECT, AT(document) },
	OTHER_FIELDS,
	{ .key = "override_reason", .type = FIELD_TEXT, AT(override_reason), .min = 1, .max = 300 },
};
#undef OTHER_FIELDS
#undef AT
static const struct field_table create_table =
    FIELD_TABLE("a service", struct service, create_fields);
static const struct field_table change_table =
    FIELD_TABLE("a service", struct service, change_fields);

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

static int
find(struct call *c, const char *which, json_t **ret)
{
	int r = call_object(c, columns, ARRAY_SIZE(columns), ret,
	    SELECT " WHERE (s.id = $1 OR s.name = $1) AND s.project = $2",
	    VALUES(SQL_TEXT(which), SQL_TEXT(c->project)), 2);

	if (r >= 0 && *ret == NULL)
		return call_not_found(c, "service", which);
	return r < 0 ? r : finish(c, *ret);
}

int
api_services_list(struct call *c)
{
	static const struct call_list list = {
		.sql = SELECT " WHERE s.id > $1 AND s.project = $3 ORDER BY s.id LIMIT $2",
		.columns = columns,
		.column_count = ARRAY_SIZE(columns),
		.finish = finish
	};

	return call_list(c, &list, VALUES(SQL_TEXT(c->project)), 1);
}

int
api_service_get(struct call *c)
{
	json_auto_t *service = NULL;
	int r = find(c, c->params[1], &service);

	return r < 0 ? r : call_answer(c, 200, json_incref(service), call_revision(service));
}

/* ---- what it is to be ---- */

/* The prefix of one of the project's Global IPs that no other service has. */
static int
find_ip(
    struct call *c, const char *id, const char *service, const char *pointer, struct prefix *ret)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(c->store, &rows, c->e,
	    "SELECT g.prefix, services.id, services.name FROM global_ips g"
	    " LEFT JOIN service_ips s ON s.global_ip = g.id"
	    " LEFT JOIN services ON services.id = s.service"
	    " WHERE g.id = $1 AND g.project = $2 AND g.state = 'active'",
	    SQL_TEXT(id), SQL_TEXT(c->project));

	if (r < 0)
		return r;
	if (!store_next(&rows))
		return call_problem_field(c, pointer, "there is no Global IP \"%s\"", id);
	if (!store_is_null(&rows, 1) && strcmp(store_text(&rows, 1), service) != 0)
		return call_problem_field(
		    c, pointer, "belongs to service %s", store_text(&rows, 2));
	return prefix_parse(store_text(&rows, 0), ret) < 0
		   ? err_set(c->e, STORE_CORRUPT, "global_ips: no prefix")
		   : 0;
}

static int
check(struct call *c, const struct service *s, const char *id)
{
	size_t count = json_array_size(s->global_ips);
	_cleanup_(freep) struct prefix *prefixes = xcalloc(count + 1, sizeof(*prefixes));
	json_t *errors;
	int r;

	for (size_t i = 0; i < count; i++) {
		_cleanup_(freep) char *pointer = xasprintf("/global_ips/%zu", i);

		r = find_ip(c, json_string_value(json_array_get(s->global_ips, i)), id, pointer,
		    &prefixes[i]);
		if (r < 0)
			return r;
	}
	errors = json_array();
	if (!service_document_check(s->name, s->document, prefixes, count, errors, "/document"))
		return call_problem_errors(c, errors);
	json_decref(errors);
	return 0;
}

/* A host of another project takes no service of this one. */
static int
find_host(struct call *c, const char *name, const char *pointer, char id[STORE_ID_MAX])
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(c->store, &rows, c->e,
	    "SELECT id FROM hosts WHERE (id = $1 OR name = $1) AND (project IS NULL OR project = "
	    "$2)",
	    SQL_TEXT(name), SQL_TEXT(c->project));

	if (r < 0)
		return r;
	if (!store_next(&rows))
		return call_problem_field(
		    c, pointer, "there is no host \"%s\" for this project", name);
	(void)snprintf(id, STORE_ID_MAX, "%s", store_text(&rows, 0));
	return 0;
}

static int
place(struct call *c, const char *service, const json_t *names, bool are_sites)
{
	for (size_t i = 0; i < json_array_size(names); i++) {
		const char *name = json_string_value(json_array_get(names, i));
		_cleanup_(freep) char *pointer =
		    xasprintf("/%s/%zu", are_sites ? "sites" : "hosts", i);
		char id[STORE_ID_MAX], where[STORE_ID_MAX];
		int r = are_sites ? call_site_id(c, pointer, name, where)
				  : find_host(c, name, pointer, where);

		if (r >= 0)
			r = store_do(c->store, c->e,
			    "INSERT INTO placements (id, service, site, host, created_at)"
			    " VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
			    SQL_TEXT(store_id("plc", c->request->now, id)), SQL_TEXT(service),
			    SQL_TEXT(are_sites ? where : NULL), SQL_TEXT(are_sites ? NULL : where),
			    SQL_INT(c->request->now));
		if (r < 0)
			return r;
	}
	return 0;
}

static int
set_ips(struct call *c, const char *service, const json_t *ids)
{
	int r = store_do(
	    c->store, c->e, "DELETE FROM service_ips WHERE service = $1", SQL_TEXT(service));

	for (size_t i = 0; i < json_array_size(ids) && r >= 0; i++)
		r = store_do(c->store, c->e,
		    "INSERT INTO service_ips (service, global_ip) VALUES ($1, $2)",
		    SQL_TEXT(service), SQL_TEXT(json_string_value(json_array_get(ids, i))));
	return r < 0 ? r : 0;
}

int
services_touch_hosts(struct call *c, const char *service)
{
	int r = store_do(c->store, c->e,
	    "UPDATE hosts SET desired_revision = desired_revision + 1 WHERE id IN"
	    " (SELECT h.id FROM hosts h JOIN placements p ON p.host = h.id OR p.site = h.site"
	    " WHERE p.service = $1 AND (h.project IS NULL OR h.project ="
	    " (SELECT project FROM services WHERE id = $1)))",
	    SQL_TEXT(service));

	return r < 0 ? r : 0;
}

/* Its addresses and places as they are to be. */
static int
set_parts(struct call *c, const char *id, const struct service *s)
{
	int r = set_ips(c, id, s->global_ips);

	if (r >= 0)
		r = store_do(
		    c->store, c->e, "DELETE FROM placements WHERE service = $1", SQL_TEXT(id));
	if (r >= 0)
		r = place(c, id, s->sites, true);
	if (r >= 0)
		r = place(c, id, s->hosts, false);
	return r < 0 ? r : services_touch_hosts(c, id);
}

/* ---- changes ---- */

static int
check_new(struct call *c, const struct service *s)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(c->store, &rows, c->e,
	    "SELECT max_services, (SELECT count(*) FROM services WHERE project = $1),"
	    " (SELECT count(*) FROM services WHERE project = $1 AND (name = $2 OR id = $2))"
	    " FROM projects WHERE id = $1",
	    SQL_TEXT(c->project), SQL_TEXT(s->name));

	if (r < 0)
		return r;
	if (!store_next(&rows))
		return call_problem(c, PROBLEM_NOT_FOUND, "there is no such project");
	if (store_int(&rows, 2) > 0)
		return call_problem_field(
		    c, "/name", "another service of the project is called so");
	if (store_int(&rows, 1) >= store_int(&rows, 0))
		return call_problem(c, PROBLEM_LIMIT,
		    "the project has %" PRId64 " of %" PRId64 " services", store_int(&rows, 1),
		    store_int(&rows, 0));
	return check(c, s, "");
}

static int
insert(struct call *c, const struct service *s, const char *id)
{
	_cleanup_(freep) char *document = json_dumps(s->document, JSON_COMPACT);
	int r = store_do(c->store, c->e,
	    "INSERT INTO services (id, project, name, description, document, min_sites,"
	    " max_change_percent, lease_time, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, "
	    "$9)",
	    SQL_TEXT(id), SQL_TEXT(c->project), SQL_TEXT(s->name), SQL_TEXT(s->description),
	    SQL_TEXT(document), SQL_INT(s->min_sites), SQL_INT(s->max_change_percent),
	    SQL_INT(s->lease_seconds * NS), SQL_INT(c->request->now));

	return r < 0 ? r : set_parts(c, id, s);
}

int
api_services_create(struct call *c)
{
	json_auto_t *none = json_array(), *after = NULL;
	struct service s = { .description = "",
		.global_ips = none,
		.sites = none,
		.hosts = none,
		.min_sites = 1,
		.max_change_percent = 50,
		.lease_seconds = 30 };
	char id[STORE_ID_MAX];
	int r = call_fields(c, &create_table, &s);

	if (r >= 0)
		r = check_new(c, &s);
	if (r >= 0)
		r = insert(c, &s, store_id("svc", c->request->now, id));
	if (r >= 0)
		r = find(c, id, &after);
	if (r >= 0)
		r = call_audit(c, "create", "service", c->project, NULL, after);
	return r < 0 ? r : call_answer_created(c, json_incref(after), 1, c->request->path);
}

static int
update(struct call *c, const char *id, const struct service *s)
{
	_cleanup_(freep) char *document = json_dumps(s->document, JSON_COMPACT);
	int r = services_touch_hosts(c, id); /* those that lose it, too */

	if (r >= 0)
		r = store_do(c->store, c->e,
		    "UPDATE services SET description = $2, document = $3, min_sites = $4,"
		    " max_change_percent = $5, lease_time = $6, revision = revision + 1 WHERE id = "
		    "$1",
		    SQL_TEXT(id), SQL_TEXT(s->description), SQL_TEXT(document),
		    SQL_INT(s->min_sites), SQL_INT(s->max_change_percent),
		    SQL_INT(s->lease_seconds * NS));
	return r < 0 ? r : set_parts(c, id, s);
}

static struct service
service_of(const json_t *o)
{
	return (struct service){ .name = call_text(o, "name"),
		.description = call_text(o, "description"),
		.document = json_object_get(o, "document"),
		.global_ips = json_object_get(o, "global_ips"),
		.sites = json_object_get(o, "sites"),
		.hosts = json_object_get(o, "hosts"),
		.min_sites = (uint32_t)json_integer_value(json_object_get(o, "min_sites")),
		.max_change_percent =
		    (uint32_t)json_integer_value(json_object_get(o, "max_change_percent")),
		.lease_seconds =
		    (uint32_t)json_integer_value(json_object_get(o, "lease_seconds")) };
}

int
api_service_change(struct call *c)
{
	json_auto_t *before = NULL, *after = NULL;
	struct service s = { 0 };
	int r = find(c, c->params[1], &before);

	if (r < 0)
		return r;
	s = service_of(before);
	r = call_if_match(c, call_revision(before));
	if (r >= 0)
		r = call_fields(c, &change_table, &s);
	if (r >= 0)
		r = check(c, &s, call_text(before, "id"));
	if (r >= 0)
		r = update(c, call_text(before, "id"), &s);
	if (r >= 0)
		r = services_check_intent(c, before, s.override_reason);
	if (r >= 0)
		r = find(c, call_text(before, "id"), &after);
	if (r >= 0)
		r = call_audit_override(c, "change", "service", s.override_reason, before, after);
	return r < 0 ? r : call_answer(c, 200, json_incref(after), call_revision(after));
}

int
api_service_delete(struct call *c)
{
	json_auto_t *before = NULL;
	const char *reason = call_query(c, "override_reason");
	int r = find(c, c->params[1], &before);

	if (r >= 0)
		r = call_may_delete(c, before);
	if (r >= 0)
		r = services_touch_hosts(c, call_text(before, "id"));
	if (r >= 0)
		r = store_do(c->store, c->e, "DELETE FROM services WHERE id = $1",
		    SQL_TEXT(call_text(before, "id")));
	if (r >= 0)
		r = services_check_intent(c, before, reason);
	if (r >= 0)
		r = call_audit_override(c, "delete", "service", reason, before, NULL);
	return r < 0 ? r : call_answer(c, 204, NULL, 0);
}
