/*
 * The driver of SQLite: a file of this machine, in WAL mode, so that readers and the one writer do
 * not wait for each other. With synchronous=FULL a commit is on the disk before it is acknowledged,
 * whatever happens to the process or the power then.
 *
 * Which file it is is remembered when it is opened first, and looked at before each transaction
 * that writes: SQLite itself goes on with one that was removed.
 *
 * A transaction that writes begins IMMEDIATE: it waits for its turn (sqlite_turn.h) before it reads
 * anything, so it never has to give up in its midst.
 */
#include "store/sqlite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "store/sqlite_turn.h"

#define BUSY_FOR DURATION_S(2) /* then store_transact() takes it up again */

static int
parse(struct store *s, const char *where, struct err *e)
{
	if (*where == '\0')
		return err_set(e, -EINVAL, "the path of the store is empty");
	if (strstr(where, "://") != NULL)
		return err_set(e, -EINVAL,
		    "a store is a path (SQLite), or a URL that begins with postgresql://");
	s->name = xstrdup(where);
	/* "file:…" and ":memory:" are names of files, too */
	sqlite_of(s)->path = xasprintf("%s%s", *where == '/' ? "" : "./", where);
	return 0;
}

static int
busy(void *userdata, int count)
{
	struct sqlite_store *q = userdata;
	struct timespec t;
	struct instant now;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	now = (struct instant){ t.tv_sec * NS_PER_S + t.tv_nsec };
	if (count == 0)
		q->busy_since = now;
	if (duration_cmp(instant_diff(now, q->busy_since), BUSY_FOR) > 0)
		return 0;
	/* a transaction takes about as long as its fsync */
	t = (struct timespec){ 0,
		rng_jitter(&q->store.rng, DURATION_MS(MIN(count + 1, 5)), 10, 100).ns };
	(void)nanosleep(&t, NULL);
	return 1;
}

int
sqlite_open_file(const char *path, int flags, sqlite3 **ret)
{
	/*
	 * Made here for its mode, which SQLite's own files beside it take over. mknod(), because a
	 * file descriptor that is closed would drop the locks that other threads have on the file.
	 */
	if ((flags & SQLITE_OPEN_CREATE) && mknod(path, S_IFREG | 0600, 0) < 0 && errno != EEXIST)
		return -errno;
	return sqlite3_open_v2(path, ret,
		   flags | SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
		   NULL) == SQLITE_OK
		   ? 0
		   : STORE_OTHER;
}

static struct store_mark
mark_of(const struct sqlite_store *q)
{
	struct stat st;

	if (stat(q->path, &st) < 0)
		return (struct store_mark){ 0 };
	return (struct store_mark){ true, st.st_dev, st.st_ino };
}

static int
check(struct store *s, struct err *e)
{
	struct store_mark is = mark_of(sqlite_of(s));

	if (!s->mark.is_known)
		return 0;
	if (!is.is_known)
		return err_set(e, STORE_REPLACED, "%s was removed while it was open", s->name);
	if (is.device != s->mark.device || is.inode != s->mark.inode)
		return err_set(
		    e, STORE_REPLACED, "%s is another file than the one that was opened", s->name);
	return 0;
}

static void
finish(void *prepared)
{
	(void)sqlite3_finalize(prepared);
}

static void
disconnect(struct store *s)
{
	struct sqlite_store *q = sqlite_of(s);

	statements_clear(&q->statements, finish);
	(void)sqlite3_close(q->db);
	q->db = NULL;
	q->stale = false;
	s->connected = false;
}

