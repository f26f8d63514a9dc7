/*
 * Rollouts: drains, or a changed service, that go from site to site by themselves (rollout.h).
 *
 * While one of a service is under way, there is no second; and its document is changed by nobody
 * else.
 */
#include <string.h>

#include "base/alloc.h"
#include "controller/api_rollouts.h"
#include "controller/call_filter.h"
#include "controller/handlers.h"

#define SELECT                                                                                     \
	"SELECT o.id, o.kind, projects.name, s.name, o.document, o.parameters, o.at_once,"         \
	" o.settle, o.state, o.purpose, o.reason, COALESCE(tokens.name, 'nearcast-controller'),"   \
	" o.created_at, o.ended_at, o.revision FROM rollouts o"                                    \
	" JOIN services s ON s.id = o.service JOIN projects ON projects.id = s.project"            \
	" LEFT JOIN tokens ON tokens.id = o.created_by"

static const struct column columns[] = {
	{ "id", COLUMN_TEXT },
	{ "kind", COLUMN_TEXT },
	{ "project", COLUMN_TEXT },
	{ "service", COLUMN_TEXT },
	{ "document", COLUMN_JSON },
	{ "parameters", COLUMN_JSON },
	{ "at_once", COLUMN_INT },
	{ "settle_seconds", COLUMN_SECONDS },
	{ "state", COLUMN_TEXT },
	{ "reason", COLUMN_TEXT },
	{ "why", COLUMN_TEXT },
	{ "by", COLUMN_TEXT },
	{ "created_at", COLUMN_TIME },
	{ "ended_at", COLUMN_TIME },
	{ "revision", COLUMN_INT },
};

static const struct column step_columns[] = {
	{ "site", COLUMN_TEXT },
	{ "state", COLUMN_TEXT },
	{ "why", COLUMN_TEXT },
	{ "watched_seconds", COLUMN_SECONDS },
	{ "started_at", COLUMN_TIME },
	{ "ended_at", COLUMN_TIME },
};

static const char *const states[] = { "running", "paused", "stopped", "taken-back", NULL };
enum { SAID_RUNNING, SAID_PAUSED, SAID_STOPPED, SAID_TAKEN_BACK };

struct change {
	uint64_t given;
	int state;
	const char *reason;
};

static const struct field change_fields[] = {
	{ .key = "state",
	    .type = FIELD_ENUM,
	    .offset = offsetof(struct change, state),
	    .flags = FIELD_REQUIRED,
	    .names = states },
	{ .key = "reason",
	    .type = FIELD_TEXT,
	    .offset = offsetof(struct change, reason),
	    .max = 200 },
};
static const struct field_table change_table =
    FIELD_TABLE("a rollout", struct change, change_fields);

/* ---- what is there ---- */

static int
finish(struct call *c, json_t *rollout)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	json_t *steps = json_array();
	int r = store_query(c->store, &rows, c->e,
	    "SELECT sites.name, t.state, t.reason, t.watched, t.started_at, t.ended_at"
	    " FROM rollout_steps t JOIN sites ON sites.id = t.site WHERE t.rollout = $1"
	    " ORDER BY t.position",
	    SQL_TEXT(call_text(rollout, "id")));

	while (r >= 0 && store_next(&rows))
		(void)json_array_append_new(
		    steps, columns_json(&rows, step_columns, ARRAY_SIZE(step_columns)));
	(void)json_object_set_new(rollout, "steps", steps);
	return r < 0 ? r : 0;
}

int
rollouts_find(struct call *c, const char *id, json_t **ret)
{
	int r = call_object(c, columns, ARRAY_SIZE(columns), ret,
	    SELECT " WHERE o.id = $1 AND s.project = $2",
	    VALUES(SQL_TEXT(id), SQL_TEXT(c->project)), 2);

	if (r >= 0 && *ret == NULL)
		return call_not_found(c, "rollout", id);
	return r < 0 ? r : finish(c, *ret);
}

int
api_rollouts_list(struct call *c)
{
	/* the newest first; "~" stands behind all ids */
	static const struct call_list list = {
		.sql = SELECT " WHERE o.id < $1 AND s.project = $3"
			      " AND ($4 = '' OR s.name = $4 OR s.id = $4)"
			      " AND ($5 = '' OR o.state = $5) ORDER BY o.id DESC LIMIT $2",
		.columns = columns,
		.column_count = ARRAY_SIZE(columns),
		.finish = finish,
		.first = "~"
	};
	static const struct call_filter filters[] = { CALL_FILTER_SERVICE(""),
		{ .name = "state", .words = rollout_state_names } };

	return call_list_filtered(c, &list, c->project, filters, ARRAY_SIZE(filters));
}

int
api_rollout_get(struct call *c)
{
	json_auto_t *rollout = NULL;
	int r = rollouts_find(c, c->params[1], &rollout);

	return r < 0 ? r : call_answer(c, 200, json_incref(rollout), call_revision(rollout));
}

