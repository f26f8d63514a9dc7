/*
 * Undo: the inverse of a change of the audit log (undo.h), done by the handler that does such
 * things.
 *
 * Its row in the audit log says which one it has undone, and can be undone itself.
 */
#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "controller/api_ips.h"
#include "controller/handlers.h"
#include "controller/undo.h"

struct request {
	uint64_t given;
	const char *override_reason;
};

static const struct field fields[] = {
	{ .key = "override_reason",
	    .type = FIELD_TEXT,
	    .offset = offsetof(struct request, override_reason),
	    .min = 1,
	    .max = 256 },
};
static const struct field_table table = FIELD_TABLE("an undo", struct request, fields);

static int
check_first_time(struct call *c, const char *id)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(
	    c->store, &rows, c->e, "SELECT id FROM audit WHERE undo_of = $1 LIMIT 1", SQL_TEXT(id));

	if (r < 0 || !store_next(&rows))
		return r < 0 ? r : 0;
	return call_problem(
	    c, PROBLEM_CONFLICT, "it was undone already, by %s", store_text(&rows, 0));
}

/* Who has changed it since, or taken it away, is not overwritten. */
static int
refused(struct call *c)
{
	unsigned status = c->response->status;

	if (status == problem_status(PROBLEM_CHANGED))
		return call_problem(c, PROBLEM_CONFLICT, "it was changed again since then");
	if (status == problem_status(PROBLEM_NOT_FOUND))
		return call_problem(
		    c, PROBLEM_CONFLICT, "what it was done to is not there any more");
	return CALL_REFUSED;
}

static int
do_inverse(struct call *c, struct undo_request *u, const char *audit, const char *override_reason)
{
	const struct api_pair query = { "override_reason", override_reason };
	struct api_request request = *c->request;
	bool with_override = u->takes_override && override_reason != NULL;
	/* what is made anew takes nothing away, but for a drain */
	bool in_body = strstr(u->path, "/services/") != NULL || strstr(u->path, "/orders") != NULL;
	char etag[32];
	int r;

	(void)snprintf(etag, sizeof(etag), "\"%" PRId64 "\"", u->revision);
	request.method = u->method;
	request.path = u->path;
	request.if_match = u->revision > 0 ? etag : u->revision < 0 ? "*" : NULL;
	request.idempotency_key = NULL;
	request.query = &query;
	request.query_count = with_override && u->body == NULL ? 1 : 0;
	if (with_override && u->body != NULL && in_body)
		(void)json_object_set_new(u->body, "override_reason", json_string(override_reason));
	r = api_do_within(c, &request, u->body, audit);
	return r == CALL_REFUSED ? refused(c) : r;
}

static int
take_back(struct call *c, const struct undo_row *row, int64_t revision, const char *audit)
{
	/* an administrator has named none */
	(void)snprintf(c->project, sizeof(c->project), "%s", row->project);
	return ips_take_back(c, row->object, revision, audit);
}

static int
undo_row(struct call *c, const struct undo_row *row, const char *audit, const char *override_reason)
{
	struct undo_request u;
	int r;

	if (!undo_inverse(row, c->request->now, &u))
		r = call_problem(c, PROBLEM_CONFLICT, "%s", u.why);
	else if (u.is_release)
		r = take_back(c, row, u.revision, audit);
	else
		r = do_inverse(c, &u, audit, override_reason);
	undo_request_done(&u);
	return r;
}

int
api_audit_undo(struct call *c)
{
	const char *id = c->params[c->project[0] != '\0' ? 1 : 0];
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	json_auto_t *before = NULL, *after = NULL;
	struct request q = { 0 };
	struct undo_row row;
	json_t *answer;
	int r = call_fields(c, &table, &q);

	if (r >= 0)
		r = store_query(c->store, &rows, c->e,
		    "SELECT object_kind, action, object, project, value_before, value_after,"
		    " object_name FROM "
		    "audit"
		    " WHERE id = $1 AND ($2 = '' OR project = $2)",
		    SQL_TEXT(id), SQL_TEXT(c->project));
	if (r >= 0 && !store_next(&rows))
		r = call_not_found(c, "change", id);
	if (r >= 0)
		r = check_first_time(c, id);
	if (r < 0)
		return r;
	if (!store_is_null(&rows, 4))
		before = json_loads(store_text(&rows, 4), 0, NULL);
	if (!store_is_null(&rows, 5))
		after = json_loads(store_text(&rows, 5), 0, NULL);
	row = (struct undo_row){ store_text(&rows, 0), store_text(&rows, 1), store_text(&rows, 2),
		store_text(&rows, 3), before, after };
	r = undo_row(c, &row, id, q.override_reason);
	if (r < 0)
		return r;
	answer = json_pack("{s:s, s:s, s:s, s:s, s:O?}", "undone", id, "action", row.action, "kind",
	    row.kind, "name", store_text(&rows, 6), "object", c->response->body);
	c->response->etag[0] = c->response->location[0] = '\0';
	return call_answer(c, 200, answer, 0);
}
