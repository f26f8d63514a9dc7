/*
 * What is the same for both databases: connecting when it is needed, and transactions that are
 * begun again.
 *
 * A transaction that collided is rolled back by the database, so it can be run again from its
 * beginning, after a pause that is random, and longer each time. A key that exists is treated
 * likewise a few times in a store that is shared: of two transactions that both saw that it did
 * not, the second sees it when it runs again, and decides better than a constraint can. A
 * connection that turns out to be lost at the beginning (the server was restarted since) is made
 * again at once; one that is lost later is an error, as what was done until then is.
 */
#include "store/store.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "store/internal.h"

#define AGAIN_FOR DURATION_S(10) /* collided */
#define AGAIN_EXISTS 3
#define PAUSE_LEAST DURATION_US(500)
#define PAUSE_DOUBLINGS 7 /* up to 64 ms */

const char *
store_error_name(int error)
{
	static const struct {
		enum store_error error;
		const char *name;
	} names[] = { { STORE_COLLIDED, "collided" }, { STORE_EXISTS, "exists" },
		{ STORE_CONSTRAINT, "constraint" }, { STORE_AWAY, "away" },
		{ STORE_UNKNOWN, "unknown" }, { STORE_FULL, "full" }, { STORE_CORRUPT, "corrupt" },
		{ STORE_SCHEMA, "schema" }, { STORE_OTHER, "other" } };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if ((int)names[i].error == error)
			return names[i].name;
	}
	return NULL;
}

int
store_open(const char *where, struct store **ret, struct err *e)
{
	bool url = str_starts_with(where, "postgresql://") || str_starts_with(where, "postgres://");
	_cleanup_(store_closep) struct store *s = NULL;
	int r;

	if (url)
		return err_set(e, -ENOTSUP, "PostgreSQL is not supported yet");
	s = sqlite_new();
	r = s->driver->parse(s, where, e);
	if (r < 0)
		return r;
	(void)getrandom(&s->rng.state, sizeof(s->rng.state), GRND_NONBLOCK); /* jitter, no secret */
	*ret = TAKE(s);
	return 0;
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	s->driver->disconnect(s);
	free(s->name);
	s->driver->free(s);
}

void
store_closep(struct store **s)
{
	store_close(*s);
}

const char *
store_name(const struct store *s)
{
	return s->name;
}

bool
store_is_shared(const struct store *s)
{
	return s->driver->shared;
}

int
store_connect(struct store *s, struct err *e)
{
	int r;

	if (!s->connected) {
		s->checked = false;
		r = s->driver->connect(s, e);
		if (r < 0)
			return r;
	}
	if (s->checked || s->mode == STORE_MIGRATING)
		return 0;
	r = schema_check(s, e);
	s->checked = r >= 0;
	return r;
}

/* A transaction keeps its first failure: what comes after it only follows from it. */
static int
run(struct store *s, const char *sql, const struct store_value *values, size_t n,
    struct store_rows *rows, struct err *e)
{
	int r;

	if (s->failure.code != 0)
		return err_set(e, s->failure.code, "%s", s->failure.message);
	r = s->driver->run(s, sql, values, n, rows, s->mode == STORE_IDLE ? e : &s->failure);
	if (r >= 0 || s->mode == STORE_IDLE)
		return r;
	return err_set(e, r, "%s", s->failure.message);
}

int
store_query_values(struct store *s, struct store_rows *rows, struct err *e, const char *sql,
    const struct store_value *values, size_t n)
{
	bool fresh = !s->connected;
	int r = s->mode == STORE_IDLE ? store_connect(s, e) : 0;

	store_rows_done(rows);
	if (r >= 0)
		r = run(s, sql, values, n, rows, e);
	if (r == STORE_AWAY && s->mode == STORE_IDLE && !fresh) {
		r = store_connect(s, e);
		if (r >= 0)
			r = run(s, sql, values, n, rows, e);
	}
	if (r < 0)
		store_rows_done(rows);
	return MIN(r, 0);
}

int
store_do_values(
    struct store *s, struct err *e, const char *sql, const struct store_value *values, size_t n)
{
	assert(s->mode == STORE_WRITING || s->mode == STORE_MIGRATING);
	return run(s, sql, values, n, NULL, e);
}

