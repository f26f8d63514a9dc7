/*
 * Catchments: measurements of where the clients of a Global IP land, which its hosts make together
 * (catchment.h).
 */
#include <string.h>

#include "base/alloc.h"
#include "controller/api_catchments.h"
#include "controller/call_filter.h"
#include "controller/catchment_counts.h"
#include "controller/handlers.h"

#define SELECT                                                                                     \
	"SELECT c.id, projects.name, g.prefix, c.address, c.service_name, c.site_name, c.method,"  \
	" c.suffix, c.contact, c.description, c.targets, c.rounds, c.pps, c.block_length, c.seed," \
	" c.wait, c.best, c.lab, COALESCE(l.place_count, 0), COALESCE(l.asn_count, 0),"            \
	" COALESCE(l.weight_count, 0), c.state, c.outcome, c.why,"                                 \
	" COALESCE(tokens.name, 'nearcast-controller'), c.created_at, c.since, c.ended_at,"        \
	" c.revision FROM catchments c JOIN projects ON projects.id = c.project"                   \
	" LEFT JOIN catchment_places l ON l.catchment = c.id"                                      \
	" LEFT JOIN global_ips g ON g.id = c.global_ip LEFT JOIN tokens ON tokens.id = "           \
	"c.created_by"

static const struct column columns[] = {
	{ "id", COLUMN_TEXT },
	{ "project", COLUMN_TEXT },
	{ "global_ip", COLUMN_TEXT },
	{ "address", COLUMN_TEXT },
	{ "service", COLUMN_TEXT },
	{ "site", COLUMN_TEXT },
	{ "method", COLUMN_TEXT },
	{ "dns_suffix", COLUMN_TEXT },
	{ "contact", COLUMN_TEXT },
	{ "description", COLUMN_TEXT },
	{ "target_count", COLUMN_INT },
	{ "rounds", COLUMN_INT },
	{ "pps", COLUMN_INT },
	{ "block_length", COLUMN_INT },
	{ "seed", COLUMN_INT },
	{ "wait_seconds", COLUMN_SECONDS },
	{ "best", COLUMN_BOOL },
	{ "lab", COLUMN_BOOL },
	{ "place_count", COLUMN_INT },
	{ "asn_count", COLUMN_INT },
	{ "weight_count", COLUMN_INT },
	{ "state", COLUMN_TEXT },
	{ "outcome", COLUMN_TEXT },
	{ "why", COLUMN_TEXT },
	{ "by", COLUMN_TEXT },
	{ "created_at", COLUMN_TIME },
	{ "since", COLUMN_TIME },
	{ "ended_at", COLUMN_TIME },
	{ "revision", COLUMN_INT },
};

static const struct column part_columns[] = {
	{ "host", COLUMN_TEXT },
	{ "site", COLUMN_TEXT },
	{ "sends", COLUMN_BOOL },
	{ "measures", COLUMN_BOOL },
	{ "state", COLUMN_TEXT },
	{ "why", COLUMN_TEXT },
	{ "restarted", COLUMN_BOOL },
	{ "landed", COLUMN_INT },
	{ "measured", COLUMN_INT },
	{ "counts", COLUMN_JSON },
	{ "seen_at", COLUMN_TIME },
};

/* ---- what is there ---- */

static int
read_parts(struct call *c, json_t *catchment)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	json_t *parts = json_array(), *sum = catchment_counts_new();
	int64_t landed = 0, measured = 0;
	int r = store_query(c->store, &rows, c->e,
	    "SELECT host_name, site_name, sends, measures, state, why, restarted, landed, measured,"
	    " counts, seen_at FROM catchment_parts WHERE catchment = $1"
	    " ORDER BY site_name, host_name",
	    SQL_TEXT(call_text(catchment, "id")));

	while (r >= 0 && store_next(&rows)) {
		json_t *part = columns_json(&rows, part_columns, ARRAY_SIZE(part_columns));
		json_t *counts = catchment_counts_new();

		landed += store_int(&rows, 7);
		measured += store_int(&rows, 8);
		catchment_counts_add(counts, json_object_get(part, "counts"));
		catchment_counts_add(sum, counts);
		(void)json_object_set_new(part, "counts", counts);
		(void)json_array_append_new(parts, part);
	}
	(void)json_object_set_new(sum, "landed", json_integer(landed));
	(void)json_object_set_new(sum, "measured", json_integer(measured));
	(void)json_object_set_new(catchment, "progress", sum);
	(void)json_object_set_new(catchment, "parts", parts);
	return r < 0 ? r : 0;
}

static int
finish(struct call *c, json_t *catchment)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	json_t *result = NULL;
	int r = store_query(c->store, &rows, c->e,
	    "SELECT summary FROM catchment_results WHERE catchment = $1",
	    SQL_TEXT(call_text(catchment, "id")));

	if (r >= 0 && store_next(&rows))
		result = json_loads(store_text(&rows, 0), 0, NULL);
	(void)json_object_set_new(catchment, "result", result != NULL ? result : json_null());
	return r < 0 ? r : read_parts(c, catchment);
}