/* What has to be done with the one that is open, before anything else: the caller's. */
static char *
say_open(const struct store_rows *open, const char *service)
{
	const char *id = store_text(open, 0), *kind = store_text(open, 1);
	const char *state = store_text(open, 2);

	if (strcmp(state, "running") == 0)
		return xasprintf(
		    "rollout %s of %s is under way; let it end, or take it back", id, service);
	return xasprintf("rollout %s of %s %s%s; resume it, or take it back", id, service,
	    strcmp(state, "paused") == 0 ? "is paused" : "has stopped",
	    strcmp(kind, "change") == 0 ? ", and sites that it has come to keep its document" : "");
}

#define IS_OPEN                                                                                    \
	"(r.state IN ('running', 'paused') OR (r.state = 'stopped' AND r.kind = 'change'))"

static int
read_open(struct call *c, const char *service, const char *kind, struct store_rows *ret)
{
	return store_query(c->store, ret, c->e,
	    "SELECT r.id, r.kind, r.state FROM rollouts r WHERE r.service = $1"
	    " AND ($2 = '' OR r.kind = $2) AND " IS_OPEN " ORDER BY r.id LIMIT 1",
	    SQL_TEXT(service), SQL_TEXT(kind));
}

int
rollouts_check_none(struct call *c, const char *service, const char *kind)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	_cleanup_(freep) char *said = NULL;
	int r = read_open(c, service, kind, &rows);

	if (r < 0 || !store_next(&rows))
		return r < 0 ? r : 0;
	said = say_open(&rows, "the service");
	return call_problem(c, PROBLEM_CONFLICT, "%s", said);
}

int
rollouts_check_none_of_host(struct call *c, const char *host, const char *site)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	_cleanup_(freep) char *service = NULL, *said = NULL;
	int r = store_query(c->store, &rows, c->e,
	    "SELECT r.id, r.kind, r.state, s.host_name FROM rollouts r"
	    " JOIN services s ON s.id = r.service JOIN hosts h ON h.id = $1"
	    " WHERE (h.project IS NULL OR h.project = s.project) AND " IS_OPEN
	    " AND EXISTS (SELECT 1 FROM placements p WHERE p.service = s.id"
	    " AND (p.host = h.id OR p.site = h.site OR p.site = $2)) ORDER BY r.id LIMIT 1",
	    SQL_TEXT(host), SQL_TEXT(site));

	if (r < 0 || !store_next(&rows))
		return r < 0 ? r : 0;
	service = xasprintf("service %s", store_text(&rows, 3));
	said = say_open(&rows, service);
	return call_problem(c, PROBLEM_CONFLICT, "%s", said);
}

int
rollouts_go_with(struct call *c, const char *service, const char *override_reason)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	_cleanup_(freep) char *said = NULL;
	json_auto_t *before = NULL;
	int r = read_open(c, service, "", &rows);

	if (r < 0 || !store_next(&rows))
		return r < 0 ? r : 0;
	if (override_reason == NULL) {
		said = say_open(&rows, "the service");
		return call_problem(c, PROBLEM_CONFLICT,
		    "%s (`nearcast rollout take-back %s`); override_reason says that it is to go "
		    "with the service, and why",
		    said, store_text(&rows, 0));
	}
	r = rollouts_find(c, store_text(&rows, 0), &before);
	return r < 0 ? r
		     : call_audit_override(c, "delete", "rollout", override_reason, before, NULL);
}

/* ---- telling one ---- */

static bool
tell(struct call *c, struct rollout *r, const struct change *q)
{
	char why[ROLLOUT_WHY_MAX];

	switch (q->state) {
	case SAID_RUNNING:
		return rollout_go_on(r);
	case SAID_PAUSED:
		return rollout_pause(r);
	case SAID_STOPPED:
		(void)snprintf(why, sizeof(why), "stopped by %s%s%s", c->caller.name,
		    q->reason != NULL ? ": " : "", q->reason != NULL ? q->reason : "");
		return rollout_stop(r, why);
	default:
		return rollout_take_back(r);
	}
}

static int
change(struct call *c, const char *id, const struct change *q)
{
	_cleanup_(case_done) struct rollout_case k = { 0 };
	int r = case_read(c, id, &k);

	if (r < 0)
		return r;
	if (!tell(c, &k.r, q))
		return call_problem(c, PROBLEM_CONFLICT, "it is %s: it cannot become %s",
		    rollout_state_name(k.was), states[q->state]);
	return rollouts_act(c, &k, q->state == SAID_RUNNING && k.was == ROLLOUT_STOPPED);
}

int
api_rollout_change(struct call *c)
{
	json_auto_t *before = NULL, *after = NULL;
	struct change q = { 0 };
	int r = rollouts_find(c, c->params[1], &before);

	if (r >= 0)
		r = call_if_match(c, call_revision(before));
	if (r >= 0)
		r = call_fields(c, &change_table, &q);
	if (r >= 0)
		r = change(c, c->params[1], &q);
	if (r >= 0)
		r = rollouts_find(c, c->params[1], &after);
	if (r >= 0)
		r = call_audit(c, "change", "rollout", c->project, before, after);
	return r < 0 ? r : call_answer(c, 200, json_incref(after), call_revision(after));
}
