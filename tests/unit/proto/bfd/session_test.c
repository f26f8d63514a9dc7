/* States: every local one with every received one, silence, admin down, restarts, discriminators.
 */
#include "bench.h"

static void
bring_to(struct bench *b, enum bfd_state state)
{
	bench_tick(b);
	switch (state) {
	case BFD_ADMIN_DOWN:
		bfd_session_set_admin_down(b->s, true, b->now, &b->out);
		break;
	case BFD_UP:
		CHECK_INT(bench_hear_state(b, BFD_DOWN), BFD_ACCEPTED);
		CHECK_INT(bench_hear_state(b, BFD_INIT), BFD_ACCEPTED);
		break;
	case BFD_INIT:
		CHECK_INT(bench_hear_state(b, BFD_DOWN), BFD_ACCEPTED);
		break;
	case BFD_DOWN:
	case BFD_STATE_MAX:
		break;
	}
	CHECK_INT(bench_info(b).state, state);
}

TEST(every_state_with_every_received_state)
{
	static const struct {
		enum bfd_state ours, said, want;
		uint8_t diag;
		enum bfd_change change;
	} cases[] = {
		{ BFD_ADMIN_DOWN, BFD_ADMIN_DOWN, BFD_ADMIN_DOWN, BFD_DIAG_ADMIN_DOWN,
		    BFD_CHANGE_NONE },
		{ BFD_ADMIN_DOWN, BFD_DOWN, BFD_ADMIN_DOWN, BFD_DIAG_ADMIN_DOWN, BFD_CHANGE_NONE },
		{ BFD_ADMIN_DOWN, BFD_INIT, BFD_ADMIN_DOWN, BFD_DIAG_ADMIN_DOWN, BFD_CHANGE_NONE },
		{ BFD_ADMIN_DOWN, BFD_UP, BFD_ADMIN_DOWN, BFD_DIAG_ADMIN_DOWN, BFD_CHANGE_NONE },
		{ BFD_DOWN, BFD_ADMIN_DOWN, BFD_DOWN, BFD_DIAG_NONE, BFD_CHANGE_NONE },
		{ BFD_DOWN, BFD_DOWN, BFD_INIT, BFD_DIAG_NONE, BFD_CHANGE_NONE },
		{ BFD_DOWN, BFD_INIT, BFD_UP, BFD_DIAG_NONE, BFD_CHANGE_UP },
		{ BFD_DOWN, BFD_UP, BFD_DOWN, BFD_DIAG_NONE, BFD_CHANGE_NONE },
		{ BFD_INIT, BFD_ADMIN_DOWN, BFD_DOWN, BFD_DIAG_NEIGHBOR_DOWN, BFD_CHANGE_NONE },
		{ BFD_INIT, BFD_DOWN, BFD_INIT, BFD_DIAG_NONE, BFD_CHANGE_NONE },
		{ BFD_INIT, BFD_INIT, BFD_UP, BFD_DIAG_NONE, BFD_CHANGE_UP },
		{ BFD_INIT, BFD_UP, BFD_UP, BFD_DIAG_NONE, BFD_CHANGE_UP },
		{ BFD_UP, BFD_ADMIN_DOWN, BFD_DOWN, BFD_DIAG_NEIGHBOR_DOWN, BFD_CHANGE_ADMIN_DOWN },
		{ BFD_UP, BFD_DOWN, BFD_DOWN, BFD_DIAG_NEIGHBOR_DOWN, BFD_CHANGE_DOWN },
		{ BFD_UP, BFD_INIT, BFD_UP, BFD_DIAG_NONE, BFD_CHANGE_NONE },
		{ BFD_UP, BFD_UP, BFD_UP, BFD_DIAG_NONE, BFD_CHANGE_NONE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct bfd_conf conf = bench_conf();
		_cleanup_(bench_done) struct bench b = bench_new(&conf);

		bring_to(&b, cases[i].ours);
		enum bfd_verdict got = bench_hear_state(&b, cases[i].said);
		struct bfd_info info = bench_info(&b);
		if (info.state != cases[i].want || info.diag != cases[i].diag ||
		    b.out.change != cases[i].change)
			tap_fail(__FILE__, __LINE__, "%s hears %s: %s, %s",
			    bfd_state_name(cases[i].ours), bfd_state_name(cases[i].said),
			    bfd_state_name(info.state), bfd_diag_name(info.diag));
		CHECK_INT(got, cases[i].ours == BFD_ADMIN_DOWN ? BFD_IGNORED : BFD_ACCEPTED);
		CHECK_INT(info.remote_state, cases[i].said);
		CHECK_INT(info.remote_discriminator, THEIRS);
		CHECK((b.out.why != NULL) == (b.out.change != BFD_CHANGE_NONE));
	}
}

TEST(news_are_told_at_once)
{
	struct bfd_conf conf = bench_conf();
	_cleanup_(bench_done) struct bench b = bench_new(&conf);

	bench_tick(&b);
	REQUIRE(b.out.len > 0);
	CHECK_INT(b.sent.state, BFD_DOWN);
	CHECK_INT(b.sent.your_discriminator, 0);
	(void)bench_hear_state(&b, BFD_DOWN);
	REQUIRE(b.out.len > 0);
	CHECK_INT(b.sent.state, BFD_INIT);
	CHECK_INT(b.sent.your_discriminator, THEIRS);
	(void)bench_hear_state(&b, BFD_INIT);
	REQUIRE(b.out.len > 0);
	CHECK_INT(b.sent.state, BFD_UP);
	CHECK_INT(b.sent.desired_min_tx_us, 10000);
	CHECK_STR(b.out.why, "both directions work");
	(void)bench_hear_state(&b, BFD_UP);
	CHECK_INT(b.out.len, 0);
	(void)bench_hear_state(&b, BFD_DOWN);
	REQUIRE(b.out.len > 0);
	CHECK_INT(b.sent.state, BFD_DOWN);
	CHECK_INT(b.sent.diag, BFD_DIAG_NEIGHBOR_DOWN);
	CHECK_INT(b.sent.desired_min_tx_us, 1000000);
}

TEST(silence_takes_it_down)
{
	struct bfd_conf conf = bench_conf();
	_cleanup_(bench_done) struct bench b = bench_up(&conf);
	struct instant heard = b.now;

	while (bench_info(&b).state == BFD_UP)
		(void)bench_step(&b);
	CHECK_INT(instant_diff(b.now, heard).ns, DURATION_MS(30).ns);
	CHECK_INT(b.out.change, BFD_CHANGE_DOWN);
	CHECK_STR(b.out.why, "detection time expired");
	REQUIRE(b.out.len > 0);
	CHECK_INT(b.sent.state, BFD_DOWN);
	CHECK_INT(b.sent.diag, BFD_DIAG_EXPIRED);
	CHECK_INT(b.sent.your_discriminator, 0);
	CHECK_INT(bench_info(&b).remote_discriminator, 0);
	CHECK_INT(bench_info(&b).downs, 1);
}

TEST(silence_in_init_leads_back_to_down)
{
	struct bfd_conf conf = bench_conf();
	_cleanup_(bench_done) struct bench b = bench_new(&conf);

	bench_tick(&b);
	(void)bench_hear_state(&b, BFD_DOWN);
	bench_pass(&b, DURATION_MS(30));
	CHECK_INT(bench_info(&b).state, BFD_DOWN);
	CHECK_INT(bench_info(&b).diag, BFD_DIAG_EXPIRED);
	CHECK_INT(bench_info(&b).downs, 0);
}

TEST(one_that_says_down_for_ever_is_forgotten_when_silent)
{
	struct bfd_conf conf = bench_conf();
	_cleanup_(bench_done) struct bench b = bench_new(&conf);

	bench_tick(&b);
	(void)bench_hear_state(&b, BFD_ADMIN_DOWN);
	CHECK_INT(bench_info(&b).remote_discriminator, THEIRS);
	bench_pass(&b, DURATION_US(29999));
	CHECK_INT(bench_info(&b).remote_discriminator, THEIRS);
	bench_pass(&b, DURATION_US(1));
	CHECK_INT(bench_info(&b).remote_discriminator, 0);
}

TEST(packets_that_waited_count_before_silence_is_judged)
{
	struct bfd_conf conf = bench_conf();
	_cleanup_(bench_done) struct bench b = bench_up(&conf);

	b.now = instant_add(b.now, DURATION_MS(200));
	CHECK_INT(bench_hear_state(&b, BFD_UP), BFD_ACCEPTED);
	bench_tick(&b);
	CHECK_INT(bench_info(&b).state, BFD_UP);
	CHECK_INT(b.out.change, BFD_CHANGE_NONE);
}

TEST(dropped_packets_do_not_count_as_life)
{
	struct bfd_conf conf = bench_conf();
	_cleanup_(bench_done) struct bench b = bench_up(&conf);
	struct bfd_packet p = bench_packet(BFD_UP);

	p.multiplier = 0;
	for (int i = 0; i < 3; i++) {
		CHECK_INT(bench_hear(&b, p), BFD_BAD_MULTIPLIER);
		bench_pass(&b, DURATION_MS(10));
	}
	CHECK_INT(bench_info(&b).state, BFD_DOWN);
}

TEST(admin_down_and_back)
{
	struct bfd_conf conf = bench_conf();
	_cleanup_(bench_done) struct bench b = bench_up(&conf);

	bfd_session_set_admin_down(b.s, true, b.now, &b.out);
	bench_look(&b);
	CHECK_INT(b.out.change, BFD_CHANGE_ADMIN_DOWN);
	REQUIRE(b.out.len > 0);
	CHECK_INT(b.sent.state, BFD_ADMIN_DOWN);
	CHECK_INT(b.sent.diag, BFD_DIAG_ADMIN_DOWN);
	/* told again, slowly, for as long as somebody might not know */
	for (int i = 0; i < 3; i++) {
		while (bench_step(&b).ns >= 0 && b.out.len == 0)
			;
		CHECK_INT(b.sent.state, BFD_ADMIN_DOWN);
	}
	CHECK_INT(bench_hear_state(&b, BFD_DOWN), BFD_IGNORED);
	CHECK_INT(bench_info(&b).state, BFD_ADMIN_DOWN);
	bfd_session_set_admin_down(b.s, false, b.now, &b.out);
	bench_look(&b);
	REQUIRE(b.out.len > 0);
	CHECK_INT(b.sent.state, BFD_DOWN);
	(void)bench_hear_state(&b, BFD_DOWN);
	(void)bench_hear_state(&b, BFD_INIT);
	CHECK_INT(bench_info(&b).state, BFD_UP);
	CHECK_INT(bench_info(&b).diag, BFD_DIAG_NONE);
}

TEST(a_neighbor_that_starts_again_brings_another_discriminator)
{
	struct bfd_conf conf = bench_conf();
	_cleanup_(bench_done) struct bench b = bench_up(&conf);
	struct bfd_packet p = bench_packet(BFD_DOWN);

	p.my_discriminator = 0x33333333;
	p.your_discriminator = 0;
	CHECK_INT(bench_hear(&b, p), BFD_ACCEPTED);
	CHECK_INT(b.out.change, BFD_CHANGE_DOWN);
	CHECK_STR(b.out.why, "neighbor signaled down");
	REQUIRE(b.out.len > 0);
	CHECK_INT(b.sent.your_discriminator, 0x33333333);
	CHECK_INT(b.sent.state, BFD_DOWN);
}

TEST(what_happened_is_counted)
{
	struct bfd_conf conf = bench_conf();
	_cleanup_(bench_done) struct bench b = bench_up(&conf);
	struct bfd_info info = bench_info(&b);

	CHECK_INT(info.packets_in, 3);
	CHECK_INT(info.packets_out, 3);
	CHECK_INT(info.verdicts[BFD_ACCEPTED], 3);
	bfd_session_count(b.s, BFD_BAD_TTL);
	info = bench_info(&b);
	CHECK_INT(info.packets_in, 4);
	CHECK_INT(info.verdicts[BFD_BAD_TTL], 1);
	CHECK_INT(info.local_discriminator, OURS);
	CHECK_INT(info.multiplier, 3);
	CHECK_INT(info.remote_multiplier, 3);
	CHECK_INT(info.tx_interval.ns, DURATION_MS(10).ns);
	CHECK_INT(info.rx_interval.ns, DURATION_MS(10).ns);
	CHECK_INT(info.detection.ns, DURATION_MS(30).ns);
}
