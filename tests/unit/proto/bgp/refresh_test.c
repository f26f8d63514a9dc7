/* Route refresh, plain and enhanced, as the one that is asked. */
#include "fixture.h"

#define OPEN_ENHANCED                                                                              \
	MARKER "0037 01 04 fbf5 001e c0000202 1a 02 18 0104 0001 0001 0104 0002 0001 0200 4104 0000fbf5 "  \
	       "4600 0600"
/* IPv4 alone, and a graceful restart of 90 s */
#define OPEN_ENHANCED_GR                                                                           \
	MARKER "0037 01 04 fbf5 001e c0000202 1a 02 18 0104 0001 0001 4006 405a 0001 01 80 "               \
	       "4104 0000fbf5 0200 4600"
#define OPEN_ENHANCED_IPV4                                                                         \
	MARKER "002f 01 04 fbf5 001e c0000202 12 02 10 0104 0001 0001 4104 0000fbf5 0200 4600"
#define REFRESH6 MARKER "0017 05 0002 00 01"

static void
establish(struct fixture *f, const char *open)
{
	bring_to(f, BGP_OPEN_SENT);
	(void)give_bytes(f, BGP_DIALLED, open);
	CHECK_STR(give_bytes(f, BGP_DIALLED, KEEPALIVE), "up ");
}

/* All that goes out now: U for an UPDATE, and the frames of RFC 7313 by family. */
static const char *
drain(struct fixture *f)
{
	uint8_t buf[BGP_MESSAGE_MAX];

	strbuf_done(&f->trace);
	while (bgp_session_next_update(f->s, buf, sizeof(buf)) > 0) {
		if (buf[18] == BGP_UPDATE)
			strbuf_add(&f->trace, "U ");
		else
			strbuf_addf(&f->trace, "%s%d ", buf[21] == 1 ? "begin" : "end",
			    buf[20] == 1 ? 4 : 6);
	}
	return strbuf_get(&f->trace);
}

TEST(a_refresh_is_answered_by_sending_again)
{
	static const struct bgp_attributes plain;
	struct bgp_conf conf = usual_conf();
	uint8_t buf[BGP_MESSAGE_MAX];
	FIXTURE(f, conf);

	bring_to(&f, BGP_ESTABLISHED);
	CHECK_INT(bgp_session_announce(f.s, prefix_of("203.0.113.10/32"), &plain), 0);
	CHECK_INT(bgp_session_next_update(f.s, buf, sizeof(buf)), 48);
	CHECK_INT(bgp_session_next_update(f.s, buf, sizeof(buf)), 0);
	(void)give_bytes(&f, BGP_DIALLED, MARKER "0017 05 0002 00 01");
	CHECK_INT(bgp_session_next_update(f.s, buf, sizeof(buf)), 0);
	(void)give_bytes(&f, BGP_DIALLED, REFRESH);
	CHECK_INT(bgp_session_next_update(f.s, buf, sizeof(buf)), 48);
	/* a family that nobody speaks */
	CHECK_STR(give_bytes(&f, BGP_DIALLED, MARKER "0017 05 0019 00 46"), "");
	CHECK_INT(bgp_session_next_update(f.s, buf, sizeof(buf)), 0);
}

/* RFC 7313 section 4: the family between Begin and End; withdrawals do not wait for them. */
TEST(an_enhanced_refresh_has_a_begin_and_an_end)
{
	static const struct bgp_attributes plain, med = { .has_med = true, .med = 1 };
	struct bgp_conf conf = usual_conf();
	FIXTURE(f, conf);

	establish(&f, OPEN_ENHANCED);
	CHECK(bgp_session_info(f.s)->negotiated.enhanced_refresh);
	(void)bgp_session_announce(f.s, prefix_of("203.0.113.1/32"), &plain);
	(void)bgp_session_announce(f.s, prefix_of("203.0.113.2/32"), &med);
	(void)bgp_session_announce(f.s, prefix_of("2001:db8::1/128"), &plain);
	CHECK_STR(drain(&f), "U U U ");
	CHECK_STR(give_bytes(&f, BGP_DIALLED, REFRESH), "");
	CHECK_STR(drain(&f), "begin4 U U end4 ");
	CHECK_STR(give_bytes(&f, BGP_DIALLED, REFRESH6), "");
	CHECK_STR(drain(&f), "begin6 U end6 ");
	CHECK_INT(bgp_session_info(f.s)->counters.out[BGP_ROUTE_REFRESH], 4);
	/* a withdrawal is first, whatever was asked */
	f.now = instant_add(f.now, DURATION_S(1));
	(void)give_bytes(&f, BGP_DIALLED, REFRESH);
	bgp_session_withdraw(f.s, prefix_of("203.0.113.1/32"));
	CHECK_STR(drain(&f), "U begin4 U end4 ");
	/* a family without a route: the peer learns that nothing is left */
	bgp_session_withdraw(f.s, prefix_of("203.0.113.2/32"));
	CHECK_STR(drain(&f), "U ");
	f.now = instant_add(f.now, DURATION_S(1));
	(void)give_bytes(&f, BGP_DIALLED, REFRESH);
	CHECK_STR(drain(&f), "begin4 end4 ");
}