int
catchments_find_brief(struct call *c, const char *id, json_t **ret)
{
	int r = call_object(c, columns, ARRAY_SIZE(columns), ret,
	    SELECT " WHERE c.id = $1 AND c.project = $2",
	    VALUES(SQL_TEXT(id), SQL_TEXT(c->project)), 2);

	return r >= 0 && *ret == NULL ? call_not_found(c, "catchment", id) : r;
}

int
catchments_find(struct call *c, const char *id, json_t **ret)
{
	int r = catchments_find_brief(c, id, ret);

	return r < 0 ? r : finish(c, *ret);
}

int
api_catchments_list(struct call *c)
{
	/* the newest first; "~" stands behind all ids */
	static const struct call_list list = {
		.sql = SELECT " WHERE c.id < $1 AND c.project = $3 AND ($4 = '' OR c.state = $4)"
			      " AND ($5 = '' OR c.address = $5 OR g.prefix = $5 OR g.id = $5)"
			      " ORDER BY c.id DESC LIMIT $2",
		.columns = columns,
		.column_count = ARRAY_SIZE(columns),
		.finish = finish,
		.first = "~"
	};
	static const struct call_filter filters[] = {
		{ .name = "state", .words = catchment_state_names },
		{ .name = "global_ip",
		    .missing = "no catchment is of",
		    .of_project = true,
		    .sql = "SELECT 1 FROM catchments c LEFT JOIN global_ips g ON g.id = c.global_ip"
			   " WHERE (c.address = $1 OR g.prefix = $1 OR g.id = $1)"
			   " AND ($2 = '' OR c.project = $2)" },
	};

	return call_list_filtered(c, &list, c->project, filters, ARRAY_SIZE(filters));
}

int
api_catchment_get(struct call *c)
{
	json_t *catchment = NULL;
	int r = catchments_find(c, c->params[1], &catchment);

	/* how far it is has no revision */
	return r < 0 ? r : call_answer(c, 200, catchment, 0);
}

static int
check_over(struct call *c, const json_t *catchment, const char *what)
{
	if (json_is_string(json_object_get(catchment, "ended_at")))
		return 0;
	return call_problem(
	    c, PROBLEM_CONFLICT, "it is %s: %s", call_text(catchment, "state"), what);
}

/* The rows of all sites, as `nearcast catchment merge` writes them. */
int
api_catchment_file(struct call *c)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	json_auto_t *catchment = NULL;
	int r = catchments_find_brief(c, c->params[1], &catchment);

	if (r >= 0)
		r = check_over(c, catchment, "the file is there when it is over");
	if (r >= 0)
		r = store_query(c->store, &rows, c->e,
		    "SELECT merged FROM catchment_results WHERE catchment = $1",
		    SQL_TEXT(call_text(catchment, "id")));
	if (r < 0)
		return r;
	if (!store_next(&rows))
		return call_problem(c, PROBLEM_CONFLICT, "nothing came of it: there is no file");
	(void)call_answer(c, 200, NULL, 0);
	c->response->made_text = xstrdup(store_text(&rows, 0));
	c->response->text_type = "text/plain; charset=utf-8";
	return 0;
}

/* ---- telling one ---- */

int
api_catchment_stop(struct call *c)
{
	_cleanup_(catchment_case_done) struct catchment_case k = { 0 };
	json_auto_t *before = NULL, *after = NULL;
	char why[CATCHMENT_WHY_MAX];
	int r = catchments_find_brief(c, c->params[1], &before);

	if (r >= 0)
		r = catchment_case_read(c, c->params[1], &k);
	if (r < 0)
		return r;
	(void)snprintf(why, sizeof(why), "stopped by %s", c->caller.name);
	if (!catchment_stop(&k.c, why, (struct instant){ c->request->now }))
		return call_problem(c, PROBLEM_CONFLICT, "it is %s: there is nothing to stop",
		    catchment_state_name(k.c.state));
	r = catchments_act(c, &k);
	if (r >= 0)
		r = catchments_find_brief(c, c->params[1], &after);
	if (r >= 0)
		r = call_audit(c, "stop", "catchment", c->project, before, after);
	if (r >= 0)
		r = finish(c, after);
	return r < 0 ? r : call_answer(c, 200, json_incref(after), 0);
}

int
api_catchment_delete(struct call *c)
{
	json_auto_t *before = NULL;
	int r = catchments_find_brief(c, c->params[1], &before);

	if (r >= 0)
		r = call_may_delete(c, before);
	if (r >= 0)
		r = check_over(c, before, "stop it first");
	if (r >= 0)
		r = store_do(
		    c->store, c->e, "DELETE FROM catchments WHERE id = $1", SQL_TEXT(c->params[1]));
	if (r >= 0)
		r = call_audit(c, "delete", "catchment", c->project, before, NULL);
	return r < 0 ? r : call_answer(c, 204, NULL, 0);
}
