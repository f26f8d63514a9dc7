/* Graceful restart (RFC 4724, 8538), on the side that may restart. */
#include "fixture.h"

/* AS 64501, hold time 30 s, IPv4, graceful restart of 90 s; N bit or not */
#define OPEN_GR(flags) MARKER "0033 01 04 fbf5 001e c0000202 16 02 14 0104 0001 0001 4006 " flags " 0001 01 80 4104 0000fbf5"
/* the same without a family in the capability, and for IPv6 alone, which is not agreed on */
#define OPEN_GR_NONE MARKER "002f 01 04 fbf5 001e c0000202 12 02 10 0104 0001 0001 4002 0078 4104 0000fbf5"
#define OPEN_GR_OTHER MARKER "0033 01 04 fbf5 001e c0000202 16 02 14 0104 0001 0001 4006 405a 0002 01 80 4104 0000fbf5"
/* IPv6 alone */
#define OPEN_IPV6 MARKER "002b 01 04 fbf5 001e c0000202 0e 02 0c 0104 0002 0001 4104 0000fbf5"
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

/* ---- what the peer keeps of a session that was lost ---- */

#define A "203.0.113.1/32"
#define B "203.0.113.2/32"

/* All that is due goes out, and is written unless it waits: "-A +B eor ". */
static const char *
write_updates(struct fixture *f, size_t waiting)
{
	const struct bgp_peering peering = f->s->peering;
	uint8_t buf[BGP_MESSAGE_MAX];
	uint64_t taken = 0;
	size_t len;

	strbuf_done(&f->trace);
	while ((len = bgp_session_next_update(f->s, buf, sizeof(buf))) > 0) {
		struct bgp_update u;
		struct prefix p;
		char text[PREFIX_STR_MAX];

		bgp_update_decode(buf + BGP_HEADER_LEN, len - BGP_HEADER_LEN, &peering, &u);
		while (bgp_nlri_next(&u.withdrawn, &p))
			strbuf_addf(&f->trace, "-%s ", prefix_format(p, text));
		while (bgp_nlri_next(&u.announced, &p))
			strbuf_addf(&f->trace, "+%s ", prefix_format(p, text));
		strbuf_add(&f->trace, u.end_of_rib ? "eor " : "");
		taken += len;
	}
	bgp_session_sent(f->s, taken, waiting, f->now);
	return strbuf_get(&f->trace);
}

/* A session over which A and B were told, with a hold time of 30 s and a restart time of 120 s. */
static void
tell_two(struct fixture *f, const char *open)
{
	static const struct bgp_attributes plain;

	establish(f, open);
	bgp_session_release_end_of_rib(f->s);
	CHECK_INT(bgp_session_announce(f->s, prefix_of(A), &plain), 0);
	CHECK_INT(bgp_session_announce(f->s, prefix_of(B), &plain), 0);
	CHECK_STR(write_updates(f, 0), "+" A " +" B " eor ");
}

static int64_t
kept_for_s(const struct fixture *f)
{
	const struct bgp_info *info = bgp_session_info(f->s);

	return info->keeps ? instant_diff(info->kept_until, f->now).ns / NS_PER_S : -1;
}

TEST(a_withdraw_without_a_session_is_not_over_while_the_peer_keeps_the_route)
{
	struct bgp_conf conf = graceful_conf();
	FIXTURE(f, conf);

	tell_two(&f, OPEN_N);
	CHECK(!bgp_session_kept(f.s, prefix_of(A)));
	(void)GIVE(f, BGP_EVENT_CLOSED, .way = BGP_DIALLED, .by_peer = true);
	CHECK(bgp_session_kept(f.s, prefix_of(A)));
	CHECK(!bgp_session_told(f.s, prefix_of(A)));
	CHECK_INT(kept_for_s(&f), 120);
	bgp_session_withdraw(f.s, prefix_of(A));
	CHECK(bgp_session_withdrawing(f.s, prefix_of(A)));

	/* the rest of the family still holds; what does not goes first */
	CHECK_STR(open_sent(&f), "4078" "00010180" "00020180");
	(void)give_bytes(&f, BGP_DIALLED, OPEN_N);
	CHECK(bgp_session_kept(f.s, prefix_of(A)));
	CHECK_STR(give_bytes(&f, BGP_DIALLED, KEEPALIVE), "up ");
	CHECK(!bgp_session_kept(f.s, prefix_of(A)));
	CHECK(bgp_session_withdrawing(f.s, prefix_of(A)));
	CHECK_STR(write_updates(&f, 0), "-" A " +" B " eor ");
	CHECK(!bgp_session_withdrawing(f.s, prefix_of(A)));
}

