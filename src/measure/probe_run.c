#include "measure/probe_run.h"

#include <errno.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "io/curl_loop.h"
#include "io/loop.h"
#include "measure/probe_exchange.h"
#include "measure/probe_request.h"

/* Starts that are late by less than this are made up for: a busy machine stalls, and a schedule
 * that is then short of requests says less. Later ones are skipped: the machine slept, and a burst
 * says nothing. */
#define LATE_MAX DURATION_S(1)

struct lane {
	struct instant next_at; /* of a schedule */
	uint32_t started;       /* with those that were skipped */
	uint32_t in_flight;
	bool keeps_silent; /* it does not say who it is when it is asked for that alone */
};

struct probe_run {
	struct probe_conf conf;
	struct probe_events events;
	struct curl_loop *curl; /* owned */
	struct timer timer;
	struct lane *lanes;          /* owned; one a target */
	struct list requests;        /* owned; in flight */
	struct probe_exchanges exchanges; /* likewise */
	struct curl_slist *resolves; /* owned */
	bool stopped;
};

static void
start_request(struct probe_run *run, size_t target)
{
	struct probe_request *q;
	struct err e = { 0 };

	run->lanes[target].started++;
	run->lanes[target].in_flight++;
	if (run->conf.targets[target].parsed.kind != PROBE_HTTP) {
		probe_exchange_start(&run->exchanges, target, &run->lanes[target].keeps_silent);
		return;
	}
	q = probe_request_new(&run->conf, target, run->resolves);
	list_append(&run->requests, &q->node);
	q->at_wall_ns = clock_wall_ns();
	if (curl_loop_add(run->curl, q->easy, &e) < 0)
		abort(); /* out of memory: curl knows no other reason for a new handle */
}

/* ---- the schedule ---- */

static bool
lane_has_more(const struct probe_run *run, const struct lane *lane)
{
	return !run->stopped && (run->conf.count == 0 || lane->started < run->conf.count);
}

static void
run_lane(struct probe_run *run, size_t target, struct instant now)
{
	struct lane *lane = &run->lanes[target];

	while (lane_has_more(run, lane) && instant_reached(lane->next_at, now)) {
		bool late = instant_reached(instant_add(lane->next_at, LATE_MAX), now);

		lane->next_at = instant_add(lane->next_at, run->conf.interval);
		if (!late && lane->in_flight < run->conf.in_flight_max) {
			start_request(run, target);
			continue;
		}
		lane->started++;
		if (run->events.skipped)
			run->events.skipped(run->events.userdata, target);
	}
}

static bool
is_finished(const struct probe_run *run)
{
	for (size_t i = 0; i < run->conf.target_count; i++) {
		if (run->lanes[i].in_flight > 0 || lane_has_more(run, &run->lanes[i]))
			return false;
	}
	return !run->stopped;
}

static void
run_schedule(struct probe_run *run, struct instant now)
{
	struct instant next = INSTANT_NEVER;

	for (size_t i = 0; i < run->conf.target_count; i++) {
		struct lane *lane = &run->lanes[i];

		if (run->conf.interval.ns > 0) {
			run_lane(run, i, now);
			if (lane_has_more(run, lane))
				next = instant_min(next, lane->next_at);
		} else if (lane->in_flight == 0 && lane_has_more(run, lane)) {
			start_request(run, i);
		}
	}
	if (!run->stopped)
		timer_set(&run->timer, next);
	if (is_finished(run))
		run->events.finished(run->events.userdata);
}

static void
on_timer(struct timer *t, struct instant now)
{
	run_schedule(container_of(t, struct probe_run, timer), now);
}

/* Takes the record. */
static void
take_record(struct probe_run *run, struct probe_record *record)
{
	run->events.ended(run->events.userdata, record);
	probe_record_done(record);
	/* from the timer, not from here: whoever is told of the end may stop the run */
	if (!run->stopped && (run->conf.interval.ns == 0 || is_finished(run)))
		timer_set(&run->timer, clock_now());
}

static void
on_exchange_ended(void *userdata, struct probe_exchange *x, struct probe_record *record)
{
	struct probe_run *run = userdata;

	run->lanes[record->target].in_flight--;
	probe_exchange_free(x);
	take_record(run, record);
}

static void
on_ended(void *userdata, CURL *easy, CURLcode result)
{
	struct probe_run *run = userdata;
	struct probe_record record;
	struct probe_request *q = NULL;

	(void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&q);
	probe_request_take(q, result, &record);
	run->lanes[q->target].in_flight--;
	curl_loop_remove(run->curl, easy);
	probe_request_free(q);
	take_record(run, &record);
}

/* ---- begin and end ---- */

int
probe_run_new(sd_event *loop, const struct probe_conf *conf, const struct probe_events *events,
    struct probe_run **ret, struct err *e)
{
	struct probe_run *run = xcalloc(1, sizeof(*run));
	struct instant now = clock_now();
	int r;

	run->conf = *conf;
	run->events = *events;
	list_init(&run->requests);
	run->exchanges = (struct probe_exchanges){
		.loop = loop, .conf = &run->conf, .ended = on_exchange_ended, .userdata = run
	};
	list_init(&run->exchanges.list);
	run->lanes = xcalloc(conf->target_count, sizeof(*run->lanes));
	for (size_t i = 0; i < conf->target_count; i++)
		run->lanes[i].next_at = now;
	r = curl_loop_new(loop, on_ended, run, &run->curl, e);
	if (r == 0)
		r = probe_resolves_new(&run->conf, &run->resolves, e);
	if (r == 0) {
		r = timer_init(&run->timer, loop, on_timer);
		if (r < 0)
			(void)err_errno(e, r, "timer of the probe");
	}
	if (r < 0) {
		probe_run_free(run);
		return r;
	}
	timer_set(&run->timer, now);
	*ret = run;
	return 0;
}

void
probe_run_stop(struct probe_run *run)
{
	run->stopped = true;
	timer_set(&run->timer, INSTANT_NEVER);
	list_for_each_safe (q, &run->requests, struct probe_request, node) {
		curl_loop_remove(run->curl, q->easy);
		probe_request_free(q);
	}
	probe_exchanges_done(&run->exchanges);
	for (size_t i = 0; i < run->conf.target_count; i++)
		run->lanes[i].in_flight = 0;
}

void
probe_run_free(struct probe_run *run)
{
	if (run == NULL)
		return;
	if (run->curl)
		probe_run_stop(run);
	curl_loop_free(run->curl);
	timer_done(&run->timer);
	curl_slist_free_all(run->resolves);
	free(run->lanes);
	free(run);
}