TEST(frames_of_the_peer_change_nothing)
{
	struct bgp_conf conf = usual_conf();
	static const char *const frames[] = { "01", "02", "03", "ff" };
	FIXTURE(f, conf);

	establish(&f, OPEN_ENHANCED);
	for (size_t i = 0; i < ARRAY_SIZE(frames); i++) {
		char message[128];

		(void)snprintf(message, sizeof(message), MARKER "0017 05 0001 %s 01", frames[i]);
		CHECK_STR(give_bytes(&f, BGP_DIALLED, message), "");
		CHECK_STR(drain(&f), "");
	}
}

/*
 * RFC 7313 section 4: with graceful restart there is no Begin of a refresh in front of End-of-RIB.
 */
TEST(a_refresh_begins_behind_end_of_rib)
{
	static const struct bgp_attributes plain;

	for (int i = 0; i < 4; i++) {
		struct bgp_conf conf = usual_conf();
		bool enhanced = i & 1;

		conf.offer.graceful_restart = true;
		conf.restart_time = DURATION_S(120);
		conf.offer.enhanced_refresh = enhanced;
		FIXTURE(f, conf);
		/* it is our offer that counts */
		establish(&f, i < 2 ? OPEN_ENHANCED_GR : OPEN_ENHANCED_IPV4);
		(void)bgp_session_announce(f.s, prefix_of("203.0.113.1/32"), &plain);
		CHECK_STR(drain(&f), "U ");
		CHECK_STR(give_bytes(&f, BGP_DIALLED, REFRESH), "");
		/* without the frames there is nothing to wait for */
		CHECK_STR(drain(&f), enhanced ? "" : "U ");
		bgp_session_release_end_of_rib(f.s);
		CHECK_STR(drain(&f), enhanced ? "U begin4 U end4 " : "U ");
	}
}

/*
 * RFC 7313 section 5: (7,1) is for Begin and End alone, with the whole message; others are no
 * error.
 */
