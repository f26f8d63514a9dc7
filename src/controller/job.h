/*
 * A request on its way: a worker answers it (api.h) and makes the text of the answer, the loop
 * gives that to the client. With nothing to say it may rest in between (polls.h).
 */
#pragma once

#include "controller/bell.h"
#include "controller/desired_cache.h"
#include "controller/health.h"
#include "controller/polls.h"
#include "controller/presence.h"
#include "controller/sign_ins.h"
#include "controller/source.h"
#include "controller/throttle.h"
#include "controller/traffic.h"
#include "controller/uses.h"
#include "io/http_exchange.h"
#include "io/worker_pool.h"

/* What all of them work with, borrowed; each of the pool's states is a struct store. */
struct jobs {
	struct bell *bell;
	struct worker_pool *pool;
	struct polls *polls; /* that look and end as below */
	struct presence *presence;
	struct health *health;
	struct traffic *traffic;
	struct desired_cache *desired;
	struct uses *uses;
	struct sign_ins *sign_ins;
	struct throttle *throttle; /* of signing in; whoever calls has taken the try */
	bool is_lab;               /* api.h */
};

/* Takes the exchange over. False: as many wait as may, and it is the caller's still. */
bool job_begin(const struct jobs *jobs, struct http_exchange *x, const struct source *source);

/* For struct polls_conf. */
bool job_look(struct poll *poll);
void job_over(struct poll *poll);
