#include "controller/catchment_case.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"

void
catchment_case_done(struct catchment_case *k)
{
	for (size_t i = 0; i < k->c.part_count; i++)
		free(k->hosts[i].counts);
	free(k->parts);
	free(k->hosts);
	*k = (struct catchment_case){ 0 };
}

static void
copy_id(char id[STORE_ID_MAX], const char *text)
{
	(void)snprintf(id, STORE_ID_MAX, "%s", text != NULL ? text : "");
}

static int
read_one(struct call *c, const char *id, struct catchment_case *k)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	struct ip address = { 0 };
	int r = store_query(c->store, &rows, c->e,
	    "SELECT project, service, address, targets, rounds, best, state, outcome, why, since"
	    " FROM catchments WHERE id = $1",
	    SQL_TEXT(id));

	if (r < 0)
		return r;
	if (!store_next(&rows))
		return call_not_found(c, "catchment", id);
	copy_id(k->id, id);
	copy_id(k->project, store_text(&rows, 0));
	copy_id(k->service, store_text(&rows, 1));
	(void)ip_parse(store_text(&rows, 2), &address);
	k->family = address.family;
	k->targets = store_int(&rows, 3);
	k->rounds = store_int(&rows, 4);
	k->c.best = store_bool(&rows, 5);
	k->c.state = k->was = catchment_state_of(store_text(&rows, 6));
	k->c.outcome = catchment_state_of(store_text(&rows, 7));
	utf8_format(k->c.why, sizeof(k->c.why), "%s", store_text(&rows, 8));
	k->c.since = (struct instant){ store_int(&rows, 9) };
	return 0;
}

static void
take_part(struct catchment_case *k, const struct store_rows *rows)
{
	size_t i = k->c.part_count;
	struct catchment_part *p;
	struct catchment_host *h;

	k->parts = grow_array(k->parts, i, &k->parts_cap, sizeof(*k->parts));
	k->hosts = grow_array(k->hosts, i, &k->hosts_cap, sizeof(*k->hosts));
	p = &k->parts[i];
	h = &k->hosts[i];
	*p = (struct catchment_part){ .sends = store_bool(rows, 1),
		.measures = store_bool(rows, 2),
		.state = catchment_part_of(store_text(rows, 3)),
		.seen = { store_int(rows, 12) } };
	utf8_format(p->why, sizeof(p->why), "%s", store_text(rows, 4));
	*h = (struct catchment_host){ .sequence = store_int(rows, 6),
		.restarted = store_bool(rows, 7),
		.batches = store_int(rows, 8),
		.landed = store_int(rows, 9),
		.measured = store_int(rows, 10),
		.counts = xstrdup(store_text(rows, 11)),
		.was = p->state };
	copy_id(h->id, store_text(rows, 0));
	(void)snprintf(h->session, sizeof(h->session), "%s", store_text(rows, 5));
	k->c.part_count++;
}

int
catchment_case_read(struct call *c, const char *id, struct catchment_case *k)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = read_one(c, id, k);

	if (r >= 0)
		r = store_query(c->store, &rows, c->e,
		    "SELECT host, sends, measures, state, why, session, sequence, restarted,"
		    " batches, landed, measured, counts, seen_at FROM catchment_parts"
		    " WHERE catchment = $1 ORDER BY site_name, host_name",
		    SQL_TEXT(id));
	while (r >= 0 && store_next(&rows))
		take_part(k, &rows);
	k->c.parts = k->parts;
	return r;
}

size_t
catchment_case_find(const struct catchment_case *k, const char *host)
{
	for (size_t i = 0; i < k->c.part_count; i++) {
		if (strcmp(k->hosts[i].id, host) == 0)
			return i;
	}
	return SIZE_MAX;
}

static int
keep_part(struct call *c, const struct catchment_case *k, size_t i)
{
	const struct catchment_part *p = &k->parts[i];
	const struct catchment_host *h = &k->hosts[i];
	int r;

	if (!h->is_changed && p->state == h->was)
		return 0;
	r = store_do(c->store, c->e,
	    "UPDATE catchment_parts SET state = $3, why = $4, session = $5, sequence = $6,"
	    " restarted = $7, batches = $8, landed = $9, measured = $10, counts = $11,"
	    " seen_at = $12 WHERE catchment = $1 AND host = $2",
	    SQL_TEXT(k->id), SQL_TEXT(h->id), SQL_TEXT(catchment_part_name(p->state)),
	    SQL_TEXT(p->why), SQL_TEXT(h->session), SQL_INT(h->sequence), SQL_BOOL(h->restarted),
	    SQL_INT(h->batches), SQL_INT(h->landed), SQL_INT(h->measured), SQL_TEXT(h->counts),
	    SQL_INT(p->seen.ns));
	return r < 0 ? r : 0;
}

/* Who asked is told no more, and nobody can sign a reply of it any longer. */
static int
keep_end(struct call *c, const struct catchment_case *k)
{
	int r = store_do(c->store, c->e,
	    "UPDATE catchments SET secret = '', ended_at = $2 WHERE id = $1", SQL_TEXT(k->id),
	    SQL_INT(c->request->now));

	if (r >= 0)
		r = store_do(c->store, c->e, "DELETE FROM catchment_lists WHERE catchment = $1",
		    SQL_TEXT(k->id));
	return r;
}

int
catchment_case_keep(struct call *c, const struct catchment_case *k)
{
	int r = 0;

	for (size_t i = 0; i < k->c.part_count && r >= 0; i++)
		r = keep_part(c, k, i);
	if (r >= 0 && k->c.state != k->was)
		r = store_do(c->store, c->e,
		    "UPDATE catchments SET state = $2, outcome = $3, why = $4, since = $5,"
		    " revision = revision + 1 WHERE id = $1",
		    SQL_TEXT(k->id), SQL_TEXT(catchment_state_name(k->c.state)),
		    SQL_TEXT(catchment_state_name(k->c.outcome)), SQL_TEXT(k->c.why),
		    SQL_INT(k->c.since.ns));
	if (r >= 0 && k->c.state != k->was && catchment_is_over(&k->c))
		r = keep_end(c, k);
	return r < 0 ? r : 0;
}