TEST(refreshes_of_a_wrong_length_end_the_session)
{
	static const struct {
		const char *open, *message, *trace, *sent;
	} rows[] = {
		{ OPEN_ENHANCED, MARKER "0018 05 0001 01 01 00", "D:NOTIFICATION-7/1 D:close down ",
		    MARKER "002d 03 07 01" MARKER "0018 05 0001 01 01 00" },
		{ OPEN_ENHANCED, MARKER "0016 05 0001 02", "D:NOTIFICATION-7/1 D:close down ",
		    MARKER "002b 03 07 01" MARKER "0016 05 0001 02" },
		{ OPEN_ENHANCED, MARKER "0018 05 0001 00 01 00", "D:NOTIFICATION-1/2 D:close down ",
		    MARKER "0017 03 01 02 0018" },
		{ OPEN_ENHANCED, MARKER "0018 05 0001 03 01 00", "", "" },
		{ OPEN_ENHANCED, MARKER "0016 05 0001 ff", "", "" },
		{ OPEN, MARKER "0018 05 0001 01 01 00", "D:NOTIFICATION-1/2 D:close down ",
		    MARKER "0017 03 01 02 0018" },
		{ OPEN, MARKER "0016 05 0001 01", "D:NOTIFICATION-1/2 D:close down ",
		    MARKER "0017 03 01 02 0016" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bgp_conf conf = usual_conf();
		FIXTURE(f, conf);

		establish(&f, rows[i].open);
		CHECK_STR(give_bytes(&f, BGP_DIALLED, rows[i].message), rows[i].trace);
		CHECK_HEX(f.actions.send[BGP_DIALLED].bytes, f.actions.send[BGP_DIALLED].len,
		    rows[i].sent);
	}
}

/*
 * RFC 2918 section 3: where RFC 7313 was not agreed on, its subtype is an octet without a meaning.
 */
TEST(without_subtypes_every_refresh_is_a_request)
{
	static const struct bgp_attributes plain;
	struct bgp_conf conf = usual_conf();
	FIXTURE(f, conf);

	establish(&f, OPEN);
	(void)bgp_session_announce(f.s, prefix_of("203.0.113.1/32"), &plain);
	CHECK_STR(drain(&f), "U ");
	CHECK_STR(give_bytes(&f, BGP_DIALLED, MARKER "0017 05 0001 01 01"), "");
	CHECK_STR(drain(&f), "U ");
}

TEST(a_peer_that_was_not_told_it_may_ask_is_not_answered)
{
	static const struct bgp_attributes plain;
	struct bgp_conf conf = usual_conf();

	conf.offer.route_refresh = false;
	FIXTURE(f, conf);
	establish(&f, OPEN_ENHANCED);
	(void)bgp_session_announce(f.s, prefix_of("203.0.113.1/32"), &plain);
	CHECK_STR(drain(&f), "U ");
	CHECK_STR(give_bytes(&f, BGP_DIALLED, REFRESH), "");
	CHECK_STR(drain(&f), "");
}

TEST(a_flood_of_requests_is_answered_once_a_second)
{
	static const struct bgp_attributes plain, med = { .has_med = true, .med = 1 };
	struct bgp_conf conf = usual_conf();
	uint8_t buf[BGP_MESSAGE_MAX];
	struct instant start;
	int rounds = 0;
	FIXTURE(f, conf);

	establish(&f, OPEN_ENHANCED);
	(void)bgp_session_announce(f.s, prefix_of("203.0.113.1/32"), &plain);
	(void)bgp_session_announce(f.s, prefix_of("203.0.113.2/32"), &med);
	(void)drain(&f);
	start = f.now;
	for (int i = 0; i < 10000; i++) {
		f.now = instant_add(start, DURATION_MS(i));
		(void)give_bytes(&f, BGP_DIALLED, REFRESH);
		const char *sent = drain(&f);
		if (*sent) {
			CHECK_STR(sent, "begin4 U U end4 ");
			rounds++;
		}
	}
	CHECK_INT(rounds, 10);
	/* the last of them waits for its second */
	CHECK(instant_cmp(bgp_session_deadline(f.s), instant_add(start, DURATION_S(10))) <= 0);
	f.now = instant_add(start, DURATION_S(10));
	(void)GIVE(f, BGP_EVENT_TIMER);
	CHECK_STR(drain(&f), "begin4 U U end4 ");

	/*
	 * asked for in the middle: the round ends, and another one follows, however slow the peer
	 * reads
	 */
	f.now = instant_add(f.now, DURATION_S(1));
	(void)give_bytes(&f, BGP_DIALLED, REFRESH);
	CHECK(bgp_session_next_update(f.s, buf, sizeof(buf)) > 0);
	CHECK(bgp_session_next_update(f.s, buf, sizeof(buf)) > 0);
	(void)give_bytes(&f, BGP_DIALLED, REFRESH);
	f.now = instant_add(f.now, DURATION_S(2));
	(void)GIVE(f, BGP_EVENT_TIMER);
	CHECK_STR(drain(&f), "U end4 ");
	CHECK(instant_reached(bgp_session_deadline(f.s), f.now));
	(void)GIVE(f, BGP_EVENT_TIMER);
	CHECK_STR(drain(&f), "begin4 U U end4 ");
	CHECK(!instant_reached(bgp_session_deadline(f.s), f.now));
}

TEST(a_round_ends_with_its_session)
{
	struct bgp_conf conf = usual_conf();
	FIXTURE(f, conf);

	establish(&f, OPEN_ENHANCED);
	(void)give_bytes(&f, BGP_DIALLED, REFRESH);
	(void)give_bytes(&f, BGP_DIALLED, CEASE_SHUTDOWN);
	(void)give_time(&f);
	(void)GIVE(f, BGP_EVENT_DIALLED);
	(void)give_bytes(&f, BGP_DIALLED, OPEN_ENHANCED);
	CHECK_STR(give_bytes(&f, BGP_DIALLED, KEEPALIVE), "up ");
	CHECK_STR(drain(&f), "");
}
