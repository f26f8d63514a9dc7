/*
 * A catchment is begun. What may be asked for is catchment_request.c, whom it asks
 * catchment_targets.c, which hosts take part catchment_parts.c.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/alloc.h"
#include "controller/api_catchments.h"
#include "controller/catchment_parts.h"
#include "controller/catchment_request.h"
#include "controller/catchment_targets.h"
#include "controller/handlers.h"
#include "controller/scope.h"

#define NS INT64_C(1000000000)
#define SECRET_BYTES 32

/* What is known of it once its fields were looked at. */
struct making {
	const struct catchment_request *q;
	char id[STORE_ID_MAX], ip[STORE_ID_MAX], service[STORE_ID_MAX], site[STORE_ID_MAX];
	char address[IP_STR_MAX], service_name[NAME_MAX_BYTES + 1], site_name[NAME_MAX_BYTES + 1];
	struct catchment_targets targets; /* owned */
};

static void
making_done(struct making *m)
{
	catchment_targets_done(&m->targets);
}

/* ---- of what ---- */

/* The Global IP, by an address of it, its prefix or its id. */
static int
find_ip(struct call *c, struct making *m)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	const char *name = m->q->global_ip;
	struct ip address = { 0 };
	int r = store_query(c->store, &rows, c->e,
	    "SELECT g.id, a.address, s.id, s.name FROM global_ips g"
	    " JOIN addresses a ON a.global_ip = g.id LEFT JOIN service_ips i ON i.global_ip = g.id"
	    " LEFT JOIN services s ON s.id = i.service WHERE g.project = $2 AND g.state = 'active'"
	    " AND (a.address = $1 OR g.prefix = $1 OR g.id = $1) ORDER BY a.address_key LIMIT 1",
	    SQL_TEXT(name), SQL_TEXT(c->project));

	if (r < 0)
		return r;
	if (!store_next(&rows))
		return call_problem_field(
		    c, "/global_ip", "the project has no Global IP \"%.80s\"", name);
	if (store_is_null(&rows, 2))
		return call_problem_field(c, "/global_ip",
		    "no service is on it: nobody announces it, and no reply could land anywhere");
	(void)snprintf(m->ip, sizeof(m->ip), "%s", store_text(&rows, 0));
	(void)snprintf(m->address, sizeof(m->address), "%s", store_text(&rows, 1));
	(void)snprintf(m->service, sizeof(m->service), "%s", store_text(&rows, 2));
	(void)snprintf(m->service_name, sizeof(m->service_name), "%s", store_text(&rows, 3));
	(void)ip_parse(m->address, &address);
	m->targets = (struct catchment_targets){
		.family = address.family, .block_length = (uint8_t)m->q->block, .lab = m->q->lab
	};
	if (m->q->block == 0)
		m->targets.block_length = address.family == IP_V4 ? 24 : 48;
	return 0;
}

static int
find_site(struct call *c, struct making *m)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = call_site_id(c, "/site", m->q->site, m->site);

	if (r >= 0)
		r = store_query(c->store, &rows, c->e, "SELECT name FROM sites WHERE id = $1",
		    SQL_TEXT(m->site));
	if (r < 0 || !store_next(&rows))
		return r;
	(void)snprintf(m->site_name, sizeof(m->site_name), "%s", store_text(&rows, 0));
	return 0;
}

static int
check_others(struct call *c, const struct making *m)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(c->store, &rows, c->e,
	    "SELECT id FROM catchments WHERE global_ip = $1 AND ended_at IS NULL", SQL_TEXT(m->ip));

	if (r < 0 || !store_next(&rows))
		return r < 0 ? r : 0;
	return call_problem(c, PROBLEM_CONFLICT,
	    "catchment %s of this Global IP is under way; let it end, or stop it",
	    store_text(&rows, 0));
}

/* ---- made ---- */