static int
begin(struct store *s, enum store_mode mode, struct err *e)
{
	bool fresh = !s->connected;
	int r = store_connect(s, e);

	if (r >= 0)
		r = s->driver->begin(s, mode, e);
	if (r == STORE_AWAY && !fresh) {
		r = store_connect(s, e);
		if (r >= 0)
			r = s->driver->begin(s, mode, e);
	}
	return r;
}

/*
 * Once. *stored is the error when the store gave it, 0 when it was the function's own; a migration
 * has none of its own.
 */
static int
attempt(struct store *s, enum store_mode mode, store_fn fn, void *arg, int *stored, struct err *e)
{
	int result, r;

	*stored = r = begin(s, mode, e);
	if (r < 0)
		return r;
	s->mode = mode;
	s->failure.code = 0;
	result = fn(s, arg, e);
	*stored = mode == STORE_MIGRATING ? MIN(result, 0) : s->failure.code;
	if (result >= 0 && s->failure.code != 0)
		result = err_set(e, s->failure.code, "%s", s->failure.message);
	if (result >= 0) {
		*stored = r = s->driver->commit(s, e);
		result = r < 0 ? r : result;
	}
	if (result < 0)
		s->driver->rollback(s);
	s->failure.code = 0;
	return result;
}

static struct instant
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (struct instant){ t.tv_sec * NS_PER_S + t.tv_nsec };
}

static void
pause_before(struct store *s, unsigned attempts)
{
	struct duration most =
	    duration_scale(PAUSE_LEAST, INT64_C(1) << MIN(attempts, (unsigned)PAUSE_DOUBLINGS), 1);
	struct duration d = rng_jitter(&s->rng, most, 10, 100);
	struct timespec t = { d.ns / NS_PER_S, d.ns % NS_PER_S };

	(void)nanosleep(&t, NULL);
}

int
store_transact(struct store *s, enum store_mode mode, store_fn fn, void *arg, struct err *e)
{
	struct instant until = instant_add(now(), AGAIN_FOR);
	unsigned exists = 0;
	int stored, r;

	assert(s->mode == STORE_IDLE);
	for (unsigned attempts = 1;; attempts++) {
		/* connecting depends on it, too */
		s->mode = mode == STORE_MIGRATING ? mode : STORE_IDLE;
		r = attempt(s, mode, fn, arg, &stored, e);
		s->mode = STORE_IDLE;
		if (r >= 0)
			return r;
		if (stored == STORE_EXISTS && s->driver->shared && exists++ < AGAIN_EXISTS)
			continue;
		if (stored != STORE_COLLIDED || instant_reached(until, now()))
			return r;
		pause_before(s, attempts);
	}
}

int
store_transaction(struct store *s, store_fn fn, void *arg, struct err *e)
{
	return store_transact(s, STORE_WRITING, fn, arg, e);
}

int
store_read(struct store *s, store_fn fn, void *arg, struct err *e)
{
	return store_transact(s, STORE_READING, fn, arg, e);
}

int
store_number(struct store *s, const char *name, int64_t *ret, struct err *e)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r;

	assert(s->mode == STORE_WRITING);
	r = store_query(s, &rows, e,
	    "INSERT INTO counters (name, number) VALUES ($1, 1) "
	    "ON CONFLICT (name) DO UPDATE SET number = counters.number + 1 RETURNING number",
	    SQL_TEXT(name));
	if (r < 0)
		return r;
	(void)store_next(&rows);
	*ret = store_int(&rows, 0);
	return 0;
}

int
store_notify(struct store *s, const char *payload, struct err *e)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };

	assert(s->mode == STORE_WRITING);
	if (s->driver->notify == NULL)
		return 0;
	return store_query(s, &rows, e, s->driver->notify, SQL_TEXT(payload));
}

int
store_backup(struct store *s, const char *path, struct err *e)
{
	int r;

	assert(s->mode == STORE_IDLE);
	r = store_connect(s, e);
	return r < 0 ? r : s->driver->backup(s, path, e);
}
