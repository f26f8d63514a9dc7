#include <inttypes.h>
#include <stdio.h>

#include "controller/api_agent.h"
#include "controller/event.h"

int
agent_find_service(struct call *c, const char *name, struct agent_service *ret)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(c->store, &rows, c->e,
	    "SELECT s.id, s.project, s.min_sites, s.lease_time FROM services s"
	    " JOIN hosts h ON h.id = $2 WHERE s.host_name = $1"
	    " AND (h.project IS NULL OR h.project = s.project) AND EXISTS"
	    " (SELECT 1 FROM placements p WHERE p.service = s.id"
	    " AND (p.host = h.id OR p.site = h.site))",
	    SQL_TEXT(name), SQL_TEXT(c->caller.id));

	*ret = (struct agent_service){ 0 };
	if (r < 0 || !store_next(&rows))
		return r < 0 ? r : 0;
	(void)snprintf(ret->id, sizeof(ret->id), "%s", store_text(&rows, 0));
	(void)snprintf(ret->project, sizeof(ret->project), "%s", store_text(&rows, 1));
	ret->min_sites = store_int(&rows, 2);
	ret->lease_time = store_int(&rows, 3);
	return 0;
}

int
agent_add_event(struct call *c, const struct agent_event *event)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	char origin[STORE_ID_MAX + 80];
	int r = store_query(
	    c->store, &rows, c->e, "SELECT site FROM hosts WHERE id = $1", SQL_TEXT(c->caller.id));

	if (r < 0 || !store_next(&rows))
		return r;
	(void)snprintf(origin, sizeof(origin), "%s:%s:%" PRIu32, c->caller.id,
	    event->run != NULL ? event->run : "", event->seq);
	r = event_add(c->store,
	    &(struct event){ .at = event->at,
		.received_at = c->request->now,
		.origin = event->run != NULL ? origin : NULL,
		.kind = event->kind,
		.severity = event->severity,
		.project = call_id_or_null(event->project),
		.site = store_text(&rows, 0),
		.host = c->caller.id,
		.service = call_id_or_null(event->service),
		.message = event->message,
		.detail = event->detail },
	    c->e);
	if (r > 0)
		call_ring(c, "events");
	return r;
}