static int
insert(struct call *c, struct making *m, const uint8_t *secret, const uint32_t random[2])
{
	const struct catchment_request *q = m->q;
	char text[2 * SECRET_BYTES + 1];
	int r;

	for (size_t i = 0; i < SECRET_BYTES; i++)
		(void)snprintf(text + 2 * i, 3, "%02x", secret[i]);
	r = store_do(c->store, c->e,
	    "INSERT INTO catchments (id, project, global_ip, service, service_name, site_name,"
	    " address, method, suffix, port, contact, description, targets, rounds, pps,"
	    " block_length, seed, wait, best, lab, run, secret, state, outcome, since, created_by,"
	    " created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,"
	    " $16, $17, $18, $19, $20, $21, $22, 'requested', 'done', $23, $24, $23)",
	    SQL_TEXT(m->id), SQL_TEXT(c->project), SQL_TEXT(m->ip), SQL_TEXT(m->service),
	    SQL_TEXT(m->service_name), SQL_TEXT(m->site_name), SQL_TEXT(m->address),
	    SQL_TEXT(catchment_method_name(q->method)), SQL_TEXT(q->suffix), SQL_INT(q->port),
	    SQL_TEXT(q->contact), SQL_TEXT(q->description), SQL_INT((int64_t)m->targets.count),
	    SQL_INT(q->rounds), SQL_INT(q->pps), SQL_INT(m->targets.block_length),
	    SQL_INT(catchment_request_has_seed(q) ? q->seed : random[1]), SQL_INT(q->wait * NS),
	    SQL_BOOL(q->best), SQL_BOOL(q->lab), SQL_INT(random[0]), SQL_TEXT(text),
	    SQL_INT(c->request->now), SQL_TEXT(call_id_or_null(c->caller.id)));
	explicit_bzero(text, sizeof(text));
	if (r >= 0)
		r = store_do(c->store, c->e,
		    "INSERT INTO catchment_lists (catchment, targets, excluded) VALUES ($1, $2, "
		    "$3)",
		    SQL_TEXT(m->id), SQL_TEXT(strbuf_get(&m->targets.lines)),
		    SQL_TEXT(strbuf_get(&m->targets.excluded)));
	return r < 0 ? r
		     : catchment_parts_add(c, &(struct catchment_whose){ .catchment = m->id,
						  .service = m->service,
						  .service_name = m->service_name,
						  .site = m->site,
						  .site_name = m->site_name,
						  .best = q->best });
}

/* The newest stay. */
static int
forget_old(struct call *c)
{
	int r = store_do(c->store, c->e,
	    "DELETE FROM catchments WHERE project = $1 AND ended_at IS NOT NULL AND id NOT IN"
	    " (SELECT id FROM catchments WHERE project = $1 ORDER BY id DESC LIMIT $2)",
	    SQL_TEXT(c->project), SQL_INT(CATCHMENTS_KEPT));

	return r < 0 ? r : 0;
}

static int
make(struct call *c, struct making *m)
{
	struct scope scope = { .service = m->service };
	uint8_t secret[SECRET_BYTES];
	uint32_t random[2];
	int r;

	if (getrandom(secret, sizeof(secret), 0) != sizeof(secret) ||
	    getrandom(random, sizeof(random), 0) != sizeof(random))
		return err_set(c->e, STORE_OTHER, "no random bytes");
	(void)store_id("cmt", c->request->now, m->id);
	r = insert(c, m, secret, random);
	explicit_bzero(secret, sizeof(secret));
	if (r >= 0)
		r = forget_old(c);
	return r < 0 ? r : scope_touch(c, &scope);
}

int
api_catchments_create(struct call *c)
{
	struct catchment_request q;
	_cleanup_(making_done) struct making m = { .q = &q };
	json_auto_t *brief = NULL;
	json_t *after = NULL;
	int r = catchment_request_read(c, &q);

	if (r >= 0)
		r = find_ip(c, &m);
	if (r >= 0)
		r = find_site(c, &m);
	if (r >= 0)
		r = catchment_request_check(c, &q, m.targets.family);
	if (r >= 0)
		r = catchment_targets_read(c, &m.targets, q.targets, q.exclude);
	if (r >= 0)
		r = check_others(c, &m);
	if (r >= 0)
		r = make(c, &m);
	if (r >= 0)
		r = catchment_places_add(c, m.id, &q.known);
	if (r >= 0)
		r = catchments_find_brief(c, m.id, &brief);
	if (r >= 0)
		r = call_audit(c, "create", "catchment", c->project, NULL, brief);
	if (r >= 0)
		r = catchments_find(c, m.id, &after);
	return r < 0 ? r : call_answer_created(c, after, 0, c->request->path);
}