/* RFC 4724 section 4.2: with F=0 the peer drops what it kept before it hears anything else. */
TEST(a_family_of_which_nothing_is_left_has_no_forwarding_state)
{
	struct bgp_conf conf = graceful_conf();
	FIXTURE(f, conf);

	tell_two(&f, OPEN_N);
	(void)GIVE(f, BGP_EVENT_CLOSED, .way = BGP_DIALLED);
	bgp_session_withdraw_all(f.s);
	CHECK_STR(open_sent(&f), "4078" "00010100" "00020180");
	(void)give_bytes(&f, BGP_DIALLED, OPEN_N);
	(void)give_bytes(&f, BGP_DIALLED, KEEPALIVE);
	CHECK_STR(write_updates(&f, 0), "-" A " -" B " eor "); /* not every peer does */
	CHECK(!bgp_session_withdrawing(f.s, prefix_of(A)));
}

/* Nor does it keep anything of a family that is not spoken any more. */
TEST(a_family_that_is_not_spoken_any_more_is_over)
{
	struct bgp_conf conf = graceful_conf();
	FIXTURE(f, conf);

	tell_two(&f, OPEN_N);
	(void)GIVE(f, BGP_EVENT_CLOSED, .way = BGP_DIALLED);
	bgp_session_withdraw(f.s, prefix_of(A));
	(void)open_sent(&f);
	(void)give_bytes(&f, BGP_DIALLED, OPEN_IPV6);
	(void)give_bytes(&f, BGP_DIALLED, KEEPALIVE);
	CHECK(!bgp_session_withdrawing(f.s, prefix_of(A)));
	CHECK_STR(write_updates(&f, 0), "eor ");
}

TEST(a_withdraw_that_waited_for_the_socket_is_not_over)
{
	struct bgp_conf conf = graceful_conf();
	FIXTURE(f, conf);

	tell_two(&f, OPEN_N);
	bgp_session_withdraw(f.s, prefix_of(A));
	CHECK_STR(write_updates(&f, 10), "-" A " ");
	CHECK(bgp_session_withdrawing(f.s, prefix_of(A)));
	/* the peer takes nothing: TCP is reset, which is no farewell */
	f.now = instant_add(f.now, DURATION_S(5));
	CHECK_STR(GIVE(f, BGP_EVENT_TIMER), "D:close down ");
	CHECK(f.actions.reset[BGP_DIALLED]);
	CHECK(bgp_session_kept(f.s, prefix_of(A)));
	CHECK_INT(kept_for_s(&f), 30 + 120);
	(void)open_sent(&f);
	(void)give_bytes(&f, BGP_DIALLED, OPEN_N);
	(void)give_bytes(&f, BGP_DIALLED, KEEPALIVE);
	CHECK_STR(write_updates(&f, 0), "-" A " +" B " eor ");
}

TEST(when_the_restart_time_is_over_nothing_is_kept)
{
	struct bgp_conf conf = graceful_conf();
	FIXTURE(f, conf);

	tell_two(&f, OPEN_N);
	(void)GIVE(f, BGP_EVENT_CLOSED, .way = BGP_DIALLED);
	bgp_session_withdraw(f.s, prefix_of(A));
	/* the peer may have noticed as late as its hold timer lets it */
	f.now = instant_add(f.now, DURATION_S(149));
	(void)GIVE(f, BGP_EVENT_TIMER);
	CHECK_INT(kept_for_s(&f), 1);
	/* our own end does not change that, and neither does an attempt that fails */
	(void)GIVE(f, BGP_EVENT_STOP);
	CHECK_INT(bgp_session_deadline(f.s).ns, instant_add(f.now, DURATION_S(1)).ns);
	f.now = instant_add(f.now, DURATION_S(1));
	(void)GIVE(f, BGP_EVENT_TIMER);
	CHECK_INT(kept_for_s(&f), -1);
	CHECK(!bgp_session_withdrawing(f.s, prefix_of(A)));
	CHECK(instant_is_never(bgp_session_deadline(f.s)));
}

