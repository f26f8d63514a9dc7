/* Graceful restart (RFC 4724, 8538), on the side that may restart. */
#include "fixture.h"

/* AS 64501, hold time 30 s, IPv4, graceful restart of 90 s; N bit or not */
#define OPEN_GR(flags) MARKER "0033 01 04 fbf5 001e c0000202 16 02 14 0104 0001 0001 4006 " flags " 0001 01 80 4104 0000fbf5"
/* the same without a family in the capability, and for IPv6 alone, which is not agreed on */
#define OPEN_GR_NONE MARKER "002f 01 04 fbf5 001e c0000202 12 02 10 0104 0001 0001 4002 0078 4104 0000fbf5"
#define OPEN_GR_OTHER MARKER "0033 01 04 fbf5 001e c0000202 16 02 14 0104 0001 0001 4006 405a 0002 01 80 4104 0000fbf5"
#define OPEN_N OPEN_GR("405a")
#define OPEN_NO_N OPEN_GR("005a")

static struct bgp_conf
graceful_conf(void)
{
	struct bgp_conf conf = usual_conf();

	conf.offer.graceful_restart = true;
	conf.restart_time = DURATION_S(120);
	return conf;
}

static void
establish(struct fixture *f, const char *open)
{
	if (state(f) < BGP_OPEN_SENT) {
		(void)GIVE(*f, BGP_EVENT_START);
		for (int i = 0; i < 5 && !f->actions.dial; i++)
			(void)give_time(f);
		(void)GIVE(*f, BGP_EVENT_DIALLED);
	}
	(void)give_bytes(f, BGP_DIALLED, open);
	CHECK_STR(give_bytes(f, BGP_DIALLED, KEEPALIVE), "up ");
}

/* The value of the capability in the OPEN just sent on `way`, as hex. */
static const char *
capability(struct fixture *f, enum bgp_way way)
{
	const uint8_t *p = f->actions.send[way].bytes;
	size_t len = f->actions.send[way].len;

	strbuf_done(&f->trace);
	for (size_t i = 31; i + 1 < len && p[18] == BGP_OPEN; i += 2u + p[i + 1]) {
		if (p[i] != BGP_CAPABILITY_GRACEFUL_RESTART)
			continue;
		for (size_t k = 0; k < p[i + 1]; k++)
			strbuf_addf(&f->trace, "%02x", p[i + 2 + k]);
	}
	return strbuf_get(&f->trace);
}

static const char *
open_sent(struct fixture *f)
{
	for (int i = 0; i < 5 && !f->actions.dial; i++)
		(void)give_time(f);
	(void)GIVE(*f, BGP_EVENT_DIALLED);
	return capability(f, BGP_DIALLED);
}

TEST(the_flags_tell_what_has_been)
{
	struct bgp_conf conf = graceful_conf();
	uint8_t buf[BGP_MESSAGE_MAX];

	/* a process that is new: N, and no forwarding state */
	FIXTURE(f, conf);
	(void)GIVE(f, BGP_EVENT_START);
	CHECK_STR(open_sent(&f), "4078" "00010100" "00020100");
	/* the kernel went on forwarding while the session was down */
	(void)give_bytes(&f, BGP_DIALLED, OPEN_N);
	(void)give_bytes(&f, BGP_DIALLED, KEEPALIVE);
	(void)GIVE(f, BGP_EVENT_CLOSED, .way = BGP_DIALLED);
	CHECK_STR(open_sent(&f), "4078" "00010180" "00020180");

	/* one that follows another: R as well, until all is told */
	conf.restarted = true;
	FIXTURE(g, conf);
	(void)GIVE(g, BGP_EVENT_START);
	CHECK_STR(open_sent(&g), "c078" "00010180" "00020180");
	(void)give_bytes(&g, BGP_DIALLED, OPEN_N);
	(void)give_bytes(&g, BGP_DIALLED, KEEPALIVE);
	CHECK_INT(bgp_session_next_update(g.s, buf, sizeof(buf)), 0);
	(void)GIVE(g, BGP_EVENT_CLOSED, .way = BGP_DIALLED);
	CHECK_STR(open_sent(&g), "c078" "00010180" "00020180");
	(void)give_bytes(&g, BGP_DIALLED, OPEN_N);
	(void)give_bytes(&g, BGP_DIALLED, KEEPALIVE);
	bgp_session_release_end_of_rib(g.s);
	CHECK_INT(bgp_session_next_update(g.s, buf, sizeof(buf)), 23); /* End-of-RIB */
	CHECK_INT(bgp_session_next_update(g.s, buf, sizeof(buf)), 0);
	(void)GIVE(g, BGP_EVENT_CLOSED, .way = BGP_DIALLED);
	CHECK_STR(open_sent(&g), "4078" "00010180" "00020180");

	/* or until nobody waits any more */
	FIXTURE(h, conf);
	(void)GIVE(h, BGP_EVENT_START);
	h.now = instant_add(h.now, DURATION_S(119));
	CHECK_STR(open_sent(&h), "c078" "00010180" "00020180");
	(void)GIVE(h, BGP_EVENT_CLOSED, .way = BGP_DIALLED);
	h.now = instant_add(h.now, DURATION_S(1));
	CHECK_STR(open_sent(&h), "4078" "00010180" "00020180");

	/* switched off, one by one */
	conf.offer.hard_reset = false;
	FIXTURE(i, conf);
	(void)GIVE(i, BGP_EVENT_START);
	CHECK_STR(open_sent(&i), "8078" "00010180" "00020180");
	conf.offer.graceful_restart = false;
	FIXTURE(k, conf);
	(void)GIVE(k, BGP_EVENT_START);
	CHECK_STR(open_sent(&k), "");
}

