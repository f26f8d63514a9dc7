#include "controller/host_move.h"

#include <inttypes.h>

#include "base/alloc.h"
#include "controller/api_rollouts.h"
#include "controller/scope.h"
#include "controller/standing.h"

static int
refuse(struct call *c, char *why)
{
	_cleanup_(freep) char *owned = why;

	return call_problem(c, PROBLEM_CONFLICT, "%s", owned);
}

/* What it said when it was heard of last holds: silence is no withdraw. */
static int
check_announced(struct call *c, const json_t *host)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	const char *name = call_text(host, "name"), *site = call_text(host, "site");
	char more[32] = "";
	int r = store_query(c->store, &rows, c->e,
	    "SELECT r.prefix, CASE WHEN h.seen_at > $2 THEN 1 ELSE 0 END"
	    " FROM reports r JOIN hosts h ON h.id = r.host"
	    " WHERE h.id = $1 AND r.service IS NOT NULL AND r.stage <> 'withdrawn' ORDER BY "
	    "r.prefix",
	    SQL_TEXT(call_text(host, "id")), SQL_INT(c->request->now - STANDING_FRESH_NS));

	if (r < 0 || !store_next(&rows))
		return r < 0 ? r : 0;
	if (rows.count > 1)
		(void)snprintf(more, sizeof(more), " and %zu more", rows.count - 1);
	if (store_bool(&rows, 1))
		return refuse(c,
		    xasprintf("%s announces %s%s at %s: first `nearcast drain --host %s`, and wait "
			      "until it is withdrawn",
			name, store_text(&rows, 0), more, site, name));
	return refuse(
	    c, xasprintf("%s is silent since %s and may announce %s%s at %s still: see to it, or "
			 "remove it and have it join at the other site",
		   name, call_text(host, "seen_at"), store_text(&rows, 0), more, site));
}

/* What it may announce at any moment, since its checks alone keep it from it. */
static int
check_drained(struct call *c, const json_t *host)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	const char *name = call_text(host, "name");
	int r = store_query(c->store, &rows, c->e,
	    "SELECT s.host_name, CASE WHEN EXISTS (SELECT 1 FROM operator_orders o"
	    " WHERE o.kind = 'drain' AND (o.service IS NULL OR o.service = s.id)"
	    " AND (o.site IS NULL OR o.site = h.site) AND (o.host IS NULL OR o.host = h.id)"
	    " AND (o.expires_at IS NULL OR o.expires_at > $2)) THEN 1 ELSE 0 END AS drained,"
	    " CASE WHEN h.applied_revision >= h.desired_revision THEN 1 ELSE 0 END"
	    " FROM hosts h JOIN services s ON h.project IS NULL OR h.project = s.project"
	    " WHERE h.id = $1 AND EXISTS (SELECT 1 FROM placements p WHERE p.service = s.id"
	    " AND (p.host = h.id OR p.site = h.site)) ORDER BY drained, s.host_name",
	    SQL_TEXT(call_text(host, "id")), SQL_INT(c->request->now));

	if (r < 0 || !store_next(&rows))
		return r < 0 ? r : 0;
	if (!store_bool(&rows, 1))
		return refuse(
		    c, xasprintf("%s has service %s, and may announce it at any moment: first "
				 "`nearcast drain --host %s`",
			   name, store_text(&rows, 0), name));
	if (!store_bool(&rows, 2))
		return refuse(c,
		    xasprintf("%s has not said yet that it does what it was told last: wait until "
			      "`nearcast hosts list` shows the same revision as desired and "
			      "applied",
			name));
	return 0;
}

int
host_may_move(struct call *c, const json_t *host, const char *site)
{
	int r = rollouts_check_none_of_host(c, call_text(host, "id"), site);

	if (r < 0)
		return r;
	if (!json_is_true(json_object_get(host, "joined")))
		return 0;
	r = check_announced(c, host);
	return r < 0 ? r : check_drained(c, host);
}

int
host_move(struct call *c, const char *id, const char *site)
{
	int r = store_do(c->store, c->e, "UPDATE hosts SET site = $2 WHERE id = $1", SQL_TEXT(id),
	    SQL_TEXT(site));

	if (r >= 0)
		r = store_do(c->store, c->e, "UPDATE leases SET site = $2 WHERE host = $1",
		    SQL_TEXT(id), SQL_TEXT(site));
	return r < 0 ? r : scope_touch_host(c, id);
}
