/*
 * Threads for what may take long, and must not keep an event loop: a disk that is slow, or hangs; a
 * database.
 *
 * Jobs wait in one queue, and begin in the order in which they were given; with one thread they
 * also end in it. While a job runs, all that it points to is the thread's; before and after, the
 * loop's. A job is embedded in what it works on. How many may wait is the pool's limit or, without
 * one, their owner's. A thread is started when a job finds none idle, and takes no signals; what it
 * needs for itself (a connection to a database) is made and ended in it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <systemd/sd-event.h>

#include "base/err.h"
#include "base/list.h"
#include "base/time.h"

struct worker_pool;

struct worker_pool_conf {
	unsigned threads;   /* at most; 0: one */
	size_t waiting;     /* jobs, at most, beside one a thread; 0: no limit */
	size_t stack_bytes; /* of a thread; 0: small (thread.h) */
	/*
	 * In each thread, before its first job: what the thread's jobs are given. It may be NULL; a
	 * failure is for the state to keep, and for jobs to mend. NULL: there is no state.
	 */
	void *(*begin)(void *userdata);
	void (*end)(void *userdata, void *state); /* in the thread, after its last; NULL: nothing */
	void *userdata;
};

struct pool_job {
	struct list node;
	bool waits;                                     /* the pool's: no thread has begun it */
	void (*run)(struct pool_job *job, void *state); /* in a thread */
	void (*done)(struct pool_job *job);             /* then, in the loop; may free the job */
};

/* conf is copied; NULL: one thread, without limit and state. */
int worker_pool_new(sd_event *loop, const struct worker_pool_conf *conf, struct worker_pool **ret,
    struct err *e) _must_use_;
/*
 * Never waits. The job is the pool's until its `done`. False: as many wait as may, and this one was
 * not taken; without a limit all are.
 */
bool worker_pool_do(struct worker_pool *p, struct pool_job *job);
/*
 * In the loop, of a job that the pool has. True: no thread has begun it and none will, it is the
 * caller's again, and `done` is not called. False: it is too late.
 */
bool worker_pool_take_back(struct worker_pool *p, struct pool_job *job);
size_t worker_pool_waiting(struct worker_pool *p); /* jobs that no thread has begun */
/*
 * Waits until all jobs have run, those too that their `done` gives; but no longer than `limit`.
 * False when it had to give up: the threads and what they have are left alone, for the end of the
 * process. NULL is fine.
 */
bool worker_pool_free(struct worker_pool *p, struct duration limit);
