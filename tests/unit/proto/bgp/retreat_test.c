/* What is offered to a peer that refuses capabilities. */
#include "fixture.h"

/* The capabilities of the OPEN that was just sent, by code. */
static const char *
offered(struct fixture *f)
{
	const uint8_t *p = f->actions.send[BGP_DIALLED].bytes;
	size_t len = f->actions.send[BGP_DIALLED].len;

	strbuf_done(&f->trace);
	if (len < 29 || p[18] != BGP_OPEN)
		return "no OPEN";
	if (p[28] == 0)
		return "none";
	for (size_t i = 31; i + 1 < len; i += 2u + p[i + 1]) {
		strbuf_addf(&f->trace, "%u", p[i]);
		if (p[i] == BGP_CAPABILITY_MULTIPROTOCOL)
			strbuf_addf(&f->trace, "-%u", p[i + 3]);
		strbuf_add_char(&f->trace, ' ');
	}
	return strbuf_get(&f->trace);
}

/* The next attempt, up to our OPEN. */
static const char *
next_open(struct fixture *f)
{
	for (int i = 0; i < 5 && !f->actions.dial; i++)
		(void)give_time(f);
	CHECK_STR(GIVE(*f, BGP_EVENT_DIALLED), "D:OPEN ");
	return offered(f);
}

#define ALL "1-1 1-2 2 6 9 64 65 70 "

static struct bgp_conf
talkative_conf(void)
{
	struct bgp_conf conf = usual_conf();

	conf.offer.graceful_restart = true;
	conf.role = BGP_ROLE_CUSTOMER;
	return conf;
}

TEST(named_capabilities_are_left_out)
{
	static const struct {
		const char *notification, *next;
	} rows[] = {
		{ MARKER "0017 03 02 07 0600", "1-1 1-2 2 9 64 65 70 " },
		{ MARKER "0018 03 02 07 0901 03", "1-1 1-2 2 6 64 65 70 " },
		{ MARKER "001d 03 02 07 4004 0000 0000 4600", "1-1 1-2 2 6 9 65 " },
		{ MARKER "0017 03 02 07 0200", "1-1 1-2 6 9 64 65 " }, /* and enhanced with it */
		{ MARKER "001b 03 02 07 4104 0000fde9", "1-1 1-2 2 6 9 64 70 " },
		{ MARKER "001b 03 02 07 0104 0002 0001", "1-1 2 6 9 64 65 70 " },
		/* both families: one has to stay */
		{ MARKER "0021 03 02 07 0104 0001 0001 0104 0002 0001", "1-2 2 6 9 64 65 70 " },
		/* what it misses, as RFC 5492 has it, is not what we offer: nothing changes */
		{ MARKER "001b 03 02 07 0104 0019 0046", ALL },
		{ MARKER "0017 03 02 07 7f00", ALL },
		/* not a list of capabilities */
		{ MARKER "0017 03 02 07 06ff", "1-1 1-2 2 9 64 65 70 " },
		/* other errors say nothing about capabilities */
		{ MARKER "0015 03 02 02", ALL },
		{ MARKER "0015 03 02 0b", ALL },
		{ MARKER "0015 03 06 05", ALL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bgp_conf conf = talkative_conf();
		FIXTURE(f, conf);

		(void)GIVE(f, BGP_EVENT_START);
		CHECK_STR(next_open(&f), ALL);
		(void)give_bytes(&f, BGP_DIALLED, rows[i].notification);
		CHECK_INT(strstr(f.actions.why, "; the next OPEN offers less") != NULL,
		    strcmp(rows[i].next, ALL) != 0);
		CHECK_STR(next_open(&f), rows[i].next);
		/* it is content: what was left out stays so for the next time */
		(void)give_bytes(&f, BGP_DIALLED, OPEN);
		(void)give_bytes(&f, BGP_DIALLED, KEEPALIVE);
		(void)give_bytes(&f, BGP_DIALLED, CEASE_SHUTDOWN);
		CHECK_STR(next_open(&f), rows[i].next);
	}
}

TEST(without_a_name_one_step_after_the_other_is_left_out)
{
	static const char *const notifications[] = { MARKER "0015 03 02 07",
		MARKER "0015 03 02 00" };
	static const char *const steps[] = { ALL, "1-1 1-2 2 64 65 ", "1-1 1-2 65 ", "none", ALL };

	for (size_t i = 0; i < ARRAY_SIZE(notifications); i++) {
		struct bgp_conf conf = talkative_conf();
		struct instant start;
		FIXTURE(f, conf);

		(void)GIVE(f, BGP_EVENT_START);
		start = f.now;
		for (size_t k = 0; k < ARRAY_SIZE(steps); k++) {
			CHECK_STR(next_open(&f), steps[k]);
			if (k % 2) /* also behind its own OPEN */
				(void)give_bytes(&f, BGP_DIALLED, OPEN);
			CHECK_STR(give_bytes(&f, BGP_DIALLED, notifications[i]), "D:close failed ");
		}
		/* the pauses grow as after any error: 1, 2, 4 and 8 seconds */
		CHECK(instant_diff(f.now, start).ns >= 15 * NS_PER_S * 3 / 4);
	}
}

TEST(an_unsupported_parameter_is_all_of_them)
{
	struct bgp_conf conf = talkative_conf();
	FIXTURE(f, conf);

	(void)GIVE(f, BGP_EVENT_START);
	(void)next_open(&f);
	CHECK(bgp_session_info(f.s)->offered_families[BGP_IPV6]);
	CHECK_INT(bgp_session_info(f.s)->offered_role, BGP_ROLE_CUSTOMER);
	(void)give_bytes(&f, BGP_DIALLED, MARKER "0015 03 02 04");
	CHECK_STR(next_open(&f), "none");
	CHECK(!bgp_session_info(f.s)->offered.as4 && !bgp_session_info(f.s)->offered.route_refresh);
	CHECK(bgp_session_info(f.s)->offered_families[BGP_IPV4]);
	CHECK(!bgp_session_info(f.s)->offered_families[BGP_IPV6]);
	CHECK_INT(bgp_session_info(f.s)->offered_role, BGP_ROLE_NONE);
	(void)give_bytes(&f, BGP_DIALLED, MARKER "001d 01 04 fbf5 001e c0000202 00");
	CHECK_STR(give_bytes(&f, BGP_DIALLED, KEEPALIVE), "up ");
	CHECK(bgp_session_info(f.s)->negotiated.families[BGP_IPV4]);
	CHECK(!bgp_session_info(f.s)->negotiated.families[BGP_IPV6]);
}

TEST(what_can_not_be_left_out_is_not)
{
	struct bgp_conf conf = talkative_conf();

	conf.role_strict = true;
	conf.local_as = 4200000001;
	conf.families[BGP_IPV4] = false;
	FIXTURE(f, conf);
	(void)GIVE(f, BGP_EVENT_START);
	CHECK_STR(next_open(&f), "1-2 2 6 9 64 65 70 ");
	(void)give_bytes(&f, BGP_DIALLED,
	    MARKER "0024 03 02 07 0104 0002 0001 0901 03 4104 fa56ea01");
	CHECK_STR(next_open(&f), "1-2 2 6 9 64 65 70 ");
	(void)give_bytes(&f, BGP_DIALLED, MARKER "0015 03 02 04");
	CHECK_STR(next_open(&f), "1-2 2 6 9 64 65 70 ");
}

/* Else My AS is 23456 for good, and a peer that waits for ours answers (2,2) each time. */
TEST(an_as_of_four_octets_is_never_left_out)
{
	static const struct {
		const char *notification;
		int times;
	} rows[] = { { MARKER "0015 03 02 04", 1 }, { MARKER "0015 03 02 00", 3 },
		{ MARKER "0015 03 02 07", 3 } };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bgp_conf conf = talkative_conf();

		conf.local_as = 4200000001;
		FIXTURE(f, conf);
		(void)GIVE(f, BGP_EVENT_START);
		for (int k = 0; k < rows[i].times; k++) {
			(void)next_open(&f);
			(void)give_bytes(&f, BGP_DIALLED, rows[i].notification);
		}
		CHECK_STR(next_open(&f), "65 ");
		CHECK(bgp_session_info(f.s)->offered.as4);
		/* there is nothing else left */
		(void)give_bytes(&f, BGP_DIALLED, rows[i].notification);
		CHECK_STR(next_open(&f), ALL);
	}
}

