#include "proto/trace/trace.h"

#include <assert.h>
#include <stdlib.h>

#include "base/alloc.h"

/* A probe is overdue when a farther hop has answered in a time r and it has waited OVERDUE_FACTOR ×
 * r and OVERDUE_SLACK: routers answer late more often than not at all. */
#define OVERDUE_FACTOR 4
#define OVERDUE_SLACK DURATION_MS(250)

#define AT_ONCE ((struct instant){ INT64_MIN })

enum slot_state {
	SLOT_UNSENT,
	SLOT_WAITING,
	SLOT_SETTLED,
};

struct slot {
	enum slot_state state;
	struct instant sent_at;
	struct trace_answer answer;
};

struct trace {
	struct trace_conf conf;
	struct slot *slots;        /* owned; queries for each ttl from 1 */
	uint32_t scouts;           /* sent: hops 1 to this one */
	struct instant scouted_at; /* when the last of them was */
	uint32_t answered;         /* the farthest hop that answered, 0: none */
	uint32_t waiting;
	uint32_t end; /* the last ttl that matters */
	bool ended;   /* end is that of a reply, not max_hops */
	bool reached;
};

struct trace *
trace_new(const struct trace_conf *conf)
{
	struct trace *t = xcalloc(1, sizeof(*t));

	assert(conf->max_hops >= 1 && conf->max_hops <= TRACE_HOPS_MAX);
	assert(conf->queries >= 1 && conf->queries <= TRACE_QUERIES_MAX);
	assert(conf->parallel >= 1 && conf->parallel <= TRACE_PARALLEL_MAX);
	t->conf = *conf;
	t->end = conf->max_hops;
	t->slots = xcalloc((size_t)conf->max_hops * conf->queries, sizeof(*t->slots));
	return t;
}

void
trace_free(struct trace *t)
{
	if (t == NULL)
		return;
	free(t->slots);
	free(t);
}

static uint32_t
ttl_of(const struct trace *t, uint32_t index)
{
	return index / t->conf.queries + 1;
}

static struct slot *
slot_at(const struct trace *t, uint32_t ttl, uint32_t query)
{
	return &t->slots[(ttl - 1) * t->conf.queries + query];
}

/* One past the last index that matters. */
static uint32_t
index_end(const struct trace *t)
{
	return t->end * t->conf.queries;
}

/* One past the last index that may have been sent. */
static uint32_t
index_sent(const struct trace *t)
{
	return t->scouts * t->conf.queries;
}

/* When the next scout may go. */
static struct instant
scout_at(const struct trace *t)
{
	bool far = t->conf.gap_limit > 0 && t->scouts >= t->answered + t->conf.gap_limit;

	if (t->scouts >= t->end || far)
		return INSTANT_NEVER;
	if (t->scouts == 0 || slot_at(t, t->scouts, 0)->state == SLOT_SETTLED)
		return AT_ONCE;
	return instant_add(t->scouted_at, TRACE_PACE);
}

/* The first of the other queries that may go, or NULL. */
static struct slot *
follower(const struct trace *t)
{
	for (uint32_t ttl = 1; ttl <= MIN(t->scouts, t->end); ttl++) {
		if (ttl > t->answered && slot_at(t, ttl, 0)->state != SLOT_SETTLED)
			continue;
		for (uint32_t q = 1; q < t->conf.queries; q++) {
			if (slot_at(t, ttl, q)->state == SLOT_UNSENT)
				return slot_at(t, ttl, q);
		}
	}
	return NULL;
}

bool
trace_take_probe(struct trace *t, struct instant now, struct trace_probe *ret)
{
	struct slot *slot;
	uint32_t index;

	if (t->waiting >= t->conf.parallel)
		return false;
	slot = follower(t);
	if (slot == NULL && instant_reached(scout_at(t), now)) {
		t->scouts++;
		t->scouted_at = now;
		slot = slot_at(t, t->scouts, 0);
	}
	if (slot == NULL)
		return false;
	slot->state = SLOT_WAITING;
	slot->sent_at = now;
	t->waiting++;
	index = (uint32_t)(slot - t->slots);
	*ret = (struct trace_probe){ .number = (uint16_t)(t->conf.first_number + index),
		.ttl = (uint8_t)ttl_of(t, index) };
	return true;
}

static void
settle(struct trace *t, struct slot *slot)
{
	slot->state = SLOT_SETTLED;
	t->waiting--;
}

/* Nothing beyond this ttl matters any more; what waits there is forgotten. */
static void
end_at(struct trace *t, uint32_t ttl)
{
	t->end = ttl;
	for (uint32_t i = index_end(t); i < index_sent(t); i++) {
		if (t->slots[i].state == SLOT_WAITING)
			settle(t, &t->slots[i]);
	}
}

static bool
hop_is_settled(const struct trace *t, uint32_t ttl, bool *ret_answered)
{
	*ret_answered = false;
	for (uint32_t i = (ttl - 1) * t->conf.queries; i < ttl * t->conf.queries; i++) {
		if (t->slots[i].state != SLOT_SETTLED)
			return false;
		*ret_answered = *ret_answered || t->slots[i].answer.kind != TRACE_LOST;
	}
	return true;
}

/* Ends the trace when the limit of silent hops in a row is there. */
static void
watch_gap(struct trace *t)
{
	uint32_t gap = 0;

	for (uint32_t ttl = 1; ttl <= t->end && t->conf.gap_limit > 0; ttl++) {
		bool answered;

		if (!hop_is_settled(t, ttl, &answered))
			return;
		gap = answered ? 0 : gap + 1;
		if (gap == t->conf.gap_limit) {
			t->ended = true;
			end_at(t, ttl);
			return;
		}
	}
}

