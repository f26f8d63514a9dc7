/* Intervals, jitter, detection time, poll sequences, demand mode. */
#include "bench.h"

/* Sends by the clock until there were n, and gives the shortest and the longest pause. */
static void
pauses(struct bench *b, int n, struct duration *ret_min, struct duration *ret_max)
{
	struct instant last = b->now;

	*ret_min = DURATION_FOREVER;
	*ret_max = (struct duration){ 0 };
	for (int i = 0; i <= n;) {
		struct bfd_packet p = bench_packet(bench_info(b).state);

		/* keep it alive without news */
		p.required_min_rx_us = (uint32_t)(bench_info(b).tx_interval.ns / NS_PER_US);
		if (p.state == BFD_UP)
			(void)bench_hear(b, p);
		(void)bench_step(b);
		if (b->out.len == 0)
			continue;
		if (i++ > 0) {
			struct duration pause = instant_diff(b->now, last);

			*ret_min = MIN(ret_min->ns, pause.ns) == pause.ns ? pause : *ret_min;
			*ret_max = MAX(ret_max->ns, pause.ns) == pause.ns ? pause : *ret_max;
		}
		last = b->now;
	}
}

static bool
within(struct duration d, double lo_ms, double hi_ms)
{
	return duration_ms_f(d) >= lo_ms && duration_ms_f(d) <= hi_ms;
}

