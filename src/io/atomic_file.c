#include "io/atomic_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "io/fd.h"

/* A name is on the disk only when its folder is. */
static int
sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	_cleanup_(freep) char *folder =
	    slash == NULL ? xstrdup(".")
			  : xasprintf("%.*s", slash == path ? 1 : (int)(slash - path), path);
	_cleanup_(closep) int fd = -1;

	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

static int
write_all(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

static int
open_beside(const char *beside, unsigned mode)
{
	int fd;

	(void)unlink(beside); /* left by a power cut */
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd >= 0 && fchmod(fd, mode) < 0) {
		int r = -errno;

		(void)close(fd);
		return r;
	}
	return fd < 0 ? -errno : fd;
}

int
atomic_file_begin(struct atomic_file *f, const char *path, unsigned mode, struct err *e)
{
	*f = (struct atomic_file){ .path = xstrdup(path), .beside = xasprintf("%s.new", path) };
	f->fd = open_beside(f->beside, mode);
	if (f->fd < 0) {
		int r = err_errno(e, f->fd, "write %s", path);

		atomic_file_drop(f);
		return r;
	}
	return 0;
}

int
atomic_file_put(struct atomic_file *f, const void *bytes, size_t len, struct err *e)
{
	int r = write_all(f->fd, bytes, len);

	return r < 0 ? err_errno(e, r, "write %s", f->path) : 0;
}

/* The bytes are on the disk before the name is: else a power cut could leave an empty file. */
int
atomic_file_end(struct atomic_file *f, struct err *e)
{
	int r = fsync(f->fd) < 0 ? -errno : 0;

	/* on some file systems it is here that a full disk is told */
	if (close(TAKE_FD(f->fd)) < 0 && r == 0)
		r = -errno;
	if (r == 0 && rename(f->beside, f->path) < 0)
		r = -errno;
	if (r == 0) {
		free(TAKE(f->beside)); /* has its name */
		r = sync_folder(f->path);
	}
	if (r < 0)
		r = err_errno(e, r, "write %s", f->path);
	atomic_file_drop(f);
	return r;
}

void
atomic_file_drop(struct atomic_file *f)
{
	if (f->fd >= 0)
		(void)close(f->fd);
	if (f->beside)
		(void)unlink(f->beside);
	free(f->path);
	free(f->beside);
	*f = (struct atomic_file){ .fd = -1 };
}

int
atomic_file_write(const char *path, const void *bytes, size_t len, unsigned mode, struct err *e)
{
	struct atomic_file f;
	int r = atomic_file_begin(&f, path, mode, e);

	if (r < 0)
		return r;
	r = atomic_file_put(&f, bytes, len, e);
	if (r == 0)
		return atomic_file_end(&f, e);
	atomic_file_drop(&f);
	return r;
}

int
atomic_file_read(const char *path, size_t max, char **ret, size_t *ret_len, struct err *e)
{
	_cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	_cleanup_(freep) char *text = NULL;
	size_t len = 0, room;
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_errno(e, -errno, "read %s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, -EINVAL, "read %s: it is no file", path);
	if (st.st_size > (off_t)max)
		return err_set(e, -EFBIG, "read %s: it is longer than %zu bytes", path, max);
	room = (size_t)st.st_size;
	text = xmalloc(room + 1);
	while (len < room && (n = read(fd, text + len, room - len)) != 0) {
		if (n > 0)
			len += (size_t)n;
		else if (errno != EINTR)
			return err_errno(e, -errno, "read %s", path);
	}
	text[len] = '\0';
	*ret = TAKE(text);
	*ret_len = len;
	return 0;
}

int
atomic_file_sync_name(const char *path, struct err *e)
{
	int r = sync_folder(path);

	return r < 0 ? err_errno(e, r, "write %s", path) : 0;
}

int
atomic_file_remove(const char *path, struct err *e)
{
	int r = 0;

	if (unlink(path) < 0)
		return errno == ENOENT ? 0 : err_errno(e, -errno, "remove %s", path);
	r = sync_folder(path);
	return r < 0 ? err_errno(e, r, "remove %s", path) : 0;
}
