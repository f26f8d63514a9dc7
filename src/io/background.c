#include "io/background.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/loop.h"
#include "io/thread.h"

struct background {
	pthread_t thread;
	bool is_running; /* there is a thread */
	pthread_mutex_t mutex;
	pthread_cond_t wake, idle;
	/* under the mutex */
	struct list waiting, finished;
	bool runs_one, ends;
	/* the loop's */
	int bell_fd;           /* owned; eventfd: something has finished */
	sd_event_source *bell; /* owned */
};

static struct background_job *
next_job(struct background *b)
{
	struct background_job *job = NULL;

	(void)pthread_mutex_lock(&b->mutex);
	while (list_is_empty(&b->waiting) && !b->ends)
		(void)pthread_cond_wait(&b->wake, &b->mutex);
	if (!list_is_empty(&b->waiting)) {
		job = list_entry(b->waiting.next, struct background_job, node);
		list_remove(&job->node);
		b->runs_one = true;
	}
	(void)pthread_mutex_unlock(&b->mutex);
	return job;
}

static void *
run(void *arg)
{
	struct background *b = arg;
	struct background_job *job;

	while ((job = next_job(b)) != NULL) {
		job->run(job);
		(void)pthread_mutex_lock(&b->mutex);
		list_append(&b->finished, &job->node);
		b->runs_one = false;
		(void)pthread_cond_signal(&b->idle);
		(void)pthread_mutex_unlock(&b->mutex);
		(void)eventfd_write(b->bell_fd, 1);
	}
	return NULL;
}

static void
take_finished(struct background *b)
{
	for (;;) {
		struct background_job *job = NULL;

		(void)pthread_mutex_lock(&b->mutex);
		if (!list_is_empty(&b->finished)) {
			job = list_entry(b->finished.next, struct background_job, node);
			list_remove(&job->node);
		}
		(void)pthread_mutex_unlock(&b->mutex);
		if (job == NULL)
			return;
		job->done(job);
	}
}

static int
on_bell(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	eventfd_t n;

	(void)source;
	(void)revents;
	if (eventfd_read(fd, &n) == 0)
		take_finished(userdata);
	return 0;
}

int
background_new(sd_event *loop, struct background **ret, struct err *e)
{
	struct background *b = xcalloc(1, sizeof(*b));
	int r;

	(void)pthread_mutex_init(&b->mutex, NULL);
	(void)pthread_cond_init(&b->wake, NULL);
	(void)pthread_cond_init(&b->idle, NULL);
	list_init(&b->waiting);
	list_init(&b->finished);
	b->bell_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r = b->bell_fd < 0 ? -errno
			   : sd_event_add_io(loop, &b->bell, b->bell_fd, EPOLLIN, on_bell, b);
	if (r < 0) {
		(void)background_free(b, DURATION_MS(0));
		return err_errno(e, r, "thread for the disk");
	}
	/* whatever a disk has to tell can wait for a withdraw */
	(void)sd_event_source_set_priority(b->bell, SD_EVENT_PRIORITY_IDLE);
	*ret = b;
	return 0;
}

void
background_do(struct background *b, struct background_job *job)
{
	(void)pthread_mutex_lock(&b->mutex);
	list_append(&b->waiting, &job->node);
	(void)pthread_cond_signal(&b->wake);
	(void)pthread_mutex_unlock(&b->mutex);
	if (!b->is_running)
		/* without: tried again with the next job, and this one waits for it */
		b->is_running = thread_start(&b->thread, run, b) == 0;
}

/* Nothing waits and nothing runs; false: it was too late. */
static bool
wait_idle(struct background *b, struct instant until)
{
	struct timespec ts = { .tv_sec = until.ns / NS_PER_S, .tv_nsec = until.ns % NS_PER_S };
	bool idle;
	int r = 0;

	(void)pthread_mutex_lock(&b->mutex);
	while (r == 0 && (b->runs_one || !list_is_empty(&b->waiting)))
		r = pthread_cond_clockwait(&b->idle, &b->mutex, CLOCK_MONOTONIC, &ts);
	idle = !b->runs_one && list_is_empty(&b->waiting);
	(void)pthread_mutex_unlock(&b->mutex);
	return idle;
}

static bool
has_jobs(struct background *b)
{
	bool any;

	(void)pthread_mutex_lock(&b->mutex);
	any = b->runs_one || !list_is_empty(&b->waiting) || !list_is_empty(&b->finished);
	(void)pthread_mutex_unlock(&b->mutex);
	return any;
}

static void
end_thread(struct background *b)
{
	(void)pthread_mutex_lock(&b->mutex);
	b->ends = true;
	(void)pthread_cond_signal(&b->wake);
	(void)pthread_mutex_unlock(&b->mutex);
	(void)pthread_join(b->thread, NULL);
}

bool
background_free(struct background *b, struct duration limit)
{
	struct instant until = instant_add(clock_now(), limit);

	if (b == NULL)
		return true;
	(void)sd_event_source_disable_unref(b->bell);
	while (b->is_running && has_jobs(b)) {
		if (!wait_idle(b, until)) {
			(void)pthread_detach(b->thread);
			return false;
		}
		take_finished(b); /* may give new ones */
	}
	if (b->is_running)
		end_thread(b);
	if (b->bell_fd >= 0)
		(void)close(b->bell_fd);
	(void)pthread_cond_destroy(&b->idle);
	(void)pthread_cond_destroy(&b->wake);
	(void)pthread_mutex_destroy(&b->mutex);
	free(b);
	return true;
}
