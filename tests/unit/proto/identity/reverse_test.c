/* The reverse trace: its messages, when a host does it, and how it is asked for. */
#include <errno.h>
#include <string.h>

#include "base/attr.h"
#include "proto/identity/reverse_ask.h"
#include "proto/identity/reverse_gate.h"
#include "tap.h"

#define NONCE UINT64_C(0x0123456789abcdef)

static const uint8_t secret[16] = "of a host's own";

static struct endpoint
from(const char *address, uint16_t port)
{
	struct endpoint e = { .port = port };

	if (ip_parse(address, &e.addr) < 0)
		tap_fail(__FILE__, __LINE__, "%s", address);
	return e;
}

static struct instant
at(int64_t ms)
{
	return (struct instant){ 1000 * NS_PER_S + ms * NS_PER_MS };
}

/* A trace of so many hops that is over: the second query of hop 2 is lost. */
static struct trace *
make(enum ip_family family, uint32_t hops)
{
	struct trace_conf conf = { .max_hops = hops, .queries = 2, .parallel = 1 };
	struct trace *t = trace_new(&conf);

	for (uint32_t ttl = 1; ttl <= hops; ttl++) {
		for (uint32_t q = 0; q < 2; q++) {
			struct trace_answer a = { .kind =
						      ttl == hops ? TRACE_REACHED : TRACE_EXCEEDED,
				.from = { .family = family,
				    .bytes = { 198, 51, 100, (uint8_t)ttl } },
				.rtt = DURATION_US(1000 * ttl + q),
				.icmp = true,
				.type = 11 };

			if (ttl == 2 && q == 1)
				a = (struct trace_answer){ 0 };
			trace_put(t, ttl, q, &a);
		}
	}
	trace_put_end(t, true);
	return t;
}

TEST(a_question_is_as_documented)
{
	static const uint8_t head[] = { 'N', 'C', 'I', 'D', 1, 2, 0, 0, 0x01, 0x23, 0x45, 0x67,
		0x89, 0xab, 0xcd, 0xef, 0xc0, 0, 0, 0, 0, 0, 0, 0x0e, 0x01, 0x02, 0x0a };
	const struct reverse_question q = { .nonce = NONCE,
		.cookie = UINT64_C(0xc00000000000000e),
		.first = 0x0102,
		.rounds = 10 };
	struct reverse_question read;
	uint8_t bytes[IDENTITY_SIZE + 1] = { 0 };

	reverse_question_encode(&q, bytes);
	CHECK_MEM(bytes, sizeof(head), head, sizeof(head));
	for (size_t i = sizeof(head); i < IDENTITY_SIZE; i++)
		CHECK_INT(bytes[i], 0);
	CHECK_INT(reverse_question_decode(bytes, IDENTITY_SIZE, &read), 0);
	CHECK(read.nonce == q.nonce && read.cookie == q.cookie && read.first == q.first);
	CHECK_INT(read.rounds, q.rounds);
	/* less than the largest answer is not enough, and more is another thing */
	CHECK_INT(reverse_question_decode(bytes, IDENTITY_SIZE - 1, &read), -EBADMSG);
	CHECK_INT(reverse_question_decode(bytes, IDENTITY_SIZE + 1, &read), -EBADMSG);
	bytes[5] = 0;
	CHECK_INT(reverse_question_decode(bytes, IDENTITY_SIZE, &read), -EBADMSG);
}

TEST(an_answer_says_who_and_whom)
{
	const struct reverse_answer a = { .state = REVERSE_COOKIE,
		.cookie = 7,
		.asker = { .family = IP_V4, .bytes = { 192, 0, 2, 1 } },
		.who = { .site = "am6", .host = "h.x1" } };
	static const uint8_t want[] = "NCID\1\3\0\0\x01\x23\x45\x67\x89\xab\xcd\xef"
				      "\1\0\0\0\0\0\0\0\7\4\xc0\0\2\1\3am6\4h.x1";
	uint8_t bytes[IDENTITY_SIZE];
	size_t n = reverse_answer_encode(NONCE, &a, NULL, bytes);
	struct reverse_answer read;

	CHECK_MEM(bytes, n, want, sizeof(want) - 1);
	CHECK_INT(reverse_answer_decode(bytes, n, NONCE, &read), 0);
	CHECK_INT(read.state, REVERSE_COOKIE);
	CHECK(read.cookie == 7 && ip_equal(read.asker, a.asker));
	CHECK_STR(read.who.host, "h.x1");
	CHECK_INT(reverse_answer_decode(bytes, n, NONCE + 1, &read), -ENOMSG);
	for (size_t cut = 0; cut < n; cut++)
		CHECK_INT(reverse_answer_decode(bytes, cut, NONCE, &read), -EBADMSG);
	bytes[16] = REVERSE_STATES;
	CHECK_INT(reverse_answer_decode(bytes, n, NONCE, &read), -EBADMSG);
}

