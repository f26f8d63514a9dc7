/* What the files of the store share: a driver is one database, and fills a table of functions. */
#pragma once

#include "base/rng.h"
#include "base/time.h"
#include "store/store.h"

struct store_cell {
	enum { CELL_NULL, CELL_INT, CELL_TEXT } type;
	int64_t value; /* the number, or where in texts the text begins */
};

/* rows.c, for drivers: frees what was there; then a row of NULLs at a time, valid until the next.
 */
void rows_begin(struct store_rows *rows, size_t columns);
struct store_cell *rows_add(struct store_rows *rows);
void rows_text(struct store_rows *rows, struct store_cell *cell, const char *text, size_t len);

enum store_mode {
	STORE_IDLE,      /* no transaction: single statements that read */
	STORE_READING,   /* in store_read() */
	STORE_WRITING,   /* in store_transaction() */
	STORE_MIGRATING, /* in store_migrate(): under its lock */
};

struct migration {
	int64_t version;
	const char *name;     /* of the file, without .sql */
	const char *checksum; /* SHA-256 of the file, in hex */
	const char *sqlite, *postgresql;
};

/* Of this program: made from schema/ at build time (embed-schema.py). */
extern const struct migration migrations[];
extern const size_t migrations_count;

/*
 * Functions give 0 or more, or an error with its sentence. A driver sets `connected`, and clears
 * it, with all that belongs to the connection, once it is of no more use.
 */
struct store_driver {
	bool shared;
	const char *notify; /* a statement with the payload as parameter; NULL: nobody to tell */
	/* Sets the name, and what the driver needs of `where`. */
	int (*parse)(struct store *s, const char *where, struct err *e);
	int (*connect)(struct store *s, struct err *e);
	void (*disconnect)(struct store *s); /* without a connection it does nothing */
	void (*free)(struct store *s);       /* it is not connected */
	int (*begin)(struct store *s, enum store_mode mode, struct err *e);
	int (*commit)(struct store *s, struct err *e);
	void (*rollback)(struct store *s); /* without a transaction it does nothing */
	/*
	 * Waits, outside of a transaction, until no other that writes is under way, and keeps them
	 * waiting at their beginning: until end_turn(), or the end of the connection. NULL where
	 * none collide.
	 */
	int (*wait_turn)(struct store *s, struct err *e);
	void (*end_turn)(struct store *s);
	/* Rows are not wanted when NULL; gives the number of rows that were changed. */
	int (*run)(struct store *s, const char *sql, const struct store_value *values, size_t n,
	    struct store_rows *rows, struct err *e);
	/* Several statements, without parameters and rows. */
	int (*script)(struct store *s, const char *sql, struct err *e);
	/* Whether the file is still that of s->mark; NULL where there is none. */
	int (*check)(struct store *s, struct err *e);
	/* NULL where several may serve it. */
	int (*claim)(struct store *s, struct err *e);
	int (*backup)(struct store *s, const char *path, struct err *e);
	/* 1: there is a table schema_versions; 0: none; STORE_SCHEMA: somebody else's database. */
	int (*has_schema)(struct store *s, struct err *e);
	const char *(*migration_text)(const struct migration *m);
};

struct store {
	const struct store_driver *driver;
	char *name; /* owned */
	bool connected;
	bool checked; /* that the schema is ours, since it is connected */
	bool must_exist; /* nothing is made where there is none */
	enum store_mode mode;
	struct err failure; /* of the running transaction: the first one; code 0 for none */
	unsigned turns;     /* so many transactions wait for their turn before they begin */
	struct rng rng;     /* jitter */
	struct store_mark mark;      /* of the file that it is */
	struct store_counts *counts; /* borrowed; NULL: nobody counts */
};

/* counts.c; counts may be NULL. error: what the store gave; 0: it did its part. */
struct store_attempts {
	bool writes;
	struct duration took;
	unsigned attempts;
	int error;
};
void counts_transaction(struct store_counts *c, const struct store_attempts *a);
void counts_connected(struct store_counts *c);

struct store *sqlite_new(void);
struct store *postgresql_new(void);

/* Connects where it is not, and looks at the schema then, unless it is to be migrated. */
int store_connect(struct store *s, struct err *e);
/* A transaction of this mode, begun again as long as it makes sense. */
int store_transact(struct store *s, enum store_mode mode, store_fn fn, void *arg, struct err *e);

/* Says that there is none: STORE_OTHER. */
int store_is_missing(const struct store *s, struct err *e);

/* migrate.c: 0, or STORE_SCHEMA when it is of another version. */
int schema_check(struct store *s, struct err *e);
