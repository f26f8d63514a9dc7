/* A session under the watch of BFD (RFC 5882, 9384). */
#include "fixture.h"

#define OPEN_N MARKER "0033 01 04 fbf5 001e c0000202 16 02 14 0104 0001 0001 4006 405a 0001 01 80 4104 0000fbf5"

TEST(bfd_down_in_every_state)
{
	static const struct {
		enum bgp_state from;
		const char *trace;
		enum bgp_state to;
	} rows[] = {
		{ BGP_IDLE, "", BGP_IDLE },
		{ BGP_CONNECT, "", BGP_CONNECT },
		{ BGP_ACTIVE, "", BGP_ACTIVE },
		{ BGP_OPEN_SENT, "D:NOTIFICATION-6/10 D:close failed ", BGP_IDLE },
		{ BGP_OPEN_CONFIRM, "D:NOTIFICATION-6/10 D:close failed ", BGP_IDLE },
		{ BGP_ESTABLISHED, "D:NOTIFICATION-6/10 D:close down ", BGP_IDLE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bgp_conf conf = usual_conf();
		FIXTURE(f, conf);

		(void)GIVE(f, BGP_EVENT_BFD_UP);
		bring_to(&f, rows[i].from);
		CHECK_STR(
		    GIVE(f, BGP_EVENT_BFD_DOWN, .text = "no packets for 150ms"), rows[i].trace);
		CHECK_INT(state(&f), rows[i].to);
		CHECK(!bgp_session_info(f.s)->waits_for_bfd);
		if (rows[i].from < BGP_OPEN_SENT)
			continue;
		CHECK_STR(f.actions.why, "BFD is down: no packets for 150ms");
		CHECK_STR(bgp_session_info(f.s)->last_sent, "Cease/BFD Down (6/10)");
		/* not strict: BGP finds out for itself whether the peer is there */
		CHECK_STR(give_time(&f), "dial ");
	}
}

TEST(bfd_down_is_a_hard_reset_where_both_know_it)
{
	struct bgp_conf conf = usual_conf();

	conf.offer.graceful_restart = true;
	FIXTURE(f, conf);
	bring_to(&f, BGP_OPEN_SENT);
	(void)give_bytes(&f, BGP_DIALLED, OPEN_N);
	(void)give_bytes(&f, BGP_DIALLED, KEEPALIVE);
	CHECK_STR(GIVE(f, BGP_EVENT_BFD_DOWN), "D:NOTIFICATION-6/9 D:close down ");
	CHECK_HEX(f.actions.send[BGP_DIALLED].bytes, f.actions.send[BGP_DIALLED].len,
	    MARKER "0017 03 06 09 06 0a");
	CHECK_STR(f.actions.why, "BFD is down");
}

TEST(strict_mode_waits_for_bfd)
{
	struct bgp_conf conf = usual_conf();

	conf.bfd_strict = true;
	FIXTURE(f, conf);
	CHECK(instant_is_never(bgp_session_info(f.s)->since));
	CHECK_STR(GIVE(f, BGP_EVENT_START), "");
	CHECK_INT(state(&f), BGP_IDLE);
	CHECK_INT(bgp_session_info(f.s)->since.ns, f.now.ns);
	CHECK_INT(bgp_session_info(f.s)->down_since.ns, f.now.ns);
	CHECK(bgp_session_info(f.s)->waits_for_bfd);
	CHECK(instant_is_never(bgp_session_deadline(f.s)));
	CHECK(instant_is_never(bgp_session_info(f.s)->next_attempt));
	CHECK(!bgp_session_accepts(f.s, f.now));
	CHECK_STR(GIVE(f, BGP_EVENT_ACCEPTED), "A:close ");
	CHECK_STR(GIVE(f, BGP_EVENT_BFD_UP), "dial ");
	CHECK(!bgp_session_info(f.s)->waits_for_bfd);
	CHECK(bgp_session_accepts(f.s, f.now));
	CHECK_STR(GIVE(f, BGP_EVENT_BFD_UP), "");

	/* down while dialling: the dialling ends */
	CHECK_STR(GIVE(f, BGP_EVENT_BFD_DOWN, .text = "the path is dead"), "D:close failed ");
	CHECK_STR(f.actions.why, "BFD is down: the path is dead");
	CHECK_INT(state(&f), BGP_IDLE);
	/* up before the pause is over: the pause counts; down again: nothing to end */
	CHECK_STR(GIVE(f, BGP_EVENT_BFD_UP), "");
	CHECK_STR(GIVE(f, BGP_EVENT_BFD_DOWN), "");
	CHECK_STR(give_time(&f), "");
	CHECK(bgp_session_info(f.s)->waits_for_bfd);
	CHECK(instant_is_never(bgp_session_deadline(f.s)));
	CHECK_STR(GIVE(f, BGP_EVENT_BFD_UP), "dial ");
	(void)GIVE(f, BGP_EVENT_DIALLED);
	(void)give_bytes(&f, BGP_DIALLED, OPEN);
	CHECK_STR(give_bytes(&f, BGP_DIALLED, KEEPALIVE), "up ");
	CHECK_STR(GIVE(f, BGP_EVENT_BFD_DOWN), "D:NOTIFICATION-6/10 D:close down ");
	CHECK_STR(give_time(&f), "");
	CHECK_INT(state(&f), BGP_IDLE);
	/* stopped: nobody waits */
	(void)GIVE(f, BGP_EVENT_STOP);
	CHECK(!bgp_session_info(f.s)->waits_for_bfd);
	CHECK_STR(GIVE(f, BGP_EVENT_BFD_UP), "");
	CHECK_STR(GIVE(f, BGP_EVENT_START), "dial ");
}

TEST(bfd_that_was_up_before_the_start_counts)
{
	struct bgp_conf conf = usual_conf();

	conf.bfd_strict = conf.passive = true;
	FIXTURE(f, conf);
	CHECK_STR(GIVE(f, BGP_EVENT_BFD_UP), "");
	CHECK_STR(GIVE(f, BGP_EVENT_START), "");
	CHECK_INT(state(&f), BGP_ACTIVE);
	CHECK_STR(GIVE(f, BGP_EVENT_ACCEPTED), "A:OPEN ");
}
