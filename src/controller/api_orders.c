/*
 * Orders of operators: a drain or a hold of a service, everywhere, at a site or at a host; an
 * administrator's of all services of a site or host.
 *
 * An order stands until it is deleted, or its time is over; that is the undrain. It is for the
 * hosts to carry out: here it only changes what they are to do. A drain that would leave a service
 * with too few sites needs override_reason (standing.h).
 */
#include <string.h>

#include "controller/api_orders.h"
#include "controller/call_filter.h"
#include "controller/handlers.h"

#define SELECT                                                                                     \
	"SELECT o.id, o.kind, projects.name, s.name, sites.name, hosts.name, o.parameters,"        \
	" o.reason, COALESCE(tokens.name, 'nearcast-controller'), o.rollout, o.created_at,"        \
	" o.expires_at, o.revision, CASE WHEN o.service IS NOT NULL THEN 'service'"                \
	" WHEN o.host IS NOT NULL THEN 'host' ELSE 'site' END, o.service, o.site, o.host,"         \
	" s.project"                                                                               \
	" FROM operator_orders o LEFT JOIN services s ON s.id = o.service"                         \
	" LEFT JOIN projects ON projects.id = s.project LEFT JOIN sites ON sites.id = o.site"      \
	" LEFT JOIN hosts ON hosts.id = o.host LEFT JOIN tokens ON tokens.id = o.created_by"

/* One of all services of a site or host, where such a service t has a host. */
#define COVERS(such)                                                                               \
	" (o.service IS NULL AND EXISTS (SELECT 1 FROM services t"                                 \
	" JOIN placements p ON p.service = t.id JOIN hosts h ON h.id = p.host OR h.site = p.site"  \
	" WHERE " such " AND (h.project IS NULL OR h.project = t.project)"                         \
	" AND (o.site IS NULL OR o.site = h.site) AND (o.host IS NULL OR o.host = h.id)))"

/* Those of all services of a site or host concern each project that has one there, $2. */
#define OF_PROJECT " (s.project = $2 OR" COVERS("t.project = $2") ")"

static const struct column columns[] = {
	{ "id", COLUMN_TEXT },
	{ "kind", COLUMN_TEXT },
	{ "project", COLUMN_TEXT },
	{ "service", COLUMN_TEXT },
	{ "site", COLUMN_TEXT },
	{ "host", COLUMN_TEXT },
	{ "parameters", COLUMN_JSON },
	{ "reason", COLUMN_TEXT },
	{ "by", COLUMN_TEXT },
	{ "rollout", COLUMN_TEXT },
	{ "created_at", COLUMN_TIME },
	{ "expires_at", COLUMN_TIME },
	{ "revision", COLUMN_INT },
	{ "through", COLUMN_TEXT },
};

/* ids behind the columns */
enum {
	SERVICE_ID = ARRAY_SIZE(columns),
	SITE_ID,
	HOST_ID,
	PROJECT_ID,
};

/* ---- what is there ---- */

/* The ids of an order's service, site, host and project, beside what people see of it. */
struct found {
	json_t *order; /* owned */
	char service[STORE_ID_MAX], site[STORE_ID_MAX], host[STORE_ID_MAX], project[STORE_ID_MAX];
};

static void
found_done(struct found *f)
{
	json_decref(f->order);
}

static struct scope
scope_of(const struct found *f)
{
	return (struct scope){ call_id_or_null(f->service), call_id_or_null(f->site), call_id_or_null(f->host) };
}

static void
take(struct found *f, const struct store_rows *rows)
{
	static const size_t sizes = STORE_ID_MAX;
	const char *service = store_text(rows, SERVICE_ID), *site = store_text(rows, SITE_ID),
		   *host = store_text(rows, HOST_ID), *project = store_text(rows, PROJECT_ID);

	json_decref(f->order);
	f->order = columns_json(rows, columns, ARRAY_SIZE(columns));
	(void)snprintf(f->service, sizes, "%s", service != NULL ? service : "");
	(void)snprintf(f->site, sizes, "%s", site != NULL ? site : "");
	(void)snprintf(f->host, sizes, "%s", host != NULL ? host : "");
	(void)snprintf(f->project, sizes, "%s", project != NULL ? project : "");
}