/* No piece is larger than its question, whatever the length of the way and the family. */
TEST(a_result_comes_in_pieces)
{
	static const enum ip_family families[] = { IP_V4, IP_V6 };

	for (size_t f = 0; f < ARRAY_SIZE(families); f++) {
		for (uint32_t hops = 2; hops <= TRACE_HOPS_MAX; hops += 23) {
			struct trace *t = make(families[f], hops);
			struct reverse_answer a = { .state = REVERSE_OVER,
				.asker = { .family = families[f] } };
			unsigned pieces = 0;

			while (a.first < hops * 2 && pieces++ < 100) {
				uint8_t bytes[IDENTITY_SIZE];
				size_t n = reverse_answer_encode(NONCE, &a, t, bytes);
				struct reverse_answer read;

				CHECK(n <= IDENTITY_SIZE);
				REQUIRE(reverse_answer_decode(bytes, n, NONCE, &read) == 0);
				CHECK(read.reached && read.count > 0);
				CHECK_INT(read.hops, hops);
				a.first = (uint16_t)(read.first + read.count);
			}
			CHECK_INT(a.first, hops * 2);
			trace_free(t);
		}
	}
}

/* ---- the gate ---- */

TEST(nobody_is_traced_who_has_not_seen_a_cookie)
{
	struct endpoint me = from("192.0.2.1", 4000), other = from("192.0.2.2", 4000);
	struct reverse_gate g;
	uint64_t cookie, of_other;
	bool start;

	reverse_gate_init(&g, secret);
	CHECK_INT(reverse_gate_ask(&g, me, 0, at(0), &start, &cookie), REVERSE_COOKIE);
	CHECK(!start && cookie != 0);
	CHECK_INT(reverse_gate_ask(&g, other, cookie, at(0), &start, &of_other), REVERSE_COOKIE);
	CHECK(!start && of_other != cookie);
	me.port++;
	CHECK_INT(reverse_gate_ask(&g, me, cookie, at(0), &start, &of_other), REVERSE_COOKIE);
	me.port--;
	/* it is too old after a minute at most */
	CHECK_INT(reverse_gate_ask(&g, me, cookie, at(60000), &start, &of_other), REVERSE_COOKIE);
	CHECK(!start);
	CHECK_INT(reverse_gate_ask(&g, me, cookie, at(100), &start, &of_other), REVERSE_RUNNING);
	CHECK(start);
}

TEST(one_at_a_time_and_one_in_ten_seconds)
{
	struct endpoint me = from("192.0.2.1", 4000), other = from("2001:db8::2", 4000);
	struct reverse_gate g;
	uint64_t mine, others, same;
	bool start;

	reverse_gate_init(&g, secret);
	CHECK_INT(reverse_gate_ask(&g, me, 0, at(0), &start, &mine), REVERSE_COOKIE);
	CHECK_INT(reverse_gate_ask(&g, other, 0, at(0), &start, &others), REVERSE_COOKIE);
	CHECK_INT(reverse_gate_ask(&g, me, mine, at(0), &start, &same), REVERSE_RUNNING);
	CHECK(start);
	/* the same question again begins nothing */
	CHECK_INT(reverse_gate_ask(&g, me, mine, at(10), &start, &same), REVERSE_RUNNING);
	CHECK(!start);
	CHECK_INT(reverse_gate_ask(&g, other, others, at(10), &start, &same), REVERSE_BUSY);
	reverse_gate_end(&g, true);
	CHECK_INT(reverse_gate_ask(&g, me, mine, at(20), &start, &same), REVERSE_OVER);
	CHECK_INT(reverse_gate_ask(&g, other, others, at(9999), &start, &same), REVERSE_BUSY);
	CHECK(!start);
	CHECK_INT(reverse_gate_ask(&g, me, mine, at(9999), &start, &same), REVERSE_OVER);
	CHECK_INT(reverse_gate_ask(&g, other, others, at(10000), &start, &same), REVERSE_RUNNING);
	CHECK(start);
	/* the first one's result is gone, and one that could not begin has none */
	CHECK_INT(reverse_gate_ask(&g, me, mine, at(10010), &start, &same), REVERSE_BUSY);
	reverse_gate_end(&g, false);
	CHECK_INT(reverse_gate_ask(&g, other, others, at(10020), &start, &same), REVERSE_BUSY);
}

/* ---- who asks ---- */

/* A host over a network that loses the first `lose` of its answers. */
struct world {
	struct reverse_gate gate;
	struct trace *result;
	struct instant now, traced_at; /* traced_at: when the trace will be over */
	unsigned lose, asked;
	bool off, away;
};

