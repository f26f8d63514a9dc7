/*
 * An order is given: what may be asked for, what it concerns, and whether it may stand beside the
 * others.
 */
#include <string.h>

#include "base/alloc.h"
#include "controller/api_orders.h"
#include "controller/audit_name.h"
#include "controller/handlers.h"
#include "controller/standing.h"

#define NS INT64_C(1000000000)

const char *const order_kind_names[] = { "drain", "hold", NULL };
enum {
	KIND_DRAIN,
};

struct request {
	uint64_t given;
	int kind;
	const char *service, *site, *host, *reason, *override_reason;
	json_t *parameters;
	uint32_t expires_in;
};

#define AT(field) .offset = offsetof(struct request, field)
static const struct field create_fields[] = {
	{ .key = "kind",
	    .type = FIELD_ENUM,
	    AT(kind),
	    .flags = FIELD_REQUIRED,
	    .names = order_kind_names },
	{ .key = "service", .type = FIELD_NAME, AT(service), .flags = FIELD_NULLABLE },
	{ .key = "site", .type = FIELD_NAME, AT(site), .flags = FIELD_NULLABLE },
	{ .key = "host", .type = FIELD_NAME, AT(host), .flags = FIELD_NULLABLE },
	{ .key = "parameters", .type = FIELD_OBJECT, AT(parameters) },
	{ .key = "reason", .type = FIELD_TEXT, AT(reason), .max = 300 },
	{ .key = "expires_in_seconds",
	    .type = FIELD_U32,
	    AT(expires_in),
	    .flags = FIELD_NULLABLE,
	    .min = 1,
	    .max = INT64_C(366) * 86400 },
	{ .key = "override_reason", .type = FIELD_TEXT, AT(override_reason), .min = 1, .max = 300 },
};
#undef AT
static const struct field_table create_table =
    FIELD_TABLE("an order", struct request, create_fields);

/* As the agent's own request takes them. */
struct drain_parameters {
	uint64_t given;
	uint32_t until_connections, at_most_ms;
};

#define AT(field) .offset = offsetof(struct drain_parameters, field)
static const struct field drain_fields[] = {
	{ .key = "until_connections", .type = FIELD_U32, AT(until_connections), .max = UINT32_MAX },
	{ .key = "at_most_ms", .type = FIELD_U32, AT(at_most_ms), .min = 1000, .max = 86400000 },
};
#undef AT
static const struct field_table drain_table =
    FIELD_TABLE("a drain", struct drain_parameters, drain_fields);

void
orders_check_parameters(bool is_drain, const json_t *parameters, json_t *errors, const char *at)
{
	struct drain_parameters p = { 0 };

	if (is_drain)
		(void)fields_read_at(&drain_table, parameters, &p, errors, at);
	else if (json_object_size(parameters) > 0)
		field_error(errors, at, "a hold has none");
}

/* What the request names, as ids: "" where it names nothing. */
struct named {
	char service[STORE_ID_MAX], site[STORE_ID_MAX], host[STORE_ID_MAX];
};

static int
check_what(struct call *c, const struct request *q)
{
	bool of_project = c->project[0] != '\0';

	if (of_project && q->service == NULL)
		return call_problem_field(c, "/service",
		    "is missing: all services of a site or host are an administrator's, at "
		    "/api/v1/orders");
	if (!of_project && q->service != NULL)
		return call_problem_field(c, "/service",
		    "belongs to a project: its orders are at /api/v1/projects/…/orders");
	if (!of_project && q->site == NULL && q->host == NULL)
		return call_problem_field(c, "/site", "is missing, or a host");
	if (q->site != NULL && q->host != NULL)
		return call_problem_field(
		    c, "/host", "is more than the site: one of them is enough");
	return 0;
}

static int
name_all(struct call *c, const struct request *q, struct named *n)
{
	int r = check_what(c, q);

	if (r >= 0 && q->service != NULL)
		r = call_service_id(c, "/service", q->service, n->service);
	if (r >= 0 && q->site != NULL)
		r = call_site_id(c, "/site", q->site, n->site);
	if (r >= 0 && q->host != NULL)
		r = call_host_id(c, "/host", q->host, n->host);
	return r;
}

/* The order that is in the way, as text and, for programs, as a member of the problem. */
static int
refuse_beside(struct call *c, const struct store_rows *rows, bool is_same)
{
	json_auto_t *order =
	    json_pack("{s:s, s:s, s:s?, s:s?, s:s?}", "id", store_text(rows, 0), "kind",
		store_text(rows, 1), "service", store_is_null(rows, 2) ? NULL : store_text(rows, 2),
		"site", store_is_null(rows, 3) ? NULL : store_text(rows, 3), "host",
		store_is_null(rows, 4) ? NULL : store_text(rows, 4));
	_cleanup_(freep) char *name = audit_name("order", order);
	int r = call_problem(c, PROBLEM_CONFLICT,
	    is_same ? "there is such an order already: %s (%s)"
		    : "an order is against it, which has to be ended first: %s (%s)",
	    name, store_text(rows, 0));

	(void)json_object_set(c->response->body, "order", order);
	return r;
}

