/*
 * What is asked of a controller, counted: requests by what they are for and their status, how long
 * they take, and what came of the questions that operators look at most. Pure.
 *
 * Kinds are few and fixed, however many routes, projects and hosts there are.
 */
#pragma once

#include <jansson.h>

#include "base/histogram.h"

/* What a request is for. */
enum traffic_kind {
	TRAFFIC_READ,  /* of the API, what is no other kind */
	TRAFFIC_WRITE, /* likewise */
	TRAFFIC_ORDER, /* of addresses */
	TRAFFIC_SESSION,
	TRAFFIC_EVENTS,   /* pages, and streams that were refused */
	TRAFFIC_PROVIDER, /* in the shape of a provider's API */
	TRAFFIC_METADATA,
	TRAFFIC_JOIN,
	TRAFFIC_DESIRED, /* an agent's long poll; then its reports and questions */
	TRAFFIC_REPORT,
	TRAFFIC_LEASE,
	TRAFFIC_HEALTH,
	TRAFFIC_CONSOLE,
	TRAFFIC_OTHER,
	TRAFFIC_KINDS,
};

const char *traffic_kind_name(enum traffic_kind kind);
enum traffic_kind traffic_kind_of(
    const char *method, const char *const *segments, size_t segment_count);

/* What came of it. */
enum traffic_result {
	TRAFFIC_NO_RESULT,
	TRAFFIC_LEASE_GRANTED,
	TRAFFIC_LEASE_REFUSED,
	TRAFFIC_ORDER_MADE,
	TRAFFIC_ORDER_POOL_FULL,
	TRAFFIC_ORDER_LIMIT,
	TRAFFIC_RESULTS,
};

/* body: of the answer; NULL: none. */
enum traffic_result traffic_result_of(enum traffic_kind kind, unsigned status, const json_t *body);

#define TRAFFIC_STATUS_FIRST 100
#define TRAFFIC_STATUSES 500

/* Zeroed, nothing was asked. */
struct traffic {
	uint64_t requests[TRAFFIC_KINDS][TRAFFIC_STATUSES];
	struct histogram took[TRAFFIC_KINDS]; /* of those that a worker answered */
	uint64_t results[TRAFFIC_RESULTS];
};

/* An answer was given without asking the store. */
void traffic_count(struct traffic *t, enum traffic_kind kind, unsigned status);
/* One that a worker has answered; a long poll takes what its last look took, not what it waited. */
void traffic_add(struct traffic *t, enum traffic_kind kind, unsigned status,
    enum traffic_result result, struct duration took);
