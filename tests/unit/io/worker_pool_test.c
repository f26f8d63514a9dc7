/* Threads for slow jobs: order, whose turn it is, how many there are, and their end. */
#include "io/worker_pool.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "tap.h"
#include "wait.h"

static pthread_t loop_thread;
static struct worker_pool *b;

struct job {
	struct pool_job job;
	int number;
	sem_t *begun;        /* run() posts it; NULL: it does not */
	sem_t *gate;         /* run() waits for it; NULL: it does not */
	void *state;         /* what run() was given */
	struct job *follows; /* done() gives this one */
};

static int ran[16], done[16];
static size_t ran_count, done_count;
static _Atomic bool wrong_thread;
static pthread_mutex_t ran_mutex = PTHREAD_MUTEX_INITIALIZER;

static void
run(struct pool_job *j, void *state)
{
	struct job *job = container_of(j, struct job, job);

	job->state = state;
	if (job->begun)
		(void)sem_post(job->begun);
	if (job->gate)
		(void)sem_wait(job->gate);
	(void)pthread_mutex_lock(&ran_mutex);
	if (pthread_equal(pthread_self(), loop_thread) != 0)
		wrong_thread = true;
	ran[ran_count++] = job->number;
	(void)pthread_mutex_unlock(&ran_mutex);
}

static void
on_done(struct pool_job *j)
{
	struct job *job = container_of(j, struct job, job);

	if (pthread_equal(pthread_self(), loop_thread) == 0)
		wrong_thread = true;
	done[done_count++] = job->number;
	if (job->follows)
		(void)worker_pool_do(b, &job->follows->job);
}

static struct job
job(int number)
{
	return (struct job){ .job = { .run = run, .done = on_done }, .number = number };
}

static sd_event *
begin_with(const struct worker_pool_conf *conf)
{
	sd_event *loop = NULL;
	struct err e = { 0 };

	loop_thread = pthread_self();
	ran_count = done_count = 0;
	wrong_thread = false;
	(void)sd_event_new(&loop);
	CHECK_INT(worker_pool_new(loop, conf, &b, &e), 0);
	return loop;
}

static sd_event *
begin(void)
{
	return begin_with(NULL);
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
		CHECK(worker_pool_do(b, &jobs[i].job));
	}
	CHECK(wait_for(loop, are_done, &want));
	for (size_t i = 0; i < ARRAY_SIZE(jobs); i++) {
		CHECK_INT(ran[i], i);
		CHECK_INT(done[i], i);
	}
	CHECK(!wrong_thread);
	CHECK(worker_pool_free(b, DURATION_S(10)));
}

TEST(a_job_that_hangs_keeps_nobody)
{
	_cleanup_(sd_event_unrefp) sd_event *loop = begin();
	struct job first = job(1), second = job(2);
	size_t want = 2;
	sem_t gate;

	(void)sem_init(&gate, 0, 0);
	first.gate = &gate;
	CHECK(worker_pool_do(b, &first.job));
	CHECK(worker_pool_do(b, &second.job)); /* returns */
	CHECK_INT(done_count, 0);
	(void)sem_post(&gate);
	CHECK(wait_for(loop, are_done, &want));
	CHECK(worker_pool_free(b, DURATION_S(10)));
	(void)sem_destroy(&gate);
}

TEST(what_has_not_begun_is_taken_back)
{
	_cleanup_(sd_event_unrefp) sd_event *loop = begin();
	struct job first = job(1), second = job(2), third = job(3);
	size_t want = 2;
	sem_t begun, gate;

	(void)sem_init(&begun, 0, 0);
	(void)sem_init(&gate, 0, 0);
	first.begun = &begun;
	first.gate = &gate;
	CHECK(worker_pool_do(b, &first.job));
	CHECK(worker_pool_do(b, &second.job));
	CHECK(worker_pool_do(b, &third.job));
	(void)sem_wait(&begun);
	CHECK(!worker_pool_take_back(b, &first.job));
	CHECK(worker_pool_take_back(b, &second.job));
	CHECK(!worker_pool_take_back(b, &second.job));
	CHECK_INT(worker_pool_waiting(b), 1);
	(void)sem_post(&gate);
	CHECK(wait_for(loop, are_done, &want));
	CHECK_INT(done[0], 1);
	CHECK_INT(done[1], 3);
	CHECK(!worker_pool_take_back(b, &third.job));
	CHECK(worker_pool_free(b, DURATION_S(10)));
	(void)sem_destroy(&begun);
	(void)sem_destroy(&gate);
}