/* Nobody else gave the same order, and nothing holds what is to be drained. */
static int
check_others(struct call *c, const struct request *q, const struct named *n)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(c->store, &rows, c->e,
	    "SELECT o.id, o.kind, services.name, sites.name, hosts.name FROM operator_orders o"
	    " LEFT JOIN services ON services.id = o.service LEFT JOIN sites ON sites.id = o.site"
	    " LEFT JOIN hosts ON hosts.id = o.host"
	    " WHERE (o.expires_at IS NULL OR o.expires_at > $5)"
	    " AND ((o.kind = $1 AND COALESCE(o.service, '') = $2 AND COALESCE(o.site, '') = $3"
	    " AND COALESCE(o.host, '') = $4) OR ($1 = 'drain' AND o.kind = 'hold'"
	    " AND o.service = $2 AND COALESCE(o.site, $3) = $3 AND COALESCE(o.host, $4) = $4))"
	    " ORDER BY o.id LIMIT 1",
	    SQL_TEXT(order_kind_names[q->kind]), SQL_TEXT(n->service), SQL_TEXT(n->site),
	    SQL_TEXT(n->host), SQL_INT(c->request->now));

	if (r < 0 || !store_next(&rows))
		return r < 0 ? r : 0;
	return refuse_beside(
	    c, &rows, strcmp(store_text(&rows, 1), order_kind_names[q->kind]) == 0);
}

static int
check_parameters(struct call *c, const struct request *q)
{
	json_t *errors = json_array();

	orders_check_parameters(q->kind == KIND_DRAIN, q->parameters, errors, "/parameters");
	if (json_array_size(errors) > 0)
		return call_problem_errors(c, PROBLEM_FIELDS, errors);
	json_decref(errors);
	return 0;
}

/* The service has to be at the site or host that is named: else the order is a mistake. */
static int
check_placed(struct call *c, const struct request *q, const struct scope *s)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r;

	if (s->service == NULL || (s->site == NULL && s->host == NULL))
		return 0;
	r = store_query(c->store, &rows, c->e,
	    "SELECT 1 FROM hosts h JOIN placements p ON p.host = h.id OR p.site = h.site"
	    " WHERE p.service = $1 AND ($2 = '' OR h.site = $2) AND ($3 = '' OR h.id = $3)"
	    " AND (h.project IS NULL OR h.project = $4)",
	    SQL_TEXT(s->service), SQL_TEXT(s->site != NULL ? s->site : ""),
	    SQL_TEXT(s->host != NULL ? s->host : ""), SQL_TEXT(c->project));
	if (r < 0 || store_next(&rows))
		return r < 0 ? r : 0;
	return call_problem_field(
	    c, s->site != NULL ? "/site" : "/host", "no host of it has service %s", q->service);
}

static int
insert(struct call *c, const struct request *q, const struct scope *scope, char id[STORE_ID_MAX])
{
	_cleanup_(standings_done) struct standings before = { 0 };
	_cleanup_(freep) char *parameters = json_dumps(q->parameters, JSON_COMPACT);
	struct order o = { .kind = order_kind_names[q->kind],
		.scope = *scope,
		.parameters = parameters,
		.reason = q->reason,
		.by = call_id_or_null(c->caller.id),
		.expires_at = q->expires_in > 0 ? c->request->now + q->expires_in * NS : 0 };
	int r = standings_read(c, scope, &before);

	/* of a host: what it does not serve is nothing that it keeps others from */
	if (scope->service == NULL)
		standings_leave_idle(&before);
	if (r >= 0)
		r = orders_insert(c, &o, id);
	return r < 0 ? r : standings_check(c, &before, q->override_reason);
}

int
orders_insert(struct call *c, const struct order *o, char id[STORE_ID_MAX])
{
	int r = store_do(c->store, c->e,
	    "INSERT INTO operator_orders (id, kind, service, site, host, parameters, reason,"
	    " created_by, created_at, expires_at, rollout)"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
	    SQL_TEXT(store_id("ord", c->request->now, id)), SQL_TEXT(o->kind),
	    SQL_TEXT(o->scope.service), SQL_TEXT(o->scope.site), SQL_TEXT(o->scope.host),
	    SQL_TEXT(o->parameters), SQL_TEXT(o->reason), SQL_TEXT(o->by), SQL_INT(c->request->now),
	    o->expires_at != 0 ? SQL_INT(o->expires_at) : SQL_INT_NULL, SQL_TEXT(o->rollout));

	return r < 0 ? r : scope_touch(c, &o->scope);
}

int
api_orders_create(struct call *c)
{
	json_auto_t *none = json_object(), *after = NULL;
	struct request q = { .reason = "", .parameters = none };
	struct named n = { 0 };
	struct scope scope;
	char id[STORE_ID_MAX];
	int r = call_fields(c, &create_table, &q);

	if (r >= 0)
		r = check_parameters(c, &q);
	if (r >= 0)
		r = name_all(c, &q, &n);
	scope = (struct scope){ call_id_or_null(n.service), call_id_or_null(n.site),
		call_id_or_null(n.host) };
	if (r >= 0)
		r = check_placed(c, &q, &scope);
	if (r >= 0)
		r = check_others(c, &q, &n);
	if (r >= 0)
		r = insert(c, &q, &scope, id);
	if (r >= 0)
		r = orders_find(c, id, &after);
	if (r >= 0)
		r = call_audit_override(c, "create", "order", q.override_reason, NULL, after);
	return r < 0 ? r : call_answer_created(c, json_incref(after), 1, c->request->path);
}
