/*
 * The state machine with a fake clock: every state with every event, the timers, and what they lead
 * to.
 */
#include <errno.h>

#include "base/err.h"
#include "fixture.h"

enum stimulus {
	START, STOP, TIME, DIALLED, ACCEPTED, CLOSED, GET_OPEN, GET_KEEPALIVE, GET_UPDATE, GET_REFRESH,
	GET_NOTIFICATION, GET_GARBAGE,
};

static const char *
stimulate(struct fixture *f, enum stimulus stimulus)
{
	switch (stimulus) {
	case START:
		return GIVE(*f, BGP_EVENT_START);
	case STOP:
		return GIVE(*f, BGP_EVENT_STOP);
	case TIME:
		return give_time(f);
	case DIALLED:
		return GIVE(*f, BGP_EVENT_DIALLED);
	case ACCEPTED:
		return GIVE(*f, BGP_EVENT_ACCEPTED);
	case CLOSED:
		return GIVE(*f, BGP_EVENT_CLOSED, .way = BGP_DIALLED);
	case GET_OPEN:
		return give_bytes(f, BGP_DIALLED, OPEN);
	case GET_KEEPALIVE:
		return give_bytes(f, BGP_DIALLED, KEEPALIVE);
	case GET_UPDATE:
		return give_bytes(f, BGP_DIALLED, UPDATE);
	case GET_REFRESH:
		return give_bytes(f, BGP_DIALLED, REFRESH);
	case GET_NOTIFICATION:
		return give_bytes(f, BGP_DIALLED, CEASE_SHUTDOWN);
	case GET_GARBAGE:
		return give_bytes(f, BGP_DIALLED, "00ffffff ffffffff ffffffff ffffffff 0013 04");
	}
	return "";
}

/* RFC 4271 section 8.2.2, with the subcodes of RFC 6608. */
TEST(every_state_with_every_event)
{
	static const struct {
		enum bgp_state from;
		enum stimulus stimulus;
		const char *trace;
		enum bgp_state to;
	} rows[] = {
		/* clang-format off */
		{ BGP_IDLE, START,                    "dial ",                  BGP_CONNECT },
		{ BGP_IDLE, STOP,                     "",                       BGP_IDLE },
		{ BGP_IDLE, TIME,                     "",                       BGP_IDLE },
		{ BGP_IDLE, DIALLED,                  "",                       BGP_IDLE },
		{ BGP_IDLE, ACCEPTED,                 "A:close ",               BGP_IDLE },
		{ BGP_IDLE, CLOSED,                   "",                       BGP_IDLE },
		{ BGP_IDLE, GET_OPEN,                 "",                       BGP_IDLE },
		{ BGP_CONNECT, START,                 "",                       BGP_CONNECT },
		{ BGP_CONNECT, STOP,                  "D:close failed ",        BGP_IDLE },
		{ BGP_CONNECT, TIME,                  "D:close dial failed ",   BGP_CONNECT },
		{ BGP_CONNECT, DIALLED,               "D:OPEN ",                BGP_OPEN_SENT },
		{ BGP_CONNECT, ACCEPTED,              "A:OPEN ",                BGP_OPEN_SENT },
		{ BGP_CONNECT, CLOSED,                "failed ",                BGP_ACTIVE },
		{ BGP_CONNECT, GET_OPEN,              "",                       BGP_CONNECT },
		{ BGP_ACTIVE, START,                  "",                       BGP_ACTIVE },
		{ BGP_ACTIVE, STOP,                   "",                       BGP_IDLE },
		{ BGP_ACTIVE, TIME,                   "dial ",                  BGP_CONNECT },
		{ BGP_ACTIVE, DIALLED,                "",                       BGP_ACTIVE },
		{ BGP_ACTIVE, ACCEPTED,               "A:OPEN ",                BGP_OPEN_SENT },
		{ BGP_ACTIVE, CLOSED,                 "",                       BGP_ACTIVE },
		{ BGP_OPEN_SENT, START,               "",                       BGP_OPEN_SENT },
		{ BGP_OPEN_SENT, STOP,                "D:NOTIFICATION-6/2 D:close failed ", BGP_IDLE },
		{ BGP_OPEN_SENT, TIME,                "D:NOTIFICATION-4/0 D:close failed ", BGP_IDLE },
		{ BGP_OPEN_SENT, DIALLED,             "",                       BGP_OPEN_SENT },
		{ BGP_OPEN_SENT, ACCEPTED,            "A:OPEN ",                BGP_OPEN_SENT },
		{ BGP_OPEN_SENT, CLOSED,              "failed ",                BGP_ACTIVE },
		{ BGP_OPEN_SENT, GET_OPEN,            "D:KEEPALIVE ",           BGP_OPEN_CONFIRM },
		{ BGP_OPEN_SENT, GET_KEEPALIVE,       "D:NOTIFICATION-5/1 D:close failed ", BGP_IDLE },
		{ BGP_OPEN_SENT, GET_UPDATE,          "D:NOTIFICATION-5/1 D:close failed ", BGP_IDLE },
		{ BGP_OPEN_SENT, GET_REFRESH,         "D:NOTIFICATION-5/1 D:close failed ", BGP_IDLE },
		{ BGP_OPEN_SENT, GET_NOTIFICATION,    "D:close failed ",        BGP_IDLE },
		{ BGP_OPEN_SENT, GET_GARBAGE,         "D:NOTIFICATION-1/1 D:close failed ", BGP_IDLE },
		{ BGP_OPEN_CONFIRM, START,            "",                       BGP_OPEN_CONFIRM },
		{ BGP_OPEN_CONFIRM, STOP,             "D:NOTIFICATION-6/2 D:close failed ", BGP_IDLE },
		{ BGP_OPEN_CONFIRM, TIME,             "D:KEEPALIVE ",           BGP_OPEN_CONFIRM },
		{ BGP_OPEN_CONFIRM, DIALLED,          "",                       BGP_OPEN_CONFIRM },
		{ BGP_OPEN_CONFIRM, ACCEPTED,         "A:OPEN ",                BGP_OPEN_CONFIRM },
		{ BGP_OPEN_CONFIRM, CLOSED,           "failed ",                BGP_IDLE },
		{ BGP_OPEN_CONFIRM, GET_OPEN,         "D:NOTIFICATION-5/2 D:close failed ", BGP_IDLE },
		{ BGP_OPEN_CONFIRM, GET_KEEPALIVE,    "up ",                    BGP_ESTABLISHED },
		{ BGP_OPEN_CONFIRM, GET_UPDATE,       "D:NOTIFICATION-5/2 D:close failed ", BGP_IDLE },
		{ BGP_OPEN_CONFIRM, GET_REFRESH,      "D:NOTIFICATION-5/2 D:close failed ", BGP_IDLE },
		{ BGP_OPEN_CONFIRM, GET_NOTIFICATION, "D:close failed ",        BGP_IDLE },
		{ BGP_OPEN_CONFIRM, GET_GARBAGE,      "D:NOTIFICATION-1/1 D:close failed ", BGP_IDLE },
		{ BGP_ESTABLISHED, START,             "",                       BGP_ESTABLISHED },
		{ BGP_ESTABLISHED, STOP,              "D:NOTIFICATION-6/2 D:close down ", BGP_IDLE },
		{ BGP_ESTABLISHED, TIME,              "D:KEEPALIVE ",           BGP_ESTABLISHED },
		{ BGP_ESTABLISHED, DIALLED,           "",                       BGP_ESTABLISHED },
		{ BGP_ESTABLISHED, ACCEPTED,          "A:close ",               BGP_ESTABLISHED },
		{ BGP_ESTABLISHED, CLOSED,            "down ",                  BGP_IDLE },
		{ BGP_ESTABLISHED, GET_OPEN,          "D:NOTIFICATION-5/3 D:close down ", BGP_IDLE },
		{ BGP_ESTABLISHED, GET_KEEPALIVE,     "",                       BGP_ESTABLISHED },
		{ BGP_ESTABLISHED, GET_UPDATE,        "",                       BGP_ESTABLISHED },
		{ BGP_ESTABLISHED, GET_REFRESH,       "",                       BGP_ESTABLISHED },
		{ BGP_ESTABLISHED, GET_NOTIFICATION,  "D:close down ",          BGP_IDLE },
		{ BGP_ESTABLISHED, GET_GARBAGE,       "D:NOTIFICATION-1/1 D:close down ", BGP_IDLE },
		/* clang-format on */
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bgp_conf conf = usual_conf();
		FIXTURE(f, conf);

		bring_to(&f, rows[i].from);
		const char *trace = stimulate(&f, rows[i].stimulus);
		if (strcmp(trace, rows[i].trace) != 0 || state(&f) != rows[i].to)
			tap_fail(__FILE__, __LINE__,
			    "%s, event %d: \"%s\" to %s, want \"%s\" to %s",
			    bgp_state_name(rows[i].from), (int)rows[i].stimulus, trace,
			    bgp_state_name(state(&f)), rows[i].trace, bgp_state_name(rows[i].to));
	}
}

