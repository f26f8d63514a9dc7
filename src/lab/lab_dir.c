#include "lab/lab_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

#define NAME_LIMIT 64
#define TAIL_BYTES 700
#define TAIL_LINES 8

static void
closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

char *
lab_dir_root(void)
{
	const char *own = getenv("NEARCAST_LAB_DIR"), *runtime = getenv("XDG_RUNTIME_DIR");

	if (own != NULL && *own != '\0')
		return xstrdup(own);
	if (runtime != NULL && *runtime != '\0')
		return xasprintf("%s/nearcast/labs", runtime);
	if (geteuid() == 0)
		return xstrdup("/run/nearcast/labs");
	return xasprintf("/tmp/nearcast-%u/labs", (unsigned)geteuid());
}

static bool
name_is_good(const char *name)
{
	size_t n = strspn(name,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

	return n > 0 && n <= NAME_LIMIT && name[n] == '\0' && name[0] != '.';
}

/* Makes each missing folder of a path, for us alone. */
static int
make_path(const char *path)
{
	_cleanup_(freep) char *copy = xstrdup(path);

	for (char *slash = strchr(copy + 1, '/');; slash = strchr(slash + 1, '/')) {
		if (slash != NULL)
			*slash = '\0';
		if (mkdir(copy, 0700) < 0 && errno != EEXIST)
			return -errno;
		if (slash == NULL)
			return 0;
		*slash = '/';
	}
}

/*
 * Opens the root folder. Its last two parts may lie in /tmp, where anyone could have made them before us
 * and would then own our control sockets: what is not ours is refused.
 */
static int
open_root(const char *root, bool make, struct err *err)
{
	struct stat st;

	if (make) {
		int r = make_path(root);

		if (r < 0)
			return err_errno(err, r, "make the folder %s", root);
	}
	_cleanup_(closep) int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return errno == ENOENT ? -ENOENT : err_errno(err, -errno, "open the folder %s", root);
	if (st.st_uid != geteuid() && geteuid() != 0)
		return err_set(err, -EPERM, "the folder %s belongs to someone else", root);
	if ((st.st_mode & 022) != 0)
		return err_set(err, -EPERM, "others may write to the folder %s", root);
	/* Making and pruning take turns. */
	if (flock(fd, LOCK_EX) < 0)
		return err_errno(err, -errno, "lock the folder %s", root);
	return TAKE_FD(fd);
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	(void)remove(path); /* what cannot be removed keeps its folder, and is seen there */
	return 0;
}

static void
remove_tree(const char *path)
{
	(void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

/* Whether the folder's lock is held: 1, 0 (dead, or half made), or a negative errno. */
static int
is_alive(int root, const char *name)
{
	_cleanup_(freep) char *path = xasprintf("%s/lock", name);
	_cleanup_(closep) int fd = openat(root, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	return errno == EWOULDBLOCK ? 1 : -errno;
}

static int
fill(struct lab_dir *d, int root, const char *name, struct err *err)
{
	if (mkdirat(root, name, 0700) < 0)
		return err_errno(err, -errno, "make the folder %s", d->path);
	d->fd = openat(root, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (d->fd < 0)
		return err_errno(err, -errno, "open the folder %s", d->path);
	d->lock = openat(d->fd, "lock", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (d->lock < 0 || flock(d->lock, LOCK_EX | LOCK_NB) < 0 || mkdirat(d->fd, "logs", 0700) < 0)
		return err_errno(err, -errno, "fill the folder %s", d->path);
	return 0;
}

int
lab_dir_create(const char *name, struct lab_dir *ret, struct err *err)
{
	_cleanup_(freep) char *root = lab_dir_root();
	_cleanup_(lab_dir_done) struct lab_dir d = LAB_DIR_INIT;

	if (!name_is_good(name))
		return err_set(err, -EINVAL,
		    "\"%s\" cannot name a lab: letters, digits, \"-\", \"_\" and \".\" can, at most %d", name,
		    NAME_LIMIT);
	_cleanup_(closep) int fd = open_root(root, true, err);
	if (fd < 0)
		return fd;
	int r = is_alive(fd, name);
	if (r < 0)
		return err_errno(err, r, "look at the lab %s in %s", name, root);
	if (r > 0)
		return err_set(err, -EEXIST, "the lab %s is already running; nearcast lab down %s ends it",
		    name, name);
	d.path = xasprintf("%s/%s", root, name);
	remove_tree(d.path);
	r = fill(&d, fd, name, err);
	if (r < 0) {
		remove_tree(d.path);
		return r;
	}
	*ret = d;
	d = LAB_DIR_INIT;
	return 0;
}

int
lab_dir_open(const char *name, struct lab_dir *ret, struct err *err)
{
	_cleanup_(freep) char *root = lab_dir_root();
	_cleanup_(closep) int fd = open_root(root, false, err);
	int r = fd < 0 ? fd : name_is_good(name) ? is_alive(fd, name) : 0;

	if (r == 0 || r == -ENOENT)
		return err_set(err, -ENOENT, "no lab %s is running", name);
	if (fd < 0)
		return r;
	if (r < 0)
		return err_errno(err, r, "look at the lab %s in %s", name, root);
	int dir = openat(fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (dir < 0)
		return err_errno(err, -errno, "open %s/%s", root, name);
	*ret = (struct lab_dir){ .path = xasprintf("%s/%s", root, name), .fd = dir, .lock = -1 };
	return 0;
}

void
lab_dir_remove(struct lab_dir *d)
{
	if (d->path != NULL)
		remove_tree(d->path);
	lab_dir_done(d);
}

void
lab_dir_done(struct lab_dir *d)
{
	closep(&d->fd);
	closep(&d->lock);
	free(d->path);
	*d = LAB_DIR_INIT;
}

int
lab_dir_each(lab_dir_fn fn, void *userdata, struct err *err)
{
	_cleanup_(freep) char *root = lab_dir_root();
	_cleanup_(closep) int fd = open_root(root, false, err);
	struct dirent **names;

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	int n = scandirat(fd, ".", &names, NULL, alphasort);
	if (n < 0)
		return err_errno(err, -errno, "read the folder %s", root);
	for (int i = 0; i < n; i++) {
		const char *name = names[i]->d_name;
		int r = name_is_good(name) ? is_alive(fd, name) : -EINVAL;

		if (r > 0 && fn != NULL)
			fn(name, userdata);
		if (r == 0) {
			_cleanup_(freep) char *path = xasprintf("%s/%s", root, name);

			remove_tree(path);
		}
		free(names[i]);
	}
	free(names);
	return 0;
}

struct sockaddr_un
lab_dir_control_address(const struct lab_dir *d)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	(void)snprintf(addr.sun_path, sizeof(addr.sun_path), "/proc/self/fd/%d/control", d->fd);
	return addr;
}

void
lab_dir_log_tail(const struct lab_dir *d, const char *log, struct strbuf *out)
{
	_cleanup_(freep) char *path = xasprintf("logs/%s", log);
	_cleanup_(closep) int fd = openat(d->fd, path, O_RDONLY | O_CLOEXEC);
	char text[TAIL_BYTES + 1], *line = text, *end;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return;
	off_t from = MAX(st.st_size - TAIL_BYTES, 0);
	ssize_t n = pread(fd, text, TAIL_BYTES, from);
	if (n <= 0)
		return;
	while (n > 0 && text[n - 1] == '\n')
		n--;
	text[n] = '\0';
	if (from > 0 && (end = strchr(text, '\n')) != NULL)
		line = end + 1; /* the first one is likely cut */
	int lines = 1;
	for (const char *c = line; *c != '\0'; c++)
		lines += *c == '\n';
	for (; lines > TAIL_LINES; lines--)
		line = strchr(line, '\n') + 1;
	for (; line != NULL; line = end != NULL ? end + 1 : NULL) {
		end = strchr(line, '\n');
		strbuf_addf(out, "\n  %.*s", end != NULL ? (int)(end - line) : (int)strlen(line), line);
	}
}