/* RFC 8538 section 3: what ends for good says so, with its reason inside. */
TEST(a_stop_is_a_hard_reset_where_both_know_it)
{
	static const struct {
		const char *open, *trace, *bytes;
	} rows[] = {
		{ OPEN_N, "D:NOTIFICATION-6/9 D:close down ", MARKER "001b 03 06 09 06 02 03 627965" },
		{ OPEN_NO_N, "D:NOTIFICATION-6/2 D:close down ", MARKER "0019 03 06 02 03 627965" },
		{ OPEN, "D:NOTIFICATION-6/2 D:close down ", MARKER "0019 03 06 02 03 627965" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bgp_conf conf = graceful_conf();
		FIXTURE(f, conf);

		establish(&f, rows[i].open);
		CHECK_STR(GIVE(f, BGP_EVENT_STOP, .text = "bye"), rows[i].trace);
		CHECK_HEX(f.actions.send[BGP_DIALLED].bytes, f.actions.send[BGP_DIALLED].len,
		    rows[i].bytes);
	}
}

/* ... and what is an accident does not: the routes stay for the time of a restart. */
TEST(the_hold_timer_is_no_hard_reset)
{
	struct bgp_conf conf = graceful_conf();
	FIXTURE(f, conf);

	establish(&f, OPEN_N);
	f.now = instant_add(f.now, DURATION_S(30));
	CHECK_STR(GIVE(f, BGP_EVENT_TIMER), "D:NOTIFICATION-4/0 D:close down ");
}

TEST(the_longest_text_fits_into_a_hard_reset)
{
	struct bgp_conf conf = graceful_conf();
	char text[256], want[BGP_WHY_MAX];
	FIXTURE(f, conf);

	memset(text, 'x', 255);
	text[255] = '\0';
	establish(&f, OPEN_N);
	(void)GIVE(f, BGP_EVENT_STOP, .text = text);
	CHECK_INT(f.actions.send[BGP_DIALLED].len, 19 + 2 + 2 + 1 + 255);
	(void)snprintf(want, sizeof(want),
	    "Cease/Hard Reset (6/9): Cease/Administrative Shutdown (6/2): \"%s\"", text);
	CHECK_STR(bgp_session_info(f.s)->last_sent, want);
}

/* RFC 4724 section 5: the peer's new connection takes the place of the old one. */
TEST(a_restarting_peer_is_let_in)
{
	struct bgp_conf conf = graceful_conf();

	/* it had dialled: it would not have dialled again with the old one alive */
	FIXTURE(f, conf);
	(void)GIVE(f, BGP_EVENT_START);
	(void)GIVE(f, BGP_EVENT_ACCEPTED);
	(void)give_bytes(&f, BGP_ACCEPTED, OPEN_N);
	CHECK_STR(give_bytes(&f, BGP_ACCEPTED, KEEPALIVE), "up ");
	CHECK(bgp_session_accepts(f.s, f.now));
	CHECK_STR(GIVE(f, BGP_EVENT_ACCEPTED), "A:OPEN down ");
	CHECK_STR(f.actions.why, "the neighbor restarted: it connected anew");
	CHECK_INT(state(&f), BGP_OPEN_SENT);
	CHECK(!bgp_session_accepts(f.s, f.now));
	(void)give_bytes(&f, BGP_ACCEPTED, OPEN_N);
	CHECK_STR(give_bytes(&f, BGP_ACCEPTED, KEEPALIVE), "up ");

	/* we had dialled: its OPEN is the proof */
	FIXTURE(g, conf);
	establish(&g, OPEN_N);
	CHECK(bgp_session_accepts(g.s, g.now));
	CHECK_STR(GIVE(g, BGP_EVENT_ACCEPTED), "A:OPEN ");
	CHECK_INT(state(&g), BGP_ESTABLISHED);
	CHECK_STR(give_bytes(&g, BGP_DIALLED, UPDATE), "");
	CHECK_STR(give_bytes(&g, BGP_ACCEPTED, OPEN_N), "D:close A:KEEPALIVE down ");
	CHECK_STR(g.actions.why, "the neighbor restarted: it connected anew");
	CHECK_INT(state(&g), BGP_OPEN_CONFIRM);
	CHECK_STR(give_bytes(&g, BGP_ACCEPTED, KEEPALIVE), "up ");
	CHECK_INT(bgp_session_way(g.s), BGP_ACCEPTED);
}

TEST(a_second_connection_that_fails_harms_nothing)
{
	struct bgp_conf conf = graceful_conf();
	FIXTURE(f, conf);

	establish(&f, OPEN_N);
	(void)GIVE(f, BGP_EVENT_ACCEPTED);
	CHECK_STR(GIVE(f, BGP_EVENT_CLOSED, .way = BGP_ACCEPTED), "");
	CHECK(!bgp_session_accepts(f.s, f.now)); /* not so often */
	f.now = instant_add(f.now, DURATION_S(1));
	CHECK_STR(GIVE(f, BGP_EVENT_ACCEPTED), "A:OPEN ");
	CHECK_STR(give_bytes(&f, BGP_ACCEPTED, KEEPALIVE), "A:NOTIFICATION-5/1 A:close ");
	CHECK_INT(state(&f), BGP_ESTABLISHED);
	CHECK_STR(give_bytes(&f, BGP_DIALLED, UPDATE), "");
	/* both end together: the news is that the session is down */
	f.now = instant_add(f.now, DURATION_S(1));
	(void)GIVE(f, BGP_EVENT_ACCEPTED);
	CHECK_STR(
	    GIVE(f, BGP_EVENT_STOP), "D:NOTIFICATION-6/9 D:close A:NOTIFICATION-6/2 A:close down ");
}

TEST(without_the_capability_a_second_connection_is_rejected)
{
	struct bgp_conf conf = graceful_conf();
	FIXTURE(f, conf);

	establish(&f, OPEN);
	CHECK(!bgp_session_accepts(f.s, f.now));
	CHECK_STR(GIVE(f, BGP_EVENT_ACCEPTED), "A:close ");
	CHECK_INT(state(&f), BGP_ESTABLISHED);
}

/* What a restart looks like when TCP tells: the peer must not wait for the end of our pause. */
TEST(a_peer_that_may_return_is_let_in_during_the_pause)
{
	static const struct {
		const char *open;
		bool accepts;
	} rows[] = { { OPEN_N, true }, { OPEN, false } };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bgp_conf conf = graceful_conf();
		FIXTURE(f, conf);

		establish(&f, rows[i].open);
		f.now = instant_add(f.now, DURATION_S(60));
		CHECK_STR(GIVE(f, BGP_EVENT_CLOSED, .way = BGP_DIALLED), "down ");
		CHECK_INT(state(&f), BGP_IDLE);
		CHECK_INT(bgp_session_accepts(f.s, f.now), rows[i].accepts);
		if (!rows[i].accepts)
			continue;
		CHECK_STR(GIVE(f, BGP_EVENT_ACCEPTED), "A:OPEN ");
		(void)give_bytes(&f, BGP_ACCEPTED, OPEN_N);
		CHECK_STR(give_bytes(&f, BGP_ACCEPTED, KEEPALIVE), "up ");
		/* what it ended itself is no restart */
		(void)give_bytes(&f, BGP_ACCEPTED, CEASE_SHUTDOWN);
		CHECK(!bgp_session_accepts(f.s, instant_add(f.now, DURATION_MS(500))));
	}
}

