#include "agent/state_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "io/atomic_file.h"
#include "io/fd.h"
#include "io/loop.h"
#include "io/worker_pool.h"

#define LOCK_NAME "lock"
#define RETRY DURATION_S(2)
#define FREE_LIMIT DURATION_S(2)

/* One name: what the thread is writing, and what is to follow. */
struct slot {
	struct list node;
	struct state_dir *dir; /* borrowed */
	char *path;            /* owned */
	struct pool_job job;
	bool is_busy; /* now job, bytes, len, result and failure are the thread's */
	char *bytes;  /* owned; NULL: remove the file */
	size_t len;
	int result;
	struct err failure;
	bool has_next, failed;
	char *next; /* owned; as bytes */
	size_t next_len;
};

struct state_dir {
	char *path;                /* owned */
	int lock_fd;               /* owned; -1: the folder is not ours */
	struct worker_pool *thread; /* owned */
	struct list slots;         /* owned */
	struct timer retry;        /* owned; set while something could not be written */
	char *problem;             /* owned; NULL: none */
};

/* Said once, until all is well again. */
static void
set_problem(struct state_dir *d, const char *problem)
{
	if (d->problem == NULL)
		log_error("state directory: %s; goes on without", problem);
	free(d->problem);
	d->problem = xstrdup(problem);
}

static void
clear_problem(struct state_dir *d)
{
	list_for_each (s, &d->slots, struct slot, node) {
		if (s->failed)
			return;
	}
	if (d->problem != NULL)
		log_notice("state directory: %s is written again", d->path);
	free(TAKE(d->problem));
}

static void
run_slot(struct pool_job *job, void *state)
{
	struct slot *s = container_of(job, struct slot, job);

	(void)state;
	s->result = s->bytes != NULL
			? atomic_file_write(s->path, s->bytes, s->len, 0600, &s->failure)
			: atomic_file_remove(s->path, &s->failure);
}

static void
start_slot(struct slot *s)
{
	if (s->is_busy || !s->has_next)
		return;
	free(s->bytes);
	s->bytes = TAKE(s->next);
	s->len = s->next_len;
	s->has_next = false;
	s->is_busy = true;
	(void)worker_pool_do(s->dir->thread, &s->job);
}

static void
start_slots(struct state_dir *d)
{
	list_for_each (s, &d->slots, struct slot, node)
		start_slot(s);
}

static void
on_retry(struct timer *t, struct instant now)
{
	(void)now;
	start_slots(container_of(t, struct state_dir, retry));
}

static void
on_slot_done(struct pool_job *job)
{
	struct slot *s = container_of(job, struct slot, job);

	s->is_busy = false;
	s->failed = s->result < 0;
	if (s->failed) {
		set_problem(s->dir, s->failure.message);
		if (!s->has_next) { /* for a better day */
			s->next = TAKE(s->bytes);
			s->next_len = s->len;
			s->has_next = true;
		}
		timer_set(&s->dir->retry, instant_add(clock_now(), RETRY));
		return;
	}
	clear_problem(s->dir);
	start_slot(s);
}

static struct slot *
slot_of(struct state_dir *d, const char *name)
{
	_cleanup_(freep) char *path = xasprintf("%s/%s", d->path, name);
	struct slot *new;

	list_for_each (s, &d->slots, struct slot, node) {
		if (strcmp(s->path, path) == 0)
			return s;
	}
	new = xcalloc(1, sizeof(*new));
	new->dir = d;
	new->path = TAKE(path);
	new->job = (struct pool_job){ .run = run_slot, .done = on_slot_done };
	list_append(&d->slots, &new->node);
	return new;
}

static void
set_next(struct state_dir *d, const char *name, char *bytes, size_t len)
{
	struct slot *s;

	if (!state_dir_is_ours(d)) {
		free(bytes);
		return;
	}
	s = slot_of(d, name);
	free(s->next);
	s->next = bytes;
	s->next_len = len;
	s->has_next = true;
	start_slots(d); /* those that failed, too */
}

void
state_dir_save(struct state_dir *d, const char *name, const void *bytes, size_t len)
{
	char *copy = xmalloc(len + 1);

	memcpy(copy, bytes, len);
	set_next(d, name, copy, len);
}

void
state_dir_remove(struct state_dir *d, const char *name)
{
	set_next(d, name, NULL, 0);
}

int
state_dir_load(const struct state_dir *d, const char *name, size_t max, char **ret, size_t *ret_len,
    struct err *e)
{
	_cleanup_(freep) char *path = xasprintf("%s/%s", d->path, name);

	if (!state_dir_is_ours(d))
		return err_errno(e, -ENOENT, "read %s", path);
	return atomic_file_read(path, max, ret, ret_len, e);
}

/* Ours, or a sentence on why not. */
static int
lock_folder(struct state_dir *d, struct err *e)
{
	_cleanup_(freep) char *lock = xasprintf("%s/" LOCK_NAME, d->path);
	_cleanup_(closep) int fd = -1;

	if (mkdir(d->path, 0700) < 0 && errno != EEXIST)
		return err_errno(e, -errno, "make folder %s", d->path);
	fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_errno(e, -errno, "open %s", lock);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno == EWOULDBLOCK)
			return err_set(e, -EBUSY, "another agent has %s", d->path);
		return err_errno(e, -errno, "lock %s", lock);
	}
	d->lock_fd = TAKE_FD(fd);
	return 0;
}

int
state_dir_new(sd_event *loop, const char *path, struct state_dir **ret, struct err *e)
{
	struct state_dir *d = xcalloc(1, sizeof(*d));
	struct err problem = { 0 };
	int r;

	d->path = xstrdup(path);
	d->lock_fd = -1;
	list_init(&d->slots);
	r = timer_init(&d->retry, loop, on_retry);
	if (r < 0)
		(void)err_errno(e, r, "set up a timer");
	else
		r = worker_pool_new(loop, NULL, &d->thread, e);
	if (r < 0) {
		state_dir_free(d);
		return r;
	}
	if (lock_folder(d, &problem) < 0)
		set_problem(d, problem.message);
	*ret = d;
	return 0;
}

void
state_dir_free(struct state_dir *d)
{
	if (d == NULL)
		return;
	if (!worker_pool_free(d->thread, FREE_LIMIT))
		return; /* the disk hangs, and the thread still has what is here */
	timer_done(&d->retry);
	list_for_each_safe (s, &d->slots, struct slot, node) {
		free(s->path);
		free(s->bytes);
		free(s->next);
		free(s);
	}
	if (d->lock_fd >= 0)
		(void)close(d->lock_fd);
	free(d->problem);
	free(d->path);
	free(d);
}

const char *
state_dir_path(const struct state_dir *d)
{
	return d->path;
}

const char *
state_dir_problem(const struct state_dir *d)
{
	return d->problem;
}

bool
state_dir_is_ours(const struct state_dir *d)
{
	return d->lock_fd >= 0;
}

struct worker_pool *
state_dir_thread(struct state_dir *d)
{
	return d->thread;
}