static void
answer(struct world *w, struct reverse_ask *ask, const uint8_t *bytes)
{
	struct reverse_answer a = { .asker = { .family = IP_V6 },
		.who = { .site = "am6", .host = "h.x1" } };
	struct reverse_question q;
	uint8_t out[IDENTITY_SIZE];
	bool start = false;

	w->asked++;
	REQUIRE(reverse_question_decode(bytes, IDENTITY_SIZE, &q) == 0);
	CHECK_INT(q.rounds, 7); /* in every question, also behind the cookie */
	a.first = q.first;
	if (!w->off)
		a.state = reverse_gate_ask(
		    &w->gate, from("2001:db8::1", 4000), q.cookie, w->now, &start, &a.cookie);
	if (start)
		w->traced_at = instant_add(w->now, DURATION_S(2));
	if (w->away || (w->lose > 0 && w->lose--))
		return;
	reverse_ask_input(ask, out, reverse_answer_encode(q.nonce + 1, &a, w->result, out), w->now);
	reverse_ask_input(ask, out, reverse_answer_encode(q.nonce, &a, w->result, out), w->now);
	reverse_ask_input(ask, out, reverse_answer_encode(q.nonce, &a, w->result, out), w->now);
}

static struct reverse_ask *
ask(struct world *w)
{
	struct reverse_ask *a;
	uint8_t bytes[IDENTITY_SIZE];

	reverse_gate_init(&w->gate, secret);
	w->now = at(0);
	w->traced_at = INSTANT_NEVER;
	w->result = make(IP_V6, 30);
	a = reverse_ask_new(7, w->now);
	for (uint64_t i = 1; i < 1000 && !reverse_ask_is_over(a); i++) {
		if (instant_reached(w->traced_at, w->now)) {
			reverse_gate_end(&w->gate, true);
			w->traced_at = INSTANT_NEVER;
		}
		if (reverse_ask_take(a, w->now, i * 100, bytes))
			answer(w, a, bytes);
		if (!reverse_ask_is_over(a))
			w->now = reverse_ask_deadline(a);
	}
	CHECK(reverse_ask_is_over(a));
	CHECK(instant_is_never(reverse_ask_deadline(a)));
	trace_free(w->result);
	return a;
}

TEST(the_whole_result_comes)
{
	struct world w = { .lose = 4 };
	struct reverse_ask *a = ask(&w);
	const struct trace *t = reverse_ask_trace(a);

	CHECK(reverse_ask_problem(a) == NULL);
	REQUIRE(t != NULL);
	CHECK_INT(trace_hops(t), 30);
	CHECK(trace_is_over(t) && trace_has_reached(t));
	CHECK_INT(trace_answer(t, 2, 1)->kind, TRACE_LOST);
	CHECK_INT(trace_answer(t, 30, 1)->rtt.ns, 30001 * NS_PER_US);
	CHECK_INT(trace_answer(t, 29, 0)->from.bytes[3], 29);
	CHECK_STR(reverse_ask_who(a)->site, "am6");
	CHECK(instant_diff(w.now, at(0)).ns < 10 * NS_PER_S);
	CHECK(w.asked < 30);
	reverse_ask_free(a);
}

TEST(why_there_is_none)
{
	struct world away = { .away = true }, off = { .off = true };
	struct reverse_ask *a = ask(&away);

	CHECK_STR(reverse_ask_problem(a), "no agent answers there");
	CHECK(reverse_ask_trace(a) == NULL);
	CHECK_INT(away.asked, REVERSE_TRIES);
	reverse_ask_free(a);
	a = ask(&off);
	CHECK_STR(
	    reverse_ask_problem(a), "the agent there does not do it (identity: reverse-trace)");
	CHECK_INT(off.asked, 1);
	reverse_ask_free(a);
}

/* A host that never comes to an end, or contradicts itself, is left. */
TEST(a_host_that_plays)
{
	static const enum reverse_state states[] = { REVERSE_COOKIE, REVERSE_BUSY, REVERSE_RUNNING,
		REVERSE_OVER };
	struct trace *t = make(IP_V4, 200);

	for (size_t s = 0; s < ARRAY_SIZE(states); s++) {
		struct reverse_ask *a = reverse_ask_new(3, at(0));
		struct instant now = at(0);
		unsigned asked = 0;

		for (uint64_t i = 1; i < 1000 && !reverse_ask_is_over(a); i++) {
			struct reverse_answer said = {
				.state = states[s], .cookie = i, .asker = { .family = IP_V4 }
			};
			uint8_t bytes[IDENTITY_SIZE];
			size_t n;

			if (reverse_ask_take(a, now, i, bytes)) {
				asked++;
				n = reverse_answer_encode(i, &said, t, bytes);
				reverse_ask_input(a, bytes, n, now);
			}
			if (!reverse_ask_is_over(a))
				now = reverse_ask_deadline(a);
		}
		CHECK(reverse_ask_is_over(a));
		CHECK(reverse_ask_trace(a) == NULL && reverse_ask_problem(a) != NULL);
		CHECK(asked <= 250);
		CHECK(instant_diff(now, at(0)).ns <= 62 * NS_PER_S);
		reverse_ask_free(a);
	}
	trace_free(t);
}
