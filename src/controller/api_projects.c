/* Projects: who has addresses and services, and how many. */
#include <string.h>

#include "controller/handlers.h"
#include "controller/references.h"

#define SELECT                                                                                     \
	"SELECT id, name, description, max_ipv4, max_ipv6, max_services, revision, created_at,"    \
	" coalesce((SELECT addresses FROM address_counts a"                                        \
	" WHERE a.project = projects.id AND a.family = 4), 0),"                                    \
	" coalesce((SELECT addresses FROM address_counts a"                                        \
	" WHERE a.project = projects.id AND a.family = 6), 0) FROM projects"

static const struct column columns[] = {
	{ "id", COLUMN_TEXT },
	{ "name", COLUMN_TEXT },
	{ "description", COLUMN_TEXT },
	{ "max_ipv4", COLUMN_INT },
	{ "max_ipv6", COLUMN_INT },
	{ "max_services", COLUMN_INT },
	{ "revision", COLUMN_INT },
	{ "created_at", COLUMN_TIME },
	{ "ipv4", COLUMN_INT },
	{ "ipv6", COLUMN_INT },
};

struct project {
	uint64_t given;
	const char *name, *description;
	uint32_t max_ipv4, max_ipv6, max_services;
};

#define AT(field) .offset = offsetof(struct project, field)
static const struct field create_fields[] = {
	{ .key = "name", .type = FIELD_NAME, AT(name), .flags = FIELD_REQUIRED },
	{ .key = "description", .type = FIELD_TEXT, AT(description), .max = 1000 },
	{ .key = "max_ipv4", .type = FIELD_U32, AT(max_ipv4), .max = 1000000 },
	{ .key = "max_ipv6", .type = FIELD_U32, AT(max_ipv6), .max = 1000000 },
	{ .key = "max_services", .type = FIELD_U32, AT(max_services), .max = 4096 },
};
static const struct field change_fields[] = {
	{ .key = "name", .type = FIELD_NAME, AT(name) },
	{ .key = "description", .type = FIELD_TEXT, AT(description), .max = 1000 },
	{ .key = "max_ipv4", .type = FIELD_U32, AT(max_ipv4), .max = 1000000 },
	{ .key = "max_ipv6", .type = FIELD_U32, AT(max_ipv6), .max = 1000000 },
	{ .key = "max_services", .type = FIELD_U32, AT(max_services), .max = 4096 },
};
#undef AT
static const struct field_table create_table =
    FIELD_TABLE("a project", struct project, create_fields);
static const struct field_table change_table =
    FIELD_TABLE("a project", struct project, change_fields);

static int
find(struct call *c, const char *id, json_t **ret)
{
	return call_object(
	    c, columns, ARRAY_SIZE(columns), ret, SELECT " WHERE id = $1", VALUES(SQL_TEXT(id)), 1);
}

/* A name is nobody else's, and no id of somebody else. */
static int
check_name(struct call *c, const char *name, const char *id)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(c->store, &rows, c->e,
	    "SELECT 1 FROM projects WHERE (name = $1 OR id = $1) AND id <> $2", SQL_TEXT(name),
	    SQL_TEXT(id));

	if (r < 0)
		return r;
	return store_next(&rows) ? call_problem_field(c, "/name", "another project is called so")
				 : 0;
}

int
api_projects_list(struct call *c)
{
	static const struct call_list list = {
		.sql = SELECT " WHERE id > $1 AND ($3 = '' OR id = $3) ORDER BY id LIMIT $2",
		.columns = columns,
		.column_count = ARRAY_SIZE(columns)
	};

	/* whoever is of a project sees that one */
	return call_list(c, &list, VALUES(SQL_TEXT(c->caller.project)), 1);
}

int
api_projects_create(struct call *c)
{
	struct project p = {
		.description = "", .max_ipv4 = 16, .max_ipv6 = 64, .max_services = 64
	};
	json_auto_t *after = NULL;
	char id[STORE_ID_MAX];
	int r = call_fields(c, &create_table, &p);

	if (r >= 0)
		r = check_name(c, p.name, "");
	if (r >= 0)
		r = store_do(c->store, c->e,
		    "INSERT INTO projects (id, name, description, max_ipv4, max_ipv6, max_services,"
		    " created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		    SQL_TEXT(store_id("prj", c->request->now, id)), SQL_TEXT(p.name),
		    SQL_TEXT(p.description), SQL_INT(p.max_ipv4), SQL_INT(p.max_ipv6),
		    SQL_INT(p.max_services), SQL_INT(c->request->now));
	if (r >= 0)
		r = find(c, id, &after);
	if (r >= 0)
		r = call_audit(c, "create", "project", call_text(after, "id"), NULL, after);
	return r < 0 ? r : call_answer_created(c, json_incref(after), 1, "/api/v1/projects");
}

int
api_project_get(struct call *c)
{
	json_t *project;
	int r = find(c, c->project, &project);

	return r < 0 ? r : call_answer(c, 200, project, call_revision(project));
}

int
api_project_change(struct call *c)
{
	json_auto_t *before = NULL, *after = NULL;
	struct project p = { 0 };
	int r = find(c, c->project, &before);

	if (r < 0)
		return r;
	p = (struct project){ .name = json_string_value(json_object_get(before, "name")),
		.description = json_string_value(json_object_get(before, "description")),
		.max_ipv4 = (uint32_t)json_integer_value(json_object_get(before, "max_ipv4")),
		.max_ipv6 = (uint32_t)json_integer_value(json_object_get(before, "max_ipv6")),
		.max_services =
		    (uint32_t)json_integer_value(json_object_get(before, "max_services")) };
	r = call_if_match(c, call_revision(before));
	if (r >= 0)
		r = call_fields(c, &change_table, &p);
	if (r >= 0 && call_changes_nothing(c))
		return call_unchanged(c, before);
	if (r >= 0)
		r = check_name(c, p.name, c->project);
	if (r >= 0)
		r = store_do(c->store, c->e,
		    "UPDATE projects SET name = $2, description = $3, max_ipv4 = $4, max_ipv6 = $5,"
		    " max_services = $6, revision = revision + 1 WHERE id = $1",
		    SQL_TEXT(c->project), SQL_TEXT(p.name), SQL_TEXT(p.description),
		    SQL_INT(p.max_ipv4), SQL_INT(p.max_ipv6), SQL_INT(p.max_services));
	if (r >= 0)
		r = find(c, c->project, &after);
	if (r >= 0)
		r = call_audit(c, "change", "project", call_text(after, "id"), before, after);
	return r < 0 ? r : call_answer(c, 200, json_incref(after), call_revision(after));
}

int
api_project_delete(struct call *c)
{
	json_auto_t *before = NULL;
	int r = find(c, c->project, &before);

	if (r >= 0)
		r = call_may_delete(c, before);
	if (r >= 0)
		r = references_check(c, "project", c->project);
	if (r >= 0)
		r = call_audit(c, "delete", "project", call_text(before, "id"), before, NULL);
	if (r >= 0)
		r = store_do(
		    c->store, c->e, "DELETE FROM projects WHERE id = $1", SQL_TEXT(c->project));
	return r < 0 ? r : call_answer(c, 204, NULL, 0);
}
