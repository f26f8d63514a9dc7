/* A copy beside the running store: SQLite's own online backup, whole before it takes its name. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/atomic_file.h"
#include "store/sqlite.h"

/* All pages in one step: of one moment. In WAL mode nobody waits for that. */
static int
copy(struct sqlite_store *q, const char *path, struct err *e)
{
	sqlite3 *to = NULL;
	sqlite3_backup *b = NULL;
	int r = sqlite_open_file(path, SQLITE_OPEN_CREATE, &to);

	if (r < 0 && to == NULL)
		return err_errno(e, r, "write %s", path);
	if (r >= 0)
		b = sqlite3_backup_init(to, "main", q->db, "main");
	if (b != NULL)
		(void)sqlite3_backup_step(b, -1);
	r = b != NULL && sqlite3_backup_finish(b) == SQLITE_OK ? 0 : sqlite_error(q, to, e);
	(void)sqlite3_close(to);
	return r;
}

int
sqlite_backup(struct store *s, const char *path, struct err *e)
{
	_cleanup_(freep) char *at = xasprintf("%s%s", *path == '/' ? "" : "./", path);
	_cleanup_(freep) char *beside = xasprintf("%s.new", at);
	int r;

	if (access(path, F_OK) == 0)
		return err_errno(e, -EEXIST, "back %s up to %s", s->name, path);
	(void)unlink(beside); /* left by a power cut */
	r = copy(sqlite_of(s), beside, e);
	if (r >= 0 && renameat2(AT_FDCWD, beside, AT_FDCWD, at, RENAME_NOREPLACE) < 0)
		r = err_errno(e, -errno, "%s", path);
	if (r >= 0)
		return atomic_file_sync_name(at, e);
	(void)unlink(beside);
	(void)err_prefix(e, "back %s up to %s", s->name, path);
	return r;
}
