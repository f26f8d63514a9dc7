#include "proto/identity/reverse_ask.h"

#include <stdlib.h>

#include "base/alloc.h"

struct reverse_ask {
	struct reverse_question next;
	struct instant began, at; /* at: of the next question */
	unsigned tries;           /* without an answer */
	bool was_busy, is_over;
	const char *problem;
	struct identity who;
	struct ip asker;
	struct trace *trace; /* owned; NULL: no piece of it has come */
	uint32_t end;        /* one past the last answer of it */
};

struct reverse_ask *
reverse_ask_new(uint8_t rounds, struct instant now)
{
	struct reverse_ask *a = xcalloc(1, sizeof(*a));

	a->next.rounds = rounds;
	a->began = a->at = now;
	return a;
}

void
reverse_ask_free(struct reverse_ask *a)
{
	if (a == NULL)
		return;
	trace_free(a->trace);
	free(a);
}

static void
end(struct reverse_ask *a, const char *problem)
{
	a->is_over = true;
	a->problem = problem;
	a->at = INSTANT_NEVER;
}

bool
reverse_ask_take(
    struct reverse_ask *a, struct instant now, uint64_t nonce, uint8_t ret[static IDENTITY_SIZE])
{
	if (a->is_over || !instant_reached(a->at, now))
		return false;
	if (a->tries >= REVERSE_TRIES) {
		end(a, "no agent answers there");
		return false;
	}
	if (instant_reached(instant_add(a->began, REVERSE_PATIENCE), now)) {
		end(a,
		    a->was_busy ? "the agent is busy with those of others" : "it takes too long");
		return false;
	}
	a->next.nonce = nonce;
	a->tries++;
	a->at = instant_add(now, REVERSE_RESEND);
	reverse_question_encode(&a->next, ret);
	return true;
}

/* False: it does not go on from what was there. */
static bool
take_piece(struct reverse_ask *a, const struct reverse_answer *said)
{
	struct trace_conf conf = { .target = said->asker,
		.max_hops = said->hops,
		.queries = said->queries,
		.parallel = 1 };

	if (a->trace == NULL) {
		a->trace = trace_new(&conf);
		a->end = said->hops * said->queries;
		a->asker = said->asker;
	}
	if (said->first != a->next.first || said->count == 0 ||
	    a->end != said->hops * said->queries || trace_queries(a->trace) != said->queries)
		return false;
	for (uint16_t i = 0; i < said->count; i++) {
		uint32_t index = (uint32_t)said->first + i;

		trace_put(
		    a->trace, index / said->queries + 1, index % said->queries, &said->answers[i]);
	}
	a->next.first = (uint16_t)(said->first + said->count);
	return true;
}

static void
input_over(struct reverse_ask *a, const struct reverse_answer *said, struct instant now)
{
	if (!take_piece(a, said)) {
		end(a, "the agent contradicts itself");
		return;
	}
	a->at = now;
	if (a->next.first < a->end)
		return;
	trace_put_end(a->trace, said->reached);
	end(a, NULL);
}

void
reverse_ask_input(struct reverse_ask *a, const void *bytes, size_t len, struct instant now)
{
	struct reverse_answer said;

	if (a->is_over || a->tries == 0 ||
	    reverse_answer_decode(bytes, len, a->next.nonce, &said) < 0)
		return;
	/* a second answer to the same question is none */
	a->tries = 0;
	a->was_busy = said.state == REVERSE_BUSY;
	if (said.state != REVERSE_OVER)
		a->who = said.who;
	switch (said.state) {
	case REVERSE_OFF:
		end(a, "the agent there does not do it (identity: reverse-trace)");
		break;
	case REVERSE_COOKIE:
		/* the first; or that of another host, when routes have changed */
		a->at = a->next.cookie == 0 ? now : instant_add(now, REVERSE_POLL);
		a->next.cookie = said.cookie;
		a->next.first = 0;
		trace_free(TAKE(a->trace));
		break;
	case REVERSE_BUSY:
		a->at = instant_add(now, REVERSE_BUSY_PAUSE);
		break;
	case REVERSE_RUNNING:
		a->at = instant_add(now, REVERSE_POLL);
		break;
	case REVERSE_OVER:
	case REVERSE_STATES:
		input_over(a, &said, now);
		break;
	}
}

struct instant
reverse_ask_deadline(const struct reverse_ask *a)
{
	return a->at;
}

bool
reverse_ask_is_over(const struct reverse_ask *a)
{
	return a->is_over;
}

const char *
reverse_ask_problem(const struct reverse_ask *a)
{
	return a->problem;
}

const struct trace *
reverse_ask_trace(const struct reverse_ask *a)
{
	return a->is_over && a->problem == NULL ? a->trace : NULL;
}

const struct identity *
reverse_ask_who(const struct reverse_ask *a)
{
	return &a->who;
}

struct ip
reverse_ask_asker(const struct reverse_ask *a)
{
	return a->asker;
}
