/*
 * May this host withdraw an address on soft evidence? The question of lease.h, asked of what all
 * hosts reported, in one serializable transaction: of two sites that ask in the same moment the
 * second sees the lease of the first.
 *
 * What is counted on is a host that is to have the service, is present and has not left, said
 * lately that it announces the address, is not told to drain it, and holds no lease. Times are the
 * wall's, as in all of the store: a host seen in the future, after a clock was stepped back, is not
 * counted on until it is seen again.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "controller/api_agent.h"
#include "controller/handlers.h"
#include "controller/lease.h"
#include "controller/presence.h"

#define NS INT64_C(1000000000)
#define REPORT_FRESH_NS (150 * NS) /* reports come every 60 s, and say that they still hold */
#define RETRY_NS (5 * NS)

struct request {
	uint64_t given;
	const char *service, *evidence;
	struct prefix prefix;
};

#define AT(field) .offset = offsetof(struct request, field)
static const struct field fields[] = {
	{ .key = "service", .type = FIELD_NAME, AT(service), .flags = FIELD_REQUIRED, .max = 255 },
	{ .key = "prefix", .type = FIELD_PREFIX, AT(prefix), .flags = FIELD_REQUIRED },
	{ .key = "evidence", .type = FIELD_TEXT, AT(evidence), .flags = FIELD_PASSED_ON, .max = 2000 },
};
#undef AT
static const struct field_table table = FIELD_TABLE("a lease", struct request, fields);

/* Every host that is to have the service and has said something of the address. */
static int
read_reports(struct call *c, const struct agent_service *s, const char *prefix,
    struct store_rows *rows, struct lease_report **ret)
{
	struct lease_report *all;
	size_t n = 0;
	int r = store_query(c->store, rows, c->e,
	    "SELECT h.name, sites.name, r.seen_at, h.seen_at, COALESCE(l.expires_at, 0),"
	    " CASE WHEN r.stage <> 'withdrawn' AND NOT EXISTS"
	    " (SELECT 1 FROM operator_orders o WHERE o.kind = 'drain'"
	    " AND (o.service IS NULL OR o.service = r.service)"
	    " AND (o.site IS NULL OR o.site = h.site) AND (o.host IS NULL OR o.host = h.id)"
	    " AND (o.expires_at IS NULL OR o.expires_at > $3)) THEN 1 ELSE 0 END,"
	    " CASE WHEN h.left_at >= h.seen_at THEN 1 ELSE 0 END"
	    " FROM reports r JOIN hosts h ON h.id = r.host JOIN sites ON sites.id = h.site"
	    " LEFT JOIN leases l ON l.service = r.service AND l.prefix = r.prefix AND l.host = h.id"
	    " WHERE r.service = $1 AND r.prefix = $2 AND EXISTS (SELECT 1 FROM placements p"
	    " WHERE p.service = r.service AND (p.host = h.id OR p.site = h.site))"
	    " ORDER BY h.id",
	    SQL_TEXT(s->id), SQL_TEXT(prefix), SQL_INT(c->request->now));

	*ret = NULL;
	if (r < 0)
		return r;
	*ret = all = xcalloc(rows->count + 1, sizeof(*all));
	for (; store_next(rows); n++) {
		int64_t said = store_int(rows, 2), seen = store_int_or(rows, 3, 0);
		bool still_holds = said <= c->request->now &&
				   c->request->now - said <= REPORT_FRESH_NS &&
				   !store_bool(rows, 6);

		all[n] = (struct lease_report){ .host = store_text(rows, 0),
			.site = store_text(rows, 1),
			.announced = store_bool(rows, 5),
			.reported = { still_holds ? seen : 0 },
			.leased_until = { store_int(rows, 4) } };
	}
	return 0;
}

