#include "io/worker_pool.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/loop.h"
#include "io/thread.h"

struct worker_pool {
	struct worker_pool_conf conf;
	pthread_mutex_t mutex;
	pthread_cond_t wake, rest; /* for a thread: a job waits; for the end: there is less to do */
	/* under the mutex */
	struct list waiting, finished;
	size_t waiting_count;
	unsigned idle; /* threads */
	unsigned busy;
	bool ends;
	/* the loop's */
	pthread_t *threads; /* owned; thread_count run */
	unsigned thread_count;
	int bell_fd;           /* owned; eventfd: something has finished */
	sd_event_source *bell; /* owned */
};

static struct pool_job *
next_job(struct worker_pool *p)
{
	struct pool_job *job = NULL;

	(void)pthread_mutex_lock(&p->mutex);
	p->idle++;
	while (list_is_empty(&p->waiting) && !p->ends)
		(void)pthread_cond_wait(&p->wake, &p->mutex);
	p->idle--;
	if (!list_is_empty(&p->waiting)) {
		job = list_entry(p->waiting.next, struct pool_job, node);
		list_remove(&job->node);
		job->waits = false;
		p->waiting_count--;
		p->busy++;
	}
	(void)pthread_mutex_unlock(&p->mutex);
	return job;
}

static void *
run(void *arg)
{
	struct worker_pool *p = arg;
	void *state = p->conf.begin != NULL ? p->conf.begin(p->conf.userdata) : NULL;
	struct pool_job *job;

	while ((job = next_job(p)) != NULL) {
		job->run(job, state);
		(void)pthread_mutex_lock(&p->mutex);
		list_append(&p->finished, &job->node);
		p->busy--;
		(void)pthread_cond_signal(&p->rest);
		(void)pthread_mutex_unlock(&p->mutex);
		(void)eventfd_write(p->bell_fd, 1);
	}
	if (p->conf.end != NULL)
		p->conf.end(p->conf.userdata, state);
	return NULL;
}

