#include "measure/trace_rounds.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"

/* A target that has answered is waited for so much longer than it ever took. */
#define LATE_FACTOR 4
#define LATE_SLACK DURATION_S(1)

struct hop {
	struct trace_round_hop shown;
	double spread;           /* sum of squares of differences from the mean (Welford 1962) */
	struct duration *recent; /* owned; a ring, `round` modulo its size */
};

struct trace_rounds {
	struct hop hops[TRACE_HOPS_MAX + 1]; /* from 1 */
	uint32_t
	    first[TRACE_HOPS_MAX + 1]; /* the first round that was sent to it, from 1; 0: none */
	uint32_t count, answered;      /* answered: the farthest hop */
	uint32_t end;                  /* where the target was last, 0: never reached */
	bool is_longer;                /* a router was there instead, in the last round */
	uint16_t next_number;
};

struct trace_rounds *
trace_rounds_new(void)
{
	return xcalloc(1, sizeof(struct trace_rounds));
}

void
trace_rounds_reset(struct trace_rounds *r)
{
	uint16_t next_number = r->next_number;

	for (uint32_t ttl = 1; ttl <= TRACE_HOPS_MAX; ttl++)
		free(r->hops[ttl].recent);
	*r = (struct trace_rounds){ .next_number = next_number };
}

void
trace_rounds_free(struct trace_rounds *r)
{
	if (r == NULL)
		return;
	trace_rounds_reset(r);
	free(r);
}

static void
count_router(struct trace_round_hop *hop, struct ip from)
{
	for (size_t i = 0; i < hop->router_count; i++) {
		if (ip_equal(hop->routers[i].address, from)) {
			hop->routers[i].answers++;
			return;
		}
	}
	if (hop->router_count < TRACE_ROUTERS_MAX)
		hop->routers[hop->router_count++] = (struct trace_round_router){ from, 1 };
}

static void
add_answer(struct hop *hop, const struct trace_answer *a)
{
	struct trace_round_hop *s = &hop->shown;
	double ms = duration_ms_f(a->rtt), off = ms - s->mean_ms;

	count_router(s, a->from);
	s->answered++;
	s->last = a->rtt;
	if (s->answered == 1 || duration_cmp(a->rtt, s->best) < 0)
		s->best = a->rtt;
	if (duration_cmp(a->rtt, s->worst) > 0)
		s->worst = a->rtt;
	s->mean_ms += off / s->answered;
	hop->spread += off * (ms - s->mean_ms);
	s->stdev_ms = sqrt(hop->spread / s->answered);
}

static void
add_hop(struct trace_rounds *r, const struct trace *round, uint32_t ttl)
{
	const struct trace_answer *a = trace_answer(round, ttl, 0);
	struct hop *hop = &r->hops[ttl];

	if (hop->recent == NULL)
		hop->recent = xcalloc(TRACE_RECENT_MAX, sizeof(*hop->recent));
	if (r->first[ttl] == 0)
		r->first[ttl] = r->count;
	hop->recent[r->count % TRACE_RECENT_MAX] = TRACE_NO_ANSWER;
	hop->shown.sent++;
	if (a->kind == TRACE_LOST)
		return;
	hop->recent[r->count % TRACE_RECENT_MAX] = a->rtt;
	add_answer(hop, a);
	r->answered = MAX(r->answered, ttl);
}

void
trace_rounds_add(struct trace_rounds *r, const struct trace *round)
{
	uint32_t hops = trace_hops(round);

	r->count++;
	for (uint32_t ttl = 1; ttl <= TRACE_HOPS_MAX; ttl++) {
		if (trace_was_sent(round, ttl, 0))
			add_hop(r, round, ttl);
		else if (r->hops[ttl].recent)
			r->hops[ttl].recent[r->count % TRACE_RECENT_MAX] = TRACE_NO_ANSWER;
	}
	if (trace_has_reached(round))
		r->end = hops;
	r->is_longer = r->end > 0 && hops >= r->end && !trace_has_reached(round);
}

uint32_t
trace_rounds_count(const struct trace_rounds *r)
{
	return r->count;
}

uint32_t
trace_rounds_hops(const struct trace_rounds *r)
{
	if (r->end > 0 && !r->is_longer)
		return r->end;
	return MAX(r->answered, 1u);
}

bool
trace_rounds_reached(const struct trace_rounds *r)
{
	return r->end > 0;
}

const struct trace_round_hop *
trace_rounds_hop(const struct trace_rounds *r, uint32_t ttl)
{
	assert(ttl >= 1 && ttl <= TRACE_HOPS_MAX);
	return &r->hops[ttl].shown;
}

struct trace_loss
trace_rounds_loss(const struct trace_rounds *r, uint32_t ttl)
{
	struct trace_lost lost[TRACE_HOPS_MAX];
	uint32_t hops = trace_rounds_hops(r);

	for (uint32_t i = 0; i < hops; i++) {
		const struct trace_round_hop *hop = &r->hops[i + 1].shown;

		lost[i] = (struct trace_lost){ hop->sent, hop->sent - hop->answered };
	}
	return trace_loss_of(lost, hops, trace_rounds_reached(r), ttl);
}

bool
trace_rounds_recent(const struct trace_rounds *r, uint32_t ttl, uint32_t ago, struct duration *ret)
{
	assert(ttl >= 1 && ttl <= TRACE_HOPS_MAX);
	if (r->first[ttl] == 0 || ago >= TRACE_RECENT_MAX || ago > r->count - r->first[ttl])
		return false;
	*ret = r->hops[ttl].recent[(r->count - ago) % TRACE_RECENT_MAX];
	return true;
}

struct trace_conf
trace_rounds_next(struct trace_rounds *r, const struct trace_conf *conf)
{
	const struct trace_round_hop *target = &r->hops[r->end].shown;
	struct trace_conf next = *conf;
	struct duration late;

	next.queries = 1;
	next.first_number = r->next_number;
	r->next_number = (uint16_t)(r->next_number + TRACE_HOPS_MAX);
	if (r->end == 0 || r->is_longer)
		return next;
	next.max_hops = MIN(r->end, conf->max_hops);
	next.gap_limit = 0; /* what is lost behind a break counts at every hop */
	late = DURATION_NS(target->worst.ns * LATE_FACTOR + LATE_SLACK.ns);
	if (target->answered > 0 && duration_cmp(late, conf->wait) < 0)
		next.wait = late;
	return next;
}