static int
write_lease(struct call *c, const struct agent_service *s, const char *prefix, const char *evidence,
    int64_t until)
{
	char id[STORE_ID_MAX];

	return store_do(c->store, c->e,
	    "INSERT INTO leases (id, service, host, prefix, site, evidence, granted_at, expires_at)"
	    " VALUES ($1, $2, $3, $4, (SELECT site FROM hosts WHERE id = $3), $5, $6, $7)"
	    " ON CONFLICT (service, prefix, host) DO UPDATE SET evidence = excluded.evidence,"
	    " granted_at = excluded.granted_at, expires_at = excluded.expires_at",
	    SQL_TEXT(store_id("lse", c->request->now, id)), SQL_TEXT(s->id), SQL_TEXT(c->caller.id),
	    SQL_TEXT(prefix), SQL_TEXT(evidence), SQL_INT(c->request->now), SQL_INT(until));
}

/* Who is refused asks again every few seconds: the same answer is told once. */
static int
was_told(struct call *c, const char *kind, const char *message)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(c->store, &rows, c->e,
	    "SELECT kind, message FROM events WHERE host = $1 ORDER BY number DESC LIMIT 1",
	    SQL_TEXT(c->caller.id));

	if (r < 0 || !store_next(&rows))
		return r;
	return strcmp(store_text(&rows, 0), kind) == 0 &&
	       strcmp(store_text(&rows, 1), message) == 0;
}

static int
tell(struct call *c, const struct agent_service *s, const char *prefix, const char *evidence,
    const struct lease_answer *a)
{
	json_auto_t *detail = json_pack("{s:s, s:s}", "prefix", prefix, "evidence", evidence);
	_cleanup_(freep) char *message = xasprintf(
	    "%s may %swithdraw %s: %s", c->caller.name, a->granted ? "" : "not ", prefix, a->why);
	const char *kind = a->granted ? "lease-granted" : "lease-refused";
	int r = was_told(c, kind, message);

	if (r != 0)
		return r;
	r = agent_add_event(c, &(struct agent_event){ .at = c->request->now,
				   .kind = kind,
				   .severity = a->granted ? "notice" : "warning",
				   .message = message,
				   .detail = detail,
				   .project = s->project,
				   .service = s->id });

	call_ring(c, "objects:status");
	return r;
}

static int
answer(struct call *c, bool granted, int64_t seconds, const char *why)
{
	return call_answer(c, 200,
	    json_pack(
		"{s:b, s:I, s:s}", "granted", granted, "seconds", (json_int_t)seconds, "why", why),
	    0);
}

static int
decide(struct call *c, const struct agent_service *s, const char *prefix, const char *evidence)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	_cleanup_(freep) struct lease_report *reports = NULL;
	const struct lease_question question = { .host = c->caller.name,
		.min_sites = (uint32_t)s->min_sites,
		.fresh = { PRESENT_NS },
		.ttl = { s->lease_time },
		.retry = { RETRY_NS } };
	struct lease_answer a;
	int r = read_reports(c, s, prefix, &rows, &reports);

	if (r < 0)
		return r;
	a = lease_decide(&question, reports, rows.count, (struct instant){ c->request->now });
	if (a.granted)
		r = write_lease(c, s, prefix, evidence, a.until.ns);
	if (r >= 0)
		r = tell(c, s, prefix, evidence, &a);
	return r < 0 ? r : answer(c, a.granted, (a.until.ns - c->request->now) / NS, a.why);
}

int
api_agent_lease(struct call *c)
{
	struct request q = { .evidence = "" };
	char prefix[PREFIX_STR_MAX];
	struct agent_service service;
	int r = call_fields(c, &table, &q);

	if (r >= 0)
		r = agent_find_service(c, q.service, &service);
	if (r < 0)
		return r;
	if (service.id[0] == '\0')
		return call_problem_field(
		    c, "/service", "this host is to have no service \"%s\"", q.service);
	return decide(c, &service, prefix_format(q.prefix, prefix), q.evidence);
}