/* The probe of a reply that does not say: the oldest that waits, of its sender's hop if that is
 * known. */
static struct slot *
guess(const struct trace *t, struct ip from)
{
	struct slot *oldest = NULL;

	for (uint32_t ttl = 1; ttl <= t->end; ttl++) {
		struct slot *waits = NULL;
		bool known = false;

		for (uint32_t i = (ttl - 1) * t->conf.queries; i < ttl * t->conf.queries; i++) {
			struct slot *slot = &t->slots[i];

			if (slot->state == SLOT_WAITING && waits == NULL)
				waits = slot;
			if (slot->answer.kind != TRACE_LOST && ip_equal(slot->answer.from, from))
				known = true;
		}
		if (known && waits)
			return waits;
		if (oldest == NULL)
			oldest = waits;
	}
	return oldest;
}

bool
trace_input(struct trace *t, const struct trace_reply *reply)
{
	uint16_t index = (uint16_t)(reply->number - t->conf.first_number);
	struct slot *slot;
	uint32_t ttl;

	if (reply->numbered && index >= index_sent(t))
		return false;
	slot = reply->numbered ? &t->slots[index] : guess(t, reply->from);
	if (slot == NULL || slot->state != SLOT_WAITING)
		return false;
	settle(t, slot);
	slot->answer = (struct trace_answer){
		.kind = reply->kind,
		.from = reply->from,
		.rtt = instant_diff(reply->at, slot->sent_at),
		.icmp = reply->icmp,
		.type = reply->type,
		.code = reply->code,
		.tcp = reply->tcp,
		.guessed = !reply->numbered,
	};
	/* clocks of the kernel and ours may disagree by a little */
	if (slot->answer.rtt.ns < 0)
		slot->answer.rtt.ns = 0;
	ttl = ttl_of(t, (uint32_t)(slot - t->slots));
	t->answered = MAX(t->answered, ttl);
	if (reply->kind == TRACE_REACHED || reply->kind == TRACE_UNREACHABLE) {
		/* the nearest hop decides whether it was reached; at the same hop, one that did */
		t->reached =
		    reply->kind == TRACE_REACHED || (t->reached && t->ended && ttl == t->end);
		t->ended = true;
		end_at(t, ttl);
	}
	watch_gap(t);
	return true;
}

/* When a probe that waits is given up. */
static struct instant
give_up_at(const struct trace *t, uint32_t index)
{
	const struct slot *slot = &t->slots[index];
	struct instant at = instant_add(slot->sent_at, t->conf.wait);

	for (uint32_t ttl = ttl_of(t, index); ttl <= t->end; ttl++) {
		struct duration longest = { -1 };

		for (uint32_t i = (ttl - 1) * t->conf.queries; i < ttl * t->conf.queries; i++) {
			if (t->slots[i].answer.kind != TRACE_LOST &&
			    duration_cmp(t->slots[i].answer.rtt, longest) > 0)
				longest = t->slots[i].answer.rtt;
		}
		if (longest.ns < 0)
			continue;
		longest = duration_scale(longest, OVERDUE_FACTOR, 1);
		return instant_min(
		    at, instant_add(instant_add(slot->sent_at, longest), OVERDUE_SLACK));
	}
	return at;
}

void
trace_expire(struct trace *t, struct instant now)
{
	for (uint32_t i = 0; i < index_sent(t); i++) {
		if (t->slots[i].state == SLOT_WAITING && instant_reached(give_up_at(t, i), now))
			settle(t, &t->slots[i]);
	}
	watch_gap(t);
}

struct instant
trace_deadline(const struct trace *t)
{
	struct instant at = INSTANT_NEVER;

	if (t->waiting < t->conf.parallel)
		at = follower(t) ? AT_ONCE : scout_at(t);
	for (uint32_t i = 0; i < index_sent(t); i++) {
		if (t->slots[i].state == SLOT_WAITING)
			at = instant_min(at, give_up_at(t, i));
	}
	return at;
}

bool
trace_is_over(const struct trace *t)
{
	return t->waiting == 0 && t->scouts >= t->end && follower(t) == NULL;
}

bool
trace_has_reached(const struct trace *t)
{
	return t->reached;
}

uint32_t
trace_hops(const struct trace *t)
{
	uint32_t last = 1;

	for (uint32_t i = 0; i < index_end(t); i++) {
		if (t->slots[i].answer.kind != TRACE_LOST)
			last = ttl_of(t, i);
	}
	return last;
}

uint32_t
trace_queries(const struct trace *t)
{
	return t->conf.queries;
}

bool
trace_was_sent(const struct trace *t, uint32_t ttl, uint32_t query)
{
	assert(ttl >= 1 && query < t->conf.queries);
	return ttl <= t->end && slot_at(t, ttl, query)->state != SLOT_UNSENT;
}

const struct trace_answer *
trace_answer(const struct trace *t, uint32_t ttl, uint32_t query)
{
	assert(ttl >= 1 && ttl <= t->conf.max_hops && query < t->conf.queries);
	return &slot_at(t, ttl, query)->answer;
}

void
trace_put(struct trace *t, uint32_t ttl, uint32_t query, const struct trace_answer *answer)
{
	struct slot *slot = slot_at(t, ttl, query);

	assert(ttl >= 1 && ttl <= t->conf.max_hops && query < t->conf.queries);
	slot->state = SLOT_SETTLED;
	slot->answer = *answer;
}

void
trace_put_end(struct trace *t, bool reached)
{
	t->scouts = t->end;
	t->reached = reached;
	t->ended = true;
}
