/* In a worker: who is there, who has left, and that somebody listens. */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "controller/presence.h"

/* Hosts of a statement, and of a transaction: short ones are in nobody's way. */
#define BATCH 64

struct batch {
	const struct sightings *hosts;
	size_t from;
	char *sql;
};

/* "… FROM (VALUES ($1, $2), ($3, $4), …) …": one text for all batches; what a batch does not fill
 * is NULL, and so nobody. Who has left (api_leave.c) is not there because it said so. */
static char *
statement(void)
{
	struct strbuf sql = { 0 };

	strbuf_add(&sql, "UPDATE hosts SET seen_at = v.column2 FROM (VALUES ($1, $2)");
	for (unsigned i = 1; i < BATCH; i++)
		strbuf_addf(&sql, ", ($%u, $%u)", 2 * i + 1, 2 * i + 2);
	strbuf_add(&sql, ") AS v WHERE id = v.column1 AND (seen_at IS NULL OR seen_at < v.column2)"
			 " AND (credential_hash IS NOT NULL OR joined_at IS NULL)");
	return strbuf_take(&sql);
}

static int
write_batch(struct store *store, void *arg, struct err *e)
{
	const struct batch *b = arg;
	struct store_value values[2 * BATCH];

	for (size_t i = 0; i < BATCH; i++) {
		const struct sighting *s =
		    b->from + i < b->hosts->count ? &b->hosts->items[b->from + i] : NULL;

		values[2 * i] = SQL_TEXT(s != NULL ? s->host : NULL);
		values[2 * i + 1] = s != NULL ? SQL_INT(s->at.ns) : SQL_INT_NULL;
	}
	return store_do_values(store, e, b->sql, values, 2 * BATCH);
}

static int
write_seen(struct store *store, const struct presence_round *round, struct err *e)
{
	_cleanup_(freep) char *sql = statement();
	struct batch b = { .hosts = &round->seen, .sql = sql };
	int r = 0;

	for (; r >= 0 && b.from < round->seen.count; b.from += BATCH)
		r = store_transaction(store, write_batch, &b, e);
	return r;
}

/* Who was seen since, here or by another controller, has not left. */
static int
write_left(struct store *store, void *arg, struct err *e)
{
	const struct departure *d = arg;
	int r = store_do(store, e, "UPDATE hosts SET left_at = $2 WHERE id = $1 AND seen_at <= $2",
	    SQL_TEXT(d->host), SQL_INT(d->at.ns));

	return MIN(r, 0);
}

/* Where no host was ever seen, nobody waits for one, and nothing is written. */
static int
write_listening(struct store *store, void *arg, struct err *e)
{
	const int64_t now = *(const int64_t *)arg;
	int r = store_do(store, e,
	    "INSERT INTO listening (name, since, until) SELECT 'controllers', $1, $1"
	    " WHERE EXISTS (SELECT 1 FROM hosts WHERE seen_at IS NOT NULL)"
	    " ON CONFLICT (name) DO UPDATE SET until = excluded.until,"
	    " since = CASE WHEN listening.until BETWEEN $2 AND $3 THEN listening.since"
	    " ELSE excluded.since END",
	    SQL_INT(now), SQL_INT(now - PRESENT_NS), SQL_INT(now + PRESENT_NS));

	return MIN(r, 0);
}

/* Those who were on another controller, or on none, come back within a while. */
static int
write_started(struct store *store, void *arg, struct err *e)
{
	const int64_t now = *(const int64_t *)arg;
	int r = store_do(store, e,
	    "INSERT INTO listening (name, since, until) SELECT 'started', $1, $1"
	    " WHERE EXISTS (SELECT 1 FROM hosts WHERE seen_at IS NOT NULL)"
	    " ON CONFLICT (name) DO UPDATE SET since = excluded.since, until = excluded.until",
	    SQL_INT(now));

	return MIN(r, 0);
}

int
presence_write(struct store *store, const struct presence_round *round, struct err *e)
{
	int64_t now = round->now;
	int r = write_seen(store, round, e);

	for (size_t i = 0; r >= 0 && i < round->left.count; i++)
		r = store_transaction(store, write_left, &round->left.items[i], e);
	if (r >= 0 && !round->is_of_hosts)
		r = store_transaction(store, write_listening, &now, e);
	if (r >= 0 && round->is_first)
		r = store_transaction(store, write_started, &now, e);
	return MIN(r, 0);
}
