#include "agent/dead_man.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/loop.h"
#include "io/punctual.h"
#include "io/thread.h"
#include "service/stall.h"

#define BEATS_A_PERIOD 2

struct dead_man {
	pthread_t thread;
	bool is_running;
	pthread_mutex_t mutex;
	pthread_cond_t wake;
	bool ends;          /* under the mutex */
	struct timer timer; /* the loop's beat */
	_Atomic uint64_t beats;
	struct stall stall; /* the thread's, once it runs */
	pid_t loop_thread;
	void (*died)(void *userdata, const char *where);
	void *userdata;
};

static void
arm(struct dead_man *d, struct instant now)
{
	timer_set(
	    &d->timer, instant_add(now, DURATION_NS(stall_period(&d->stall).ns / BEATS_A_PERIOD)));
}

static void
on_beat(struct timer *t, struct instant now)
{
	struct dead_man *d = container_of(t, struct dead_man, timer);

	atomic_fetch_add(&d->beats, 1);
	arm(d, now);
}

/* A small file of /proc, for a thread of ours; "" when it can not be read. */
static void
read_proc(pid_t thread, const char *name, char *buf, size_t size)
{
	char path[64];
	ssize_t n = -1;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/self/task/%d/%s", (int)thread, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, buf, size - 1);
		(void)close(fd);
	}
	buf[MAX(n, (ssize_t)0)] = '\0';
}

static void
look_where(pid_t thread, char buf[static STALL_WHERE_MAX])
{
	char stat[512], in[48];
	const char *name_end;

	read_proc(thread, "stat", stat, sizeof(stat));
	read_proc(thread, "wchan", in, sizeof(in));
	/* the state follows the name, which may have any bytes in it */
	name_end = strrchr(stat, ')');
	if (name_end && strncmp(name_end, ") R", 3) == 0)
		(void)snprintf(buf, STALL_WHERE_MAX, "runs");
	else if (in[0] == '\0' || strcmp(in, "0") == 0)
		(void)snprintf(buf, STALL_WHERE_MAX, "sleeps");
	else
		(void)snprintf(buf, STALL_WHERE_MAX, "sleeps in %.40s", in);
}

/* False: it has to end. */
static bool
pause_until(struct dead_man *d, struct instant at)
{
	struct timespec ts = { .tv_sec = at.ns / NS_PER_S, .tv_nsec = at.ns % NS_PER_S };
	bool ends;
	int r = 0;

	(void)pthread_mutex_lock(&d->mutex);
	while (!d->ends && r != ETIMEDOUT)
		r = pthread_cond_timedwait(&d->wake, &d->mutex, &ts);
	ends = d->ends;
	(void)pthread_mutex_unlock(&d->mutex);
	return !ends;
}

static void *
run(void *arg)
{
	struct dead_man *d = arg;
	char where[STALL_WHERE_MAX];

	punctual_become();
	while (pause_until(d, instant_add(clock_now(), stall_period(&d->stall)))) {
		if (!stall_look(&d->stall, atomic_load(&d->beats), clock_now()))
			continue;
		look_where(d->loop_thread, where);
		d->died(d->userdata, where);
	}
	return NULL;
}

int
dead_man_new(sd_event *loop, struct duration limit, void (*died)(void *userdata, const char *where),
    void *userdata, struct dead_man **ret, struct err *e)
{
	struct dead_man *d = xcalloc(1, sizeof(*d));
	pthread_condattr_t attr;
	int r;

	d->stall = stall_init(limit);
	d->loop_thread = gettid();
	d->died = died;
	d->userdata = userdata;
	(void)pthread_mutex_init(&d->mutex, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&d->wake, &attr);
	(void)pthread_condattr_destroy(&attr);
	r = timer_init(&d->timer, loop, on_beat);
	/* a loop that is late with a thousand checks does not hang */
	if (r >= 0)
		r = sd_event_source_set_priority(d->timer.source, SD_EVENT_PRIORITY_IMPORTANT);
	if (r >= 0) {
		/* the first turn is a beat: behind an upgrade there are sessions from the start */
		timer_set(&d->timer, clock_now());
		r = thread_start(&d->thread, 0, run, d);
		d->is_running = r == 0;
	}
	if (r < 0) {
		dead_man_free(d);
		return err_errno(e, r, "dead-man timer");
	}
	*ret = d;
	return 0;
}

void
dead_man_free(struct dead_man *d)
{
	if (d == NULL)
		return;
	if (d->is_running) {
		(void)pthread_mutex_lock(&d->mutex);
		d->ends = true;
		(void)pthread_cond_signal(&d->wake);
		(void)pthread_mutex_unlock(&d->mutex);
		(void)pthread_join(d->thread, NULL);
	}
	timer_done(&d->timer);
	(void)pthread_cond_destroy(&d->wake);
	(void)pthread_mutex_destroy(&d->mutex);
	free(d);
}
