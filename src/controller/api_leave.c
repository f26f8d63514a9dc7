/*
 * A host leaves: nobody is it any more until it joins again, and what it said of itself is not
 * asked any longer. What it still announces it withdraws when this is granted, and no agent with
 * its credential is left to announce anything: so nobody counts on it, and nobody waits for it.
 *
 * One that announces something when it asks takes that away as a drain would: it needs a reason
 * where too few sites would be left (standing.h).
 */
#include "controller/api_hosts.h"
#include "controller/handlers.h"
#include "controller/standing.h"

/* What it did, and what it might have done. */
static const char *const forget[] = {
	"DELETE FROM reports WHERE host = $1",
	"DELETE FROM neighbor_reports WHERE host = $1",
	"DELETE FROM leases WHERE host = $1",
};

static int
end_credential(struct call *c)
{
	int r = store_do(c->store, c->e,
	    "UPDATE hosts SET credential_hash = NULL, former_credential_hash = NULL,"
	    " former_credential_until = NULL, applied_revision = NULL, applied_error = NULL,"
	    " seen_at = $2, left_at = $2, revision = revision + 1 WHERE id = $1",
	    SQL_TEXT(c->caller.id), SQL_INT(c->request->now));

	for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(forget); i++)
		r = store_do(c->store, c->e, forget[i], SQL_TEXT(c->caller.id));
	return r < 0 ? r : 0;
}

/* As it said last; 1: it does. */
static int
announces(struct call *c)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(c->store, &rows, c->e,
	    "SELECT 1 FROM reports WHERE host = $1 AND service IS NOT NULL"
	    " AND stage <> 'withdrawn' LIMIT 1",
	    SQL_TEXT(c->caller.id));

	return r < 0 ? r : store_next(&rows);
}

int
api_agent_leave(struct call *c)
{
	_cleanup_(standings_done) struct standings stood = { 0 };
	const char *reason = call_query(c, "override_reason");
	json_auto_t *before = NULL, *after = NULL;
	int r = hosts_find(c, c->caller.id, &before);

	if (r >= 0)
		r = announces(c);
	if (r > 0)
		r = standings_read(c, &(struct scope){ .host = c->caller.id }, &stood);
	if (r >= 0)
		r = end_credential(c);
	if (r >= 0)
		r = standings_check(c, &stood, reason);
	if (r >= 0)
		r = hosts_find(c, c->caller.id, &after);
	if (r >= 0)
		r = call_audit_override(c, "leave", "host", reason, before, after);
	if (r < 0)
		return r;
	call_ring(c, "objects:status");
	return call_answer(c, 204, NULL, 0);
}
