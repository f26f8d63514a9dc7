#include "controller/uses.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "controller/api.h"
#include "io/loop.h"

#define PERIOD DURATION_S(60)
#define USES_MAX 512 /* so many, and they are written before their time */

struct use {
	char key[API_HASH_SIZE]; /* a token's id, a session's hash */
	bool is_session;
	int64_t at;
};

struct uses {
	struct worker_pool *pool; /* borrowed */
	struct timer due;
	struct use items[USES_MAX];
	size_t count;
	bool is_writing;
};

/* What a worker writes. */
struct flush {
	struct pool_job job;
	struct uses *uses;
	size_t count;
	struct use items[USES_MAX];
};

/* ---- in a worker ---- */

static int
write_use(struct store *store, const struct use *u, struct err *e)
{
	if (u->is_session)
		return store_do(store, e,
		    "UPDATE sessions SET seen_at = $2 WHERE session_hash = $1 AND seen_at < $2",
		    SQL_TEXT(u->key), SQL_INT(u->at));
	return store_do(store, e,
	    "UPDATE tokens SET last_used_at = $2 WHERE id = $1"
	    " AND (last_used_at IS NULL OR last_used_at < $2)",
	    SQL_TEXT(u->key), SQL_INT(u->at));
}

static int
write_all(struct store *store, void *arg, struct err *e)
{
	const struct flush *f = arg;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < f->count; i++)
		r = write_use(store, &f->items[i], e);
	return r < 0 ? r : 0;
}

static void
run(struct pool_job *job, void *state)
{
	struct flush *f = container_of(job, struct flush, job);
	struct err e = { 0 };

	/* nothing depends on a minute of it: whoever is still there is noted again */
	if (store_transaction(state, write_all, f, &e) < 0)
		log_debug("when tokens were used is not written: %s", e.message);
}

/* ---- in the loop ---- */

static void
on_done(struct pool_job *job)
{
	struct flush *f = container_of(job, struct flush, job);

	f->uses->is_writing = false;
	free(f);
}

void
uses_flush(struct uses *u)
{
	struct flush *f;

	if (u->count == 0 || u->is_writing)
		return;
	f = xcalloc(1, sizeof(*f));
	f->job.run = run;
	f->job.done = on_done;
	f->uses = u;
	f->count = u->count;
	memcpy(f->items, u->items, u->count * sizeof(u->items[0]));
	if (!worker_pool_do(u->pool, &f->job)) {
		free(f); /* the workers have more to do than that */
		return;
	}
	u->is_writing = true;
	u->count = 0;
}

static void
note(struct uses *u, const char *key, bool is_session, int64_t now)
{
	struct use *use;

	for (size_t i = 0; i < u->count; i++) {
		if (strcmp(u->items[i].key, key) == 0) {
			u->items[i].at = now;
			return;
		}
	}
	if (u->count == USES_MAX)
		uses_flush(u);
	if (u->count == USES_MAX)
		return; /* it is noted the next time */
	use = &u->items[u->count++];
	*use = (struct use){ .is_session = is_session, .at = now };
	(void)snprintf(use->key, sizeof(use->key), "%s", key);
}

void
uses_note(struct uses *u, const char *token, const char *session, int64_t now)
{
	if (*token != '\0')
		note(u, token, false, now);
	if (*session != '\0')
		note(u, session, true, now);
}

static void
on_due(struct timer *t, struct instant now)
{
	struct uses *u = container_of(t, struct uses, due);

	timer_set(&u->due, instant_add(now, PERIOD));
	uses_flush(u);
}

int
uses_new(sd_event *loop, struct worker_pool *pool, struct uses **ret, struct err *e)
{
	struct uses *u = xcalloc(1, sizeof(*u));
	int r = timer_init(&u->due, loop, on_due);

	u->pool = pool;
	if (r < 0) {
		uses_free(u);
		return err_errno(e, r, "event loop");
	}
	timer_set(&u->due, instant_add(clock_now(), PERIOD));
	*ret = u;
	return 0;
}

void
uses_free(struct uses *u)
{
	if (u == NULL)
		return;
	timer_done(&u->due);
	free(u);
}