static void
take_finished(struct worker_pool *p)
{
	for (;;) {
		struct pool_job *job = NULL;

		(void)pthread_mutex_lock(&p->mutex);
		if (!list_is_empty(&p->finished)) {
			job = list_entry(p->finished.next, struct pool_job, node);
			list_remove(&job->node);
		}
		(void)pthread_mutex_unlock(&p->mutex);
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
worker_pool_new(
    sd_event *loop, const struct worker_pool_conf *conf, struct worker_pool **ret, struct err *e)
{
	struct worker_pool *p = xcalloc(1, sizeof(*p));
	int r;

	if (conf != NULL)
		p->conf = *conf;
	p->conf.threads = MAX(p->conf.threads, 1u);
	p->threads = xcalloc(p->conf.threads, sizeof(*p->threads));
	(void)pthread_mutex_init(&p->mutex, NULL);
	(void)pthread_cond_init(&p->wake, NULL);
	(void)pthread_cond_init(&p->rest, NULL);
	list_init(&p->waiting);
	list_init(&p->finished);
	p->bell_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r = p->bell_fd < 0 ? -errno
			   : sd_event_add_io(loop, &p->bell, p->bell_fd, EPOLLIN, on_bell, p);
	if (r < 0) {
		(void)worker_pool_free(p, DURATION_MS(0));
		return err_errno(e, r, "threads for slow work");
	}
	/* whatever a disk has to tell can wait for a withdraw */
	(void)sd_event_source_set_priority(p->bell, SD_EVENT_PRIORITY_IDLE);
	*ret = p;
	return 0;
}

bool
worker_pool_do(struct worker_pool *p, struct pool_job *job)
{
	bool is_taken, is_short;

	(void)pthread_mutex_lock(&p->mutex);
	is_taken =
	    p->conf.waiting == 0 || p->busy + p->waiting_count < p->conf.threads + p->conf.waiting;
	if (is_taken) {
		list_append(&p->waiting, &job->node);
		job->waits = true;
		p->waiting_count++;
		(void)pthread_cond_signal(&p->wake);
	}
	is_short = p->waiting_count > p->idle;
	(void)pthread_mutex_unlock(&p->mutex);
	if (is_taken && is_short && p->thread_count < p->conf.threads &&
	    thread_start(&p->threads[p->thread_count], p->conf.stack_bytes, run, p) == 0)
		/* without: tried again with the next job, and this one waits for it */
		p->thread_count++;
	return is_taken;
}

bool
worker_pool_take_back(struct worker_pool *p, struct pool_job *job)
{
	bool waits;

	(void)pthread_mutex_lock(&p->mutex);
	waits = job->waits;
	if (waits) {
		list_remove(&job->node);
		job->waits = false;
		p->waiting_count--;
		(void)pthread_cond_signal(&p->rest);
	}
	(void)pthread_mutex_unlock(&p->mutex);
	return waits;
}

size_t
worker_pool_waiting(struct worker_pool *p)
{
	size_t n;

	(void)pthread_mutex_lock(&p->mutex);
	n = p->waiting_count;
	(void)pthread_mutex_unlock(&p->mutex);
	return n;
}

static struct timespec
timespec_of(struct instant t)
{
	return (struct timespec){ .tv_sec = t.ns / NS_PER_S, .tv_nsec = t.ns % NS_PER_S };
}

/* Nothing waits and nothing runs; false: it was too late. */
static bool
wait_idle(struct worker_pool *p, struct instant until)
{
	struct timespec ts = timespec_of(until);
	bool idle;
	int r = 0;

	(void)pthread_mutex_lock(&p->mutex);
	while (r == 0 && (p->busy > 0 || !list_is_empty(&p->waiting)))
		r = pthread_cond_clockwait(&p->rest, &p->mutex, CLOCK_MONOTONIC, &ts);
	idle = p->busy == 0 && list_is_empty(&p->waiting);
	(void)pthread_mutex_unlock(&p->mutex);
	return idle;
}

static bool
has_jobs(struct worker_pool *p)
{
	bool any;

	(void)pthread_mutex_lock(&p->mutex);
	any = p->busy > 0 || !list_is_empty(&p->waiting) || !list_is_empty(&p->finished);
	(void)pthread_mutex_unlock(&p->mutex);
	return any;
}

/* Whoever begins or ends its state may hang as well. */
static bool
end_threads(struct worker_pool *p, struct instant until)
{
	struct timespec ts = timespec_of(until);

	(void)pthread_mutex_lock(&p->mutex);
	p->ends = true;
	(void)pthread_cond_broadcast(&p->wake);
	(void)pthread_mutex_unlock(&p->mutex);
	while (p->thread_count > 0 && pthread_clockjoin_np(p->threads[p->thread_count - 1], NULL,
					  CLOCK_MONOTONIC, &ts) == 0)
		p->thread_count--;
	return p->thread_count == 0;
}

bool
worker_pool_free(struct worker_pool *p, struct duration limit)
{
	struct instant until = instant_add(clock_now(), limit);
	bool in_time = true;

	if (p == NULL)
		return true;
	(void)sd_event_source_disable_unref(p->bell);
	while (in_time && p->thread_count > 0 && has_jobs(p)) {
		in_time = wait_idle(p, until);
		if (in_time)
			take_finished(p); /* may give new ones */
	}
	if (!in_time || !end_threads(p, until)) {
		for (unsigned i = 0; i < p->thread_count; i++)
			(void)pthread_detach(p->threads[i]);
		return false;
	}
	if (p->bell_fd >= 0)
		(void)close(p->bell_fd);
	(void)pthread_cond_destroy(&p->rest);
	(void)pthread_cond_destroy(&p->wake);
	(void)pthread_mutex_destroy(&p->mutex);
	free(p->threads);
	free(p);
	return true;
}