/* RFC 4724 section 5: "one or more AFI/SAFI"; without one the peer helps others alone. */
TEST(who_names_no_family_does_not_restart)
{
	static const char *const opens[] = { OPEN_GR_NONE, OPEN_GR_OTHER };

	for (size_t i = 0; i < ARRAY_SIZE(opens); i++) {
		struct bgp_conf conf = graceful_conf();
		FIXTURE(f, conf);

		(void)GIVE(f, BGP_EVENT_START);
		(void)GIVE(f, BGP_EVENT_ACCEPTED);
		(void)give_bytes(&f, BGP_ACCEPTED, opens[i]);
		CHECK_STR(give_bytes(&f, BGP_ACCEPTED, KEEPALIVE), "up ");
		CHECK(bgp_session_info(f.s)->negotiated.graceful_restart);
		f.now = instant_add(f.now, DURATION_S(60));
		CHECK(!bgp_session_accepts(f.s, f.now));
		CHECK_STR(GIVE(f, BGP_EVENT_ACCEPTED), "");
		CHECK_INT(state(&f), BGP_ESTABLISHED);
		(void)GIVE(f, BGP_EVENT_CLOSED, .way = BGP_ACCEPTED);
		CHECK(!bgp_session_accepts(f.s, f.now));
	}
}

