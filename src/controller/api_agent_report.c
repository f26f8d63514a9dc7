/*
 * What a host says of itself (report.h): what it last said is replaced, and what happened is
 * appended.
 *
 * Only rows that differ are written, and once in a while that the rest still holds. A host says
 * nothing of services that it is not to have: what it claims under such a name stands under the
 * host alone.
 */
#include <string.h>

#include "controller/api_agent.h"
#include "controller/handlers.h"
#include "controller/presence.h"
#include "controller/report.h"

#define NS INT64_C(1000000000)
#define KEEP_FRESH_NS (45 * NS) /* a report comes every 60 s at least */
#define SAME_NS NS              /* times that agents work out anew for each report */
/* A report may have been on its way when a lease was granted: it does not end that one. */
#define LEASE_OLD_NS (2 * NS)

static bool
differs(const char *a, const char *b)
{
	return (a == NULL) != (b == NULL) || (a != NULL && strcmp(a, b) != 0);
}

static bool
is_other_time(int64_t a, int64_t b)
{
	return a - b > SAME_NS || b - a > SAME_NS;
}

/* ---- the host ---- */

/* A store that was restored is behind its hosts: their next revision has to be a new one. */
static int
pass_by(struct call *c, int64_t applied)
{
	int r = store_do(c->store, c->e,
	    "UPDATE hosts SET desired_revision = $2 WHERE id = $1 AND desired_revision < $2",
	    SQL_TEXT(c->caller.id), SQL_INT(applied + 1));

	call_ring_host(c, c->caller.id);
	return r;
}

static int
write_host(struct call *c, const struct report *p)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int64_t now = c->request->now, seen_at;
	bool is_new, is_back;
	int r = store_query(c->store, &rows, c->e,
	    "SELECT applied_revision, applied_error, agent_version, seen_at, desired_revision, "
	    "left_at"
	    " FROM hosts WHERE id = $1",
	    SQL_TEXT(c->caller.id));

	if (r < 0 || !store_next(&rows))
		return r;
	is_new = store_int_or(&rows, 0, -1) != p->applied ||
		 differs(store_text(&rows, 1), p->applied_error) ||
		 differs(store_text(&rows, 2), p->version);
	seen_at = store_int_or(&rows, 3, INT64_MIN);
	is_back = !presence_is(seen_at, store_int_or(&rows, 5, INT64_MIN), now);
	if (is_new || is_back)
		call_ring(c, "objects:status");
	if (is_new || is_back || seen_at > now || now - seen_at > 5 * NS)
		r = store_do(c->store, c->e,
		    "UPDATE hosts SET applied_revision = $2, applied_error = $3,"
		    " agent_version = $4, seen_at = $5 WHERE id = $1",
		    SQL_TEXT(c->caller.id), p->applied >= 0 ? SQL_INT(p->applied) : SQL_INT_NULL,
		    SQL_TEXT(p->applied_error), SQL_TEXT(p->version), SQL_INT(now));
	if (r >= 0 && p->applied > store_int(&rows, 4))
		r = pass_by(c, p->applied);
	return r;
}

/* ---- its addresses ---- */

enum { AT_NAME, AT_PREFIX, AT_STAGE, AT_VERDICT, AT_REASON, AT_DETAIL, AT_SINCE, AT_SERVICE };

static int
write_address(struct call *c, const struct report_address *a)
{
	struct agent_service service = { 0 };
	int r = a->is_ours ? agent_find_service(c, a->service, &service) : 0;

	if (r >= 0)
		r = store_do(c->store, c->e,
		    "INSERT INTO reports (host, service_name, service, prefix, stage, verdict, "
		    "reason,"
		    " detail, since, seen_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
		    " ON CONFLICT (host, service_name, prefix) DO UPDATE SET"
		    " service = excluded.service, stage = excluded.stage,"
		    " verdict = excluded.verdict, reason = excluded.reason,"
		    " detail = excluded.detail, since = excluded.since, seen_at = excluded.seen_at",
		    SQL_TEXT(c->caller.id), SQL_TEXT(a->service),
		    SQL_TEXT(service.id[0] != '\0' ? service.id : NULL), SQL_TEXT(a->prefix),
		    SQL_TEXT(a->stage), SQL_TEXT(a->verdict), SQL_TEXT(a->reason),
		    SQL_TEXT(a->detail), SQL_INT(a->since), SQL_INT(c->request->now));
	return r;
}

