/*
 * A service is made or changed. What it takes from its sites is asked of standing.h first.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/without_const.h"
#include "controller/api_rollouts.h"
#include "controller/api_services.h"
#include "controller/handlers.h"
#include "controller/service_parts.h"
#include "controller/standing.h"

#define NS INT64_C(1000000000)

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
    FIELD_TABLE("a service", struct service, change_fields, .made = &create_table);

/* errors: of its fields, taken over. */
static int
check_new(struct call *c, const struct service *s, json_t *errors)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(c->store, &rows, c->e,
	    "SELECT max_services, (SELECT count(*) FROM services WHERE project = $1),"
	    " (SELECT count(*) FROM services WHERE project = $1 AND (name = $2 OR id = $2)),"
	    " (SELECT count(*) FROM services WHERE host_name = projects.name || '.' || $2)"
	    " FROM projects WHERE id = $1",
	    SQL_TEXT(c->project), SQL_TEXT(s->name != NULL ? s->name : ""));

	if (r < 0 || !store_next(&rows)) {
		json_decref(errors);
		return r < 0 ? r : call_not_found_first(c, "project");
	}
	if (store_int(&rows, 2) > 0)
		field_error(errors, "/name", "another service of the project is called so");
	else if (store_int(&rows, 3) > 0)
		field_error(errors, "/name",
		    "hosts know another service by the name of this project and it: one of a "
		    "project that was called so");
	r = service_check(c, s, "", errors);
	if (r >= 0 && store_int(&rows, 1) >= store_int(&rows, 0))
		return call_problem(c, PROBLEM_LIMIT,
		    "the project has %" PRId64 " of %" PRId64 " services", store_int(&rows, 1),
		    store_int(&rows, 0));
	return r;
}

static int
insert(struct call *c, const struct service *s, const char *id)
{
	_cleanup_(freep) char *document = json_dumps(s->document, JSON_COMPACT);
	int r = store_do(c->store, c->e,
	    "INSERT INTO services (id, project, name, description, document, min_sites,"
	    " max_change_percent, lease_time, created_at, host_name)"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9,"
	    " (SELECT name FROM projects WHERE id = $2) || '.' || $3)",
	    SQL_TEXT(id), SQL_TEXT(c->project), SQL_TEXT(s->name), SQL_TEXT(s->description),
	    SQL_TEXT(document), SQL_INT(s->min_sites), SQL_INT(s->max_change_percent),
	    SQL_INT(s->lease_seconds * NS), SQL_INT(c->request->now));

	if (r >= 0)
		r = service_set_parts(c, id, s);
	return r < 0 ? r : service_check_min_sites(c, id, s);
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
	int r = check_new(c, &s, call_fields_errors(c, &create_table, &s));

	if (r >= 0)
		r = insert(c, &s, store_id("svc", c->request->now, id));
	if (r >= 0)
		r = services_find(c, id, &after);
	if (r >= 0)
		r = call_audit(c, "create", "service", c->project, NULL, after);
	return r < 0 ? r : call_answer_created(c, services_shown(after), 1, c->request->path);
}

static int
update(struct call *c, const char *id, const struct service *s)
{
	_cleanup_(freep) char *document = json_dumps(s->document, JSON_COMPACT);
	int r = scope_touch(c, &(struct scope){ .service = id }); /* those that lose it, too */

	if (r >= 0)
		r = store_do(c->store, c->e,
		    "UPDATE services SET description = $2, document = $3, min_sites = $4,"
		    " max_change_percent = $5, lease_time = $6, revision = revision + 1 WHERE id = "
		    "$1",
		    SQL_TEXT(id), SQL_TEXT(s->description), SQL_TEXT(document),
		    SQL_INT(s->min_sites), SQL_INT(s->max_change_percent),
		    SQL_INT(s->lease_seconds * NS));
	return r < 0 ? r : service_set_parts(c, id, s);
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
services_check_document(struct call *c, const json_t *service, const json_t *document)
{
	struct service s = service_of(service);

	s.document = without_const(document);
	return service_check(c, &s, call_text(service, "id"), json_array());
}

int
services_set_document(struct call *c, const char *id, const json_t *document)
{
	_cleanup_(freep) char *text = json_dumps(document, JSON_COMPACT);
	json_auto_t *before = NULL, *after = NULL;
	int r = services_find(c, id, &before);

	if (r >= 0)
		r = store_do(c->store, c->e,
		    "UPDATE services SET document = $2, revision = revision + 1 WHERE id = $1",
		    SQL_TEXT(id), SQL_TEXT(text));
	if (r >= 0)
		r = services_find(c, id, &after);
	return r < 0 ? r : call_audit(c, "change", "service", c->project, before, after);
}

int
api_service_change(struct call *c)
{
	_cleanup_(standings_done) struct standings stood = { 0 };
	json_auto_t *before = NULL, *after = NULL;
	struct service s = { 0 };
	int r = services_find(c, c->params[1], &before);

	if (r < 0)
		return r;
	s = service_of(before);
	r = call_if_match(c, call_revision(before));
	if (r >= 0 && json_is_object(c->body) && call_changes_nothing(c))
		return call_answer(c, 200, services_shown(before), call_revision(before));
	if (r >= 0)
		r = service_check(c, &s, call_text(before, "id"),
		    call_fields_errors(c, &change_table, &s));
	if (r >= 0 && !json_equal(s.document, json_object_get(before, "document")))
		r = rollouts_check_none(c, call_text(before, "id"), "change");
	if (r >= 0)
		r = standings_read(
		    c, &(struct scope){ .service = call_text(before, "id") }, &stood);
	if (r >= 0)
		r = service_check_reach(c, before, &s, &stood);
	if (r >= 0)
		r = update(c, call_text(before, "id"), &s);
	if (r >= 0 && s.min_sites != json_integer_value(json_object_get(before, "min_sites")))
		r = service_check_min_sites(c, call_text(before, "id"), &s);
	if (r >= 0)
		r = standings_check(c, &stood, s.override_reason);
	if (r >= 0)
		r = services_find(c, call_text(before, "id"), &after);
	if (r >= 0)
		r = call_audit_override(c, "change", "service", s.override_reason, before, after);
	return r < 0 ? r : call_answer(c, 200, services_shown(after), call_revision(after));
}