/* Every session costs all routes: a peer that comes and goes gets fewer and fewer of them. */
TEST(a_peer_that_returns_over_and_over_has_to_wait)
{
	/* passive or not; whether the peer closes the session, or opens another one over it */
	for (int row = 0; row < 4; row++) {
		struct bgp_conf conf = graceful_conf();
		struct instant end;

		conf.passive = row & 1;
		FIXTURE(f, conf);
		(void)GIVE(f, BGP_EVENT_START);
		if (!conf.passive)
			(void)GIVE(f, BGP_EVENT_CLOSED, .way = BGP_DIALLED);
		end = instant_add(f.now, DURATION_S(60));
		for (; instant_cmp(f.now, end) < 0; f.now = instant_add(f.now, DURATION_MS(10))) {
			(void)GIVE(f, BGP_EVENT_TIMER);
			if (f.actions.dial)
				(void)GIVE(f, BGP_EVENT_CLOSED, .way = BGP_DIALLED);
			if (state(&f) == BGP_ESTABLISHED)
				(void)give_bytes(&f, BGP_ACCEPTED, KEEPALIVE);
			if (!bgp_session_accepts(f.s, f.now))
				continue;
			(void)GIVE(f, BGP_EVENT_ACCEPTED);
			(void)give_bytes(&f, BGP_ACCEPTED, OPEN_N);
			CHECK_STR(give_bytes(&f, BGP_ACCEPTED, KEEPALIVE), "up ");
			if (row < 2)
				(void)GIVE(f, BGP_EVENT_CLOSED, .way = BGP_ACCEPTED);
		}
		/* after 1, 2, 4, 8 s ... */
		uint64_t times = bgp_session_info(f.s)->counters.established;
		CHECK(times >= 5 && times <= 8);
	}
}

TEST(a_second_open_is_shown_when_it_counts)
{
	struct bgp_conf conf = graceful_conf();
	FIXTURE(f, conf);

	establish(&f, OPEN_N);
	(void)GIVE(f, BGP_EVENT_ACCEPTED);
	/* a hold time of 1 s */
	CHECK_STR(give_bytes(&f, BGP_ACCEPTED, OPEN_HOLD("0001", "c0000202")),
	    "A:NOTIFICATION-2/6 A:close ");
	CHECK_INT(bgp_session_info(f.s)->peer_open->hold_time_s, 30);
	f.now = instant_add(f.now, DURATION_S(1));
	(void)GIVE(f, BGP_EVENT_ACCEPTED);
	(void)give_bytes(&f, BGP_ACCEPTED, OPEN_HOLD("003c", "c0000202"));
	(void)give_bytes(&f, BGP_ACCEPTED, KEEPALIVE);
	CHECK_INT(bgp_session_info(f.s)->peer_open->hold_time_s, 60);
}
