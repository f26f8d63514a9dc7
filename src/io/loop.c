#include "io/loop.h"

#include <assert.h>
#include <time.h>

static int64_t
read_clock(clockid_t id)
{
	struct timespec ts;
	int r = clock_gettime(id, &ts);

	assert(r == 0);
	(void)r;
	return (int64_t)ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

struct instant
clock_now(void)
{
	return (struct instant){ read_clock(CLOCK_MONOTONIC) };
}

int64_t
clock_wall_ns(void)
{
	return read_clock(CLOCK_REALTIME);
}

struct duration
clock_cpu(void)
{
	return DURATION_NS(read_clock(CLOCK_THREAD_CPUTIME_ID));
}

static int
on_time(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct timer *t = userdata;

	(void)source;
	(void)usec;
	t->fn(t, clock_now());
	return 0;
}

int
timer_init(struct timer *t, sd_event *loop, timer_fn fn)
{
	int r;

	t->source = NULL;
	t->fn = fn;
	r = sd_event_add_time(loop, &t->source, CLOCK_MONOTONIC, UINT64_MAX, 1, on_time, t);
	if (r < 0)
		return r;
	return sd_event_source_set_enabled(t->source, SD_EVENT_OFF);
}

void
timer_set(struct timer *t, struct instant at)
{
	int64_t us;

	if (instant_is_never(at)) {
		(void)sd_event_source_set_enabled(t->source, SD_EVENT_OFF);
		return;
	}
	/* rounded up, or the timer would fire before its time and find nothing to do */
	us = (MAX(at.ns, INT64_C(0)) + NS_PER_US - 1) / NS_PER_US;
	(void)sd_event_source_set_time(t->source, (uint64_t)us);
	(void)sd_event_source_set_enabled(t->source, SD_EVENT_ONESHOT);
}

void
timer_done(struct timer *t)
{
	t->source = sd_event_source_disable_unref(t->source);
}