/* How each end is taken by the peer: RFC 4724 section 4.2, RFC 8538 section 4. */
TEST(what_the_peer_keeps_depends_on_the_farewell)
{
	static const struct {
		const char *open, *notification; /* NULL: none */
		enum bgp_event_type event;
		int64_t kept_s; /* -1: not */
	} rows[] = {
		{ OPEN_N, NULL, BGP_EVENT_CLOSED, 150 },
		{ OPEN_NO_N, NULL, BGP_EVENT_CLOSED, 150 },
		{ OPEN_GR_NONE, NULL, BGP_EVENT_CLOSED, 150 }, /* it helps, and does not restart */
		{ OPEN, NULL, BGP_EVENT_CLOSED, -1 },
		{ OPEN_N, CEASE_SHUTDOWN, 0, 120 },
		{ OPEN_N, MARKER "0017 03 06 09 06 02", 0, -1 }, /* Hard Reset */
		{ OPEN_NO_N, CEASE_SHUTDOWN, 0, -1 },
		{ OPEN, CEASE_SHUTDOWN, 0, -1 },
		{ OPEN_N, NULL, BGP_EVENT_STOP, -1 },
		{ OPEN_NO_N, NULL, BGP_EVENT_STOP, -1 },
		/* the path is dead, and our farewell as well */
		{ OPEN_N, NULL, BGP_EVENT_BFD_DOWN, 150 },
		{ OPEN_NO_N, NULL, BGP_EVENT_BFD_DOWN, 150 },
		{ OPEN_N, NULL, BGP_EVENT_TIMER, 150 },
		{ OPEN_NO_N, NULL, BGP_EVENT_TIMER, 150 },
		{ OPEN, NULL, BGP_EVENT_TIMER, -1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bgp_conf conf = graceful_conf();
		FIXTURE(f, conf);

		establish(&f, rows[i].open);
		CHECK_INT(
		    bgp_session_announce(f.s, prefix_of(A), &(struct bgp_attributes){ 0 }), 0);
		(void)write_updates(&f, 0);
		f.now = instant_add(f.now, DURATION_S(rows[i].event == BGP_EVENT_TIMER ? 30 : 1));
		if (rows[i].notification)
			(void)give_bytes(&f, BGP_DIALLED, rows[i].notification);
		else
			(void)GIVE(f, rows[i].event, .way = BGP_DIALLED);
		CHECK_INT(f.actions.change, BGP_CHANGE_DOWN);
		if (kept_for_s(&f) != rows[i].kept_s)
			tap_fail(__FILE__, __LINE__, "row %zu: kept for %lld s", i,
			    (long long)kept_for_s(&f));
		CHECK_INT(bgp_session_kept(f.s, prefix_of(A)), rows[i].kept_s >= 0);
	}
}

TEST(without_a_hold_time_the_peer_may_keep_it_until_the_next_session)
{
	struct bgp_conf conf = graceful_conf();

	conf.hold_time = DURATION_S(0);
	FIXTURE(f, conf);
	tell_two(&f, OPEN_N);
	(void)GIVE(f, BGP_EVENT_CLOSED, .way = BGP_DIALLED);
	CHECK(bgp_session_info(f.s)->keeps);
	CHECK(instant_is_never(bgp_session_info(f.s)->kept_until));
}

/* RFC 8538 section 3.1: an error of the peer's must not make it keep what was to be withdrawn. */
TEST(an_error_before_a_withdraw_is_a_hard_reset)
{
	for (int row = 0; row < 2; row++) {
		struct bgp_conf conf = graceful_conf();
		FIXTURE(f, conf);

		tell_two(&f, OPEN_N);
		if (row == 1)
			bgp_session_withdraw(f.s, prefix_of(A));
		CHECK_STR(give_bytes(&f, BGP_DIALLED, OPEN_N),
		    row ? "D:NOTIFICATION-6/9 D:close down " : "D:NOTIFICATION-5/3 D:close down ");
		CHECK_INT(kept_for_s(&f), row ? -1 : 150);
		CHECK(!bgp_session_withdrawing(f.s, prefix_of(A)));
	}
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

/* A program that can not go on: its routes shall not be kept, whatever was agreed on. */
TEST(last_words)
{
	static const struct {
		const char *open, *said;
	} cases[] = {
		{ OPEN_N, "001a 03 06 09 06 04 02 6869" },
		{ OPEN_NO_N, "0018 03 06 04 02 6869" },
	};
	uint8_t buf[BGP_SEND_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct bgp_conf conf = graceful_conf();
		char want[128];

		FIXTURE(f, conf);
		CHECK_INT(bgp_session_last_words(f.s, "hi", buf), 0);
		establish(&f, cases[i].open);
		(void)snprintf(want, sizeof(want), MARKER "%s", cases[i].said);
		CHECK_HEX(buf, bgp_session_last_words(f.s, "hi", buf), want);
		CHECK_INT(state(&f), BGP_ESTABLISHED);
	}
}
