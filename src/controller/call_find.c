#include "controller/call.h"

/* The first column of the first row, which is what a field names. */
static int
find(struct call *c, const char *sql, const struct store_value *values, size_t n, const char *what,
    const char *pointer, const char *name, char id[STORE_ID_MAX])
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query_values(c->store, &rows, c->e, sql, values, n);

	if (r < 0)
		return r;
	if (!store_next(&rows))
		return call_problem_field(c, pointer, "there is no %s \"%s\"", what, name);
	(void)snprintf(id, STORE_ID_MAX, "%s", store_text(&rows, 0));
	return 0;
}

int
call_project_id(struct call *c, const char *pointer, const char *name, char id[STORE_ID_MAX])
{
	return find(c, "SELECT id FROM projects WHERE id = $1 OR name = $1", VALUES(SQL_TEXT(name)),
	    1, "project", pointer, name, id);
}

int
call_site_id(struct call *c, const char *pointer, const char *name, char id[STORE_ID_MAX])
{
	return find(c, "SELECT id FROM sites WHERE id = $1 OR name = $1", VALUES(SQL_TEXT(name)), 1,
	    "site", pointer, name, id);
}

int
call_host_id(struct call *c, const char *pointer, const char *name, char id[STORE_ID_MAX])
{
	return find(c, "SELECT id FROM hosts WHERE id = $1 OR name = $1", VALUES(SQL_TEXT(name)), 1,
	    "host", pointer, name, id);
}

int
call_service_id(struct call *c, const char *pointer, const char *name, char id[STORE_ID_MAX])
{
	return find(c, "SELECT id FROM services WHERE (id = $1 OR name = $1) AND project = $2",
	    VALUES(SQL_TEXT(name), SQL_TEXT(c->project)), 2, "service", pointer, name, id);
}
