/*
 * Who serves an SQLite file. Those who serve together tell each other of what changes through the
 * database, which SQLite cannot do: a second one would answer, and its agents would hear of the
 * first one's orders too late.
 *
 * It is a lock on a file beside the store. On the store itself it would be lost: the first close of
 * any descriptor of a file drops all locks of the process on it. The kernel ends it with the
 * process, however that ends, and knows whose it is.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "store/sqlite.h"

/* Between a refused lock and the question whose it is, that one may have ended: asked again. */
#define TRIES 3

static int
refuse(const struct sqlite_store *q, const struct flock *other, struct err *e)
{
	char who[48] = "another process";

	if (other->l_type != F_UNLCK && other->l_pid > 0)
		(void)snprintf(who, sizeof(who), "process %d", (int)other->l_pid);
	return err_set(e, STORE_OTHER,
	    "%s is served by %s already; several controllers share one store only in PostgreSQL",
	    q->store.name, who);
}

static int
lock(struct sqlite_store *q, struct err *e)
{
	struct flock other = { 0 };

	for (int i = 0; i < TRIES; i++) {
		struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

		if (fcntl(q->claim, F_SETLK, &whole) == 0)
			return 0;
		if (errno != EACCES && errno != EAGAIN)
			return err_set(
			    e, STORE_OTHER, "lock %s.serving: %s", q->store.name, strerror(errno));
		other = whole;
		if (fcntl(q->claim, F_GETLK, &other) == 0 && other.l_type != F_UNLCK)
			break;
	}
	return refuse(q, &other, e);
}

/* Whether something else than a database stands there: nobody serves that, and nothing is left
 * beside it. The first 16 bytes of an SQLite file are always these. */
static bool
is_no_database(const char *path)
{
	static const char magic[16] = "SQLite format 3";
	char begin[sizeof(magic)];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, begin, sizeof(begin));
	(void)close(fd);
	return n > 0 && memcmp(begin, magic, (size_t)n) != 0;
}

int
sqlite_claim(struct store *s, struct err *e)
{
	struct sqlite_store *q = sqlite_of(s);
	_cleanup_(freep) char *real = realpath(q->path, NULL); /* one file by several names */
	_cleanup_(freep) char *beside = xasprintf("%s.serving", real != NULL ? real : q->path);

	if (is_no_database(q->path))
		return err_set(e, STORE_CORRUPT, "%s: file is not a database", s->name);
	q->claim = open(beside, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	/* not of the file beside it, which nobody has named */
	if (q->claim < 0 && (errno == ENOENT || errno == ENOTDIR))
		return err_set(e, STORE_OTHER, "%s: there is no such folder", s->name);
	if (q->claim < 0)
		return err_set(e, sqlite_is_full(errno) ? STORE_FULL : STORE_OTHER,
		    "%s.serving: %s", s->name, strerror(errno));
	return lock(q, e);
}
