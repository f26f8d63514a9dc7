/*
 * The schema goes forward only. The table schema_versions has one row for each migration that was
 * applied, with the checksum of its text: a store is ours when its rows are the first of our
 * migrations, and up to date when they are all of them.
 *
 * A migration is never edited once it has been released; what has to change is a new one.
 */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "store/internal.h"

/* In the words of both databases; a migration could not make the table that says whether it ran. */
#define SCHEMA_VERSIONS                                                                            \
	"CREATE TABLE schema_versions (version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, "  \
	"checksum TEXT NOT NULL, applied_at BIGINT NOT NULL, program TEXT NOT NULL)"

int64_t
store_schema_version(void)
{
	return (int64_t)migrations_count;
}

/* *ret: how many of ours were applied. */
static int
applied(struct store *s, size_t *ret, struct err *e)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	size_t n = 0;
	int r = s->driver->has_schema(s, e);

	if (r > 0)
		r = s->driver->run(s,
		    "SELECT version, name, checksum, program FROM schema_versions ORDER BY version",
		    NULL, 0, &rows, e);
	if (r < 0)
		return r;
	for (; store_next(&rows); n++) {
		if (n >= migrations_count)
			return err_set(e, STORE_SCHEMA,
			    "%s has the schema of a newer program (%s: \"%s\"); this "
			    "one, " NEARCAST_VERSION
			    ", knows version %zu: upgrade it, or give it another store",
			    s->name, store_text(&rows, 3), store_text(&rows, 1), migrations_count);
		if (store_int(&rows, 0) != migrations[n].version ||
		    strcmp(store_text(&rows, 2), migrations[n].checksum) != 0)
			return err_set(e, STORE_SCHEMA,
			    "%s has another schema than this program: its version %" PRId64
			    " (\"%s\", made by %s) is not the one of " NEARCAST_VERSION,
			    s->name, store_int(&rows, 0), store_text(&rows, 1),
			    store_text(&rows, 3));
	}
	*ret = n;
	return 0;
}

int
schema_check(struct store *s, struct err *e)
{
	size_t n = 0;
	int r = applied(s, &n, e);

	if (r < 0 || n == migrations_count)
		return r;
	if (n == 0)
		return err_set(e, STORE_SCHEMA, "%s has no schema yet", s->name);
	return err_set(e, STORE_SCHEMA,
	    "%s has version %zu of the schema, this program needs %zu: it was not migrated",
	    s->name, n, migrations_count);
}

static int
apply(struct store *s, const struct migration *m, struct err *e)
{
	struct timespec t;
	int r = s->driver->script(s, s->driver->migration_text(m), e);

	(void)clock_gettime(CLOCK_REALTIME, &t);
	if (r >= 0)
		r = store_do(s, e,
		    "INSERT INTO schema_versions (version, name, checksum, applied_at, program) "
		    "VALUES ($1, $2, $3, $4, $5)",
		    SQL_INT(m->version), SQL_TEXT(m->name), SQL_TEXT(m->checksum),
		    SQL_INT(t.tv_sec * NS_PER_S + t.tv_nsec),
		    SQL_TEXT("nearcast-controller " NEARCAST_VERSION));
	if (r < 0)
		(void)err_prefix(e, "migration \"%s\"", m->name);
	return r;
}

static int
migrate(struct store *s, _unused_ void *arg, struct err *e)
{
	size_t n = 0;
	int r = s->driver->has_schema(s, e);

	if (r == 0 && s->must_exist)
		return store_is_missing(s, e);
	if (r == 0)
		r = s->driver->script(s, SCHEMA_VERSIONS, e);
	if (r >= 0)
		r = applied(s, &n, e);
	for (; r >= 0 && n < migrations_count; n++)
		r = apply(s, &migrations[n], e);
	return MIN(r, 0);
}

int
store_migrate(struct store *s, struct err *e)
{
	return store_transact(s, STORE_MIGRATING, migrate, NULL, e);
}
