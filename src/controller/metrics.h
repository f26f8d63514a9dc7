/*
 * What Prometheus scrapes of a controller: GET /metrics where `metrics: {listen: ...}` says, as of
 * an agent. An address of its own, since that is what scrapers do: who may reach it is decided by
 * where it listens and, where that is a network, by a token of its own. Nothing in it is secret,
 * but for the names of projects and services.
 *
 * A scrape asks no store: what there is of everything was read by the last census (census.h), every
 * 10 seconds while metrics are configured. Counters begin with the program. No label depends on how
 * many hosts there are.
 */
#pragma once

#include <systemd/sd-event.h>

#include "base/err.h"
#include "controller/certificate.h"
#include "controller/controller_conf.h"
#include "controller/health.h"
#include "controller/polls.h"
#include "controller/streams.h"
#include "controller/traffic.h"
#include "io/http_server.h"
#include "io/worker_pool.h"
#include "store/store.h"

struct metrics;

/* What is looked at, all borrowed. */
struct metrics_of {
	const struct traffic *traffic;
	const struct polls *polls;
	const struct streams *streams;
	struct worker_pool *pool; /* its workers have a store */
	struct health *health;
	const struct certificate *certificate; /* NULL: without TLS */
	struct store_counts *counts;
	struct http_server *http; /* of the API */
};

/* Begins to listen. */
int metrics_new(sd_event *loop, const struct controller_metrics *how, const struct metrics_of *of,
    struct metrics **ret, struct err *e) _must_use_;
/* Nobody is answered any more; before the pool's end. NULL is fine. */
void metrics_stop(struct metrics *m);
/* After the pool's end; NULL is fine. */
void metrics_free(struct metrics *m);