static int
script(struct store *s, const char *sql, struct err *e)
{
	struct sqlite_store *q = sqlite_of(s);

	errno = 0;
	if (sqlite3_exec(q->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return sqlite_error(q, q->db, e);
	return 0;
}

static int run(struct store *s, const char *sql, const struct store_value *values, size_t n,
    struct store_rows *rows, struct err *e);

static int
use_wal(struct store *s, struct err *e)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = run(s, "PRAGMA journal_mode", NULL, 0, &rows, e);

	/* asked first: to set it needs the file for itself, even where it is set already */
	if (r >= 0 && store_next(&rows) && strcmp(store_text(&rows, 0), "wal") != 0)
		r = script(s, "PRAGMA journal_mode = WAL", e);
	if (r >= 0)
		r = run(s, "PRAGMA journal_mode", NULL, 0, &rows, e);
	if (r >= 0 && (!store_next(&rows) || strcmp(store_text(&rows, 0), "wal") != 0))
		r = err_set(e, STORE_OTHER,
		    "%s: its file system lacks what SQLite's WAL mode needs", s->name);
	return r;
}

static int
connect_(struct store *s, struct err *e)
{
	struct sqlite_store *q = sqlite_of(s);
	int r = check(s, e);

	if (r < 0)
		return r;
	if (s->must_exist && access(q->path, F_OK) < 0 && errno == ENOENT)
		return store_is_missing(s, e);
	r = sqlite_open_file(
	    q->path, s->mark.is_known || s->must_exist ? 0 : SQLITE_OPEN_CREATE, &q->db);
	if (r < 0 && q->db == NULL)
		return err_set(e, sqlite_is_full(-r) ? STORE_FULL : STORE_OTHER, "%s: %s", s->name,
		    strerror(-r));
	if (r < 0) {
		r = sqlite_error(q, q->db, e);
		disconnect(s);
		return r;
	}
	(void)sqlite3_busy_handler(q->db, busy, q);
	r = script(s,
	    "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; "
	    "PRAGMA cell_size_check = ON",
	    e);
	if (r >= 0)
		r = use_wal(s, e);
	if (r < 0) {
		disconnect(s);
		return r;
	}
	s->connected = true;
	if (!s->mark.is_known)
		s->mark = mark_of(q);
	return r;
}

static void
free_(struct store *s)
{
	if (sqlite_of(s)->claim >= 0)
		(void)close(sqlite_of(s)->claim);
	free(sqlite_of(s)->path);
	free(sqlite_of(s));
}

static int
begin(struct store *s, enum store_mode mode, struct err *e)
{
	int r;

	if (mode == STORE_READING)
		return script(s, "BEGIN", e);
	/* without it, it asks like another process */
	if (!sqlite_of(s)->has_turn)
		sqlite_of(s)->has_turn = sqlite_turn_take(BUSY_FOR);
	r = check(s, e);
	return r < 0 ? r : script(s, "BEGIN IMMEDIATE", e);
}

static void
give_turn(struct sqlite_store *q)
{
	if (q->has_turn)
		sqlite_turn_give();
	q->has_turn = false;
}

static int
commit(struct store *s, struct err *e)
{
	int r = script(s, "COMMIT", e);

	if (r >= 0)
		give_turn(sqlite_of(s));
	/* parts of it may be on the disk, and read as a whole after a crash */
	if (r == STORE_OTHER && (sqlite3_errcode(sqlite_of(s)->db) & 0xff) == SQLITE_IOERR) {
		r = STORE_UNKNOWN;
		if (e)
			e->code = r;
	}
	return r;
}

static void
rollback(struct store *s)
{
	struct sqlite_store *q = sqlite_of(s);

	if (q->db == NULL) {
		give_turn(q);
		return;
	}
	/* after some errors SQLite has done it itself */
	if (!sqlite3_get_autocommit(q->db) &&
	    sqlite3_exec(q->db, "ROLLBACK", NULL, NULL, NULL) != SQLITE_OK)
		q->stale = true;
	if (q->stale)
		disconnect(s);
	give_turn(q);
}

/* $1, $2, … are names to SQLite, numbered as they come in the text. */
static int
bind(struct sqlite_store *q, sqlite3_stmt *st, const struct store_value *values, size_t n,
    struct err *e)
{
	int r = SQLITE_OK;

	if (sqlite3_bind_parameter_count(st) != (int)n)
		return err_set(e, STORE_OTHER, "%s: %d parameters in \"%s\", and %zu values",
		    q->store.name, sqlite3_bind_parameter_count(st), sqlite3_sql(st), n);
	for (size_t i = 0; i < n && r == SQLITE_OK; i++) {
		char name[24];
		int at;

		(void)snprintf(name, sizeof(name), "$%zu", i + 1);
		at = sqlite3_bind_parameter_index(st, name);
		if (values[i].null)
			r = sqlite3_bind_null(st, at);
		else if (values[i].type == STORE_INT)
			r = sqlite3_bind_int64(st, at, values[i].number);
		else
			r = sqlite3_bind_text(st, at, values[i].text, -1, SQLITE_STATIC);
	}
	return r == SQLITE_OK ? 0 : sqlite_error(q, q->db, e);
}

static void
take_row(sqlite3_stmt *st, struct store_rows *rows)
{
	struct store_cell *row = rows_add(rows);

	for (int i = 0; i < (int)rows->columns; i++) {
		switch (sqlite3_column_type(st, i)) {
		case SQLITE_NULL:
			break;
		case SQLITE_INTEGER:
			row[i] = (struct store_cell){ CELL_INT, sqlite3_column_int64(st, i) };
			break;
		default:
			rows_text(rows, &row[i], (const char *)sqlite3_column_text(st, i),
			    (size_t)sqlite3_column_bytes(st, i));
		}
	}
}

static int
step_all(struct sqlite_store *q, sqlite3_stmt *st, struct store_rows *rows, struct err *e)
{
	int r;

	if (rows)
		rows_begin(rows, (size_t)sqlite3_column_count(st));
	errno = 0;
	while ((r = sqlite3_step(st)) == SQLITE_ROW) {
		if (rows)
			take_row(st, rows);
	}
	if (r != SQLITE_DONE)
		return sqlite_error(q, q->db, e);
	return sqlite3_stmt_readonly(st) ? 0 : sqlite3_changes(q->db);
}

static int
prepare(struct sqlite_store *q, const char *sql, sqlite3_stmt **ret, bool *kept, struct err *e)
{
	*ret = statements_find(&q->statements, sql);
	*kept = true;
	if (*ret != NULL)
		return 0;
	if (sqlite3_prepare_v3(q->db, sql, -1, SQLITE_PREPARE_PERSISTENT, ret, NULL) != SQLITE_OK)
		return sqlite_error(q, q->db, e);
	*kept = statements_add(&q->statements, sql, *ret);
	return 0;
}

static int
run(struct store *s, const char *sql, const struct store_value *values, size_t n,
    struct store_rows *rows, struct err *e)
{
	struct sqlite_store *q = sqlite_of(s);
	sqlite3_stmt *st = NULL;
	bool kept = true;
	int r = prepare(q, sql, &st, &kept, e);

	if (r < 0)
		return r;
	if (s->connected && (s->mode == STORE_IDLE || s->mode == STORE_READING) &&
	    !sqlite3_stmt_readonly(st))
		r = err_set(e, STORE_OTHER, "%s: outside of a transaction: \"%s\"", s->name, sql);
	if (r >= 0)
		r = bind(q, st, values, n, e);
	if (r >= 0)
		r = step_all(q, st, rows, e);
	(void)sqlite3_reset(st);
	(void)sqlite3_clear_bindings(st);
	if (!kept)
		(void)sqlite3_finalize(st);
	if (s->mode == STORE_IDLE && q->stale && s->connected)
		disconnect(s);
	return r;
}

/* A file that has tables, but not that one, is somebody else's. */
static int
has_schema(struct store *s, struct err *e)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = run(s,
	    "SELECT CAST(count(*) AS INTEGER), coalesce(max(name = 'schema_versions'), 0) "
	    "FROM sqlite_master WHERE type = 'table'",
	    NULL, 0, &rows, e);

	if (r < 0)
		return r;
	(void)store_next(&rows);
	if (store_int(&rows, 0) > 0 && store_int(&rows, 1) == 0)
		return err_set(e, STORE_SCHEMA, "%s is a database of another program", s->name);
	return (int)store_int(&rows, 1);
}

static const char *
migration_text(const struct migration *m)
{
	return m->sqlite;
}

static const struct store_driver sqlite_driver = {
	.parse = parse,
	.connect = connect_,
	.disconnect = disconnect,
	.free = free_,
	.begin = begin,
	.commit = commit,
	.rollback = rollback,
	.run = run,
	.script = script,
	.check = check,
	.claim = sqlite_claim,
	.backup = sqlite_backup,
	.has_schema = has_schema,
	.migration_text = migration_text,
};

struct store *
sqlite_new(void)
{
	struct sqlite_store *q = xcalloc(1, sizeof(*q));

	q->store.driver = &sqlite_driver;
	q->claim = -1;
	return &q->store;
}