TEST(refused_opens_end_the_attempt)
{
	static const struct {
		const char *open, *trace, *why;
	} rows[] = {
		{ OPEN_HOLD("0001", "c0000202"), "D:NOTIFICATION-2/6 D:close failed ",
		    "we sent OPEN Message Error/Unacceptable Hold Time (2/6)" },
		{ OPEN_HOLD("0002", "c0000202"), "D:NOTIFICATION-2/6 D:close failed ",
		    "we sent OPEN Message Error/Unacceptable Hold Time (2/6)" },
		{ MARKER "0022 01 04 fbf5 001e c0000202 05 02 03 0901 03", "D:NOTIFICATION-2/11 D:close failed ",
		    "we sent OPEN Message Error/Role Mismatch (2/11): the neighbor says its role is customer, "
		    "ours is customer" },
		{ OPEN_HOLD("001e", "00000000"), "D:NOTIFICATION-2/3 D:close failed ",
		    "we sent OPEN Message Error/Bad BGP Identifier (2/3)" },
		{ MARKER "001d 01 03 fbf5 001e c0000202 00", "D:NOTIFICATION-2/1 D:close failed ",
		    "we sent OPEN Message Error/Unsupported Version Number (2/1)" },
		{ MARKER "0022 01 04 fbf5 001e c0000202 05 02 03 0901 09", "D:NOTIFICATION-2/11 D:close failed ",
		    "we sent OPEN Message Error/Role Mismatch (2/11): the neighbor says its role is unknown, "
		    "ours is customer" },
		{ MARKER "001d 01 04 fbf6 001e c0000202 00", "D:NOTIFICATION-2/2 D:close failed ",
		    "we sent OPEN Message Error/Bad Peer AS (2/2): the neighbor says AS 64502, 64501 is configured" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bgp_conf conf = usual_conf();

		conf.role = BGP_ROLE_CUSTOMER;
		FIXTURE(f, conf);
		bring_to(&f, BGP_OPEN_SENT);
		CHECK_STR(give_bytes(&f, BGP_DIALLED, rows[i].open), rows[i].trace);
		CHECK_STR(bgp_session_info(f.s)->last_error, rows[i].why);
		CHECK_STR(bgp_session_info(f.s)->last_sent, rows[i].why + strlen("we sent "));
		CHECK_INT(bgp_session_info(f.s)->last_sent_at.ns, f.now.ns);
		CHECK_INT(bgp_session_info(f.s)->last_error_at.ns, f.now.ns);
		CHECK_INT(bgp_session_info(f.s)->counters.attempts_failed, 1);
		CHECK(!instant_is_never(bgp_session_info(f.s)->next_attempt));
	}
}

TEST(notifications_of_the_peer_in_words)
{
	struct bgp_conf conf = usual_conf();
	FIXTURE(f, conf);

	bring_to(&f, BGP_ESTABLISHED);
	(void)give_bytes(&f, BGP_DIALLED, MARKER "0018 03 06 02 02 6869");
	CHECK_STR(f.actions.why, "the neighbor sent Cease/Administrative Shutdown (6/2): \"hi\"");
	CHECK_STR(
	    bgp_session_info(f.s)->last_received, "Cease/Administrative Shutdown (6/2): \"hi\"");
	CHECK_STR(bgp_session_info(f.s)->last_sent, "");
	CHECK_INT(bgp_session_info(f.s)->last_received_at.ns, f.now.ns);
	CHECK_INT(bgp_session_info(f.s)->counters.attempts_failed, 0);
}

TEST(refusals_of_the_peer_say_what_it_refuses)
{
	static const struct {
		enum bgp_role role;
		enum bgp_state in;
		const char *notification, *why;
	} rows[] = {
		{ BGP_ROLE_NONE, BGP_OPEN_SENT, MARKER "0015 03 02 02",
		    "the neighbor sent OPEN Message Error/Bad Peer AS (2/2): it does not expect AS 65001" },
		{ BGP_ROLE_PEER, BGP_OPEN_SENT, MARKER "0015 03 02 0b",
		    "the neighbor sent OPEN Message Error/Role Mismatch (2/11): our role is peer" },
		{ BGP_ROLE_NONE, BGP_OPEN_CONFIRM, MARKER "0015 03 02 0b",
		    "the neighbor sent OPEN Message Error/Role Mismatch (2/11): we name no role" },
		/* not what an OPEN of ours is answered with */
		{ BGP_ROLE_NONE, BGP_ESTABLISHED, MARKER "0015 03 02 02",
		    "the neighbor sent OPEN Message Error/Bad Peer AS (2/2)" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bgp_conf conf = usual_conf();

		conf.role = rows[i].role;
		FIXTURE(f, conf);
		bring_to(&f, rows[i].in);
		(void)give_bytes(&f, BGP_DIALLED, rows[i].notification);
		CHECK_STR(bgp_session_info(f.s)->last_error, rows[i].why);
	}
}

TEST(what_the_peer_said_last_is_told_with_what_follows)
{
	struct bgp_conf conf = usual_conf();
	FIXTURE(f, conf);

	bring_to(&f, BGP_ESTABLISHED);
	(void)give_bytes(&f, BGP_DIALLED, MARKER "0018 03 06 02 02 6869");
	(void)give_time(&f);
	(void)GIVE(f, BGP_EVENT_CLOSED, .way = BGP_DIALLED, .text = "refused");
	CHECK_STR(f.actions.why, "could not connect: refused; before that the neighbor sent "
				 "Cease/Administrative Shutdown (6/2): \"hi\"");
	(void)give_time(&f);
	(void)give_time(&f); /* no answer */
	CHECK_STR(f.actions.why, "could not connect: timed out; before that the neighbor sent "
				 "Cease/Administrative Shutdown (6/2): \"hi\"");
	/* not for ever */
	f.now = instant_add(f.now, DURATION_S(600));
	(void)GIVE(f, BGP_EVENT_CLOSED, .way = BGP_DIALLED, .text = "refused");
	CHECK_STR(f.actions.why, "could not connect: refused");
}

TEST(what_the_peer_said_is_forgotten_over_another_end)
{
	struct bgp_conf conf = usual_conf();
	FIXTURE(f, conf);

	bring_to(&f, BGP_ESTABLISHED);
	(void)give_bytes(&f, BGP_DIALLED, CEASE_SHUTDOWN);
	(void)give_time(&f);
	(void)GIVE(f, BGP_EVENT_DIALLED);
	(void)GIVE(f, BGP_EVENT_CLOSED, .way = BGP_DIALLED, .text = "reset");
	CHECK_STR(f.actions.why, "the connection was lost: reset");
	(void)give_time(&f);
	(void)GIVE(f, BGP_EVENT_CLOSED, .way = BGP_DIALLED, .text = "refused");
	CHECK_STR(f.actions.why, "could not connect: refused");
}

TEST(the_smaller_hold_time_counts)
{
	static const struct {
		int64_t ours;
		const char *open;
		int64_t agreed;
	} rows[] = {
		{ 90, OPEN_HOLD("001e", "c0000202"), 30 },
		{ 9, OPEN_HOLD("001e", "c0000202"), 9 },
		{ 90, OPEN_HOLD("0000", "c0000202"), 0 },
		{ 0, OPEN_HOLD("001e", "c0000202"), 0 },
		{ 3, OPEN_HOLD("0003", "c0000202"), 3 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bgp_conf conf = usual_conf();

		conf.hold_time = DURATION_S(rows[i].ours);
		FIXTURE(f, conf);
		bring_to(&f, BGP_OPEN_SENT);
		(void)give_bytes(&f, BGP_DIALLED, rows[i].open);
		(void)give_bytes(&f, BGP_DIALLED, KEEPALIVE);
		CHECK_INT(state(&f), BGP_ESTABLISHED);
		CHECK_INT(bgp_session_info(f.s)->negotiated.hold_time_s, rows[i].agreed);
		if (rows[i].agreed == 0)
			CHECK(instant_is_never(bgp_session_deadline(f.s)));
	}
}

TEST(keepalives_come_at_a_jittered_third_whatever_else_happens)
{
	struct bgp_conf conf = usual_conf();
	FIXTURE(f, conf);
	int64_t least = INT64_MAX, most = 0;

	bring_to(&f, BGP_ESTABLISHED);
	(void)give_time(&f);
	for (int i = 0; i < 200; i++) {
		struct instant last = f.now;

		(void)give_bytes(&f, BGP_DIALLED, UPDATE);
		CHECK_STR(give_time(&f), "D:KEEPALIVE ");
		int64_t gap = instant_diff(f.now, last).ns;
		least = MIN(least, gap);
		most = MAX(most, gap);
	}
	/* 75 to 100 % of 10 s */
	CHECK(least >= 7500 * NS_PER_MS && least < 7700 * NS_PER_MS);
	CHECK(most <= 10 * NS_PER_S && most > 9800 * NS_PER_MS);
}

/*
 * Lets time pass up to `until` without a word from the peer; true when the session ended by then.
 */
static bool
falls_silent(struct fixture *f, int64_t seconds)
{
	struct instant until = instant_add(f->now, DURATION_S(seconds));

	while (instant_cmp(bgp_session_deadline(f->s), until) <= 0) {
		(void)give_time(f);
		if (f->actions.change != BGP_CHANGE_NONE)
			return true;
	}
	f->now = until;
	return false;
}

TEST(silence_ends_the_session_after_the_hold_time)
{
	static const struct {
		enum bgp_state state;
		const char *open;
		int64_t seconds;
	} rows[] = {
		{ BGP_OPEN_SENT, NULL, 240 }, /* "a large value" */
		{ BGP_OPEN_CONFIRM, OPEN, 30 },
		{ BGP_OPEN_CONFIRM, OPEN_HOLD("0000", "c0000202"), 240 },
		{ BGP_ESTABLISHED, OPEN, 30 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bgp_conf conf = usual_conf();
		FIXTURE(f, conf);

		bring_to(&f, BGP_OPEN_SENT);
		if (rows[i].open)
			(void)give_bytes(&f, BGP_DIALLED, rows[i].open);
		if (rows[i].state == BGP_ESTABLISHED)
			(void)give_bytes(&f, BGP_DIALLED, KEEPALIVE);
		CHECK_INT(state(&f), rows[i].state);
		f.now = instant_add(f.now, DURATION_MS(0));
		CHECK(!falls_silent(&f, rows[i].seconds - 1));
		CHECK(falls_silent(&f, 1));
		CHECK_STR(f.actions.why, "we sent Hold Timer Expired (4/0)");
	}
}

TEST(what_the_peer_says_keeps_the_session)
{
	static const char *const messages[] = { KEEPALIVE, UPDATE };

	for (size_t i = 0; i < ARRAY_SIZE(messages); i++) {
		struct bgp_conf conf = usual_conf();
		FIXTURE(f, conf);

		bring_to(&f, BGP_ESTABLISHED);
		for (int n = 0; n < 20; n++) {
			CHECK(!falls_silent(&f, 29));
			(void)give_bytes(&f, BGP_DIALLED, messages[i]);
		}
		CHECK(falls_silent(&f, 30));
	}
}

TEST(pauses_after_errors_double_up_to_the_limit)
{
	struct bgp_conf conf = usual_conf();
	static const int64_t seconds[] = { 1, 2, 4, 8, 16, 32, 60, 60 };
	FIXTURE(f, conf);

	(void)GIVE(f, BGP_EVENT_START);
	for (size_t i = 0; i < ARRAY_SIZE(seconds); i++) {
		(void)GIVE(f, BGP_EVENT_DIALLED);
		(void)give_bytes(&f, BGP_DIALLED, CEASE_SHUTDOWN);
		CHECK_INT(state(&f), BGP_IDLE);
		CHECK(!bgp_session_accepts(f.s, f.now));
		int64_t pause = instant_diff(bgp_session_deadline(f.s), f.now).ns;
		CHECK(pause <= seconds[i] * NS_PER_S && pause >= seconds[i] * NS_PER_S * 3 / 4);
		CHECK_STR(give_time(&f), "dial ");
	}
}

TEST(a_stable_session_resets_the_pause)
{
	struct bgp_conf conf = usual_conf();
	FIXTURE(f, conf);

	(void)GIVE(f, BGP_EVENT_START);
	for (int i = 0; i < 5; i++) {
		(void)GIVE(f, BGP_EVENT_DIALLED);
		(void)give_bytes(&f, BGP_DIALLED, CEASE_SHUTDOWN);
		(void)give_time(&f);
	}
	(void)GIVE(f, BGP_EVENT_DIALLED);
	(void)give_bytes(&f, BGP_DIALLED, OPEN);
	(void)give_bytes(&f, BGP_DIALLED, KEEPALIVE);
	for (int i = 0; i < 10; i++) {
		CHECK(!falls_silent(&f, 10));
		(void)give_bytes(&f, BGP_DIALLED, KEEPALIVE);
	}
	(void)GIVE(f, BGP_EVENT_CLOSED, .way = BGP_DIALLED);
	CHECK(instant_diff(bgp_session_deadline(f.s), f.now).ns <= NS_PER_S);
}

TEST(idle_hold_zero_dials_again_at_once_the_first_time_only)
{
	static const int64_t milliseconds[] = { 0, 100, 200, 400, 800 };
	struct bgp_conf conf = usual_conf();

	conf.idle_hold = DURATION_S(0);
	FIXTURE(f, conf);
	bring_to(&f, BGP_ESTABLISHED);
	for (size_t i = 0; i < ARRAY_SIZE(milliseconds); i++) {
		(void)GIVE(f, BGP_EVENT_CLOSED, .way = BGP_DIALLED);
		int64_t pause = instant_diff(bgp_session_deadline(f.s), f.now).ns;
		CHECK(pause <= milliseconds[i] * NS_PER_MS &&
		      pause >= milliseconds[i] * NS_PER_MS * 3 / 4);
		CHECK_STR(give_time(&f), "dial ");
		(void)GIVE(f, BGP_EVENT_DIALLED);
		(void)give_bytes(&f, BGP_DIALLED, OPEN);
		CHECK_STR(give_bytes(&f, BGP_DIALLED, KEEPALIVE), "up ");
	}
}

TEST(the_keepalive_time_is_the_configured_one_when_that_is_sooner)
{
	static const struct {
		int64_t ours, hold, want;
	} rows[] = { { 4, 30, 4 }, { 60, 30, 10 }, { 0, 30, 10 }, { 4, 0, 0 }, { 1, 3, 1 } };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bgp_conf conf = usual_conf();
		const struct bgp_info *info;

		conf.keepalive = DURATION_S(rows[i].ours);
		conf.hold_time = DURATION_S(rows[i].hold);
		FIXTURE(f, conf);
		bring_to(&f, BGP_ESTABLISHED);
		info = bgp_session_info(f.s);
		CHECK_INT(info->keepalive.ns, rows[i].want * NS_PER_S);
		if (rows[i].want == 0) {
			CHECK(instant_is_never(info->keepalive_due) &&
			      instant_is_never(info->hold_expires));
			continue;
		}
		CHECK_INT(info->hold_expires.ns, instant_add(f.now, DURATION_S(rows[i].hold)).ns);
		for (int n = 0; n < 10; n++) {
			struct instant last = f.now;

			CHECK_INT(info->keepalive_due.ns, bgp_session_deadline(f.s).ns);
			CHECK_STR(give_time(&f), "D:KEEPALIVE ");
			CHECK(instant_diff(f.now, last).ns <= rows[i].want * NS_PER_S);
			(void)give_bytes(&f, BGP_DIALLED, KEEPALIVE);
		}
	}
}

TEST(info_knows_since_when_it_is_down)
{
	struct bgp_conf conf = usual_conf();
	FIXTURE(f, conf);
	const struct bgp_info *info = bgp_session_info(f.s);
	struct instant start = f.now, up;

	(void)GIVE(f, BGP_EVENT_START);
	(void)GIVE(f, BGP_EVENT_CLOSED, .way = BGP_DIALLED, .text = "refused");
	CHECK_STR(give_time(&f), "dial ");
	CHECK_INT(info->since.ns, f.now.ns);
	CHECK_INT(info->down_since.ns, start.ns);
	CHECK(instant_is_never(info->established_since));

	(void)GIVE(f, BGP_EVENT_DIALLED);
	(void)give_bytes(&f, BGP_DIALLED, OPEN);
	CHECK_STR(give_bytes(&f, BGP_DIALLED, KEEPALIVE), "up ");
	up = f.now;
	CHECK_INT(info->established_since.ns, up.ns);
	CHECK(instant_is_never(info->down_since));

	f.now = instant_add(f.now, DURATION_S(7));
	struct instant down = f.now;
	CHECK_STR(GIVE(f, BGP_EVENT_CLOSED, .way = BGP_DIALLED), "down ");
	CHECK_STR(give_time(&f), "dial ");
	CHECK(info->since.ns > down.ns);
	CHECK_INT(info->down_since.ns, down.ns);
	CHECK_INT(info->established_since.ns, up.ns);
}

TEST(dialling_is_tried_again_after_connect_retry)
{
	struct bgp_conf conf = usual_conf();
	FIXTURE(f, conf);

	(void)GIVE(f, BGP_EVENT_START);
	for (int i = 0; i < 20; i++) {
		CHECK_STR(
		    GIVE(f, BGP_EVENT_CLOSED, .way = BGP_DIALLED, .text = "Connection refused"),
		    "failed ");
		CHECK_STR(f.actions.why, "could not connect: Connection refused");
		CHECK_INT(bgp_session_info(f.s)->next_attempt.ns, bgp_session_deadline(f.s).ns);
		int64_t pause = instant_diff(bgp_session_deadline(f.s), f.now).ns;
		CHECK(pause <= 5 * NS_PER_S && pause >= 3750 * NS_PER_MS);
		CHECK_STR(give_time(&f), "dial ");
	}
}

TEST(a_dial_gets_five_seconds_even_with_a_short_retry)
{
	struct bgp_conf conf = usual_conf();

	conf.connect_retry = DURATION_MS(100);
	FIXTURE(f, conf);
	(void)GIVE(f, BGP_EVENT_START);
	CHECK(instant_diff(bgp_session_deadline(f.s), f.now).ns >= 3750 * NS_PER_MS);
}

TEST(passive_never_dials)
{
	struct bgp_conf conf = usual_conf();

	conf.passive = true;
	FIXTURE(f, conf);
	CHECK_STR(GIVE(f, BGP_EVENT_START), "");
	CHECK_INT(state(&f), BGP_ACTIVE);
	CHECK(instant_is_never(bgp_session_deadline(f.s)));
	CHECK_STR(GIVE(f, BGP_EVENT_ACCEPTED), "A:OPEN ");
	CHECK_STR(give_bytes(&f, BGP_ACCEPTED, OPEN), "A:KEEPALIVE ");
	CHECK_STR(give_bytes(&f, BGP_ACCEPTED, KEEPALIVE), "up ");
	CHECK_STR(f.actions.why, "the neighbor connected, hold time 30s");
	CHECK_INT(bgp_session_way(f.s), BGP_ACCEPTED);
	CHECK_STR(GIVE(f, BGP_EVENT_CLOSED, .way = BGP_ACCEPTED), "down ");
	CHECK_STR(give_time(&f), "");
	CHECK_INT(state(&f), BGP_ACTIVE);
}

TEST(active_only_takes_no_connection)
{
	struct bgp_conf conf = usual_conf();

	conf.active_only = true;
	FIXTURE(f, conf);
	bring_to(&f, BGP_ACTIVE);
	CHECK(!bgp_session_accepts(f.s, f.now));
	CHECK_STR(GIVE(f, BGP_EVENT_ACCEPTED), "A:close ");
	CHECK_STR(give_time(&f), "dial ");
}

/* RFC 4271 section 6.8; ours is 192.0.2.1 in AS 65001, the peer's AS is 64501. */
TEST(of_two_connections_that_of_the_higher_router_id_stays)
{
	static const struct {
		const char *id;
		enum bgp_way first, winner;
	} rows[] = {
		{ "c0000202", BGP_DIALLED, BGP_ACCEPTED },  /* the peer is higher */
		{ "c0000202", BGP_ACCEPTED, BGP_ACCEPTED },
		{ "c0000200", BGP_DIALLED, BGP_DIALLED },   /* we are */
		{ "c0000200", BGP_ACCEPTED, BGP_DIALLED },
		{ "c0000201", BGP_DIALLED, BGP_DIALLED },   /* equal: our AS is higher (RFC 6286) */
		{ "c0000201", BGP_ACCEPTED, BGP_DIALLED },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		enum bgp_way first = rows[i].first, second = other_way(first),
			     winner = rows[i].winner;
		struct bgp_conf conf = usual_conf();
		char open[256], want[64];
		FIXTURE(f, conf);

		(void)snprintf(open, sizeof(open),
		    MARKER "001d 01 04 fbf5 001e %s 00", rows[i].id);
		(void)GIVE(f, BGP_EVENT_START);
		(void)GIVE(f, BGP_EVENT_DIALLED);
		(void)GIVE(f, BGP_EVENT_ACCEPTED);
		CHECK_STR(give_bytes(&f, first, open),
		    first == BGP_DIALLED ? "D:KEEPALIVE " : "A:KEEPALIVE ");
		(void)snprintf(want, sizeof(want), "%s%c:NOTIFICATION-6/7 %c:close %s",
		    winner == second && second == BGP_DIALLED ? "D:KEEPALIVE " : "",
		    winner == BGP_DIALLED ? 'A' : 'D', winner == BGP_DIALLED ? 'A' : 'D',
		    winner == second && second == BGP_ACCEPTED ? "A:KEEPALIVE " : "");
		CHECK_STR(give_bytes(&f, second, open), want);
		CHECK_INT(state(&f), BGP_OPEN_CONFIRM);
		CHECK_STR(give_bytes(&f, winner, KEEPALIVE), "up ");
		CHECK_INT(bgp_session_way(f.s), winner);
	}
}

TEST(an_established_connection_survives_any_collision)
{
	struct bgp_conf conf = usual_conf();
	FIXTURE(f, conf);

	(void)GIVE(f, BGP_EVENT_START);
	(void)GIVE(f, BGP_EVENT_DIALLED);
	(void)GIVE(f, BGP_EVENT_ACCEPTED);
	(void)give_bytes(&f, BGP_DIALLED, OPEN);
	CHECK_STR(give_bytes(&f, BGP_DIALLED, KEEPALIVE), "A:NOTIFICATION-6/7 A:close up ");
	CHECK(!bgp_session_accepts(f.s, f.now));
}

TEST(the_peers_open_ends_our_dialling)
{
	struct bgp_conf conf = usual_conf();
	FIXTURE(f, conf);

	(void)GIVE(f, BGP_EVENT_START);
	(void)GIVE(f, BGP_EVENT_ACCEPTED);
	CHECK_STR(give_bytes(&f, BGP_ACCEPTED, OPEN), "D:close A:KEEPALIVE ");
	CHECK_STR(give_bytes(&f, BGP_ACCEPTED, KEEPALIVE), "up ");
}

TEST(a_connection_without_a_word_does_not_stop_the_dialling)
{
	struct bgp_conf conf = usual_conf();
	FIXTURE(f, conf);

	bring_to(&f, BGP_ACTIVE);
	CHECK_STR(GIVE(f, BGP_EVENT_ACCEPTED), "A:OPEN ");
	CHECK_STR(give_time(&f), "dial ");
	CHECK_STR(GIVE(f, BGP_EVENT_DIALLED), "D:OPEN ");
	CHECK_STR(GIVE(f, BGP_EVENT_CLOSED, .way = BGP_DIALLED), "failed ");
	CHECK_STR(give_time(&f), "dial ");
}

TEST(a_peer_that_connects_and_goes_does_not_put_off_our_dialling)
{
	struct bgp_conf conf = usual_conf();
	FIXTURE(f, conf);

	bring_to(&f, BGP_ACTIVE);
	struct instant due = bgp_session_deadline(f.s);
	int taken = 0;
	for (; instant_cmp(f.now, due) < 0; f.now = instant_add(f.now, DURATION_MS(1))) {
		if (!bgp_session_accepts(f.s, f.now))
			continue;
		taken++;
		CHECK_STR(GIVE(f, BGP_EVENT_ACCEPTED), "A:OPEN ");
		CHECK_STR(GIVE(f, BGP_EVENT_CLOSED, .way = BGP_ACCEPTED), "failed ");
		CHECK_STR(GIVE(f, BGP_EVENT_ACCEPTED), "A:close ");
	}
	CHECK(taken >= 15 && taken <= 20); /* four a second */
	f.now = due;
	CHECK_STR(GIVE(f, BGP_EVENT_TIMER), "dial ");
}

/* The peer died behind its SYN, and is back: nobody waits four minutes for the dead connection. */
TEST(a_connection_that_does_not_get_on_makes_room_for_the_next)
{
	for (int confirmed = 0; confirmed < 2; confirmed++) {
		struct bgp_conf conf = usual_conf();

		conf.passive = true;
		FIXTURE(f, conf);
		(void)GIVE(f, BGP_EVENT_START);
		CHECK_STR(GIVE(f, BGP_EVENT_ACCEPTED), "A:OPEN ");
		if (confirmed)
			(void)give_bytes(&f, BGP_ACCEPTED, OPEN);
		f.now = instant_add(f.now, DURATION_MS(1999));
		CHECK(!bgp_session_accepts(f.s, f.now));
		f.now = instant_add(f.now, DURATION_MS(1));
		CHECK(bgp_session_accepts(f.s, f.now));
		CHECK_STR(GIVE(f, BGP_EVENT_ACCEPTED), "A:OPEN failed ");
		CHECK(!bgp_session_accepts(f.s, f.now));
		(void)give_bytes(&f, BGP_ACCEPTED, OPEN);
		CHECK_STR(give_bytes(&f, BGP_ACCEPTED, KEEPALIVE), "up ");
	}
}

TEST(a_rejected_connection_is_no_error)
{
	struct bgp_conf conf = usual_conf();
	uint8_t buf[BGP_SEND_MAX], cease[32];
	size_t len = from_hex(MARKER "0015 03 06 05", cease, sizeof(cease));
	FIXTURE(f, conf);

	CHECK_MEM(buf, bgp_session_reject(f.s, buf), cease, len);
	bring_to(&f, BGP_OPEN_SENT);
	CHECK_STR(give_bytes(&f, BGP_DIALLED, MARKER "0015 03 06 05"), "D:close failed ");
	CHECK_INT(state(&f), BGP_ACTIVE);
}

TEST(one_connection_fails_and_the_other_goes_on)
{
	struct bgp_conf conf = usual_conf();
	FIXTURE(f, conf);

	(void)GIVE(f, BGP_EVENT_START);
	(void)GIVE(f, BGP_EVENT_DIALLED);
	(void)GIVE(f, BGP_EVENT_ACCEPTED);
	CHECK_STR(give_bytes(&f, BGP_ACCEPTED, KEEPALIVE), "A:NOTIFICATION-5/1 A:close failed ");
	CHECK_INT(state(&f), BGP_OPEN_SENT);
	(void)give_bytes(&f, BGP_DIALLED, OPEN);
	CHECK_STR(give_bytes(&f, BGP_DIALLED, KEEPALIVE), "up ");
}

TEST(bytes_in_pieces_of_any_size)
{
	static const char stream[] = OPEN KEEPALIVE UPDATE KEEPALIVE CEASE_SHUTDOWN;
	uint8_t bytes[512];
	size_t len = from_hex(stream, bytes, sizeof(bytes));

	for (size_t piece = 1; piece <= len; piece++) {
		struct bgp_conf conf = usual_conf();
		_cleanup_(strbuf_done) struct strbuf seen = { 0 };
		FIXTURE(f, conf);

		bring_to(&f, BGP_OPEN_SENT);
		for (size_t at = 0; at < len;) {
			size_t n = MIN(piece, len - at);

			while (n > 0) {
				strbuf_add(&seen, GIVE(f, BGP_EVENT_BYTES, .way = BGP_DIALLED,
						      .bytes = bytes + at, .len = n));
				if (f.actions.consumed == 0 || f.actions.consumed > n) {
					tap_fail(__FILE__, __LINE__, "took %zu of %zu",
					    f.actions.consumed, n);
					return;
				}
				at += f.actions.consumed;
				n -= f.actions.consumed;
			}
		}
		CHECK_STR(strbuf_get(&seen), "D:KEEPALIVE up D:close down ");
		CHECK_INT(bgp_session_info(f.s)->counters.in[BGP_KEEPALIVE], 2);
		CHECK_INT(bgp_session_info(f.s)->counters.in[BGP_UPDATE], 1);
	}
}

TEST(a_bad_length_is_answered_before_the_message_has_come)
{
	struct bgp_conf conf = usual_conf();

	conf.offer.extended_message = false;
	FIXTURE(f, conf);

	bring_to(&f, BGP_ESTABLISHED);
	CHECK_STR(
	    give_bytes(&f, BGP_DIALLED, MARKER "1001 02"), "D:NOTIFICATION-1/2 D:close down ");
	CHECK_HEX(f.actions.send[BGP_DIALLED].bytes, f.actions.send[BGP_DIALLED].len,
	    MARKER "0017 03 01 02 1001");
}

/*
 * RFC 8654 sections 4 and 5: longer than 4096 octets are taken where we said so, and sent where
 * both ends did; the buffer grows with the first.
 */
TEST(long_messages_are_taken_by_those_who_said_so)
{
	static const struct {
		bool ours, theirs;
	} rows[] = { { true, true }, { true, false }, { false, true }, { false, false } };
	static uint8_t update[BGP_EXTENDED_MESSAGE_MAX];

	/* withdrawn routes: 10.0.0.0/8 as often as fits */
	memset(update, 0xff, 16);
	memcpy(update + 16, (uint8_t[]){ 0xff, 0xff, BGP_UPDATE, 0xff, 0xe8 }, 5);
	for (size_t i = 21; i + 2 < sizeof(update); i += 2)
		memcpy(update + i, (uint8_t[]){ 8, 10 }, 2);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bgp_conf conf = usual_conf();
		bool both = rows[i].ours && rows[i].theirs;

		conf.offer.extended_message = rows[i].ours;
		FIXTURE(f, conf);
		bring_to(&f, BGP_OPEN_SENT);
		(void)give_bytes(&f, BGP_DIALLED,
		    rows[i].theirs ? MARKER
			"0027 01 04 fbf5 001e c0000202 0a 02 08 0600 0104 0001 0001"
				   : OPEN);
		(void)give_bytes(&f, BGP_DIALLED, KEEPALIVE);
		CHECK_INT(bgp_session_info(f.s)->negotiated.extended_message, both);
		CHECK_INT(f.s->peering.message_max, both ? 65535 : 4096);
		/* whole, in halves, and once more behind its header alone */
		for (size_t first = 65535; first > 0; first = first == 65535 ? 32768 : first == 32768 ? 19 : 0) {
			const char *trace = GIVE(f, BGP_EVENT_BYTES, .bytes = update, .len = first);

			if (!rows[i].ours) {
				CHECK_STR(trace, "D:NOTIFICATION-1/2 D:close down ");
				break;
			}
			CHECK_INT(f.actions.consumed, first);
			if (first < 65535)
				(void)GIVE(f, BGP_EVENT_BYTES, .bytes = update + first,
				    .len = 65535 - first);
			CHECK_INT(f.actions.change, BGP_CHANGE_NONE);
		}
		CHECK_INT(bgp_session_info(f.s)->counters.withdrawn_in,
		    rows[i].ours ? 3 * (0xffe8 / 2) : 0);
	}
}

/* Every whole message in both directions, once. */
static void
note_message(void *userdata, bool sent, enum bgp_way way, const uint8_t *message, size_t len)
{
	struct strbuf *log = userdata;

	CHECK_INT(message[16] << 8 | message[17], len);
	strbuf_addf(log, "%c%c%u ", sent ? '>' : '<', way == BGP_DIALLED ? 'D' : 'A', message[18]);
}

TEST(who_looks_sees_every_message_once)
{
	static const struct bgp_attributes plain;
	struct bgp_conf conf = usual_conf();
	_cleanup_(strbuf_done) struct strbuf log = { 0 };
	uint8_t buf[BGP_MESSAGE_MAX];
	FIXTURE(f, conf);

	bgp_session_observe(f.s, note_message, &log);
	bring_to(&f, BGP_OPEN_CONFIRM);
	(void)GIVE(f, BGP_EVENT_ACCEPTED);
	uint8_t stream[64];
	size_t len = from_hex(KEEPALIVE UPDATE, stream, sizeof(stream));
	for (size_t at = 0; at < len; at += f.actions.consumed)
		(void)GIVE(
		    f, BGP_EVENT_BYTES, .bytes = stream + at, .len = MIN((size_t)7, len - at));
	(void)bgp_session_announce(f.s, prefix_of("203.0.113.10/32"), &plain);
	CHECK(bgp_session_next_update(f.s, buf, sizeof(buf)) > 0);
	uint64_t sent = bgp_session_info(f.s)->counters.out[BGP_NOTIFICATION];
	(void)bgp_session_reject(f.s, buf); /* counted, and not observed */
	CHECK_INT(bgp_session_info(f.s)->counters.out[BGP_NOTIFICATION] - sent, 1);
	(void)give_time(&f);
	(void)give_bytes(&f, BGP_DIALLED, CEASE_SHUTDOWN);
	CHECK_STR(strbuf_get(&log), ">D1 <D1 >D4 >A1 <D4 >A3 <D2 >D2 >D4 <D3 ");
	bgp_session_observe(f.s, NULL, NULL);
	(void)bgp_session_reject(f.s, buf);
	CHECK_STR(strbuf_get(&log), ">D1 <D1 >D4 >A1 <D4 >A3 <D2 >D2 >D4 <D3 ");
}

TEST(what_both_ends_offer_is_agreed_on)
{
	/* AS 64501, IPv4: all that can be said */
	static const char all[] =
	    MARKER "0044 01 04 fbf5 001e c0000202 27 02 25 0104 0001 0001 0200 "
		   "0506 0001 0001 0002 0600 0901 00 4006 405a 0001 01 80 4104 0000fbf5 4600";
	struct bgp_conf conf = usual_conf();

	conf.offer.extended_next_hop = conf.offer.graceful_restart = true;
	conf.restart_time = DURATION_S(120);
	conf.role = BGP_ROLE_CUSTOMER;
	/* bit by bit of what we offer, then all of it, and nothing */
	for (int bit = 0; bit <= 8; bit++) {
		bool *const offers[] = { &conf.offer.as4, &conf.offer.route_refresh,
			&conf.offer.enhanced_refresh, &conf.offer.extended_message,
			&conf.offer.extended_next_hop, &conf.offer.graceful_restart,
			&conf.offer.hard_reset };
		const struct bgp_negotiated *n;

		for (int i = 0; i < 7; i++)
			*offers[i] = bit == 8 ? false : i != bit;
		FIXTURE(f, conf);
		bring_to(&f, BGP_OPEN_SENT);
		(void)give_bytes(&f, BGP_DIALLED, all);
		(void)give_bytes(&f, BGP_DIALLED, KEEPALIVE);
		n = &bgp_session_info(f.s)->negotiated;
		CHECK_INT(n->as4, conf.offer.as4);
		CHECK_INT(n->route_refresh, conf.offer.route_refresh);
		CHECK_INT(
		    n->enhanced_refresh, conf.offer.enhanced_refresh && conf.offer.route_refresh);
		CHECK_INT(n->extended_message, conf.offer.extended_message);
		CHECK_INT(n->extended_next_hop, conf.offer.extended_next_hop);
		CHECK_INT(n->graceful_restart, conf.offer.graceful_restart);
		CHECK_INT(n->hard_reset, conf.offer.hard_reset && conf.offer.graceful_restart);
		CHECK_INT(n->peer_role, BGP_ROLE_PROVIDER);
		CHECK_INT(n->peer_restart_time_s, 90);
		CHECK(n->families[BGP_IPV4] && !n->families[BGP_IPV6]);
		CHECK_INT(bgp_session_info(f.s)->offered.as4, conf.offer.as4);
		CHECK_INT(
		    bgp_session_info(f.s)->offered.graceful_restart, conf.offer.graceful_restart);
	}
}

TEST(updates_are_counted_and_forgotten)
{
	struct bgp_conf conf = usual_conf();
	const struct bgp_counters *n;
	FIXTURE(f, conf);

	bring_to(&f, BGP_ESTABLISHED);
	n = &bgp_session_info(f.s)->counters;
	(void)give_bytes(&f, BGP_DIALLED,
	    MARKER "0033 02 0000 0014 400101 00 400206 0201 0000fbf5 400304 c0000202 18 cb0071 18 cb0072");
	(void)give_bytes(&f, BGP_DIALLED, MARKER "001b 02 0004 18 cb0071 0000");
	/* RFC 7606: no ORIGIN is no reason to end the session */
	CHECK_STR(give_bytes(&f, BGP_DIALLED,
		      MARKER "002c 02 0000 0010 400206 0201 0000fbf5 400304 c0000202 18 cb0071 00"), "");
	CHECK_INT(n->in[BGP_UPDATE], 3);
	CHECK_INT(n->prefixes_in, 4);
	CHECK_INT(n->withdrawn_in, 1);
	CHECK_INT(n->verdicts[BGP_VERDICT_WITHDRAW], 1);
	CHECK_STR(give_bytes(&f, BGP_DIALLED, MARKER "001c 02 0005 21 cb00710a 0000"),
	    "D:NOTIFICATION-3/10 D:close down ");
}

TEST(a_peer_that_takes_nothing_loses_the_session)
{
	struct bgp_conf conf = usual_conf();
	FIXTURE(f, conf);

	bring_to(&f, BGP_ESTABLISHED);
	struct instant start = f.now;
	for (int s = 0; state(&f) == BGP_ESTABLISHED && s < 1000; s++) {
		f.now = instant_add(start, DURATION_S(s));
		/* it takes bytes for 100 s, then none, and says that it lives all the time */
		bgp_session_sent(f.s, (uint64_t)MIN(s, 100), 10, f.now);
		(void)give_bytes(&f, BGP_DIALLED, KEEPALIVE);
		(void)GIVE(f, BGP_EVENT_TIMER);
	}
	CHECK_INT(instant_diff(f.now, start).ns / NS_PER_S, 100 + 480);
	CHECK_STR(f.actions.why,
	    "Send Hold Timer Expired: the neighbor took nothing of what we send for 480s");
	CHECK(f.actions.close[BGP_DIALLED] && f.actions.reset[BGP_DIALLED]);
	CHECK_INT(f.actions.send[BGP_DIALLED].len, 0);
}

/*
 * RFC 9687 section 4.3: without a hold time there is no send hold timer; withdrawals have their
 * own.
 */
TEST(without_a_hold_time_nobody_has_to_take_anything)
{
	struct bgp_conf conf = usual_conf();
	FIXTURE(f, conf);

	bring_to(&f, BGP_OPEN_SENT);
	(void)give_bytes(&f, BGP_DIALLED, OPEN_HOLD("0000", "c0000202"));
	CHECK_STR(give_bytes(&f, BGP_DIALLED, KEEPALIVE), "up ");
	bgp_session_sent(f.s, 1, 10, f.now);
	f.now = instant_add(f.now, DURATION_S(100000));
	CHECK_STR(GIVE(f, BGP_EVENT_TIMER), "");
	CHECK_INT(state(&f), BGP_ESTABLISHED);
}

TEST(a_withdrawal_waits_five_seconds_at_most)
{
	static const struct bgp_attributes plain;
	struct bgp_conf conf = usual_conf();
	uint8_t buf[BGP_MESSAGE_MAX];

	/* still ours to send, or in bytes that the socket has not taken whole */
	for (int in_bytes = 0; in_bytes < 2; in_bytes++) {
		FIXTURE(f, conf);

		bring_to(&f, BGP_ESTABLISHED);
		CHECK_INT(bgp_session_announce(f.s, prefix_of("203.0.113.10/32"), &plain), 0);
		CHECK_INT(bgp_session_next_update(f.s, buf, sizeof(buf)), 48);
		bgp_session_sent(f.s, 48, 0, f.now);
		bgp_session_withdraw(f.s, prefix_of("203.0.113.10/32"));
		if (in_bytes)
			CHECK_INT(bgp_session_next_update(f.s, buf, sizeof(buf)), 28);
		bgp_session_sent(f.s, 50, 26, f.now);
		f.now = instant_add(f.now, DURATION_MS(4999));
		bgp_session_sent(f.s, 51, 25, f.now);
		CHECK_STR(GIVE(f, BGP_EVENT_TIMER), "");
		f.now = instant_add(f.now, DURATION_MS(1));
		CHECK_STR(GIVE(f, BGP_EVENT_TIMER), "D:close down ");
		CHECK(f.actions.reset[BGP_DIALLED]);
		CHECK_STR(f.actions.why, "the neighbor did not take a withdrawal for 5s");
	}
	FIXTURE(f, conf);
	bring_to(&f, BGP_ESTABLISHED);
	CHECK_INT(bgp_session_announce(f.s, prefix_of("203.0.113.10/32"), &plain), 0);
	CHECK_INT(bgp_session_next_update(f.s, buf, sizeof(buf)), 48);
	bgp_session_withdraw(f.s, prefix_of("203.0.113.10/32"));
	bgp_session_sent(f.s, 0, 48, f.now);
	CHECK_INT(bgp_session_deadline(f.s).ns, instant_add(f.now, DURATION_S(5)).ns);
	CHECK_INT(bgp_session_next_update(f.s, buf, sizeof(buf)), 28);
	bgp_session_sent(f.s, 76, 0, f.now);
	CHECK(instant_cmp(bgp_session_deadline(f.s), instant_add(f.now, DURATION_S(6))) > 0);
}

TEST(routes_wait_for_the_session_and_come_again)
{
	static const struct bgp_attributes plain;
	struct bgp_conf conf = usual_conf();
	uint8_t buf[BGP_MESSAGE_MAX];
	FIXTURE(f, conf);

	CHECK_INT(bgp_session_announce(f.s, prefix_of("203.0.113.10/32"), &plain), 0);
	CHECK_INT(bgp_session_next_update(f.s, buf, sizeof(buf)), 0);
	bring_to(&f, BGP_ESTABLISHED);
	CHECK_INT(bgp_session_next_update(f.s, buf, sizeof(buf)), 48);
	CHECK_INT(bgp_session_announced(f.s, BGP_IPV4), 1);
	(void)GIVE(f, BGP_EVENT_CLOSED, .way = BGP_DIALLED);
	CHECK_INT(bgp_session_announced(f.s, BGP_IPV4), 0);
	CHECK_INT(bgp_session_next_update(f.s, buf, sizeof(buf)), 0);
	(void)give_time(&f);
	(void)GIVE(f, BGP_EVENT_DIALLED);
	(void)give_bytes(&f, BGP_DIALLED, OPEN);
	(void)give_bytes(&f, BGP_DIALLED, KEEPALIVE);
	CHECK_INT(bgp_session_next_update(f.s, buf, sizeof(buf)), 48);
}

/* RFC 4271 section 5.1.3, 2545 section 3, 8950: what routes without a next hop of their own get. */
TEST(our_end_of_the_connection_is_the_next_hop)
{
	static const struct {
		const char *given4, *given6, *local; /* NULL: none */
		bool extended;
		const char *hop4, *hop6, *link_local;
	} rows[] = {
		{ NULL, NULL, "192.0.2.9", false, "192.0.2.9", NULL, NULL },
		{ NULL, NULL, "2001:db8::9", false, NULL, "2001:db8::9", NULL },
		{ NULL, NULL, "2001:db8::9", true, "2001:db8::9", "2001:db8::9", NULL },
		{ NULL, NULL, NULL, true, NULL, NULL, NULL },
		{ "192.0.2.7", "2001:db8::7", "2001:db8::9", true, "192.0.2.7", "2001:db8::7", NULL },
		{ "2001:db8::7", NULL, "192.0.2.9", false, NULL, NULL, NULL },
		{ "2001:db8::7", NULL, "192.0.2.9", true, "2001:db8::7", NULL, NULL },
		{ NULL, NULL, "fe80::9", true, "fe80::9", "fe80::9", NULL },
		{ NULL, "2001:db8::7", "fe80::9", false, NULL, "2001:db8::7", "fe80::9" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct ip none = { 0 };
		const struct bgp_negotiated n = { .families = { true, true },
			.extended_next_hop = rows[i].extended };
		struct bgp_conf conf = usual_conf();

		conf.next_hop[BGP_IPV4] = rows[i].given4 ? ip_of(rows[i].given4) : none;
		conf.next_hop[BGP_IPV6] = rows[i].given6 ? ip_of(rows[i].given6) : none;
		struct bgp_peering p =
		    bgp_peering_of(&conf, &n, rows[i].local ? ip_of(rows[i].local) : none);
		CHECK(ip_equal(p.next_hop[BGP_IPV4], rows[i].hop4 ? ip_of(rows[i].hop4) : none));
		CHECK(ip_equal(p.next_hop[BGP_IPV6], rows[i].hop6 ? ip_of(rows[i].hop6) : none));
		CHECK(ip_equal(
		    p.next_hop_link_local, rows[i].link_local ? ip_of(rows[i].link_local) : none));
	}
}

TEST(limits_are_kept_before_anything_is_sent)
{
	static const struct bgp_attributes plain,
	    far = { .prepend = BGP_PREPEND_MAX + 1 },
	    wide = { .community_count = BGP_COMMUNITIES_MAX + 1 };
	struct bgp_conf conf = usual_conf();
	struct prefix p = prefix_of("203.0.113.0/32");

	conf.prefix_limit = 3;
	conf.families[BGP_IPV6] = false;
	FIXTURE(f, conf);
	for (int i = 0; i < 3; i++) {
		CHECK_INT(bgp_session_announce(f.s, p, &plain), 0);
		p.addr = ip_add(p.addr, 1);
	}
	CHECK_INT(bgp_session_announce(f.s, p, &plain), -E2BIG);
	CHECK(!bgp_session_announces(f.s, p));
	CHECK_INT(
	    bgp_session_announce(f.s, prefix_of("203.0.113.1/32"), &plain), 0); /* there already */
	bgp_session_withdraw(f.s, prefix_of("203.0.113.1/32"));
	CHECK_INT(bgp_session_announce(f.s, p, &plain), 0);
	CHECK_INT(bgp_session_announce(f.s, prefix_of("2001:db8::/32"), &plain), -EAFNOSUPPORT);
	CHECK_INT(bgp_session_announce(f.s, p, &far), -EINVAL);
	CHECK_INT(bgp_session_announce(f.s, p, &wide), -EINVAL);
}

TEST(what_needs_no_new_session_is_taken_live)
{
	static const struct bgp_attributes plain;
	struct bgp_conf conf = usual_conf(), changed = conf;
	FIXTURE(f, conf);

	changed.prefix_limit = 1;
	changed.idle_hold = DURATION_S(7);
	changed.idle_hold_max = DURATION_S(20);
	changed.connect_retry = DURATION_S(40);
	bgp_session_adjust(f.s, &changed);
	CHECK_INT(f.s->conf.connect_retry.ns, 40 * NS_PER_S);
	CHECK_INT(f.s->idle_hold.ns, 7 * NS_PER_S);
	CHECK_INT(bgp_session_announce(f.s, prefix_of("203.0.113.1/32"), &plain), 0);
	CHECK_INT(bgp_session_announce(f.s, prefix_of("203.0.113.2/32"), &plain), -E2BIG);
	/* what a neighbor has earned by failing stays, as far as the new limits let it */
	f.s->idle_hold = DURATION_S(30);
	bgp_session_adjust(f.s, &changed);
	CHECK_INT(f.s->idle_hold.ns, 20 * NS_PER_S);
	changed.idle_hold = DURATION_S(1);
	bgp_session_adjust(f.s, &changed);
	CHECK_INT(f.s->idle_hold.ns, 20 * NS_PER_S);
}

TEST(configurations_that_can_not_work_are_refused)
{
	static const char *const good = "";
	struct bgp_conf base = usual_conf();
	struct {
		struct bgp_conf conf;
		const char *why;
	} rows[] = {
		{ base, good }, { base, good }, { base, "the hold time must be 0, or 3s to 65535s" },
		{ base, "the hold time must be 0, or 3s to 65535s" }, { base, "AS 0 is not an AS (RFC 7607)" },
		{ base, "the router ID must be an IPv4 address other than 0.0.0.0" },
		{ base, good }, { base, "no address family is offered" },
		{ base, "the next hop of family ipv6 is an IPv4 address" },
		{ base, "the next hop of family ipv4 is an IPv6 address, and extended next hops (RFC 8950) "
			"are not offered" },
		{ base, good }, { base, "family ipv6 is offered and has no ipv6 next hop" },
		{ base, "family ipv4 is offered and has no ipv4 next hop" }, { base, good },
		{ base, "AS 65536 can not be said without 4-octet AS numbers" },
		{ base, "the keepalive time must be 0, or at least 1s" },
		{ base, "the restart time must be 0 to 4095s" },
		{ base, "a role is for neighbors of another AS (RFC 9234)" },
		{ base, "passive and active only: nobody would connect" },
	};

	rows[1].conf.hold_time = DURATION_S(0);
	rows[2].conf.hold_time = DURATION_MS(2900);
	rows[3].conf.hold_time = DURATION_S(65536);
	rows[4].conf.peer_as = 0;
	rows[5].conf.router_id = ip_of("0.0.0.0");
	rows[6].conf.next_hop[BGP_IPV6] = (struct ip){ 0 };
	rows[7].conf.families[BGP_IPV4] = rows[7].conf.families[BGP_IPV6] = false;
	rows[8].conf.next_hop[BGP_IPV6] = ip_of("192.0.2.1");
	rows[9].conf.next_hop[BGP_IPV4] = rows[10].conf.next_hop[BGP_IPV4] = ip_of("2001:db8::1");
	rows[10].conf.offer.extended_next_hop = rows[13].conf.offer.extended_next_hop = true;
	rows[14].conf.local_as = 65536;
	rows[14].conf.offer.as4 = false;
	rows[15].conf.keepalive = DURATION_MS(999);
	rows[16].conf.restart_time = DURATION_S(4096);
	rows[17].conf.role = BGP_ROLE_PEER;
	rows[17].conf.peer_as = rows[17].conf.local_as;
	rows[18].conf.passive = rows[18].conf.active_only = true;
	rows[11].conf.transport = IP_V4;
	rows[11].conf.next_hop[BGP_IPV6] = (struct ip){ 0 };
	rows[12].conf.transport = rows[13].conf.transport = IP_V6;
	rows[12].conf.next_hop[BGP_IPV4] = rows[13].conf.next_hop[BGP_IPV4] = (struct ip){ 0 };
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct err e = { 0 };

		CHECK_INT(bgp_conf_check(&rows[i].conf, &e), rows[i].why == good ? 0 : -EINVAL);
		CHECK_STR(e.message, rows[i].why);
	}
}

TEST(stopped_is_stopped_until_started)
{
	struct bgp_conf conf = usual_conf();
	FIXTURE(f, conf);

	bring_to(&f, BGP_ESTABLISHED);
	CHECK_STR(GIVE(f, BGP_EVENT_STOP, .text = "bye"), "D:NOTIFICATION-6/2 D:close down ");
	CHECK_STR(bgp_session_info(f.s)->last_sent, "Cease/Administrative Shutdown (6/2): \"bye\"");
	CHECK(instant_is_never(bgp_session_deadline(f.s)));
	CHECK(!bgp_session_accepts(f.s, f.now));
	CHECK_STR(GIVE(f, BGP_EVENT_START), "dial ");
}
