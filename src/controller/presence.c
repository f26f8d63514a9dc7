#include "controller/presence.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/strbuf.h"
#include "io/loop.h"

#define INTERVAL DURATION_S(5)
/* Hosts of a statement, and of a transaction: short ones are in nobody's way. */
#define BATCH 64
/* What a long poll of a host waits for begins so. */
#define HOST "host:"

struct presence {
	struct worker_pool *pool;
	const struct polls *polls;
	struct timer timer;
	struct timer grace;     /* of the first that may have left */
	struct topics seen;     /* ids, since the last time */
	struct departures left; /* who may come back */
	struct write *write;    /* under way; NULL: none */
	bool failed;            /* and it was said */
	bool has_written;       /* that it has started, too */
};

/* Under way in a worker. */
struct write {
	struct pool_job job;
	struct presence *presence;
	struct presence_round round;
	int error;
	struct err e;
};

bool
presence_is(int64_t seen_at, int64_t left_at, int64_t now)
{
	return seen_at != INT64_MIN && seen_at <= now + PRESENT_NS && now - seen_at <= PRESENT_NS &&
	       left_at < seen_at;
}

void
presence_round_done(struct presence_round *round)
{
	topics_done(&round->seen);
	departures_done(&round->left);
}

/* ---- in a worker ---- */

struct batch {
	const struct topics *hosts;
	size_t from;
	int64_t now;
	char *sql;
};

/* "UPDATE … IN ($2, …)": one text for all batches; what a batch does not fill is NULL, and so
 * nobody. Who has left (api_leave.c) is not there because it said so. */
static char *
statement(void)
{
	struct strbuf sql = { 0 };

	strbuf_add(&sql, "UPDATE hosts SET seen_at = $1 WHERE (seen_at IS NULL OR seen_at < $1)"
			 " AND (credential_hash IS NOT NULL OR joined_at IS NULL) AND id IN ($2");
	for (unsigned i = 1; i < BATCH; i++)
		strbuf_addf(&sql, ", $%u", i + 2);
	strbuf_add_char(&sql, ')');
	return strbuf_take(&sql);
}

static int
write_batch(struct store *store, void *arg, struct err *e)
{
	const struct batch *b = arg;
	struct store_value values[BATCH + 1];

	values[0] = SQL_INT(b->now);
	for (size_t i = 0; i < BATCH; i++)
		values[1 + i] =
		    SQL_TEXT(b->from + i < b->hosts->count ? b->hosts->texts[b->from + i] : NULL);
	return store_do_values(store, e, b->sql, values, BATCH + 1);
}

static int
write_seen(struct store *store, const struct presence_round *round, struct err *e)
{
	_cleanup_(freep) char *sql = statement();
	struct batch b = { .hosts = &round->seen, .now = round->now, .sql = sql };
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
	if (r >= 0)
		r = store_transaction(store, write_listening, &now, e);
	if (r >= 0 && round->is_first)
		r = store_transaction(store, write_started, &now, e);
	return MIN(r, 0);
}

static void
run_write(struct pool_job *job, void *state)
{
	struct write *w = container_of(job, struct write, job);

	w->error = presence_write(state, &w->round, &w->e);
}

/* ---- in the loop ---- */

static void
say(struct presence *p, const struct write *w)
{
	if (w->error < 0 && !p->failed)
		log_warning("which hosts are present cannot be written: %s", w->e.message);
	else if (w->error >= 0 && p->failed)
		log_notice("which hosts are present is written again");
	p->failed = w->error < 0;
}

/* Who has left meanwhile is not waited with for the interval. */
static void
await_left(struct presence *p)
{
	bool is_awaited = p->left.count > 0 && p->write == NULL;

	timer_set(&p->grace,
	    is_awaited ? instant_add(p->left.items[0].at, DEPARTURE_GRACE) : INSTANT_NEVER);
}

static void
finish_write(struct pool_job *job)
{
	struct write *w = container_of(job, struct write, job);

	say(w->presence, w);
	w->presence->has_written = w->presence->has_written || w->error >= 0;
	w->presence->write = NULL;
	presence_round_done(&w->round);
	await_left(w->presence);
	free(w);
}

/* Those of open polls, too: "host:ID". */
static void
add_waiting(struct presence *p)
{
	_cleanup_(topics_done) struct topics topics = { 0 };

	polls_topics(p->polls, &topics);
	for (size_t i = 0; i < topics.count; i++) {
		if (str_starts_with(topics.texts[i], HOST))
			presence_saw(p, topics.texts[i] + strlen(HOST));
	}
	topics_unite(&p->seen);
}

/* Those who did not come back, when they went by the wall's clock. */
static void
take_left(struct presence *p, struct instant now, struct presence_round *round)
{
	struct departure d;

	while (departures_take(&p->left, now, &d))
		departures_add(&round->left, d.host,
		    (struct instant){ round->now - instant_diff(now, d.at).ns });
}

static void
begin_write(struct presence *p, struct instant now)
{
	struct write *w;

	add_waiting(p);
	w = xcalloc(1, sizeof(*w));
	*w = (struct write){ .job = { .run = run_write, .done = finish_write }, .presence = p };
	if (!worker_pool_do(p->pool, &w->job)) {
		free(w);
		return;
	}
	p->write = w;
	w->round.now = clock_wall_ns();
	w->round.is_first = !p->has_written;
	w->round.seen = p->seen;
	p->seen = (struct topics){ 0 };
	take_left(p, now, &w->round);
}

static void
on_interval(struct timer *t, struct instant now)
{
	struct presence *p = container_of(t, struct presence, timer);

	timer_set(t, instant_add(now, INTERVAL));
	if (p->write == NULL)
		begin_write(p, now);
}

static void
on_grace(struct timer *t, struct instant now)
{
	struct presence *p = container_of(t, struct presence, grace);

	timer_set(t, INSTANT_NEVER);
	if (p->write == NULL && p->left.count > 0)
		begin_write(p, now);
}

int
presence_new(
    sd_event *loop, struct worker_pool *pool, const struct polls *polls, struct presence **ret)
{
	struct presence *p = xcalloc(1, sizeof(*p));
	int r;

	p->pool = pool;
	p->polls = polls;
	r = timer_init(&p->timer, loop, on_interval);
	if (r >= 0)
		r = timer_init(&p->grace, loop, on_grace);
	if (r < 0) {
		presence_free(p);
		return r;
	}
	timer_set(&p->timer, clock_now());
	*ret = p;
	return 0;
}

void
presence_free(struct presence *p)
{
	if (p == NULL)
		return;
	timer_done(&p->timer);
	timer_done(&p->grace);
	topics_done(&p->seen);
	departures_done(&p->left);
	free(p);
}

void
presence_saw(struct presence *p, const char *host)
{
	topics_add(&p->seen, host);
	departures_forget(&p->left, host);
}

void
presence_lost(struct presence *p, const char *host)
{
	departures_add(&p->left, host, clock_now());
	await_left(p);
}
