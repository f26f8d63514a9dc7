/*
 * What Prometheus scrapes of the agent: GET /metrics where `metrics: {listen: ...}` says.
 *
 * A scrape walks the families (metrics_families.h) and, in each, all services, addresses, checks or
 * neighbors, a piece at a time as the client takes it: however many there are, the loop is never
 * kept from a withdraw. Numbers of one scrape are thus of slightly different moments.
 */
#pragma once

#include "agent/identity.h"
#include "base/err.h"
#include "base/histogram.h"
#include "io/handover.h"
#include "service/service.h"

struct agent;
struct metrics;

/* What is counted for metrics alone. */
struct agent_counters {
	/* from the evidence to the last neighbor's socket; by what that is */
	struct histogram withdraws[SERVICE_GROUNDS_MAX];
	struct histogram lag; /* of the loop: how late timers are */
	uint64_t identity[IDENTITY_RESULTS]; /* questions */
};

/*
 * Begins to listen, if configured (else *ret is NULL); at the socket of the program before, when
 * the agent has a past with one.
 */
int metrics_new(struct agent *a, struct metrics **ret, struct err *e) _must_use_;
void metrics_free(struct metrics *m); /* NULL is fine */
/* Hands its socket over; NULL: there is none. What is counted is the agent's to save. */
void metrics_save(const struct metrics *m, struct handover *h);
