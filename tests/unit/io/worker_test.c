/* A thread with a loop: calls run there and are waited for, rings come back. */
#include "io/worker.h"

#include <pthread.h>

#include "io/loop.h"
#include "tap.h"

struct trial {
	struct worker *w;
	struct timer timer; /* the worker's */
	pthread_t seen;     /* who ran the call */
	int calls, ticks;
	int bells; /* of the owner */
};

static void
on_bell(void *userdata)
{
	struct trial *t = userdata;

	t->bells++;
}

static void
call(sd_event *loop, void *arg)
{
	struct trial *t = arg;

	(void)loop;
	t->seen = pthread_self();
	t->calls++;
}

static void
on_timer(struct timer *timer, struct instant now)
{
	struct trial *t = container_of(timer, struct trial, timer);

	if (++t->ticks < 10)
		timer_set(timer, instant_add(now, DURATION_MS(1)));
	worker_ring(t->w);
}

static void
start_timer(sd_event *loop, void *arg)
{
	struct trial *t = arg;

	CHECK_INT(timer_init(&t->timer, loop, on_timer), 0);
	timer_set(&t->timer, clock_now());
}

static void
read_ticks(sd_event *loop, void *arg)
{
	struct trial *t = arg;

	(void)loop;
	t->calls = t->ticks;
}

static void
stop_timer(sd_event *loop, void *arg)
{
	struct trial *t = arg;

	(void)loop;
	timer_done(&t->timer);
}

TEST(calls_run_in_the_thread_one_by_one)
{
	struct trial t = { 0 };
	sd_event *owner = NULL;

	REQUIRE(sd_event_new(&owner) >= 0);
	REQUIRE(worker_new(owner, on_bell, &t, &t.w, NULL) == 0);
	for (int i = 1; i <= 1000; i++) {
		worker_call(t.w, call, &t);
		CHECK_INT(t.calls, i);
		CHECK(!pthread_equal(t.seen, pthread_self()));
	}
	CHECK_INT(t.bells, 0);
	worker_free(t.w);
	(void)sd_event_unref(owner);
}

TEST(rings_reach_the_owners_loop)
{
	struct trial t = { 0 };
	sd_event *owner = NULL;
	struct instant end = instant_add(clock_now(), DURATION_S(10));

	REQUIRE(sd_event_new(&owner) >= 0);
	REQUIRE(worker_new(owner, on_bell, &t, &t.w, NULL) == 0);
	worker_call(t.w, start_timer, &t);
	while (t.calls < 10 && !instant_reached(end, clock_now())) {
		CHECK(sd_event_run(owner, 1000000) >= 0);
		worker_call(t.w, read_ticks, &t);
	}
	CHECK_INT(t.calls, 10);
	CHECK(t.bells >= 1 && t.bells <= 10);
	worker_call(t.w, stop_timer, &t);
	worker_free(t.w);
	worker_free(NULL);
	(void)sd_event_unref(owner);
}