TEST(the_end_waits_for_all_that_was_given)
{
	_cleanup_(sd_event_unrefp) _unused_ sd_event *loop = begin();
	struct job first = job(1), second = job(2), third = job(3);

	first.follows = &third;
	CHECK(worker_pool_do(b, &first.job));
	CHECK(worker_pool_do(b, &second.job));
	CHECK(worker_pool_free(b, DURATION_S(10)));
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
	CHECK(worker_pool_do(b, &stuck.job));
	CHECK(!worker_pool_free(b, DURATION_MS(20)));
	CHECK_INT(done_count, 0);
}

TEST(without_jobs_there_is_no_thread_to_end)
{
	_cleanup_(sd_event_unrefp) _unused_ sd_event *loop = begin();

	CHECK(worker_pool_free(b, DURATION_MS(0)));
	CHECK(worker_pool_free(NULL, DURATION_MS(0)));
}

static _Atomic int states_begun, states_ended;

static void *
begin_state(void *userdata)
{
	sem_t *gate = userdata;

	if (gate != NULL)
		(void)sem_wait(gate);
	states_begun++;
	return xcalloc(1, 1);
}

static void
end_state(void *userdata, void *state)
{
	(void)userdata;
	states_ended++;
	free(state);
}

#define THREADS 3u
#define WAITING 2u

TEST(several_threads_each_with_its_state)
{
	const struct worker_pool_conf conf = {
		.threads = THREADS, .begin = begin_state, .end = end_state
	};
	_cleanup_(sd_event_unrefp) sd_event *loop = begin_with(&conf);
	struct job jobs[THREADS];
	size_t want = THREADS;
	sem_t begun, gate;

	states_begun = states_ended = 0;
	(void)sem_init(&begun, 0, 0);
	(void)sem_init(&gate, 0, 0);
	for (unsigned i = 0; i < THREADS; i++) {
		jobs[i] = job((int)i);
		jobs[i].begun = &begun;
		jobs[i].gate = &gate;
		CHECK(worker_pool_do(b, &jobs[i].job));
	}
	for (unsigned i = 0; i < THREADS; i++)
		(void)sem_wait(&begun); /* all at a time */
	for (unsigned i = 0; i < THREADS; i++)
		(void)sem_post(&gate);
	CHECK(wait_for(loop, are_done, &want));
	CHECK(jobs[0].state != NULL && jobs[0].state != jobs[1].state &&
	      jobs[1].state != jobs[2].state && jobs[2].state != jobs[0].state);
	CHECK(!wrong_thread);
	CHECK(worker_pool_free(b, DURATION_S(10)));
	CHECK_INT(states_begun, THREADS);
	CHECK_INT(states_ended, THREADS);
	(void)sem_destroy(&begun);
	(void)sem_destroy(&gate);
}

TEST(refuses_what_is_too_much)
{
	const struct worker_pool_conf conf = { .threads = THREADS, .waiting = WAITING };
	_cleanup_(sd_event_unrefp) sd_event *loop = begin_with(&conf);
	struct job jobs[THREADS + WAITING], late = job(99);
	size_t want = ARRAY_SIZE(jobs);
	sem_t begun, gate;

	(void)sem_init(&begun, 0, 0);
	(void)sem_init(&gate, 0, 0);
	for (size_t i = 0; i < ARRAY_SIZE(jobs); i++) {
		jobs[i] = job((int)i);
		jobs[i].begun = &begun;
		jobs[i].gate = &gate;
		CHECK(worker_pool_do(b, &jobs[i].job));
	}
	CHECK(!worker_pool_do(b, &late.job));
	for (unsigned i = 0; i < THREADS; i++)
		(void)sem_wait(&begun);
	CHECK_INT(worker_pool_waiting(b), WAITING);
	CHECK(!worker_pool_do(b, &late.job));
	for (size_t i = 0; i < ARRAY_SIZE(jobs); i++)
		(void)sem_post(&gate);
	CHECK(wait_for(loop, are_done, &want));
	CHECK(worker_pool_do(b, &late.job)); /* there is room again */
	want++;
	CHECK(wait_for(loop, are_done, &want));
	CHECK(worker_pool_free(b, DURATION_S(10)));
	(void)sem_destroy(&begun);
	(void)sem_destroy(&gate);
}

TEST(the_end_gives_up_on_a_state_that_hangs)
{
	static sem_t gate; /* outlives the test, as the thread does */
	const struct worker_pool_conf conf = { .begin = begin_state, .userdata = &gate };
	_cleanup_(sd_event_unrefp) _unused_ sd_event *loop = begin_with(&conf);
	static struct job stuck;

	(void)sem_init(&gate, 0, 0);
	stuck = job(1);
	CHECK(worker_pool_do(b, &stuck.job));
	CHECK(!worker_pool_free(b, DURATION_MS(20)));
	CHECK_INT(done_count, 0);
}
