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
	_cleanup_(freep) char *folder = xstrdup(path);
	_cleanup_(closep) int fd = -1;
	char *slash = strrchr(folder, '/');

	if (slash == NULL)
		(void)strcpy(folder, ".");
	else
		slash[slash == folder] = '\0';
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

/* The bytes are on the disk before the name is: else a power cut could leave an empty file. */
static int
write_beside(const char *beside, const void *bytes, size_t len, unsigned mode)
{
	_cleanup_(closep) int fd = -1;
	int r;

	(void)unlink(beside); /* left by a power cut */
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0)
		return -errno;
	r = fchmod(fd, mode) < 0 ? -errno : write_all(fd, bytes, len);
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	/* on some file systems it is here that a full disk is told */
	if (close(TAKE_FD(fd)) < 0 && r == 0)
		r = -errno;
	return r;
}

int
atomic_file_write(const char *path, const void *bytes, size_t len, unsigned mode, struct err *e)
{
	_cleanup_(freep) char *beside = xasprintf("%s.new", path);
	int r = write_beside(beside, bytes, len, mode);

	if (r == 0 && rename(beside, path) < 0)
		r = -errno;
	if (r < 0)
		(void)unlink(beside);
	else
		r = sync_folder(path);
	return r < 0 ? err_errno(e, r, "write %s", path) : 0;
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