static int
forget_address(struct call *c, const struct store_rows *row)
{
	return store_do(c->store, c->e,
	    "DELETE FROM reports WHERE host = $1 AND service_name = $2 AND prefix = $3",
	    SQL_TEXT(c->caller.id), SQL_TEXT(store_text(row, AT_NAME)),
	    SQL_TEXT(store_text(row, AT_PREFIX)));
}

/* What people look at: not how often a check ran. */
static bool
is_told(const struct store_rows *row, const struct report_address *a)
{
	return differs(store_text(row, AT_STAGE), a->stage) ||
	       differs(store_text(row, AT_VERDICT), a->verdict) ||
	       differs(store_text(row, AT_REASON), a->reason) ||
	       (a->is_ours && store_is_null(row, AT_SERVICE));
}

static int
compare(const struct store_rows *row, bool has_row, const struct report_address *a)
{
	int order;

	if (!has_row || a == NULL)
		return has_row ? -1 : 1;
	order = strcmp(store_text(row, AT_NAME), a->service);
	return order != 0 ? order : strcmp(store_text(row, AT_PREFIX), a->prefix);
}

/* Both are in the same order. */
static int
write_addresses(struct call *c, const struct report *p)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(c->store, &rows, c->e,
	    "SELECT service_name, prefix, stage, verdict, reason, detail, since, service"
	    " FROM reports WHERE host = $1 ORDER BY service_name, prefix",
	    SQL_TEXT(c->caller.id));
	bool has_row = r >= 0 && store_next(&rows), is_told_now = false;
	size_t i = 0;

	while (r >= 0 && (has_row || i < p->address_count)) {
		const struct report_address *a = i < p->address_count ? &p->addresses[i] : NULL;
		int order = compare(&rows, has_row, a);

		if (order < 0) {
			r = forget_address(c, &rows);
			is_told_now = true;
		} else if (order > 0) {
			r = write_address(c, a);
			is_told_now = true;
		} else if (is_told(&rows, a) || differs(store_text(&rows, AT_DETAIL), a->detail) ||
			   is_other_time(store_int(&rows, AT_SINCE), a->since)) {
			r = write_address(c, a);
			is_told_now = is_told_now || is_told(&rows, a);
		}
		i += order >= 0;
		if (order <= 0)
			has_row = store_next(&rows);
	}
	if (is_told_now)
		call_ring(c, "objects:status");
	return r;
}

/* ---- its neighbors ---- */

static int
write_neighbor(struct call *c, const struct report_neighbor *n)
{
	return store_do(c->store, c->e,
	    "INSERT INTO neighbor_reports (host, neighbor_name, address, peer_as, state, detail, "
	    "since,"
	    " seen_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
	    " ON CONFLICT (host, neighbor_name) DO UPDATE SET address = excluded.address,"
	    " peer_as = excluded.peer_as, state = excluded.state, detail = excluded.detail,"
	    " since = excluded.since, seen_at = excluded.seen_at",
	    SQL_TEXT(c->caller.id), SQL_TEXT(n->name), SQL_TEXT(n->address),
	    n->peer_as >= 0 ? SQL_INT(n->peer_as) : SQL_INT_NULL, SQL_TEXT(n->state),
	    SQL_TEXT(n->detail), SQL_INT(n->since), SQL_INT(c->request->now));
}

static int
forget_neighbor(struct call *c, const char *name)
{
	return store_do(c->store, c->e,
	    "DELETE FROM neighbor_reports WHERE host = $1 AND neighbor_name = $2",
	    SQL_TEXT(c->caller.id), SQL_TEXT(name));
}

