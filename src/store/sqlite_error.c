#include "store/sqlite.h"

#include <string.h>

bool
sqlite_is_full(int saved)
{
	/* EFBIG: a limit of the process or of the file system on one file */
	return saved == ENOSPC || saved == EDQUOT || saved == EFBIG;
}

int
sqlite_classify(int code, int saved)
{
	switch (code) {
	case SQLITE_CONSTRAINT_UNIQUE:
	case SQLITE_CONSTRAINT_PRIMARYKEY:
	case SQLITE_CONSTRAINT_ROWID:
		return STORE_EXISTS;
	case SQLITE_IOERR_FSYNC: /* what was written before it may be on the disk */
	case SQLITE_IOERR_DIR_FSYNC:
		return STORE_OTHER;
	default:
		break;
	}
	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return STORE_COLLIDED;
	case SQLITE_CONSTRAINT:
		return STORE_CONSTRAINT;
	case SQLITE_FULL:
		return STORE_FULL;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return STORE_CORRUPT;
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
		return sqlite_is_full(saved) ? STORE_FULL : STORE_OTHER;
	default:
		return STORE_OTHER;
	}
}

int
sqlite_error(struct sqlite_store *q, sqlite3 *db, struct err *e)
{
	int last = errno, code = sqlite3_extended_errcode(db), saved = sqlite3_system_errno(db);
	bool system = (code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN;
	int r;

	/* of a failed COMMIT it does not say; what it does then to clean up succeeds */
	if (system && saved == 0)
		saved = last;
	r = sqlite_classify(code, saved);

	if (system || r == STORE_CORRUPT || (code & 0xff) == SQLITE_READONLY)
		q->stale = true;
	if (system && saved != 0)
		return err_set(
		    e, r, "%s: %s: %s", q->store.name, sqlite3_errmsg(db), strerror(saved));
	return err_set(e, r, "%s: %s", q->store.name, sqlite3_errmsg(db));
}