static int
find(struct call *c, const char *id, struct found *ret)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = c->project[0] != '\0'
		    ? store_query(c->store, &rows, c->e, SELECT " WHERE o.id = $1 AND" OF_PROJECT,
			  SQL_TEXT(id), SQL_TEXT(c->project))
		    : store_query(c->store, &rows, c->e, SELECT " WHERE o.id = $1", SQL_TEXT(id));

	if (r < 0)
		return r;
	if (!store_next(&rows))
		return call_not_found(c, "order", id);
	take(ret, &rows);
	return 0;
}

int
orders_find(struct call *c, const char *id, json_t **ret)
{
	_cleanup_(found_done) struct found f = { 0 };
	int r = find(c, id, &f);

	*ret = r >= 0 ? json_incref(f.order) : NULL;
	return r;
}

int
api_orders_list(struct call *c)
{
	static const struct
	    call_list
		all = {
			.sql = SELECT " WHERE o.id > $1 AND ($3 = '' OR o.kind = $3)"
				      " AND ($4 = '' OR s.name = $4 OR s.id = $4 OR" COVERS(
					  "(t.name = $4 OR t.id = $4) AND ($7 = '' OR t.project = "
					  "$7)") ")"
						 " AND ($5 = '' OR sites.name = $5 OR sites.id = "
						 "$5)"
						 " AND ($6 = '' OR hosts.name = $6 OR hosts.id = "
						 "$6)"
						 " AND ($7 = '' OR s.project = $7 OR" COVERS(
						     "t.project = $7") ") ORDER BY o.id LIMIT $2",
			.columns = columns,
			.column_count = ARRAY_SIZE(columns),
		};
	static const struct call_filter filters[] = { { .name = "kind", .words = order_kind_names },
		CALL_FILTER_SERVICE(""), CALL_FILTER_SITE(""), CALL_FILTER_HOST("") };
	struct store_value values[ARRAY_SIZE(filters) + 1];
	int r = call_filters(c, filters, ARRAY_SIZE(filters), values);

	values[ARRAY_SIZE(filters)] = SQL_TEXT(c->project);
	return r < 0 ? r : call_list(c, &all, values, ARRAY_SIZE(values));
}

static const char *
id_of(const struct call *c)
{
	return c->params[c->project[0] != '\0' ? 1 : 0];
}

int
api_order_get(struct call *c)
{
	_cleanup_(found_done) struct found f = { 0 };
	int r = find(c, id_of(c), &f);

	return r < 0 ? r : call_answer(c, 200, json_incref(f.order), call_revision(f.order));
}

/* ---- ending one ---- */

static int
delete_order(struct call *c, const struct found *f, const char *action)
{
	struct scope scope = scope_of(f);
	int r = store_do(c->store, c->e, "DELETE FROM operator_orders WHERE id = $1",
	    SQL_TEXT(call_text(f->order, "id")));

	if (r >= 0)
		r = scope_touch(c, &scope);
	return r < 0 ? r : call_audit(c, action, "order", f->project, f->order, NULL);
}

int
api_order_delete(struct call *c)
{
	_cleanup_(found_done) struct found f = { 0 };
	int r = find(c, id_of(c), &f);

	if (r < 0)
		return r;
	if (c->project[0] != '\0' && strcmp(f.project, c->project) != 0)
		return call_problem(c, PROBLEM_FORBIDDEN,
		    "it is an administrator's, of all services of a site or host");
	if (call_text(f.order, "rollout") != NULL)
		return call_problem(c, PROBLEM_CONFLICT, "it belongs to rollout %s: stop that",
		    call_text(f.order, "rollout"));
	r = call_may_delete(c, f.order);
	if (r >= 0)
		r = delete_order(c, &f, "delete");
	return r < 0 ? r : call_answer(c, 204, NULL, 0);
}

static int
delete_each(struct call *c, struct store_rows *rows, const char *action)
{
	int r = 0;

	while (r >= 0 && store_next(rows)) {
		_cleanup_(found_done) struct found f = { 0 };

		take(&f, rows);
		r = delete_order(c, &f, action);
	}
	return r;
}

int
orders_end(struct call *c, const char *rollout, const char *site)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(c->store, &rows, c->e,
	    SELECT " WHERE o.rollout = $1 AND ($2 = '' OR o.site = $2) ORDER BY o.id",
	    SQL_TEXT(rollout), SQL_TEXT(site != NULL ? site : ""));

	return r < 0 ? r : delete_each(c, &rows, "delete");
}

int
orders_expire(struct call *c)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(c->store, &rows, c->e,
	    SELECT " WHERE o.expires_at <= $1 ORDER BY o.id LIMIT 100", SQL_INT(c->request->now));

	return r < 0 ? r : delete_each(c, &rows, "expire");
}
