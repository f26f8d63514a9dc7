/* What comes of a look at a catchment: what hosts are told, its result; and the duty that looks. */
#include "controller/api_catchments.h"
#include "controller/scope.h"

/* What the log says of one that has ended by itself; a person's stop says so at once. */
static const char *
action_of(enum catchment_state state)
{
	return state == CATCHMENT_FAILED ? "fail" : "end";
}

static int
tell_end(struct call *c, const struct catchment_case *k)
{
	json_auto_t *after = NULL;
	int r = catchments_find_brief(c, k->id, &after);

	return r < 0 ? r
		     : call_audit(c, action_of(k->c.state), "catchment", k->project, NULL, after);
}

int
catchments_act(struct call *c, struct catchment_case *k)
{
	struct scope scope = { .service = call_id_or_null(k->service) };
	int r;

	catchment_look(&k->c, (struct instant){ c->request->now });
	(void)snprintf(c->project, sizeof(c->project), "%s", k->project);
	r = catchment_case_keep(c, k);
	/* how far it is, and who says so, are no rows of a log: whoever looks on is rung */
	call_ring(c, "objects:status");
	if (r < 0 || k->c.state == k->was)
		return r;
	if (scope.service != NULL)
		r = scope_touch(c, &scope);
	if (r >= 0 && catchment_is_over(&k->c))
		r = catchment_result_make(c, k);
	if (r >= 0 && catchment_is_over(&k->c))
		r = tell_end(c, k);
	return r;
}

/* ---- the duty ---- */

static int
look(struct call *c, const char *id)
{
	_cleanup_(catchment_case_done) struct catchment_case k = { 0 };
	int r = catchment_case_read(c, id, &k);

	return r < 0 ? r : catchments_act(c, &k);
}

int
catchments_go_on(struct call *c)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(c->store, &rows, c->e,
	    "SELECT id FROM catchments WHERE ended_at IS NULL ORDER BY id LIMIT $1", SQL_INT(100));

	while (r >= 0 && store_next(&rows))
		r = look(c, store_text(&rows, 0));
	if (r >= 0)
		r = store_do(c->store, c->e, "DELETE FROM catchments WHERE ended_at <= $1",
		    SQL_INT(c->request->now - CATCHMENTS_KEPT_NS));
	return r < 0 ? r : 0;
}
