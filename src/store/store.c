/* What is the same for both databases: connecting when it is needed, and what may be run when. */
#include "store/store.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "store/internal.h"

static const struct {
	enum store_error error;
	const char *name;
} errors[STORE_ERRORS] = { { STORE_COLLIDED, "collided" }, { STORE_EXISTS, "exists" },
	{ STORE_CONSTRAINT, "constraint" }, { STORE_AWAY, "away" }, { STORE_UNKNOWN, "unknown" },
	{ STORE_FULL, "full" }, { STORE_REPLACED, "replaced" }, { STORE_CORRUPT, "corrupt" },
	{ STORE_SCHEMA, "schema" }, { STORE_OTHER, "other" } };

const char *
store_error_name(int error)
{
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		if ((int)errors[i].error == error)
			return errors[i].name;
	}
	return NULL;
}

int
store_error_at(size_t i)
{
	return errors[i].error;
}

void
store_mark(const struct store *s, struct store_mark *ret)
{
	*ret = s->mark;
}

void
store_expect(struct store *s, const struct store_mark *mark)
{
	s->mark = *mark;
}

int
store_check(struct store *s, struct err *e)
{
	return s->driver->check != NULL ? s->driver->check(s, e) : 0;
}

void
store_count(struct store *s, struct store_counts *c)
{
	s->counts = c;
}

int
store_open(const char *where, struct store **ret, struct err *e)
{
	bool url = str_starts_with(where, "postgresql://") || str_starts_with(where, "postgres://");
	_cleanup_(store_closep) struct store *s = url ? postgresql_new() : sqlite_new();
	int r = s->driver->parse(s, where, e);

	if (r < 0)
		return r;
	(void)getrandom(&s->rng.state, sizeof(s->rng.state), GRND_NONBLOCK); /* jitter, no secret */
	*ret = TAKE(s);
	return 0;
}

void
store_must_exist(struct store *s)
{
	s->must_exist = true;
}

int
store_claim(struct store *s, struct err *e)
{
	return s->driver->claim != NULL ? s->driver->claim(s, e) : 0;
}

int
store_is_missing(const struct store *s, struct err *e)
{
	return err_set(e, STORE_OTHER, "there is no store at %s yet; \"init\" makes one", s->name);
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
		counts_connected(s->counts);
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
