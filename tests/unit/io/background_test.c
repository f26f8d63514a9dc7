/* The thread for slow jobs: order, whose turn it is, and its end. */
#include "io/background.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "tap.h"
#include "wait.h"

static pthread_t loop_thread;
static struct background *b;

struct job {
	struct background_job job;
	int number;
	sem_t *gate;         /* run() waits for it; NULL: it does not */
	struct job *follows; /* done() gives this one */
};

static int ran[16], done[16];
static size_t ran_count, done_count;
static bool wrong_thread;

static void
run(struct background_job *j)
{
	struct job *job = container_of(j, struct job, job);

	if (job->gate)
		(void)sem_wait(job->gate);
	wrong_thread |= pthread_equal(pthread_self(), loop_thread) != 0;
	ran[ran_count++] = job->number;
}

static void
on_done(struct background_job *j)
{
	struct job *job = container_of(j, struct job, job);

	wrong_thread |= pthread_equal(pthread_self(), loop_thread) == 0;
	done[done_count++] = job->number;
	if (job->follows)
		background_do(b, &job->follows->job);
}

static struct job
job(int number)
{
	return (struct job){ .job = { .run = run, .done = on_done }, .number = number };
}

static sd_event *
begin(void)
{
	sd_event *loop = NULL;
	struct err e = { 0 };

	loop_thread = pthread_self();
	ran_count = done_count = 0;
	wrong_thread = false;
	(void)sd_event_new(&loop);
	CHECK_INT(background_new(loop, &b, &e), 0);
	return loop;
}

static bool
are_done(void *userdata)
{
	return done_count == *(size_t *)userdata;
}

TEST(in_order_and_told_in_the_loop)
{
	_cleanup_(sd_event_unrefp) sd_event *loop = begin();
	struct job jobs[10];
	size_t want = ARRAY_SIZE(jobs);

	for (size_t i = 0; i < ARRAY_SIZE(jobs); i++) {
		jobs[i] = job((int)i);
		background_do(b, &jobs[i].job);
	}
	CHECK(wait_for(loop, are_done, &want));
	for (size_t i = 0; i < ARRAY_SIZE(jobs); i++) {
		CHECK_INT(ran[i], i);
		CHECK_INT(done[i], i);
	}
	CHECK(!wrong_thread);
	CHECK(background_free(b, DURATION_S(10)));
}

TEST(a_job_that_hangs_keeps_nobody)
{
	_cleanup_(sd_event_unrefp) sd_event *loop = begin();
	struct job first = job(1), second = job(2);
	size_t want = 2;
	sem_t gate;

	(void)sem_init(&gate, 0, 0);
	first.gate = &gate;
	background_do(b, &first.job);
	background_do(b, &second.job); /* returns */
	CHECK_INT(done_count, 0);
	(void)sem_post(&gate);
	CHECK(wait_for(loop, are_done, &want));
	CHECK(background_free(b, DURATION_S(10)));
	(void)sem_destroy(&gate);
}

TEST(the_end_waits_for_all_that_was_given)
{
	_cleanup_(sd_event_unrefp) _unused_ sd_event *loop = begin();
	struct job first = job(1), second = job(2), third = job(3);

	first.follows = &third;
	background_do(b, &first.job);
	background_do(b, &second.job);
	CHECK(background_free(b, DURATION_S(10)));
	CHECK_INT(done_count, 3);
	CHECK_INT(ran[2], 3);
}

TEST(the_end_gives_up_on_a_disk_that_hangs)
{
	_cleanup_(sd_event_unrefp) _unused_ sd_event *loop = begin();
	static struct job stuck; /* outlives the test, as the thread does */
	static sem_t gate;

	(void)sem_init(&gate, 0, 0);
	stuck = job(1);
	stuck.gate = &gate;
	background_do(b, &stuck.job);
	CHECK(!background_free(b, DURATION_MS(20)));
	CHECK_INT(done_count, 0);
}

TEST(without_jobs_there_is_no_thread_to_end)
{
	_cleanup_(sd_event_unrefp) _unused_ sd_event *loop = begin();

	CHECK(background_free(b, DURATION_MS(0)));
	CHECK(background_free(NULL, DURATION_MS(0)));
}
