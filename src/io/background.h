/*
 * A thread for what may take long, and must not keep an event loop: a disk that is slow, or hangs.
 *
 * Jobs run one after the other, in the order in which they were given. While a job runs, all that
 * it points to is the thread's; before and after, the loop's. How many may wait is for their owner
 * to limit: a job is embedded in what it works on. The thread begins with the first job, and takes
 * no signals.
 */
#pragma once

#include <stdbool.h>

#include <systemd/sd-event.h>

#include "base/err.h"
#include "base/list.h"
#include "base/time.h"

struct background;

struct background_job {
	struct list node;
	void (*run)(struct background_job *job);  /* in the thread */
	void (*done)(struct background_job *job); /* then, in the loop; may free the job */
};

int background_new(sd_event *loop, struct background **ret, struct err *e) _must_use_;
/* Never waits. The job is the thread's until its `done`. */
void background_do(struct background *b, struct background_job *job);
/*
 * Waits until all jobs have run, those too that their `done` gives; but no longer than `limit`.
 * False when it had to give up: the thread and what it has are left alone, for the end of the
 * process. NULL is fine.
 */
bool background_free(struct background *b, struct duration limit);
