/*
 * What the cases (cases_test.c) need of a database. Each program that runs them links one: a folder
 * with SQLite files, or a PostgreSQL server of its own.
 */
#pragma once

#include "store/store.h"

/*
 * Where a new, empty store is; valid until the next one. NULL: there is none, and the running test
 * has been reported as skipped or failed.
 */
const char *fixture_new(void);

/* Opens what fixture_new() gave, and brings its schema up to date. NULL: reported. */
struct store *fixture_open(const char *where);
/* Both. */
struct store *fixture_store(void);

/* Runs one statement in a transaction of its own; as store_do(). */
int fixture_do(struct store *s, const char *sql, struct err *e);
/* The integer that a query gives; -1 when it fails. */
int64_t fixture_int(struct store *s, const char *sql);
/* Runs it in so many threads, each with its number, and waits for them. */
void fixture_threads(unsigned n, void (*run)(unsigned number));

/* A project "prj_1", a pool "pol_1" and a site "sit_1". */
void fixture_fill(struct store *s);
/* Orders the block at 192.0.2.<last>, that many addresses, in the running transaction. */
int fixture_order(struct store *s, unsigned last, unsigned size, struct err *e);
