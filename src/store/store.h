/*
 * The store of a controller: one SQL, two databases behind it.
 *
 * A `struct store` is one connection, and is used by one thread. Where it leads to says its name: a
 * path is an SQLite file, postgresql://… or postgres://… a PostgreSQL server (or several: of
 * postgresql://u@a,b/db the one that can be written to). It is opened without going there; the
 * first use connects, and so does the next use after a connection was lost.
 *
 * SQL is the subset that both speak: parameters $1, $2, … ; columns of BIGINT and TEXT; ON
 * CONFLICT, RETURNING; a boolean is 0 or 1; a time is in nanoseconds since 1970 (UTC), as in
 * base/time.h. TEXT is compared byte by byte in both. Statements are prepared once for each
 * connection and found again by their text, so that a text is a literal with parameters, never
 * glued together with values. CAST instead of `::`; an aggregate that is to be an integer is
 * CAST(sum(x) AS BIGINT).
 *
 * What changes something is done in a transaction, which is serializable: as if all of them ran one
 * after the other. One that collided with another is begun again, for a while. Outside of a
 * transaction only single statements that read are allowed.
 *
 * Errors are negative: one of enum store_error, which are errnos, and a sentence in the struct err.
 * The sentence never has the password of a URL in it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/histogram.h"

enum store_error {
	STORE_COLLIDED = -EAGAIN, /* with other transactions, again and again: later */
	STORE_EXISTS = -EEXIST,   /* a UNIQUE or a primary key has been violated */
	STORE_CONSTRAINT = -EDOM, /* another constraint: a CHECK, NOT NULL, a foreign key */
	STORE_AWAY = -ENOTCONN,   /* no connection, or no answer in time; nothing was committed */
	STORE_UNKNOWN = -ECONNABORTED,   /* lost in the commit: it may have been made, or not */
	STORE_FULL = -ENOSPC,            /* no room on the disk */
	STORE_REPLACED = -ESTALE,        /* its file is not at its path any more */
	STORE_CORRUPT = -EUCLEAN,        /* what is on the disk is no database, or a broken one */
	STORE_SCHEMA = -EPROTONOSUPPORT, /* of another version than this program's */
	STORE_OTHER = -EIO, /* wrong SQL, missing rights, a broken disk: see the sentence */
};

/* One word for it, "away": for metrics and logs. NULL for what is none of enum store_error. */
const char *store_error_name(int error);
/* All of them, counted from 0. */
#define STORE_ERRORS 10
int store_error_at(size_t i);

struct store;

/*
 * Gives a store, to be freed with store_close(). Only what `where` says is looked at: -EINVAL.
 * `where` may have a password, so it is the caller's to keep from logs; store_name() has none.
 */
int store_open(const char *where, struct store **ret, struct err *e) _must_use_;
void store_close(struct store *s); /* NULL is fine */
void store_closep(struct store **s);
/* Before its first use: where there is no store, none is made by it or by store_migrate(), which
 * is STORE_OTHER then. */
void store_must_exist(struct store *s);
/*
 * Once, by a program that serves the store: it is the only one that does, until the store is closed
 * or the process ends. STORE_OTHER: another one serves it, or that cannot be known; the sentence
 * names the file, and the process. Whoever only uses the store beside it claims nothing. Of
 * PostgreSQL, which is made to be shared, it does nothing. Does not connect.
 */
int store_claim(struct store *s, struct err *e) _must_use_;
/* For people: the path, or the URL without its password. */
const char *store_name(const struct store *s);
/* Whether several programs on several machines can share it: PostgreSQL. */
bool store_is_shared(const struct store *s);

/*
 * Brings the schema of the store up to this program's, in one transaction under a lock: any number
 * may do so at once. An empty store gets all of it. STORE_SCHEMA: the store is newer than the
 * program, or is somebody else's. Every other use of a store whose schema is not this program's is
 * STORE_SCHEMA, too.
 */
int store_migrate(struct store *s, struct err *e) _must_use_;
/* What this program knows: the number of the newest migration. */
int64_t store_schema_version(void);

/*
 * Which file a store of SQLite is, once it was opened. A program that opens several stores of one
 * path expects the same file with all of them, for as long as it runs: what is written to a file
 * that was removed is lost, and one that was put in its place has nothing to do with what the
 * others have read. While another file, or none, is there, transactions that write are
 * STORE_REPLACED, and so is opening; nothing is made anew. Of PostgreSQL there is none.
 */
struct store_mark {
	bool is_known;
	uint64_t device, inode;
};

void store_mark(const struct store *s, struct store_mark *ret);
void store_expect(struct store *s, const struct store_mark *mark);
/* Whether it is still there: 0 or STORE_REPLACED. Does not connect. */
int store_check(struct store *s, struct err *e) _must_use_;

/*
 * What transactions cost, counted for several stores of several threads together. counts outlive
 * their stores.
 */
struct store_counts;

struct store_figures {
	struct histogram reads, writes;  /* whole transactions, with all their attempts */
	uint64_t again;                  /* attempts after the first */
	uint64_t connections;            /* that were made */
	uint64_t failures[STORE_ERRORS]; /* in the order of store_error_at() */
};

