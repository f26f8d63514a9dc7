/* About the controller itself, and about who asks. */
#include "controller/handlers.h"
#include "controller/health.h"
#include "controller/openapi.h"

int
api_health(struct call *c)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(
	    c->store, &rows, c->e, "SELECT count(*) FROM projects WHERE id = $1", SQL_TEXT(""));

	json_t *problems;

	if (r < 0)
		return r;
	problems = c->request->health != NULL ? health_json(c->request->health) : json_array();
	return call_answer(c, 200,
	    json_pack("{s:s, s:s, s:o}", "status",
		json_array_size(problems) > 0 ? "degraded" : "ok", "version", NEARCAST_VERSION,
		"problems", problems),
	    0);
}

int
api_document(struct call *c)
{
	c->response->text = openapi_document;
	return call_answer(c, 200, NULL, 0);
}

int
call_caller_json(struct call *c, json_t **ret)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	const char *project = NULL;
	int r = 0;

	if (c->caller.project[0] != '\0')
		r = store_query(c->store, &rows, c->e, "SELECT name FROM projects WHERE id = $1",
		    SQL_TEXT(c->caller.project));
	if (r < 0)
		return r;
	if (c->caller.project[0] != '\0' && store_next(&rows))
		project = store_text(&rows, 0);
	*ret = json_pack("{s:s, s:s, s:s, s:s?}", "id", c->caller.id, "name", c->caller.name,
	    "role", role_name(c->caller.role), "project", project);
	return 0;
}

int
api_caller(struct call *c)
{
	json_t *body;
	int r;

	if (c->caller.role == ROLE_NONE)
		return call_problem_about(
		    c, PROBLEM_UNKNOWN_CALLER, "Authorization", "there is no token in the request");
	r = call_caller_json(c, &body);
	return r < 0 ? r : call_answer(c, 200, body, 0);
}