/* Who objects to something else in an OPEN of fewer capabilities may miss them. */
TEST(all_is_offered_again_after_another_open_error)
{
	static const char *const others[] = { MARKER "0015 03 02 01", MARKER "0015 03 02 02",
		MARKER "0015 03 02 03", MARKER "0015 03 02 05", MARKER "0015 03 02 06",
		MARKER "0015 03 02 0b", MARKER "0015 03 02 63" };

	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		struct bgp_conf conf = talkative_conf();
		FIXTURE(f, conf);

		(void)GIVE(f, BGP_EVENT_START);
		(void)next_open(&f);
		(void)give_bytes(&f, BGP_DIALLED, MARKER "0017 03 02 07 0900");
		CHECK_STR(next_open(&f), "1-1 1-2 2 6 64 65 70 ");
		(void)give_bytes(&f, BGP_DIALLED, others[i]);
		CHECK(strstr(f.actions.why, "offers less") == NULL);
		CHECK_STR(next_open(&f), ALL);
	}
}

TEST(all_is_offered_again_after_a_fresh_start_or_a_long_session)
{
	for (int long_session = 0; long_session < 2; long_session++) {
		struct bgp_conf conf = talkative_conf();

		conf.hold_time = DURATION_S(0);
		FIXTURE(f, conf);
		(void)GIVE(f, BGP_EVENT_START);
		(void)next_open(&f);
		(void)give_bytes(&f, BGP_DIALLED, MARKER "0015 03 02 04");
		CHECK_STR(next_open(&f), "none");
		(void)give_bytes(&f, BGP_DIALLED, OPEN);
		(void)give_bytes(&f, BGP_DIALLED, KEEPALIVE);
		f.now = instant_add(f.now, long_session ? DURATION_S(600) : DURATION_S(599));
		if (long_session) {
			(void)give_bytes(&f, BGP_DIALLED, CEASE_SHUTDOWN);
		} else {
			(void)GIVE(f, BGP_EVENT_STOP);
			(void)GIVE(f, BGP_EVENT_START);
		}
		CHECK_STR(next_open(&f), ALL);
	}
}
