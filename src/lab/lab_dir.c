#include "lab/lab_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "io/fd.h"
#include "lab/safe_dir.h"

#define NAME_LIMIT 64
/* What is in every lock file. */
#define LOCK_WORDS "nearcast lab\n"
#define TAIL_BYTES 700
#define TAIL_LINES 8

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

/* Opens the root folder, and waits for its lock: making and pruning take turns. */
static int
open_root(const char *root, bool make, struct err *err)
{
	_cleanup_(closep) int fd = safe_dir_open(root, make, err);

	if (fd < 0)
		return fd;
	if (flock(fd, LOCK_EX) < 0)
		return err_errno(err, -errno, "lock the folder %s", root);
	return TAKE_FD(fd);
}

/*
 * What a name in the root folder stands for. Only a lock file of ours with our words in it makes a
 * folder a lab's: the root may be any folder that its user named, and nothing else in it is ours to
 * remove.
 */
enum state {
	STATE_NONE,    /* no such name */
	STATE_FOREIGN, /* not a lab's */
	STATE_DEAD,    /* nobody holds the lock */
	STATE_ALIVE,
};

/* Gives a state or a negative errno, and for a lab's folder a descriptor of it. */
static int
look(int root, const char *name, int *ret_fd)
{
	char words[sizeof(LOCK_WORDS)];
	struct stat st;
	_cleanup_(closep) int fd =
	    openat(root, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return errno == ENOENT ? STATE_NONE : STATE_FOREIGN;
	if (fstat(fd, &st) < 0 || st.st_uid != geteuid())
		return STATE_FOREIGN;
	_cleanup_(closep) int lock =
	    openat(fd, "lock", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (lock < 0 || fstat(lock, &st) < 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid())
		return STATE_FOREIGN;
	ssize_t n = pread(lock, words, sizeof(words), 0);
	if (n != (ssize_t)strlen(LOCK_WORDS) || memcmp(words, LOCK_WORDS, (size_t)n) != 0)
		return STATE_FOREIGN;
	int state = flock(lock, LOCK_EX | LOCK_NB) == 0 ? STATE_DEAD : STATE_ALIVE;
	if (state == STATE_ALIVE && errno != EWOULDBLOCK)
		return -errno;
	*ret_fd = TAKE_FD(fd);
	return state;
}

static int
fill(struct lab_dir *d, int root, const char *name, struct err *err)
{
	size_t n = strlen(LOCK_WORDS);

	if (mkdirat(root, name, 0700) < 0)
		return err_errno(err, -errno, "make the folder %s", d->path);
	d->fd = openat(root, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (d->fd < 0)
		return err_errno(err, -errno, "open the folder %s", d->path);
	d->lock = openat(d->fd, "lock", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (d->lock < 0 || flock(d->lock, LOCK_EX | LOCK_NB) < 0 ||
	    write(d->lock, LOCK_WORDS, n) != (ssize_t)n || mkdirat(d->fd, "logs", 0700) < 0)
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
		    "\"%s\" cannot name a lab: letters, digits, \"-\", \"_\" and \".\" can, at "
		    "most %d",
		    name, NAME_LIMIT);
	_cleanup_(closep) int fd = open_root(root, true, err);
	if (fd < 0)
		return fd;
	_cleanup_(closep) int old = -1;
	d.path = xasprintf("%s/%s", root, name);
	int r = look(fd, name, &old);
	if (r < 0)
		return err_errno(err, r, "look at the lab %s in %s", name, root);
	if (r == STATE_ALIVE)
		return err_set(err, -EEXIST,
		    "the lab %s is already running; nearcast lab down %s ends it", name, name);
	if (r == STATE_DEAD)
		safe_dir_remove(fd, name, old, "lock");
	/* An empty one may be half made; nothing is lost with it. */
	if (r == STATE_FOREIGN && unlinkat(fd, name, AT_REMOVEDIR) < 0)
		return err_set(err, -EPERM, "%s is in the way, and is not a lab's", d.path);
	r = fill(&d, fd, name, err);
	if (r < 0) {
		if (d.fd >= 0)
			safe_dir_remove(fd, name, d.fd, "lock");
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
	_cleanup_(closep) int dir = -1;
	int r = fd < 0 ? fd : name_is_good(name) ? look(fd, name, &dir) : STATE_NONE;

	if (fd < 0 && fd != -ENOENT)
		return fd;
	if (fd >= 0 && r < 0)
		return err_errno(err, r, "look at the lab %s in %s", name, root);
	if (r != STATE_ALIVE)
		return err_set(err, -ENOENT, "no lab %s is running", name);
	*ret = (struct lab_dir){
		.path = xasprintf("%s/%s", root, name), .fd = TAKE_FD(dir), .lock = -1
	};
	return 0;
}

void
lab_dir_remove(struct lab_dir *d)
{
	/* Wherever the folder is by now: not by its path, which others may have changed. */
	_cleanup_(closep) int parent =
	    d->fd >= 0 ? openat(d->fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;

	if (parent >= 0)
		safe_dir_remove(parent, strrchr(d->path, '/') + 1, d->fd, "lock");
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
		_cleanup_(closep) int dir = -1;
		int r = name_is_good(name) ? look(fd, name, &dir) : STATE_NONE;

		if (r == STATE_ALIVE && fn != NULL)
			fn(name, userdata);
		if (r == STATE_DEAD)
			safe_dir_remove(fd, name, dir, "lock");
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
	(void)utf8_mend(text);
	if (from > 0 && (end = strchr(text, '\n')) != NULL)
		line = end + 1; /* the first one is likely cut */
	int lines = 1;
	for (const char *c = line; *c != '\0'; c++)
		lines += *c == '\n';
	for (; lines > TAIL_LINES; lines--)
		line = strchr(line, '\n') + 1;
	for (; line != NULL; line = end != NULL ? end + 1 : NULL) {
		end = strchr(line, '\n');
		strbuf_addf(
		    out, "\n  %.*s", end != NULL ? (int)(end - line) : (int)strlen(line), line);
	}
}
