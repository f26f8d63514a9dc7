#include "lab/safe_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/fd.h"

/* Ours are two deep; each level holds a descriptor. */
#define DEPTH_MAX 16

static bool
is_ours_or_roots(const struct stat *st)
{
	return st->st_uid == geteuid() || st->st_uid == 0;
}

/*
 * From an open folder to the part below it. Gives a descriptor that is good for walking on only
 * (O_PATH).
 */
static int
step(int at, const char *part, bool make, bool is_last, const char *path, struct err *err)
{
	struct stat here, next;

	if (fstat(at, &here) < 0)
		return err_errno(err, -errno, "look at a folder of %s", path);
	if ((here.st_mode & S_IWOTH) != 0 && (here.st_mode & S_ISVTX) == 0)
		return err_set(err, -EPERM, "anyone may replace \"%s\" in the path %s", part, path);
	if (make && mkdirat(at, part, 0700) < 0 && errno != EEXIST)
		return err_errno(err, -errno, "make the folder %s", path);
	_cleanup_(closep) int fd = openat(at, part, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &next) < 0)
		return errno == ENOENT ? -ENOENT
				       : err_errno(err, -errno, "open the folder %s", path);
	if ((here.st_mode & S_IWOTH) != 0 && !is_ours_or_roots(&next))
		return err_set(
		    err, -EPERM, "\"%s\" in the path %s belongs to someone else", part, path);
	if (S_ISDIR(next.st_mode))
		return TAKE_FD(fd);
	if (!S_ISLNK(next.st_mode))
		return err_errno(err, -ENOTDIR, "open the folder %s", path);
	if (is_last || (here.st_mode & (S_IWGRP | S_IWOTH)) != 0 || !is_ours_or_roots(&here))
		return err_set(err, -EPERM, "\"%s\" in the path %s is a symbolic link", part, path);
	int r = openat(at, part, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return r < 0 ? err_errno(err, -errno, "open the folder %s", path) : r;
}

int
safe_dir_open(const char *path, bool make, struct err *err)
{
	_cleanup_(freep) char *copy = xstrdup(path);
	_cleanup_(closep) int at =
	    open(path[0] == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char *rest = NULL, *next;
	struct stat st;

	if (at < 0)
		return err_errno(err, -errno, "open the folder %s", path);
	for (char *part = strtok_r(copy, "/", &rest); part != NULL; part = next) {
		next = strtok_r(NULL, "/", &rest);
		int fd = step(at, part, make, next == NULL, path, err);

		if (fd < 0)
			return fd;
		close(at);
		at = fd;
	}
	_cleanup_(closep) int fd = openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_errno(err, -errno, "open the folder %s", path);
	if (st.st_uid != geteuid())
		return err_set(err, -EPERM, "the folder %s belongs to someone else", path);
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return err_set(err, -EPERM, "others may write to the folder %s", path);
	return TAKE_FD(fd);
}

/* What cannot be removed keeps its folder, and is seen there. */
static void
empty(int fd, dev_t device, const char *keep, unsigned depth)
{
	struct dirent **names;
	int n = scandirat(fd, ".", &names, NULL, NULL);

	for (int i = 0; i < n; i++) {
		_cleanup_(freep) struct dirent *entry = names[i];
		const char *name = entry->d_name;
		struct stat st;

		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
		    (keep != NULL && strcmp(name, keep) == 0))
			continue;
		if (unlinkat(fd, name, 0) == 0 || depth == 0)
			continue;
		_cleanup_(closep) int sub =
		    openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (sub < 0 || fstat(sub, &st) < 0 || st.st_dev != device)
			continue;
		empty(sub, device, NULL, depth - 1);
		(void)unlinkat(fd, name, AT_REMOVEDIR);
	}
	if (n >= 0)
		free(names);
}

void
safe_dir_remove(int parent, const char *name, int fd, const char *last)
{
	struct stat open, named;

	if (fstat(fd, &open) < 0 || fstatat(parent, name, &named, AT_SYMLINK_NOFOLLOW) < 0 ||
	    open.st_dev != named.st_dev || open.st_ino != named.st_ino)
		return;
	empty(fd, open.st_dev, last, DEPTH_MAX);
	(void)unlinkat(fd, last, 0);
	(void)unlinkat(parent, name, AT_REMOVEDIR);
}
