/* The audit log: who changed what, when, from what to what. The newest comes first. */
#include <string.h>

#include "controller/handlers.h"

static const struct column columns[] = {
	{ "id", COLUMN_TEXT },
	{ "at", COLUMN_TIME },
	{ "actor_kind", COLUMN_TEXT },
	{ "actor", COLUMN_TEXT },
	{ "actor_name", COLUMN_TEXT },
	{ "source_address", COLUMN_TEXT },
	{ "project", COLUMN_TEXT },
	{ "action", COLUMN_TEXT },
	{ "kind", COLUMN_TEXT },
	{ "object", COLUMN_TEXT },
	{ "name", COLUMN_TEXT },
	{ "before", COLUMN_JSON },
	{ "after", COLUMN_JSON },
	{ "override_reason", COLUMN_TEXT },
};

static const char *
query_or_empty(const struct call *c, const char *name)
{
	const char *text = call_query(c, name);

	return text != NULL ? text : "";
}

static int
list(struct call *c, const char *project)
{
	/* "~" stands behind all ids */
	static const struct call_list all = {
		.sql =
		    "SELECT id, at, actor_kind, actor, actor_name, source_address, project, action,"
		    " object_kind, object, object_name, value_before, value_after, override_reason"
		    " FROM audit WHERE id < $1 AND ($3 = '' OR project = $3)"
		    " AND ($4 = '' OR object_kind = $4) AND ($5 = '' OR object = $5 OR object_name "
		    "= $5)"
		    " AND ($6 = '' OR actor_name = $6) ORDER BY id DESC LIMIT $2",
		.columns = columns,
		.column_count = ARRAY_SIZE(columns),
		.first = "~"
	};

	return call_list(c, &all,
	    (const struct store_value[]){ SQL_TEXT(project), SQL_TEXT(query_or_empty(c, "kind")),
		SQL_TEXT(query_or_empty(c, "object")), SQL_TEXT(query_or_empty(c, "actor")) },
	    4);
}

int
api_audit_all(struct call *c)
{
	return list(c, "");
}

int
api_audit_project(struct call *c)
{
	return list(c, c->project);
}