TEST(pauses_are_jittered)
{
	static const struct {
		uint8_t multiplier;
		bool up;
		double shortest, longest;
	} cases[] = {
		{ 3, false, 750, 1000 },
		{ 1, false, 750, 900 },
		{ 3, true, 7.5, 10 },
		{ 1, true, 7.5, 9 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct bfd_conf conf = bench_conf();
		struct duration min, max;

		conf.multiplier = cases[i].multiplier;
		_cleanup_(bench_done) struct bench b =
		    cases[i].up ? bench_up(&conf) : bench_new(&conf);
		pauses(&b, 500, &min, &max);
		CHECK(within(min, cases[i].shortest, cases[i].shortest * 1.01));
		CHECK(within(max, cases[i].longest * 0.99, cases[i].longest));
	}
}

TEST(the_first_packet_goes_out_at_once)
{
	struct bfd_conf conf = bench_conf();
	_cleanup_(bench_done) struct bench b = bench_new(&conf);

	CHECK_INT(bench_step(&b).ns, 0);
	CHECK(b.out.len > 0);
}

TEST(the_slower_of_both_wishes_counts)
{
	static const struct {
		uint32_t remote_min_rx, remote_min_tx;
		uint8_t remote_multiplier;
		int tx_ms, detection_ms;
	} cases[] = {
		{ 1, 1, 3, 10, 60 },
		{ 10000, 10000, 3, 10, 60 },
		{ 50000, 20000, 3, 50, 60 },
		{ 50000, 100000, 5, 50, 500 },
		{ 1, 1000000, 1, 10, 1000 },
		{ UINT32_MAX, 1, 255, 4294967, 5100 },
		{ UINT32_MAX, UINT32_MAX, 255, 4294967, 1095216660 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct bfd_conf conf = bench_conf();
		struct bfd_packet p = bench_packet(BFD_UP);

		conf.min_rx = DURATION_MS(20);
		_cleanup_(bench_done) struct bench b = bench_up(&conf);
		p.required_min_rx_us = cases[i].remote_min_rx;
		p.desired_min_tx_us = cases[i].remote_min_tx;
		p.multiplier = cases[i].remote_multiplier;
		CHECK_INT(bench_hear(&b, p), BFD_ACCEPTED);
		CHECK_INT(duration_ms(bench_info(&b).tx_interval), cases[i].tx_ms);
		CHECK_INT(duration_ms(bench_info(&b).detection), cases[i].detection_ms);
	}
}

/* All that 32 bits of µs and 8 bits of multiplier can say, of both: no sum may overflow. */
TEST(the_greatest_intervals_of_both)
{
	struct bfd_conf conf = {
		.min_tx = BFD_INTERVAL_MAX,
		.min_rx = BFD_INTERVAL_MAX,
		.multiplier = UINT8_MAX,
		.key = { .type = BFD_AUTH_METICULOUS_SHA1, .id = 1, .secret = "s3cret" },
	};
	struct bfd_packet p = bench_packet(BFD_DOWN);
	_cleanup_(bench_done) struct bench b = bench_new(&conf);

	p.required_min_rx_us = p.desired_min_tx_us = UINT32_MAX;
	p.multiplier = UINT8_MAX;
	bench_tick(&b);
	for (enum bfd_state state = BFD_DOWN; state < BFD_STATE_MAX; state++) {
		p.state = state;
		p.final = state == BFD_UP;
		CHECK_INT(bench_hear(&b, p), BFD_ACCEPTED);
	}
	CHECK_INT(bench_info(&b).state, BFD_UP);
	bfd_session_set_timing(
	    b.s, DURATION_MS(10), DURATION_MS(10), UINT8_MAX, b.now, &b.out);
	struct duration detection = DURATION_US(INT64_C(255) * UINT32_MAX);
	CHECK_INT(instant_diff(bfd_session_expires(b.s), b.now).ns, detection.ns);
	b.now = instant_add(b.now, detection);
	bench_tick(&b);
	CHECK_INT(bench_info(&b).state, BFD_DOWN);
	b.now = instant_add(b.now, detection);
	b.sequence = 1; /* forgotten by now */
	p.state = BFD_DOWN;
	p.final = false;
	CHECK_INT(bench_hear(&b, p), BFD_ACCEPTED);
	CHECK_INT(bench_info(&b).state, BFD_INIT);
}

TEST(not_up_means_a_second_at_least)
{
	struct bfd_conf conf = bench_conf();
	_cleanup_(bench_done) struct bench b = bench_new(&conf);

	bench_tick(&b);
	CHECK_INT(b.sent.desired_min_tx_us, 1000000);
	CHECK_INT(b.sent.required_min_rx_us, 10000);
	bench_hear_state(&b, BFD_DOWN);
	CHECK_INT(b.sent.desired_min_tx_us, 1000000);

	conf.min_tx = DURATION_S(3);
	_cleanup_(bench_done) struct bench slow = bench_new(&conf);
	bench_tick(&slow);
	CHECK_INT(slow.sent.desired_min_tx_us, 3000000);
}

TEST(a_shorter_interval_counts_from_the_last_packet)
{
	struct bfd_conf conf = bench_conf();
	struct bfd_packet p = bench_packet(BFD_UP);
	_cleanup_(bench_done) struct bench b = bench_up(&conf);

	p.required_min_rx_us = 500000;
	p.multiplier = 255;
	(void)bench_hear(&b, p);
	while (bench_step(&b).ns >= 0 && b.out.len == 0)
		;
	b.now = instant_add(b.now, DURATION_MS(50));
	bench_tick(&b);
	CHECK_INT(b.out.len, 0);
	p.required_min_rx_us = 10000;
	(void)bench_hear(&b, p);
	CHECK(b.out.len > 0); /* 50 ms after the last: overdue */
}

TEST(polls_are_answered_at_once_in_every_state)
{
	for (enum bfd_state said = BFD_DOWN; said < BFD_STATE_MAX; said++) {
		struct bfd_conf conf = bench_conf();
		struct bfd_packet p = bench_packet(said);
		_cleanup_(bench_done) struct bench b = bench_up(&conf);

		p.poll = true;
		(void)bench_hear(&b, p);
		REQUIRE(b.out.len > 0);
		CHECK(b.sent.final && !b.sent.poll);
		(void)bench_hear(&b, p);
		CHECK(b.out.len > 0 && b.sent.final);
	}
}

TEST(answers_do_not_put_off_our_own_packets)
{
	struct bfd_conf conf = bench_conf();
	struct bfd_packet p = bench_packet(BFD_UP);
	_cleanup_(bench_done) struct bench b = bench_up(&conf);
	struct instant due = bfd_session_deadline(b.s);

	b.now = instant_add(b.now, DURATION_MS(5));
	p.poll = true;
	(void)bench_hear(&b, p);
	CHECK(b.sent.final);
	CHECK_INT(bfd_session_deadline(b.s).ns, due.ns);
}

TEST(coming_up_is_polled_until_final)
{
	struct bfd_conf conf = bench_conf();
	struct bfd_packet p = bench_packet(BFD_UP);
	_cleanup_(bench_done) struct bench b = bench_new(&conf);

	bench_tick(&b);
	CHECK(!b.sent.poll);
	(void)bench_hear_state(&b, BFD_DOWN);
	(void)bench_hear_state(&b, BFD_INIT);
	CHECK(b.sent.poll);
	for (int i = 0; i < 3; i++) {
		(void)bench_hear(&b, p);
		(void)bench_step(&b);
		CHECK(b.out.len > 0 && b.sent.poll);
	}
	p.final = true;
	(void)bench_hear(&b, p);
	CHECK(!bench_info(&b).polling);
	(void)bench_step(&b);
	CHECK(b.out.len > 0 && !b.sent.poll);
}

/* The neighbor goes on until our last change counts. */
static void
settle(struct bench *b)
{
	for (int i = 0; i < 4; i++) {
		bench_pass(b, DURATION_MS(9));
		(void)bench_hear_state(b, BFD_UP);
	}
}

TEST(a_slower_pace_waits_for_the_final)
{
	struct bfd_conf conf = bench_conf();
	struct bfd_packet p = bench_packet(BFD_UP);
	_cleanup_(bench_done) struct bench b = bench_up(&conf);

	settle(&b);
	bfd_session_set_timing(b.s, DURATION_MS(40), DURATION_MS(10), 3, b.now, &b.out);
	bench_look(&b);
	REQUIRE(b.out.len > 0);
	CHECK(b.sent.poll);
	CHECK_INT(b.sent.desired_min_tx_us, 40000);
	CHECK_INT(bench_info(&b).tx_interval.ns, DURATION_MS(10).ns);
	p.final = true;
	(void)bench_hear(&b, p);
	/* packets that the Poll has overtaken are late: the new pace begins when they are not any
	 * more */
	CHECK_INT(bench_info(&b).tx_interval.ns, DURATION_MS(10).ns);
	settle(&b);
	CHECK_INT(bench_info(&b).tx_interval.ns, DURATION_MS(40).ns);
	CHECK_INT(bench_info(&b).state, BFD_UP);
}

TEST(a_shorter_detection_time_waits_for_the_final)
{
	struct bfd_conf conf = bench_conf();
	struct bfd_packet p = bench_packet(BFD_UP);

	conf.min_rx = DURATION_MS(100);
	_cleanup_(bench_done) struct bench b = bench_up(&conf);
	settle(&b);
	bfd_session_set_timing(b.s, DURATION_MS(10), DURATION_MS(20), 3, b.now, &b.out);
	bench_look(&b);
	CHECK(b.sent.poll);
	CHECK_INT(b.sent.required_min_rx_us, 20000);
	CHECK_INT(bench_info(&b).detection.ns, DURATION_MS(300).ns);
	bench_pass(&b, DURATION_MS(200));
	CHECK_INT(bench_info(&b).state, BFD_UP);
	p.final = true;
	(void)bench_hear(&b, p);
	settle(&b);
	CHECK_INT(bench_info(&b).detection.ns, DURATION_MS(60).ns);
}

TEST(a_longer_detection_time_counts_for_the_packet_that_is_awaited)
{
	struct bfd_conf conf = bench_conf();
	_cleanup_(bench_done) struct bench b = bench_up(&conf);

	settle(&b);
	bfd_session_set_timing(b.s, DURATION_MS(10), DURATION_MS(100), 3, b.now, &b.out);
	bench_pass(&b, DURATION_MS(299));
	CHECK_INT(bench_info(&b).state, BFD_UP);
	bench_pass(&b, DURATION_MS(1));
	CHECK_INT(bench_info(&b).state, BFD_DOWN);
}

/* A change that waited for another one, which counts shorter by then: what is awaited now has its old time. */
TEST(a_second_change_ends_no_wait_that_has_begun)
{
	struct bfd_conf conf = bench_conf();
	struct bfd_packet p = bench_packet(BFD_UP);

	conf.min_rx = DURATION_MS(100);
	_cleanup_(bench_done) struct bench b = bench_up(&conf);
	settle(&b);
	bfd_session_set_timing(b.s, DURATION_MS(10), DURATION_MS(20), 3, b.now, &b.out);
	bfd_session_set_timing(b.s, DURATION_MS(10), DURATION_MS(30), 3, b.now, &b.out);
	p.required_min_rx_us = 500000; /* so that 1.5 s pass until the first one counts */
	p.final = true;
	for (int i = 0; i < 8; i++) {
		(void)bench_hear(&b, p);
		bench_pass(&b, DURATION_MS(200));
		p.final = false;
	}
	CHECK_INT(bench_info(&b).state, BFD_UP);
	CHECK(instant_cmp(bfd_session_deadline(b.s), b.now) > 0);
	bench_pass(&b, DURATION_MS(100));
	CHECK_INT(bench_info(&b).state, BFD_DOWN);
}

TEST(a_second_change_waits_for_the_first)
{
	struct bfd_conf conf = bench_conf();
	struct bfd_packet p = bench_packet(BFD_UP);
	_cleanup_(bench_done) struct bench b = bench_up(&conf);

	p.multiplier = 255;
	(void)bench_hear(&b, p);
	bench_pass(&b, DURATION_MS(100));
	bfd_session_set_timing(b.s, DURATION_MS(20), DURATION_MS(10), 3, b.now, &b.out);
	bfd_session_set_timing(b.s, DURATION_MS(80), DURATION_MS(5), 3, b.now, &b.out);
	bench_pass(&b, DURATION_MS(20));
	CHECK_INT(b.sent.desired_min_tx_us, 20000);
	CHECK_INT(b.sent.required_min_rx_us, 10000);
	p.multiplier = 3;
	p.final = true;
	(void)bench_hear(&b, p);
	/* duplicates of the Final must not end what they know nothing of */
	for (int i = 0; i < 2; i++) {
		bench_pass(&b, DURATION_MS(14));
		CHECK(!bench_info(&b).polling);
		(void)bench_hear(&b, p);
	}
	bench_pass(&b, DURATION_MS(3));
	CHECK(bench_info(&b).polling);
	CHECK_INT(b.sent.desired_min_tx_us, 80000);
	CHECK_INT(b.sent.required_min_rx_us, 5000);
}

/* What was said while Up, and waited for the neighbor, counts at once when the neighbor is gone. */
TEST(going_down_in_a_change_to_a_second_slows_down_at_once)
{
	struct bfd_conf conf = bench_conf();
	_cleanup_(bench_done) struct bench b = bench_up(&conf);

	bfd_session_set_timing(b.s, DURATION_S(1), conf.min_rx, conf.multiplier, b.now, &b.out);
	CHECK_INT(bench_info(&b).tx_interval.ns, conf.min_tx.ns);
	(void)bench_hear(&b, bench_packet(BFD_DOWN));
	CHECK_INT(bench_info(&b).state, BFD_DOWN);
	CHECK_INT(bench_info(&b).tx_interval.ns, NS_PER_S);
}

TEST(going_down_takes_waiting_changes_along)
{
	struct bfd_conf conf = bench_conf();
	_cleanup_(bench_done) struct bench b = bench_up(&conf);

	bfd_session_set_timing(b.s, DURATION_MS(20), DURATION_MS(30), 5, b.now, &b.out);
	bfd_session_set_timing(b.s, DURATION_MS(80), DURATION_MS(70), 5, b.now, &b.out);
	(void)bench_hear_state(&b, BFD_DOWN);
	REQUIRE(b.out.len > 0);
	CHECK_INT(b.sent.desired_min_tx_us, 1000000);
	CHECK_INT(b.sent.required_min_rx_us, 70000);
	CHECK_INT(b.sent.multiplier, 5);
	CHECK_INT(bench_info(&b).rx_interval.ns, DURATION_MS(70).ns);
}

TEST(a_neighbor_in_demand_mode_is_left_alone)
{
	struct bfd_conf conf = bench_conf();
	struct bfd_packet p = bench_packet(BFD_UP);
	_cleanup_(bench_done) struct bench b = bench_up(&conf);

	p.demand = true;
	p.multiplier = 255;
	(void)bench_hear(&b, p);
	CHECK_INT(bench_info(&b).tx_interval.ns, 0);
	uint64_t before = bench_info(&b).packets_out;
	bench_pass(&b, DURATION_S(2));
	CHECK_INT(bench_info(&b).packets_out, before);
	/* its polls are answered, ours are sent */
	p.poll = true;
	(void)bench_hear(&b, p);
	CHECK(b.out.len > 0 && b.sent.final);
	p.poll = false;
	bfd_session_set_timing(b.s, DURATION_MS(20), DURATION_MS(10), 3, b.now, &b.out);
	bench_pass(&b, DURATION_MS(100));
	CHECK(bench_info(&b).packets_out > before + 3);
	p.final = true;
	(void)bench_hear(&b, p);
	before = bench_info(&b).packets_out;
	bench_pass(&b, DURATION_S(2));
	CHECK_INT(bench_info(&b).packets_out, before);
	/* and it ends */
	p.final = p.demand = false;
	(void)bench_hear(&b, p);
	bench_pass(&b, DURATION_MS(100));
	CHECK(bench_info(&b).packets_out > before + 3);
}

TEST(demand_mode_means_nothing_before_both_are_up)
{
	struct bfd_conf conf = bench_conf();
	struct bfd_packet p = bench_packet(BFD_DOWN);
	_cleanup_(bench_done) struct bench b = bench_new(&conf);

	bench_tick(&b);
	p.demand = true;
	(void)bench_hear(&b, p);
	CHECK_INT(bench_info(&b).tx_interval.ns, DURATION_S(1).ns);
	p.state = BFD_INIT;
	(void)bench_hear(&b, p);
	CHECK_INT(bench_info(&b).state, BFD_UP);
	CHECK_INT(bench_info(&b).tx_interval.ns, DURATION_MS(10).ns);
}

TEST(one_that_wants_no_packets_gets_none_but_news)
{
	struct bfd_conf conf = bench_conf();
	struct bfd_packet p = bench_packet(BFD_UP);
	_cleanup_(bench_done) struct bench b = bench_up(&conf);

	p.required_min_rx_us = 0;
	(void)bench_hear(&b, p);
	uint64_t before = bench_info(&b).packets_out;
	bench_pass(&b, DURATION_MS(29));
	CHECK_INT(bench_info(&b).packets_out, before);
	bench_pass(
	    &b, DURATION_MS(1)); /* it is silent: told at once, and its successor by the clock */
	CHECK_INT(bench_info(&b).packets_out, before + 1);
	CHECK_INT(bench_info(&b).tx_interval.ns, DURATION_S(1).ns);
}
