/* Pools: prefixes that Global IPs are cut from. */
#include <inttypes.h>
#include <string.h>

#include "controller/block.h"
#include "controller/handlers.h"
#include "controller/references.h"

#define NS INT64_C(1000000000)

#define SELECT                                                                                     \
	"SELECT pools.id, pools.name, pools.prefix, pools.family, pools.announced_as,"             \
	" projects.name, pools.description, pools.open, pools.quarantine, pools.revision,"         \
	" pools.created_at, (SELECT CAST(coalesce(sum(size), 0) AS BIGINT) FROM global_ips"        \
	" WHERE pool = pools.id AND state = 'active'),"                                            \
	" (SELECT CAST(coalesce(sum(size), 0) AS BIGINT) FROM global_ips"                          \
	" WHERE pool = pools.id AND state = 'quarantined')"                                        \
	" FROM pools LEFT JOIN projects ON projects.id = pools.project"

static const struct column columns[] = {
	{ "id", COLUMN_TEXT },
	{ "name", COLUMN_TEXT },
	{ "prefix", COLUMN_TEXT },
	{ "family", COLUMN_FAMILY },
	{ "announced_as", COLUMN_TEXT },
	{ "project", COLUMN_TEXT },
	{ "description", COLUMN_TEXT },
	{ "open", COLUMN_BOOL },
	{ "quarantine_seconds", COLUMN_SECONDS },
	{ "revision", COLUMN_INT },
	{ "created_at", COLUMN_TIME },
	{ "ordered", COLUMN_INT },
	{ "quarantined", COLUMN_INT },
};

struct pool {
	uint64_t given;
	const char *name, *description, *project;
	struct prefix prefix;
	int announced_as;
	bool open;
	uint32_t quarantine_seconds;
};

/* as in the schema; the edges of an aggregate are not given out (block.h) */
static const char *const announced_as_names[] = { "aggregate", "host-routes", NULL };

#define QUARANTINE_MAX (INT64_C(365) * 86400)
#define AT(field) .offset = offsetof(struct pool, field)
static const struct field create_fields[] = {
	{ .key = "name", .type = FIELD_NAME, AT(name), .flags = FIELD_REQUIRED },
	{ .key = "prefix", .type = FIELD_PREFIX, AT(prefix), .flags = FIELD_REQUIRED },
	{ .key = "announced_as",
	    .type = FIELD_ENUM,
	    AT(announced_as),
	    .names = announced_as_names },
	{ .key = "project", .type = FIELD_NAME, AT(project), .flags = FIELD_NULLABLE },
	{ .key = "description", .type = FIELD_TEXT, AT(description), .max = 1000 },
	{ .key = "open", .type = FIELD_BOOL, AT(open) },
	{ .key = "quarantine_seconds",
	    .type = FIELD_U32,
	    AT(quarantine_seconds),
	    .max = QUARANTINE_MAX },
};
static const struct field change_fields[] = {
	{ .key = "name", .type = FIELD_NAME, AT(name) },
	{ .key = "description", .type = FIELD_TEXT, AT(description), .max = 1000 },
	{ .key = "open", .type = FIELD_BOOL, AT(open) },
	{ .key = "quarantine_seconds",
	    .type = FIELD_U32,
	    AT(quarantine_seconds),
	    .max = QUARANTINE_MAX },
};
#undef AT
static const struct field_table create_table = FIELD_TABLE("a pool", struct pool, create_fields);
static const struct field_table change_table =
    FIELD_TABLE("a pool", struct pool, change_fields, .made = &create_table);

/* By name or id; CALL_REFUSED when there is none, or it is another project's than the caller's. */
static int
find(struct call *c, const char *which, json_t **ret)
{
	int r = call_object(c, columns, ARRAY_SIZE(columns), ret,
	    SELECT " WHERE (pools.id = $1 OR pools.name = $1) AND"
		   " ($2 = '' OR pools.project IS NULL OR pools.project = $2)",
	    VALUES(SQL_TEXT(which), SQL_TEXT(c->caller.project)), 2);

	if (r >= 0 && *ret == NULL)
		r = call_not_found(c, "pool", which);
	return r;
}

static int
check_name(struct call *c, const char *name, const char *id)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(c->store, &rows, c->e,
	    "SELECT 1 FROM pools WHERE (name = $1 OR id = $1) AND id <> $2", SQL_TEXT(name),
	    SQL_TEXT(id));

	if (r < 0)
		return r;
	return store_next(&rows) ? call_problem_field(c, "/name", "another pool is called so") : 0;
}

/* Addresses that make sense, and that are in no other pool. */
static int
check_prefix(struct call *c, struct prefix prefix)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	char first[STORE_KEY_MAX], last[STORE_KEY_MAX];
	const char *refusal = block_pool_refusal(prefix);
	int r;

	if (refusal != NULL)
		return call_problem_field(c, "/prefix", "%s", refusal);
	r = store_query(c->store, &rows, c->e,
	    "SELECT name, prefix FROM pools WHERE first_key <= $2 AND last_key >= $1 ORDER BY id",
	    SQL_TEXT(store_key(prefix.addr, first)), SQL_TEXT(store_key(block_last(prefix), last)));
	if (r < 0 || !store_next(&rows))
		return r < 0 ? r : 0;
	return call_problem_field(
	    c, "/prefix", "overlaps with pool %s, %s", store_text(&rows, 0), store_text(&rows, 1));
}

