#include "proto/trace/mtu.h"

#include <stdlib.h>

#include "base/alloc.h"

#define SIZE_FIRST UINT16_MAX
#define LARGE_TRIES 2
#define SMALL_TRIES 2
/* How often, and after what time, a hop that may limit its answers is asked again: Linux lets one a
 * second go, after the first six. */
#define REST_TRIES 5
#define REST DURATION_S(1)
/* As in trace.c: what is later than this is not awaited. */
#define OVERDUE_FACTOR 4
#define OVERDUE_SLACK DURATION_MS(250)

struct hop {
	bool answers;
	struct duration rtt;
	struct ip from;
	bool swallows; /* answered a small packet, but no large one */
};

enum phase {
	PHASE_WALK,   /* the size `size` to one hop after the other */
	PHASE_SEARCH, /* sizes between `low` and `high` to `ttl` */
	PHASE_OVER,
};

/* What has been sent to find out whether one size gets to one hop: large packets, then small ones,
 * and when one of these was answered, after a rest, a last large one. */
struct test {
	uint32_t size;
	uint16_t first; /* number */
	unsigned large, small, last, rests;
	bool speaks; /* a small one was answered */
	bool waiting;
	struct instant sent_at, not_before;
};

enum outcome {
	PASSED,
	SWALLOWED,
	UNKNOWN, /* the hop does not answer now */
};

struct trace_mtu {
	enum ip_family family;
	struct duration wait;
	struct hop *hops; /* owned; from 1 */
	uint32_t last;    /* the last that answers, 0: none */
	enum phase phase;
	uint32_t ttl;
	uint32_t size, own;
	uint32_t passed; /* the last hop that large packets got to */
	uint32_t low, high;
	struct test test;
	uint16_t next; /* number */
	struct trace_mtu_fall falls[TRACE_MTU_FALLS_MAX];
	size_t fall_count;
};

/* RFC 791: every host takes 68; RFC 8200 5: every link takes 1280. Less is broken, or forged. */
static uint32_t
least_mtu(const struct trace_mtu *m)
{
	return m->family == IP_V4 ? 68 : 1280;
}

static uint32_t
small_size(const struct trace_mtu *m)
{
	return trace_packet_size(m->family);
}

static void
begin_test(struct trace_mtu *m, uint32_t size)
{
	m->test = (struct test){ .size = size, .first = m->next, .not_before = { INT64_MIN } };
}

/* The next hop from ttl on that answers, or the end of the walk. */
static void
walk_to(struct trace_mtu *m, uint32_t ttl)
{
	while (ttl <= m->last && !m->hops[ttl].answers)
		ttl++;
	m->ttl = ttl;
	m->phase = PHASE_WALK;
	begin_test(m, m->size);
}

static void
read_hop(struct hop *hop, const struct trace *t, uint32_t ttl)
{
	for (uint32_t q = 0; q < trace_queries(t); q++) {
		const struct trace_answer *a = trace_answer(t, ttl, q);

		if (a->kind == TRACE_LOST)
			continue;
		if (!hop->answers)
			hop->from = a->from;
		hop->answers = true;
		hop->rtt.ns = MAX(hop->rtt.ns, a->rtt.ns);
	}
}

struct trace_mtu *
trace_mtu_new(const struct trace *t, enum ip_family family, struct duration wait)
{
	struct trace_mtu *m = xcalloc(1, sizeof(*m));
	uint32_t hops = trace_hops(t);

	m->family = family;
	m->wait = wait;
	m->size = SIZE_FIRST;
	m->next = TRACE_MTU_NUMBER;
	m->hops = xcalloc((size_t)hops + 1, sizeof(*m->hops));
	for (uint32_t ttl = 1; ttl <= hops; ttl++) {
		read_hop(&m->hops[ttl], t, ttl);
		if (m->hops[ttl].answers)
			m->last = ttl;
	}
	if (m->last > 0)
		walk_to(m, 1);
	else
		m->phase = PHASE_OVER;
	return m;
}

void
trace_mtu_free(struct trace_mtu *m)
{
	if (m == NULL)
		return;
	free(m->hops);
	free(m);
}

bool
trace_mtu_take_probe(struct trace_mtu *m, struct instant now, struct trace_probe *ret)
{
	struct test *test = &m->test;
	bool large = test->speaks || test->large < LARGE_TRIES;

	if (m->phase == PHASE_OVER || test->waiting || instant_cmp(now, test->not_before) < 0)
		return false;
	*ret = (struct trace_probe){
		.number = m->next++,
		.ttl = (uint8_t)m->ttl,
		.size = (uint16_t)(large ? test->size : small_size(m)),
	};
	if (test->speaks)
		test->last++;
	else if (large)
		test->large++;
	else
		test->small++;
	test->waiting = true;
	test->sent_at = now;
	return true;
}

static void
add_fall(struct trace_mtu *m, uint32_t hop, struct ip from, bool silent, uint32_t mtu)
{
	m->falls[m->fall_count++] = (struct trace_mtu_fall){
		.hop = hop, .silent = silent, .from = from, .before = m->size, .mtu = mtu
	};
	m->size = mtu;
}

/* The hop of a router that spoke, which is before the one that was asked; by its address if that is
 * known. */
static uint32_t
hop_of(const struct trace_mtu *m, struct ip from)
{
	for (uint32_t ttl = 1; ttl < m->ttl; ttl++) {
		if (m->hops[ttl].answers && ip_equal(m->hops[ttl].from, from))
			return ttl;
	}
	return m->ttl - 1;
}

/* Old routers do not say how much they take: RFC 1191 7.1 has what to try then. */
static uint32_t
plateau_below(uint32_t size)
{
	static const uint32_t plateaus[] = { 32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296 };

	for (size_t i = 0; i < ARRAY_SIZE(plateaus); i++) {
		if (plateaus[i] < size)
			return plateaus[i];
	}
	return 68;
}

