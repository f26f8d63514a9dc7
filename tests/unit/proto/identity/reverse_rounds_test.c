/* The rounds of a trace back, over a way whose hops and losses are made up. */
#include "proto/identity/reverse_rounds.h"

#include "base/attr.h"
#include "tap.h"

static const struct ip target = { .family = IP_V4, .bytes = { 192, 0, 2, 1 } };

static struct instant
at(int64_t ms)
{
	return (struct instant){ 1000 * NS_PER_S + ms * NS_PER_MS };
}

/* A round over a way of so many hops, of which those in `lost` (bit 0: hop 1) do not answer. */
static struct trace *
run_round(const struct trace_conf *conf, uint32_t hops, uint32_t lost)
{
	struct trace *t = trace_new(conf);
	struct instant now = at(0);
	struct trace_probe p;

	while (!trace_is_over(t)) {
		while (trace_take_probe(t, now, &p)) {
			struct trace_reply reply = { .kind = p.ttl < hops ? TRACE_EXCEEDED
									  : TRACE_REACHED,
				.from = { .family = IP_V4, .bytes = { 198, 51, 100, p.ttl } },
				.icmp = true,
				.numbered = true,
				.number = p.number,
				.at = instant_add(now, DURATION_US(100)) };

			if (p.ttl <= hops && !(lost >> (p.ttl - 1) & 1))
				CHECK(trace_input(t, &reply));
		}
		now = instant_max(now, trace_deadline(t));
		trace_expire(t, now);
	}
	return t;
}

static struct instant
play(struct reverse_rounds *r, uint32_t hops, uint32_t lost, struct instant now)
{
	struct trace_conf conf = reverse_rounds_conf(r);
	struct trace *round = run_round(&conf, hops, lost);
	struct instant next = reverse_rounds_add(r, round, now);

	trace_free(round);
	return next;
}

static uint32_t
lost_at(const struct trace *t, uint32_t ttl)
{
	uint32_t lost = 0;

	for (uint32_t q = 0; q < trace_queries(t); q++)
		lost += trace_answer(t, ttl, q)->kind == TRACE_LOST;
	return lost;
}

TEST(each_round_is_a_query_of_the_result)
{
	/* hop 2 limits its answers; two rounds are lost from hop 3 on */
	static const uint32_t lost[] = { 0, 2, 12, 2, 14, 2 };
	struct reverse_rounds *r = reverse_rounds_new(target, ARRAY_SIZE(lost), at(0));
	const struct trace *t;

	CHECK(reverse_rounds_result(r) == NULL);
	for (size_t i = 0; i < ARRAY_SIZE(lost); i++) {
		struct instant next =
		    play(r, 4, lost[i], at((int64_t)i * duration_ms(REVERSE_ROUND_EVERY) + 50));

		if (i + 1 < ARRAY_SIZE(lost))
			CHECK_INT(instant_diff(next, at(0)).ns,
			    (int64_t)(i + 1) * REVERSE_ROUND_EVERY.ns);
		else
			CHECK(instant_is_never(next));
	}
	t = reverse_rounds_result(r);
	REQUIRE(t != NULL);
	CHECK(trace_has_reached(t) && trace_is_over(t));
	CHECK_INT(trace_hops(t), 4);
	CHECK_INT(trace_queries(t), 6);
	CHECK_INT(lost_at(t, 1), 0);
	CHECK_INT(lost_at(t, 2), 4);
	CHECK_INT(lost_at(t, 3), 2);
	CHECK_INT(lost_at(t, 4), 2);
	reverse_rounds_free(r);
}

TEST(what_it_costs_is_bounded)
{
	static const uint32_t asked[] = { 0, 1, 10, 11, 255 }, got[] = { 2, 1, 10, 10, 10 };

	for (size_t i = 0; i < ARRAY_SIZE(asked); i++) {
		struct reverse_rounds *r = reverse_rounds_new(target, asked[i], at(0));
		uint32_t rounds = 1;

		while (!instant_is_never(play(r, 9, 0, at(0))))
			rounds++;
		CHECK_INT(rounds, got[i]);
		reverse_rounds_free(r);
	}
	/* slow ones are fewer, and there is a result of them */
	struct reverse_rounds *r = reverse_rounds_new(target, 10, at(0));

	CHECK(!instant_is_never(play(r, 9, 0, at(7000))));
	CHECK(!instant_is_never(play(r, 9, 0, at(15000))));
	CHECK(instant_is_never(play(r, 9, 0, at(15001))));
	CHECK_INT(trace_queries(reverse_rounds_result(r)), 3);
	reverse_rounds_free(r);
}

TEST(a_target_that_says_nothing_was_not_reached)
{
	struct reverse_rounds *r = reverse_rounds_new(target, 2, at(0));

	(void)play(r, 3, 4, at(0));
	CHECK_INT(reverse_rounds_conf(r).max_hops, REVERSE_HOPS_MAX);
	CHECK(instant_is_never(play(r, 3, 4, at(600))));
	CHECK(!trace_has_reached(reverse_rounds_result(r)));
	CHECK_INT(trace_hops(reverse_rounds_result(r)), 2);
	reverse_rounds_free(r);
}

TEST(the_way_may_become_shorter)
{
	struct reverse_rounds *r = reverse_rounds_new(target, 2, at(0));

	(void)play(r, 6, 0, at(0));
	CHECK_INT(reverse_rounds_conf(r).max_hops, 6);
	CHECK_INT(reverse_rounds_conf(r).gap_limit, 0);
	(void)play(r, 4, 0, at(600));
	CHECK_INT(trace_hops(reverse_rounds_result(r)), 4);
	CHECK_INT(lost_at(reverse_rounds_result(r), 4), 0);
	reverse_rounds_free(r);
}
