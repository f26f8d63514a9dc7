#include "io/worker.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/punctual.h"
#include "io/thread.h"

#define PATIENT_NICE 10

struct worker {
	pthread_t thread;
	bool is_running, is_patient;
	sd_event *loop;                        /* owned; the thread's */
	int call_fd;                           /* owned; eventfd: the owner has a call */
	void (*fn)(sd_event *loop, void *arg); /* the call */
	void *arg;
	sem_t done;            /* posted behind each call */
	int bell_fd;           /* owned; eventfd */
	sd_event_source *bell; /* owned; in the owner's loop */
	void (*on_bell)(void *userdata);
	void *userdata;
};

static void
ring(int fd)
{
	(void)eventfd_write(fd, 1); /* fails only when it counts 2^64 - 2 already */
}

static int
on_call(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct worker *w = userdata;
	eventfd_t n;

	(void)source;
	(void)revents;
	if (eventfd_read(fd, &n) == 0) {
		w->fn(w->loop, w->arg);
		(void)sem_post(&w->done);
	}
	return 0;
}

static int
on_bell(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct worker *w = userdata;
	eventfd_t n;

	(void)source;
	(void)revents;
	if (eventfd_read(fd, &n) == 0)
		w->on_bell(w->userdata);
	return 0;
}

static void *
run(void *arg)
{
	struct worker *w = arg;

	if (w->is_patient)
		(void)setpriority(
		    PRIO_PROCESS, (id_t)gettid(), PATIENT_NICE); /* this thread's alone */
	else
		punctual_become();
	(void)sd_event_loop(w->loop);
	return NULL;
}

static int
make(sd_event *owner, bool is_patient, void (*fn)(void *userdata), void *userdata,
    struct worker **ret, struct err *e)
{
	struct worker *w = xcalloc(1, sizeof(*w));
	int r;

	w->is_patient = is_patient;
	w->on_bell = fn;
	w->userdata = userdata;
	(void)sem_init(&w->done, 0, 0);
	w->call_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	w->bell_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r = w->call_fd < 0 || w->bell_fd < 0 ? -errno : sd_event_new(&w->loop);
	if (r >= 0)
		r = sd_event_add_io(w->loop, NULL, w->call_fd, EPOLLIN, on_call, w);
	if (r >= 0)
		r = sd_event_add_io(owner, &w->bell, w->bell_fd, EPOLLIN, on_bell, w);
	if (r >= 0)
		r = thread_start(&w->thread, 0, run, w);
	w->is_running = r >= 0;
	if (r < 0) {
		worker_free(w);
		return err_errno(e, r, "thread");
	}
	*ret = w;
	return 0;
}

int
worker_new(sd_event *owner, void (*ring_owner)(void *userdata), void *userdata, struct worker **ret,
    struct err *e)
{
	return make(owner, false, ring_owner, userdata, ret, e);
}

int
worker_new_patient(sd_event *owner, void (*ring_owner)(void *userdata), void *userdata,
    struct worker **ret, struct err *e)
{
	return make(owner, true, ring_owner, userdata, ret, e);
}

static void
end_loop(sd_event *loop, void *arg)
{
	(void)arg;
	(void)sd_event_exit(loop, 0);
}

void
worker_free(struct worker *w)
{
	if (w == NULL)
		return;
	if (w->is_running) {
		worker_call(w, end_loop, NULL);
		(void)pthread_join(w->thread, NULL);
	}
	(void)sd_event_source_disable_unref(w->bell);
	(void)sd_event_unref(w->loop);
	if (w->call_fd >= 0)
		(void)close(w->call_fd);
	if (w->bell_fd >= 0)
		(void)close(w->bell_fd);
	(void)sem_destroy(&w->done);
	free(w);
}

void
worker_call(struct worker *w, void (*fn)(sd_event *loop, void *arg), void *arg)
{
	w->fn = fn;
	w->arg = arg;
	ring(w->call_fd);
	while (sem_wait(&w->done) < 0)
		; /* a signal */
}

void
worker_ring(struct worker *w)
{
	ring(w->bell_fd);
}
