/*
 * What a client lived through when a site failed and came back: computed from the client's own
 * requests and the moments of the kill and of the new start. Pure.
 *
 * A request has a start and, its total time later, an end; requests overlap. An answer counts at
 * its end, for that is when the client has it. Everything is wall-clock nanoseconds, as the
 * requests themselves and the packets' timestamps are.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"

struct timeline_request {
	int64_t start_ns;
	struct duration total; /* until the answer, or until the client gave up */
	bool ok;
	const char *site; /* who answered, NULL when nobody did; borrowed */
};

struct timeline_question {
	const char *from;   /* the site whose service dies */
	const char *to;     /* the site that should answer then; NULL: any other than `from` */
	int64_t kill_ns;    /* right before the kill */
	int64_t restart_ns; /* right before the new start; 0 when there was none */
};

struct timeline {
	/* Requests that were under way at the kill or began after it, up to the new start or the
	 * end. */
	size_t requests, failed;
	/* Failures after the first answer from the other site: the route was not steady yet. */
	size_t failed_later;
	/* Valid with failed > 0: the start of the first and the end of the last of them, since the
	 * kill. */
	struct duration first_failure, last_failure;
	/* From the kill to the first answer of the other site. */
	bool moved;
	struct duration moved_after;
	/*
	 * From the kill to the first answer of the other site behind which no request failed any
	 * more: the outage. As moved_after where failed_later is 0; not steady where the last one
	 * before the new start failed.
	 */
	bool steady;
	struct duration steady_after;
	const char *moved_to; /* the site; borrowed from the request */
	/* From the new start to the first answer of `from` to a request begun after it. */
	bool returned;
	struct duration returned_after;
	size_t failed_returning; /* requests begun after the new start that failed ... */
	size_t failed_returned;  /* ... of them begun after that first answer */
};

/* The requests may be in any order. */
struct timeline timeline_compute(const struct timeline_request *requests, size_t count,
    const struct timeline_question *question);