/* The walk is at its end: if large packets vanished before it, how large may they be? */
static void
end_walk(struct trace_mtu *m)
{
	uint32_t farthest = 0;

	for (uint32_t ttl = m->passed + 1; ttl <= m->last; ttl++) {
		if (m->hops[ttl].swallows)
			farthest = ttl;
	}
	m->phase = farthest > 0 ? PHASE_SEARCH : PHASE_OVER;
	if (farthest == 0)
		return;
	m->ttl = farthest;
	m->low = small_size(m);
	m->high = m->size + 1; /* once more, before it is called a black hole */
	begin_test(m, m->size);
}

static void
end_search(struct trace_mtu *m)
{
	uint32_t from = m->passed;

	if (m->low < m->size)
		add_fall(m, from, m->hops[from].from, true, m->low);
	for (uint32_t ttl = from + 1; ttl <= m->last; ttl++)
		m->hops[ttl].swallows = false;
	/* what gets through gets to the other side, however shy the hops between are */
	m->passed = m->ttl;
	walk_to(m, from + 1);
}

static void
conclude(struct trace_mtu *m, enum outcome outcome)
{
	uint32_t size = m->test.size;

	if (m->phase == PHASE_SEARCH) {
		if (outcome == PASSED)
			m->low = size;
		else
			m->high = size;
		if (m->high - m->low <= 1)
			end_search(m);
		else
			begin_test(m, m->low + (m->high - m->low) / 2);
		return;
	}
	if (outcome == PASSED)
		m->passed = MAX(m->passed, m->ttl);
	m->hops[m->ttl].swallows = outcome == SWALLOWED;
	walk_to(m, m->ttl + 1);
	if (m->ttl > m->last)
		end_walk(m);
}

void
trace_mtu_too_big_here(struct trace_mtu *m, uint32_t mtu)
{
	m->size = mtu > 0 && mtu < m->size ? mtu : plateau_below(m->size);
	m->own = m->size;
	begin_test(m, m->size);
	if (m->size <= small_size(m))
		m->phase = PHASE_OVER;
}

/* A router takes less than what came. False: what it says is impossible. */
static bool
input_too_big(struct trace_mtu *m, const struct trace_reply *reply)
{
	uint32_t mtu = reply->mtu;

	if (mtu == 0 || mtu >= m->test.size)
		mtu = MAX(plateau_below(m->test.size), least_mtu(m));
	if (mtu < least_mtu(m) || mtu >= m->test.size)
		return false;
	if (m->phase == PHASE_SEARCH) { /* it got through to that router */
		conclude(m, PASSED);
		return true;
	}
	add_fall(m, hop_of(m, reply->from), reply->from, false, mtu);
	if (m->fall_count < TRACE_MTU_FALLS_MAX)
		walk_to(m, m->ttl);
	else
		m->phase = PHASE_OVER; /* somebody plays with us */
	return true;
}

bool
trace_mtu_input(struct trace_mtu *m, const struct trace_reply *reply)
{
	struct test *test = &m->test;
	uint16_t number = reply->numbered ? reply->number : (uint16_t)(m->next - 1);
	uint16_t place = (uint16_t)(number - test->first);

	if (m->phase == PHASE_OVER || place >= test->large + test->small + test->last)
		return false;
	if (trace_icmp_is_too_big(m->family, reply->type, reply->code) && reply->icmp)
		return input_too_big(m, reply);
	if (place < test->large || place >= test->large + test->small) {
		conclude(m, PASSED);
		return true;
	}
	if (test->speaks)
		return false;
	test->speaks = true;
	test->waiting = false;
	test->not_before = instant_add(reply->at, REST);
	return true;
}

static struct instant
give_up_at(const struct trace_mtu *m)
{
	struct duration longest = duration_scale(m->hops[m->ttl].rtt, OVERDUE_FACTOR, 1);
	struct instant at = instant_add(m->test.sent_at, m->wait);

	return instant_min(at, instant_add(instant_add(m->test.sent_at, longest), OVERDUE_SLACK));
}

void
trace_mtu_expire(struct trace_mtu *m, struct instant now)
{
	struct test *test = &m->test;

	if (m->phase == PHASE_OVER || !test->waiting || !instant_reached(give_up_at(m), now))
		return;
	test->waiting = false;
	if (test->last > 0) {
		conclude(m, SWALLOWED);
		return;
	}
	if (test->small < SMALL_TRIES)
		return;
	/* neither large nor small: it may only have spoken too often */
	if ((m->phase == PHASE_SEARCH || m->ttl == m->last) && test->rests < REST_TRIES) {
		unsigned rests = test->rests + 1;

		begin_test(m, test->size);
		test->rests = rests;
		test->not_before = instant_add(now, REST);
	} else {
		conclude(m, UNKNOWN);
	}
}

struct instant
trace_mtu_deadline(const struct trace_mtu *m)
{
	if (m->phase == PHASE_OVER)
		return INSTANT_NEVER;
	return m->test.waiting ? give_up_at(m) : m->test.not_before;
}

bool
trace_mtu_is_over(const struct trace_mtu *m)
{
	return m->phase == PHASE_OVER;
}

uint32_t
trace_mtu_path(const struct trace_mtu *m, uint32_t *ret_hop)
{
	*ret_hop = m->passed;
	return m->passed > 0 ? m->size : 0;
}

uint32_t
trace_mtu_own(const struct trace_mtu *m)
{
	return m->own;
}

size_t
trace_mtu_falls(const struct trace_mtu *m, const struct trace_mtu_fall **ret)
{
	*ret = m->falls;
	return m->fall_count;
}
