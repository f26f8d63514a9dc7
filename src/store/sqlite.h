/* The files of the SQLite driver among themselves. */
#pragma once

#include <sqlite3.h>

#include "store/internal.h"
#include "store/statements.h"

struct sqlite_store {
	struct store store;
	char *path;  /* owned; never what SQLite takes for a URI or for memory */
	sqlite3 *db; /* owned; NULL: not connected */
	bool stale;  /* what it says of the file may be wrong: to be opened again */
	struct statements statements;
	struct instant busy_since;
	int claim;     /* of who serves it: a locked file; -1: none */
	bool has_turn; /* sqlite_turn.h: in a transaction that writes */
};

static inline struct sqlite_store *
sqlite_of(struct store *s)
{
	return container_of(s, struct sqlite_store, store);
}

/* Opens it as it is to be used; -errno or enum store_error. *ret may be set on failure, too. */
int sqlite_open_file(const char *path, int flags, sqlite3 **ret);

/* Whether this errno says that there is no room. */
bool sqlite_is_full(int saved);
/* What an extended result code means; saved: errno of the system call that failed. */
int sqlite_classify(int code, int saved);
/* The error of the last call on db, before which errno was 0, with its sentence. */
int sqlite_error(struct sqlite_store *q, sqlite3 *db, struct err *e);

/* store_claim(); the lock is held until the store is closed. */
int sqlite_claim(struct store *s, struct err *e);
int sqlite_backup(struct store *s, const char *path, struct err *e);
