/*
 * What this program does by itself, once in a while, in a worker: a handler of its own (api.h) in a
 * transaction of its own, whose topics ring then.
 */
#pragma once

#include "controller/api.h"
#include "controller/bell.h"
#include "io/worker_pool.h"

/* Embedded in its owner, who fills what is above the line; pool and bell are borrowed. */
struct own_job {
	struct worker_pool *pool;
	struct bell *bell;
	int (*fn)(struct call *c);
	const void *own; /* what fn works on; not to be touched while it is under way */
	void (*ended)(struct own_job *job, bool is_done); /* in the loop; NULL: nobody asks */
	/* ---- */
	struct pool_job pool_job;
	bool is_under_way, is_done;
	char why[ERR_MESSAGE_MAX], said[ERR_MESSAGE_MAX];
	struct topics topics;
};

/* False: it is under way still, or as many wait as may; then again, later. */
bool own_job_begin(struct own_job *job);
