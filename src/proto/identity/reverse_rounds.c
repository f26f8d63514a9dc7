#include "proto/identity/reverse_rounds.h"

#include <stdlib.h>

#include "base/alloc.h"

#define PARALLEL 4
#define SILENT_HOPS 5
#define WAIT DURATION_S(1)

struct reverse_rounds {
	struct ip target;
	uint32_t rounds, done;
	struct instant next, last; /* to begin; the last moment for it */
	uint32_t end;              /* where the target was last; 0: never reached */
	uint32_t answered;         /* the farthest hop */
	struct trace_answer answers[REVERSE_ROUNDS_MAX][REVERSE_HOPS_MAX];
	struct trace *result; /* owned */
};

struct reverse_rounds *
reverse_rounds_new(struct ip target, uint32_t rounds, struct instant now)
{
	struct reverse_rounds *r = xcalloc(1, sizeof(*r));

	r->target = target;
	r->rounds = MIN(rounds > 0 ? rounds : REVERSE_ROUNDS_USUAL, (uint32_t)REVERSE_ROUNDS_MAX);
	r->next = now;
	r->last = instant_add(now, REVERSE_ROUNDS_TIME);
	r->answered = 1;
	return r;
}

void
reverse_rounds_free(struct reverse_rounds *r)
{
	if (r == NULL)
		return;
	trace_free(r->result);
	free(r);
}

struct trace_conf
reverse_rounds_conf(const struct reverse_rounds *r)
{
	return (struct trace_conf){ .target = r->target,
		.max_hops = r->end > 0 ? r->end : REVERSE_HOPS_MAX,
		.queries = 1,
		.parallel = PARALLEL,
		.gap_limit = r->end > 0 ? 0 : SILENT_HOPS,
		.wait = WAIT,
		.first_number = (uint16_t)(r->done * REVERSE_HOPS_MAX) };
}

/* The rounds so far, one query each, as far as the way is. */
static void
make_result(struct reverse_rounds *r)
{
	struct trace_conf conf = { .target = r->target,
		.max_hops = r->end > 0 ? r->end : r->answered,
		.queries = r->done,
		.parallel = 1 };

	trace_free(r->result);
	r->result = trace_new(&conf);
	for (uint32_t round = 0; round < r->done; round++) {
		for (uint32_t ttl = 1; ttl <= conf.max_hops; ttl++)
			trace_put(r->result, ttl, round, &r->answers[round][ttl - 1]);
	}
	trace_put_end(r->result, r->end > 0);
}

struct instant
reverse_rounds_add(struct reverse_rounds *r, const struct trace *round, struct instant now)
{
	uint32_t hops = MIN(trace_hops(round), (uint32_t)REVERSE_HOPS_MAX);

	for (uint32_t ttl = 1; ttl <= hops; ttl++)
		r->answers[r->done][ttl - 1] = *trace_answer(round, ttl, 0);
	if (trace_has_reached(round))
		r->end = hops;
	r->answered = MAX(r->answered, hops);
	r->done++;
	make_result(r);
	r->next = instant_max(now, instant_add(r->next, REVERSE_ROUND_EVERY));
	if (r->done == r->rounds || instant_cmp(r->next, r->last) > 0)
		return INSTANT_NEVER;
	return r->next;
}

const struct trace *
reverse_rounds_result(const struct reverse_rounds *r)
{
	return r->result;
}
