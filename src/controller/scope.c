#include "controller/scope.h"

/* RETURNING id: they are rung, and whatever was read before is old. */
static int
tell(struct call *c, struct store_rows *rows)
{
	int64_t number;

	while (store_next(rows))
		call_ring_host(c, store_text(rows, 0));
	return store_number(c->store, "desired", &number, c->e);
}

int
scope_touch(struct call *c, const struct scope *s)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(c->store, &rows, c->e,
	    "UPDATE hosts SET desired_revision = desired_revision + 1 WHERE id IN"
	    " (SELECT h.id FROM hosts h JOIN placements p ON p.host = h.id OR p.site = h.site"
	    " JOIN services ON services.id = p.service"
	    " WHERE (h.project IS NULL OR h.project = services.project)"
	    " AND ($1 = '' OR services.id = $1) AND ($2 = '' OR h.site = $2)"
	    " AND ($3 = '' OR h.id = $3)) RETURNING id",
	    SQL_TEXT(s->service != NULL ? s->service : ""),
	    SQL_TEXT(s->site != NULL ? s->site : ""), SQL_TEXT(s->host != NULL ? s->host : ""));

	return r < 0 ? r : tell(c, &rows);
}

static int
touch(struct call *c, const char *sql, const char *id)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(c->store, &rows, c->e, sql, SQL_TEXT(id));

	return r < 0 ? r : tell(c, &rows);
}

#define RAISE "UPDATE hosts SET desired_revision = desired_revision + 1"

int
scope_touch_site(struct call *c, const char *site)
{
	return touch(c, RAISE " WHERE site = $1 RETURNING id", site);
}

int
scope_touch_host(struct call *c, const char *host)
{
	return touch(c, RAISE " WHERE id = $1 RETURNING id", host);
}