int
api_pools_list(struct call *c)
{
	static const struct call_list list = {
		.sql = SELECT " WHERE pools.id > $1"
			      " AND ($3 = '' OR pools.project IS NULL OR pools.project = $3)"
			      " ORDER BY pools.id LIMIT $2",
		.columns = columns,
		.column_count = ARRAY_SIZE(columns)
	};

	return call_list(c, &list, VALUES(SQL_TEXT(c->caller.project)), 1);
}

static int
insert(struct call *c, const struct pool *p, const char *id, const char *project)
{
	char first[STORE_KEY_MAX], last[STORE_KEY_MAX], prefix[PREFIX_STR_MAX];

	return store_do(c->store, c->e,
	    "INSERT INTO pools (id, name, family, prefix, first_key, last_key, announced_as, "
	    "project,"
	    " description, open, quarantine, search_key, created_at)"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $5, $12)",
	    SQL_TEXT(id), SQL_TEXT(p->name), SQL_INT(p->prefix.addr.family == IP_V4 ? 4 : 6),
	    SQL_TEXT(prefix_format(p->prefix, prefix)), SQL_TEXT(store_key(p->prefix.addr, first)),
	    SQL_TEXT(store_key(block_last(p->prefix), last)),
	    SQL_TEXT(announced_as_names[p->announced_as]),
	    SQL_TEXT(project[0] != '\0' ? project : NULL), SQL_TEXT(p->description),
	    SQL_BOOL(p->open), SQL_INT(p->quarantine_seconds * NS), SQL_INT(c->request->now));
}

int
api_pools_create(struct call *c)
{
	struct pool p = { .description = "", .open = true, .quarantine_seconds = 7 * 86400 };
	json_auto_t *after = NULL;
	char id[STORE_ID_MAX], project[STORE_ID_MAX] = "";
	int r = call_fields(c, &create_table, &p);

	if (r >= 0)
		r = check_name(c, p.name, "");
	if (r >= 0)
		r = check_prefix(c, p.prefix);
	if (r >= 0)
		r = p.project == NULL ? 0 : call_project_id(c, "/project", p.project, project);
	if (r >= 0)
		r = insert(c, &p, store_id("pl", c->request->now, id), project);
	if (r >= 0)
		r = find(c, id, &after);
	if (r >= 0)
		r = call_audit(c, "create", "pool", NULL, NULL, after);
	return r < 0 ? r : call_answer_created(c, json_incref(after), 1, "/api/v1/pools");
}

int
api_pool_get(struct call *c)
{
	json_t *pool;
	int r = find(c, c->params[0], &pool);

	return r < 0 ? r : call_answer(c, 200, pool, call_revision(pool));
}

int
api_pool_change(struct call *c)
{
	json_auto_t *before = NULL, *after = NULL;
	struct pool p = { 0 };
	int r = find(c, c->params[0], &before);

	if (r < 0)
		return r;
	p.name = call_text(before, "name");
	p.description = call_text(before, "description");
	p.open = json_is_true(json_object_get(before, "open"));
	p.quarantine_seconds =
	    (uint32_t)json_integer_value(json_object_get(before, "quarantine_seconds"));
	r = call_if_match(c, call_revision(before));
	if (r >= 0)
		r = call_fields(c, &change_table, &p);
	if (r >= 0 && call_changes_nothing(c))
		return call_unchanged(c, before);
	if (r >= 0)
		r = check_name(c, p.name, call_text(before, "id"));
	if (r >= 0)
		r = store_do(c->store, c->e,
		    "UPDATE pools SET name = $2, description = $3, open = $4, quarantine = $5,"
		    " revision = revision + 1 WHERE id = $1",
		    SQL_TEXT(call_text(before, "id")), SQL_TEXT(p.name), SQL_TEXT(p.description),
		    SQL_BOOL(p.open), SQL_INT(p.quarantine_seconds * NS));
	if (r >= 0)
		r = find(c, call_text(before, "id"), &after);
	if (r >= 0)
		r = call_audit(c, "change", "pool", NULL, before, after);
	return r < 0 ? r : call_answer(c, 200, json_incref(after), call_revision(after));
}

int
api_pool_delete(struct call *c)
{
	json_auto_t *before = NULL;
	int r = find(c, c->params[0], &before);

	if (r >= 0)
		r = call_may_delete(c, before);
	if (r >= 0)
		r = api_ips_forget(c);
	if (r >= 0)
		r = references_check(c, "pool", call_text(before, "id"));
	if (r >= 0)
		r = call_audit(c, "delete", "pool", NULL, before, NULL);
	if (r >= 0)
		r = store_do(c->store, c->e, "DELETE FROM pools WHERE id = $1",
		    SQL_TEXT(call_text(before, "id")));
	return r < 0 ? r : call_answer(c, 204, NULL, 0);
}
