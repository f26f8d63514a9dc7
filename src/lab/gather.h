/*
 * Runs commands in nodes of a lab, several at once, and gathers what they write.
 *
 * All of them are over when gather_run() returns: finished, or killed at the deadline or when the
 * person pressed Ctrl-C. What one writes is limited, for a document of a measurement fits in a few
 * megabytes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"
#include "base/time.h"
#include "lab/lab.h"

struct gather_job {
	const char *node;
	const char *const *argv; /* ends with NULL; both borrowed */

	/* What came of it. */
	struct strbuf out, err;
	bool ended; /* by itself; false: killed at the deadline, or it could not be started */
	int status; /* as of a shell: 128 + signal */
	char why[ERR_MESSAGE_MAX]; /* when it did not end with 0: one sentence */
	struct lab_child child;
};

/* Frees what came of it. */
void gather_job_done(struct gather_job *job);

/*
 * 0 when all were tried, whatever came of each; -EINTR when stop_fd became readable (-1: no such
 * thing). jobs begin with node and argv set and the rest zero.
 */
int gather_run(struct lab *lab, struct gather_job *jobs, size_t count, struct duration timeout,
    int stop_fd) _must_use_;
