#include "controller/presence.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/strbuf.h"
#include "io/loop.h"

#define INTERVAL DURATION_S(1)
#define LISTENING_EVERY DURATION_S(5)

struct presence {
	struct worker_pool *pool;
	struct timer timer;
	struct timer grace;       /* of the first that may have left */
	struct sightings seen;    /* since the last time */
	struct departures left;   /* who may come back */
	struct write *write;      /* under way; NULL: none */
	struct instant listening; /* when it is to be written next that somebody does */
	bool failed;              /* and it was said */
	bool has_written;         /* that it has started, too */
};

/* Under way in a worker. */
struct write {
	struct pool_job job;
	struct presence *presence;
	struct presence_round round;
	struct instant begun; /* by this clock what round.now is by the wall's */
	int error;
	struct err e;
};

bool
presence_is(int64_t seen_at, int64_t left_at, int64_t now)
{
	return seen_at != INT64_MIN && seen_at <= now + PRESENT_NS && now - seen_at <= PRESENT_NS &&
	       left_at < seen_at;
}

void
presence_round_done(struct presence_round *round)
{
	sightings_done(&round->seen);
	departures_done(&round->left);
}

static void
run_write(struct pool_job *job, void *state)
{
	struct write *w = container_of(job, struct write, job);

	w->error = presence_write(state, &w->round, &w->e);
}

/* ---- in the loop ---- */

static void
say(struct presence *p, const struct write *w)
{
	if (w->error < 0 && !p->failed)
		log_warning("which hosts are present cannot be written: %s", w->e.message);
	else if (w->error >= 0 && p->failed)
		log_notice("which hosts are present is written again");
	p->failed = w->error < 0;
}

/* Who has left meanwhile is not waited with for the interval. */
static void
await_left(struct presence *p)
{
	bool is_awaited = p->left.count > 0 && p->write == NULL;

	timer_set(&p->grace,
	    is_awaited ? instant_add(p->left.items[0].at, DEPARTURE_GRACE) : INSTANT_NEVER);
}

/* Who was seen is to be written again: it asks next when its poll is answered. */
static void
take_back(struct presence *p, const struct presence_round *round, int64_t ahead_ns)
{
	for (size_t i = 0; i < round->seen.count; i++)
		sightings_add(&p->seen, round->seen.items[i].host,
		    (struct instant){ round->seen.items[i].at.ns - ahead_ns });
	sightings_unite(&p->seen);
}

static void
finish_write(struct pool_job *job)
{
	struct write *w = container_of(job, struct write, job);

	say(w->presence, w);
	if (w->error < 0)
		take_back(w->presence, &w->round, w->round.now - w->begun.ns);
	w->presence->has_written = w->presence->has_written || w->error >= 0;
	w->presence->write = NULL;
	presence_round_done(&w->round);
	await_left(w->presence);
	free(w);
}

/* Those who did not come back, when they went by the wall's clock. */
static void
take_left(struct presence *p, struct instant now, struct presence_round *round)
{
	struct departure d;

	while (departures_take(&p->left, now, &d))
		departures_add(&round->left, d.host,
		    (struct instant){ round->now - instant_diff(now, d.at).ns });
}

/* Of a round that no worker takes: those that have left since are younger. */
static void
give_back(struct presence *p, struct instant now, struct presence_round *round)
{
	struct departures younger = p->left;

	p->left = (struct departures){ 0 };
	for (size_t i = 0; i < round->left.count; i++)
		departures_add(&p->left, round->left.items[i].host,
		    (struct instant){ now.ns - (round->now - round->left.items[i].at.ns) });
	for (size_t i = 0; i < younger.count; i++)
		departures_add(&p->left, younger.items[i].host, younger.items[i].at);
	departures_done(&younger);
	p->seen = round->seen;
	sightings_shift(&p->seen, now.ns - round->now);
	round->seen = (struct sightings){ 0 };
	presence_round_done(round);
}

/* Once a worker has it, all of it is the worker's. */
static void
begin_write(struct presence *p, struct instant now)
{
	struct write *w = xcalloc(1, sizeof(*w));

	*w = (struct write){ .job = { .run = run_write, .done = finish_write },
		.presence = p,
		.begun = now,
		.round = { .now = clock_wall_ns(),
		    .is_first = !p->has_written,
		    .is_of_hosts = !instant_reached(p->listening, now) } };
	w->round.seen = p->seen;
	p->seen = (struct sightings){ 0 };
	sightings_unite(&w->round.seen);
	sightings_shift(&w->round.seen, w->round.now - now.ns);
	take_left(p, now, &w->round);
	if (worker_pool_do(p->pool, &w->job)) {
		p->write = w;
		if (!w->round.is_of_hosts)
			p->listening = instant_add(now, LISTENING_EVERY);
		return;
	}
	give_back(p, now, &w->round);
	free(w);
}

static void
on_interval(struct timer *t, struct instant now)
{
	struct presence *p = container_of(t, struct presence, timer);

	timer_set(t, instant_add(now, INTERVAL));
	if (p->write == NULL && (p->seen.count > 0 || instant_reached(p->listening, now)))
		begin_write(p, now);
}

static void
on_grace(struct timer *t, struct instant now)
{
	struct presence *p = container_of(t, struct presence, grace);

	timer_set(t, INSTANT_NEVER);
	if (p->write == NULL && p->left.count > 0)
		begin_write(p, now);
}

int
presence_new(sd_event *loop, struct worker_pool *pool, struct presence **ret)
{
	struct presence *p = xcalloc(1, sizeof(*p));
	int r;

	p->pool = pool;
	r = timer_init(&p->timer, loop, on_interval);
	if (r >= 0)
		r = timer_init(&p->grace, loop, on_grace);
	if (r < 0) {
		presence_free(p);
		return r;
	}
	p->listening = clock_now();
	timer_set(&p->timer, p->listening);
	*ret = p;
	return 0;
}

void
presence_free(struct presence *p)
{
	if (p == NULL)
		return;
	timer_done(&p->timer);
	timer_done(&p->grace);
	sightings_done(&p->seen);
	departures_done(&p->left);
	free(p);
}

void
presence_saw(struct presence *p, const char *host, struct instant at)
{
	sightings_add(&p->seen, host, at);
	departures_forget(&p->left, host);
}

void
presence_lost(struct presence *p, const char *host)
{
	departures_add(&p->left, host, clock_now());
	await_left(p);
}
