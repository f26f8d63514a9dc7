/* About the controller itself, and about who asks. */
#include "controller/handlers.h"
#include "controller/openapi.h"

int
api_health(struct call *c)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(
	    c->store, &rows, c->e, "SELECT count(*) FROM projects WHERE id = $1", SQL_TEXT(""));

	if (r < 0)
		return r;
	return call_answer(
	    c, 200, json_pack("{s:s, s:s}", "status", "ok", "version", NEARCAST_VERSION), 0);
}

int
api_document(struct call *c)
{
	c->response->text = openapi_document;
	return call_answer(c, 200, NULL, 0);
}

int
api_caller(struct call *c)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	const char *project = NULL;
	int r = 0;

	if (c->caller.role == ROLE_NONE)
		return call_problem(c, PROBLEM_UNKNOWN_CALLER, "there is no token in the request");
	if (c->caller.project[0] != '\0')
		r = store_query(c->store, &rows, c->e, "SELECT name FROM projects WHERE id = $1",
		    SQL_TEXT(c->caller.project));
	if (r < 0)
		return r;
	if (c->caller.project[0] != '\0' && store_next(&rows))
		project = store_text(&rows, 0);
	return call_answer(c, 200,
	    json_pack("{s:s, s:s, s:s, s:s?}", "id", c->caller.id, "name", c->caller.name, "role",
		role_name(c->caller.role), "project", project),
	    0);
}