static int
write_neighbors(struct call *c, const struct report *p)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(c->store, &rows, c->e,
	    "SELECT neighbor_name, address, peer_as, state, detail, since FROM neighbor_reports"
	    " WHERE host = $1 ORDER BY neighbor_name",
	    SQL_TEXT(c->caller.id));
	bool has_row = r >= 0 && store_next(&rows);
	size_t i = 0;

	while (r >= 0 && (has_row || i < p->neighbor_count)) {
		const struct report_neighbor *n = &p->neighbors[i];
		int order = !has_row                 ? 1
			    : i == p->neighbor_count ? -1
						     : strcmp(store_text(&rows, 0), n->name);

		if (order != 0 || differs(store_text(&rows, 3), n->state))
			call_ring(c, "objects:status");
		if (order < 0)
			r = forget_neighbor(c, store_text(&rows, 0));
		else if (order > 0 || differs(store_text(&rows, 1), n->address) ||
			 store_int_or(&rows, 2, -1) != n->peer_as ||
			 differs(store_text(&rows, 3), n->state) ||
			 differs(store_text(&rows, 4), n->detail) ||
			 is_other_time(store_int(&rows, 5), n->since))
			r = write_neighbor(c, n);
		i += order >= 0;
		if (order <= 0)
			has_row = store_next(&rows);
	}
	return r;
}

/* What it still says, as fresh as what is new. */
static int
keep_fresh(struct call *c)
{
	int64_t now = c->request->now;
	int r = store_do(c->store, c->e,
	    "UPDATE reports SET seen_at = $2 WHERE host = $1 AND (seen_at < $3 OR seen_at > $2)",
	    SQL_TEXT(c->caller.id), SQL_INT(now), SQL_INT(now - KEEP_FRESH_NS));

	if (r >= 0)
		r = store_do(c->store, c->e,
		    "UPDATE neighbor_reports SET seen_at = $2 WHERE host = $1"
		    " AND (seen_at < $3 OR seen_at > $2)",
		    SQL_TEXT(c->caller.id), SQL_INT(now), SQL_INT(now - KEEP_FRESH_NS));
	return r;
}

/* ---- what happened ---- */

static int
add_events(struct call *c, const struct report *p)
{
	int r = 0;

	for (size_t i = 0; i < p->event_count && r >= 0; i++) {
		const struct report_event *v = &p->events[i];
		struct agent_service service = { 0 };

		if (v->service != NULL)
			r = agent_find_service(c, v->service, &service);
		if (r >= 0)
			r = agent_add_event(c, &(struct agent_event){ .run = p->run,
						   .seq = v->seq,
						   .at = v->at,
						   .kind = v->kind,
						   .severity = v->severity,
						   .message = v->message,
						   .detail = v->detail,
						   .project = service.project,
						   .service = service.id });
	}
	return r;
}

/* Announced again, and well: it holds up the others again. */
static int
end_leases(struct call *c)
{
	return store_do(c->store, c->e,
	    "DELETE FROM leases WHERE host = $1 AND granted_at < $2 AND EXISTS"
	    " (SELECT 1 FROM reports r WHERE r.host = leases.host AND r.service = leases.service"
	    " AND r.prefix = leases.prefix AND r.stage <> 'withdrawn' AND r.verdict = 'passing')",
	    SQL_TEXT(c->caller.id), SQL_INT(c->request->now - LEASE_OLD_NS));
}

static int
write_report(struct call *c, const struct report *p)
{
	int r = write_host(c, p);

	if (r >= 0)
		r = write_addresses(c, p);
	if (r >= 0)
		r = write_neighbors(c, p);
	if (r >= 0)
		r = keep_fresh(c);
	if (r >= 0)
		r = end_leases(c);
	return r < 0 ? r : add_events(c, p); /* last: for its numbers others wait */
}

int
api_agent_report(struct call *c)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new();
	json_t *errors = json_array();
	struct report p;
	uint32_t taken;
	int r;

	if (!report_read(c->body, arena, &p, errors))
		return call_problem_errors(c, PROBLEM_FIELDS, errors);
	json_decref(errors);
	r = write_report(c, &p);
	if (r < 0)
		return r;
	taken = p.event_count > 0 ? p.events[p.event_count - 1].seq : 0;
	return call_answer(c, 200, json_pack("{s:I}", "events_taken", (json_int_t)taken), 0);
}
