/*
 * The driver of PostgreSQL, and of what speaks its protocol and SQL. Several controllers on several machines
 * may use one database.
 *
 * Transactions are SERIALIZABLE: the server watches what each has read, and lets fail one of those that could
 * not have run one after the other; that one is begun again. A connection lost in a commit leaves open
 * whether it was made, and that is said (STORE_UNKNOWN); lost before it, nothing was done.
 */
#include "store/postgresql.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"

/* src/include/catalog/pg_type.dat */
enum {
	TYPE_BOOL = 16,
	TYPE_INT8 = 20,
	TYPE_INT2 = 21,
	TYPE_INT4 = 23,
	TYPE_TEXT = 25,
	TYPE_NUMERIC = 1700,
};

#define MIGRATE_SILENCE DURATION_S(700)
/* What the number is does not matter; it is the same in all programs. */
#define BEGIN_MIGRATING                                                                            \
	"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL statement_timeout = 600000; "  \
	"SET LOCAL lock_timeout = 600000; SELECT pg_advisory_xact_lock(7809657204471)"
/* Those that write hold it together, one whose turn it is has it for itself: it is alone. */
#define TURN "7809657204472"
#define BEGIN_WRITING                                                                              \
	"BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE; SELECT pg_advisory_xact_lock_shared(" TURN \
	")"

static bool
is_error(const PGresult *result)
{
	return PQresultStatus(result) != PGRES_COMMAND_OK &&
	    PQresultStatus(result) != PGRES_TUPLES_OK;
}

/* Waits, and takes an error out of the answer; *ret is to be cleared when it gives 0. */
static int
answer(struct postgresql_store *p, int sent, PGresult **ret, struct err *e)
{
	PGresult *result = NULL;
	int r = postgresql_await(p, sent, &result, e);

	if (r >= 0 && is_error(result))
		r = postgresql_error(p, result, e);
	if (r < 0)
		PQclear(result);
	else
		*ret = result;
	return r;
}

static int
script(struct store *s, const char *sql, struct err *e)
{
	struct postgresql_store *p = postgresql_of(s);
	PGresult *result = NULL;
	int r = answer(p, PQsendQuery(p->conn, sql), &result, e);

	PQclear(result);
	return r;
}