struct store_counts *store_counts_new(void);
void store_counts_free(struct store_counts *c); /* NULL is fine */
void store_count(struct store *s, struct store_counts *c);
void store_counts_read(struct store_counts *c, struct store_figures *ret);

/*
 * Parameters. Each has a type that does not depend on its value, so there are NULLs of both. A text
 * is borrowed for the call.
 */
struct store_value {
	enum { STORE_INT, STORE_TEXT } type;
	bool null; /* of a number; of a text, it is NULL */
	int64_t number;
	const char *text;
};

#define SQL_INT(n) ((struct store_value){ .type = STORE_INT, .number = (n) })
#define SQL_BOOL(b) SQL_INT((b) ? 1 : 0)
#define SQL_INT_NULL ((struct store_value){ .type = STORE_INT, .null = true })
/* NULL gives SQL's NULL. */
#define SQL_TEXT(s) ((struct store_value){ .type = STORE_TEXT, .text = (s) })

/*
 * The rows of an answer, all of them: they stay when the store goes on, and after the transaction.
 * Initialise with { 0 } and free with store_rows_done(). They are walked through with store_next(),
 * before whose first call there is no row.
 */
struct store_rows {
	struct store_cell *cells; /* owned */
	size_t cells_cap;
	char *texts; /* owned */
	size_t texts_len, texts_cap;
	size_t columns, count; /* count: of rows */
	size_t row;            /* the one that is looked at, plus 1 */
};

void store_rows_done(struct store_rows *rows);
bool store_next(struct store_rows *rows);
/*
 * A cell of the current row, columns counted from 0. That column has the type that is asked for:
 * anything else is a programmer's error, and aborts.
 */
bool store_is_null(const struct store_rows *rows, size_t column);
int64_t store_int(const struct store_rows *rows, size_t column); /* not NULL */
int64_t store_int_or(const struct store_rows *rows, size_t column, int64_t if_null);
bool store_bool(const struct store_rows *rows, size_t column);        /* not NULL */
const char *store_text(const struct store_rows *rows, size_t column); /* borrowed; NULL for NULL */

/*
 * store_query(s, &rows, e, "SELECT name FROM sites WHERE id = $1", SQL_TEXT(id))
 *
 * Runs a statement that gives rows: a SELECT, or in a transaction also … RETURNING. 0 or an error;
 * *rows is empty then. What it held before is freed.
 */
#define store_query(s, rows, e, sql, ...)                                                          \
	store_query_values((s), (rows), (e), (sql), (const struct store_value[]){ __VA_ARGS__ },   \
	    sizeof((const struct store_value[]){ __VA_ARGS__ }) / sizeof(struct store_value))
/*
 * store_do(s, e, "UPDATE sites SET name = $2 WHERE id = $1", SQL_TEXT(id), SQL_TEXT(name))
 *
 * Runs a statement that changes something, in a transaction. The number of rows it touched, or an
 * error.
 */
#define store_do(s, e, sql, ...)                                                                   \
	store_do_values((s), (e), (sql), (const struct store_value[]){ __VA_ARGS__ },              \
	    sizeof((const struct store_value[]){ __VA_ARGS__ }) / sizeof(struct store_value))

/* The same with an array, for statements whose parameters are collected. */
int store_query_values(struct store *s, struct store_rows *rows, struct err *e, const char *sql,
    const struct store_value *values, size_t n) _must_use_;
int store_do_values(struct store *s, struct err *e, const char *sql,
    const struct store_value *values, size_t n) _must_use_;

/*
 * What is done in a transaction: 0 or more commits, and is what store_transaction() then gives;
 * less rolls back, and is given with its sentence. It may be run several times, so it begins by
 * making `arg` as it was. After a statement failed, nothing but going back is left: every other one
 * fails likewise, and 0 gives the error (so ask, or say ON CONFLICT, where a key may exist). It
 * touches nothing but the store and `arg`, and does not wait: others may be waiting for it.
 */
typedef int (*store_fn)(struct store *s, void *arg, struct err *e);

int store_transaction(struct store *s, store_fn fn, void *arg, struct err *e) _must_use_;
/* The same for what only reads: all its statements see the store at one moment; nobody waits for
 * it. */
int store_read(struct store *s, store_fn fn, void *arg, struct err *e) _must_use_;

/*
 * The next of the numbers 1, 2, 3, … of this name (table counters), in a transaction. Numbers are
 * given in the order of the commits, without holes: whoever has read up to n will not miss one
 * below. In exchange, transactions that take numbers of one name run one after the other.
 */
int store_number(struct store *s, const char *name, int64_t *ret, struct err *e) _must_use_;

/*
 * In a transaction: once it is committed, all listeners (store/listener.h) of a store that is
 * shared hear `payload`, fewer than 8000 bytes. Of one that is not, there is nobody to tell.
 */
int store_notify(struct store *s, const char *payload, struct err *e) _must_use_;

/*
 * Writes a copy of an SQLite store to path, as of one moment, while others go on; it has mode 0600
 * and is whole or not there. -EEXIST: there is a file. -ENOTSUP for PostgreSQL, whose own pg_dump
 * does it.
 */
int store_backup(struct store *s, const char *path, struct err *e) _must_use_;