static int
begin(struct store *s, enum store_mode mode, struct err *e)
{
	struct postgresql_store *p = postgresql_of(s);
	int r;

	p->silence = mode == STORE_MIGRATING ? MIGRATE_SILENCE : postgresql_silence;
	if (mode == STORE_MIGRATING)
		r = script(s, BEGIN_MIGRATING, e);
	else if (mode == STORE_READING) /* a snapshot, and no part in the collisions of others */
		r = script(s, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", e);
	else
		r = script(s, BEGIN_WRITING, e);
	if (r == STORE_OTHER) { /* it may have become a standby; there may be another host */
		postgresql_disconnect(s);
		r = STORE_AWAY;
		if (e)
			e->code = r;
	}
	return r;
}

static int
commit(struct store *s, struct err *e)
{
	struct postgresql_store *p = postgresql_of(s);
	PGresult *result = NULL;
	bool is_there;
	int r;

	/*
	 * What was lost before the commit is sent is certain. The first call may find the server's last
	 * words, the second one the end behind them.
	 */
	is_there = PQconsumeInput(p->conn);
	is_there = is_there && PQconsumeInput(p->conn);
	if (!is_there)
		return postgresql_lost(p, PQerrorMessage(p->conn), e);
	r = answer(p, PQsendQuery(p->conn, "COMMIT"), &result, e);
	if (r == STORE_AWAY && !s->connected) {
		r = STORE_UNKNOWN;
		(void)err_prefix(e, "whether it was committed is not known");
		if (e)
			e->code = r;
	}
	if (r >= 0 && strcmp(PQcmdStatus(result), "COMMIT") != 0)
		r = err_set(e, STORE_OTHER, "%s: was rolled back", s->name);
	PQclear(result);
	return r;
}

static void
rollback(struct store *s)
{
	struct postgresql_store *p = postgresql_of(s);

	if (p->conn == NULL || PQtransactionStatus(p->conn) == PQTRANS_IDLE)
		return;
	if (script(s, "ROLLBACK", NULL) < 0)
		postgresql_disconnect(s);
}

static int
wait_turn(struct store *s, struct err *e)
{
	return script(s, "SELECT pg_advisory_lock(" TURN ")", e);
}

static void
end_turn(struct store *s)
{
	if (script(s, "SELECT pg_advisory_unlock(" TURN ")", NULL) < 0)
		postgresql_disconnect(s);
}

/* The values as libpq wants them. */
struct parameters {
	int n;
	const char **texts; /* owned, with the numbers behind it */
	Oid *types;         /* owned */
};

static struct parameters
make_parameters(const struct store_value *values, size_t n)
{
	enum { NUMBER = 24 };
	struct parameters ps = { (int)n, xcalloc(n + 1, sizeof(char *) + NUMBER),
		xcalloc(n + 1, sizeof(Oid)) };
	char *number = (char *)(ps.texts + n + 1);

	for (size_t i = 0; i < n; i++, number += NUMBER) {
		ps.types[i] = values[i].type == STORE_INT ? TYPE_INT8 : TYPE_TEXT;
		if (values[i].null)
			continue;
		ps.texts[i] = values[i].text;
		if (values[i].type == STORE_INT) {
			(void)snprintf(number, NUMBER, "%" PRId64, values[i].number);
			ps.texts[i] = number;
		}
	}
	return ps;
}

/* The highest number of a parameter; a literal has no $ in it. */
static int
parameters_in(const char *sql)
{
	int most = 0;

	while ((sql = strchr(sql, '$')) != NULL) {
		int n = 0;

		for (sql++; ascii_is_digit(*sql) && n < 10000; sql++)
			n = 10 * n + (*sql - '0');
		most = MAX(most, n);
	}
	return most;
}

/* The name of the prepared statement; "": none, run it as it is. */
static int
prepare(struct postgresql_store *p, const char *sql, const struct parameters *ps, const char **ret,
    struct err *e)
{
	PGresult *result = NULL;
	char *name;
	int r;

	*ret = statements_find(&p->statements, sql);
	if (*ret != NULL)
		return 0;
	*ret = "";
	/* some servers take more, and find too few only when it is run */
	if (parameters_in(sql) != ps->n)
		return err_set(e, STORE_OTHER, "%s: %d parameters in \"%s\", and %d values",
		    p->store.name, parameters_in(sql), sql, ps->n);
	if (p->statements.count == STATEMENTS_MAX)
		return 0;
	name = xasprintf("n%u", p->names++);
	r = answer(p, PQsendPrepare(p->conn, name, sql, ps->n, ps->types), &result, e);
	PQclear(result);
	if (r >= 0 && statements_add(&p->statements, sql, name))
		*ret = name;
	else
		free(name);
	return r;
}

static bool
parse_number(const char *text, int64_t *ret)
{
	char *end;

	errno = 0;
	*ret = strtoll(text, &end, 10);
	return errno == 0 && *end == '\0' && end != text;
}

static void
take_cell(const PGresult *result, int row, int column, struct store_rows *rows,
    struct store_cell *cell)
{
	const char *text = PQgetvalue(result, row, column);
	Oid type = PQftype(result, column);
	int64_t number;

	if (PQgetisnull(result, row, column))
		return;
	if (type == TYPE_BOOL)
		*cell = (struct store_cell){ CELL_INT, *text == 't' };
	else if ((type == TYPE_INT8 || type == TYPE_INT4 || type == TYPE_INT2 ||
	             type == TYPE_NUMERIC) &&
	    parse_number(text, &number))
		*cell = (struct store_cell){ CELL_INT, number };
	else
		rows_text(rows, cell, text, (size_t)PQgetlength(result, row, column));
}

static void
take_rows(const PGresult *result, struct store_rows *rows)
{
	int columns = PQnfields(result);

	rows_begin(rows, (size_t)columns);
	for (int i = 0; i < PQntuples(result); i++) {
		struct store_cell *row = rows_add(rows);

		for (int j = 0; j < columns; j++)
			take_cell(result, i, j, rows, &row[j]);
	}
}

static int
changed(PGresult *result)
{
	int64_t n = 0;

	if (str_starts_with(PQcmdStatus(result), "SELECT"))
		return 0;
	return parse_number(PQcmdTuples(result), &n) ? (int)n : 0;
}

static int
run(struct store *s, const char *sql, const struct store_value *values, size_t n,
    struct store_rows *rows, struct err *e)
{
	struct postgresql_store *p = postgresql_of(s);
	struct parameters ps = make_parameters(values, n);
	const char *name = "";
	PGresult *result = NULL;
	int r = prepare(p, sql, &ps, &name, e);

	if (r >= 0 && *name)
		r = answer(p, PQsendQueryPrepared(p->conn, name, ps.n, ps.texts, NULL, NULL, 0),
		    &result, e);
	else if (r >= 0)
		r = answer(p, PQsendQueryParams(p->conn, sql, ps.n, ps.types, ps.texts, NULL, NULL, 0),
		    &result, e);
	if (r >= 0 && rows)
		take_rows(result, rows);
	if (r >= 0)
		r = changed(result);
	PQclear(result);
	free(ps.texts);
	free(ps.types);
	return r;
}

static int
has_schema(struct store *s, struct err *e)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = run(s, "SELECT to_regclass('schema_versions') IS NOT NULL", NULL, 0, &rows, e);

	if (r < 0)
		return r;
	(void)store_next(&rows);
	return store_bool(&rows, 0);
}

static const char *
migration_text(const struct migration *m)
{
	return m->postgresql;
}

static int
backup(struct store *s, const char *path, struct err *e)
{
	return err_set(e, -ENOTSUP,
	    "%s: a backup of PostgreSQL is made with pg_dump (pg_dump --format=custom --file=%s), "
	    "and restored with pg_restore",
	    s->name, path);
}

static void
free_(struct store *s)
{
	PQconninfoFree(postgresql_of(s)->options);
	free(postgresql_of(s));
}

static const struct store_driver postgresql_driver = {
	.shared = true,
	.notify = "SELECT pg_notify('" POSTGRESQL_CHANNEL "', $1)",
	.parse = postgresql_parse,
	.connect = postgresql_connect,
	.disconnect = postgresql_disconnect,
	.free = free_,
	.begin = begin,
	.commit = commit,
	.rollback = rollback,
	.wait_turn = wait_turn,
	.end_turn = end_turn,
	.run = run,
	.script = script,
	.backup = backup,
	.has_schema = has_schema,
	.migration_text = migration_text,
};

struct store *
postgresql_new(void)
{
	struct postgresql_store *p = xcalloc(1, sizeof(*p));

	p->store.driver = &postgresql_driver;
	return &p->store;
}
