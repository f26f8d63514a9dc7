#include "proto/catch/pace.h"

#include "tap.h"

static const struct instant start = { 5 * NS_PER_S };

/* Sends all that is due whenever it says that something is; gives how many within `time`. */
static uint64_t
send_for(struct catch_pace *p, struct instant *now, struct duration time)
{
	struct instant until = instant_add(*now, time);
	uint64_t sent = 0;

	while (instant_cmp(*now, until) < 0) {
		uint32_t n = catch_pace_due(p, *now);

		catch_pace_sent(p, n);
		sent += n;
		CHECK_INT(catch_pace_due(p, *now), 0);
		/* what it waits for is later, and then something is due */
		CHECK(instant_cmp(catch_pace_deadline(p), *now) > 0);
		*now = catch_pace_deadline(p);
		CHECK(catch_pace_due(p, *now) > 0);
	}
	return sent;
}

TEST(as_many_a_second_as_wanted)
{
	static const uint32_t rates[] = { 1, 3, 1000, 999, 200000, CATCH_PPS_MAX };

	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		struct instant now = start;
		struct catch_pace p = catch_pace_start(rates[i], DURATION_S(1), now);
		uint64_t sent = send_for(&p, &now, DURATION_S(10));
		uint64_t turn = rates[i] / 1000 + 1;

		CHECK(sent >= 10 * (uint64_t)rates[i] - turn &&
		      sent <= 10 * (uint64_t)rates[i] + turn);
	}
}

TEST(what_was_missed_is_not_made_up)
{
	struct instant now = start;
	struct catch_pace p = catch_pace_start(1000, DURATION_S(1), now);

	CHECK_INT(catch_pace_due(&p, now), 1);
	catch_pace_sent(&p, 1);
	now = instant_add(now, DURATION_S(30));
	CHECK_INT(catch_pace_due(&p, now), 10); /* 10 ms of it */
	catch_pace_sent(&p, 10);
	CHECK_INT(catch_pace_due(&p, now), 0);
	CHECK_INT(catch_pace_due(&p, instant_add(now, DURATION_MS(5))), 5);
	/* a clock that goes back sends nothing */
	CHECK_INT(catch_pace_due(&p, start), 0);
}

TEST(the_end_waits_for_replies)
{
	struct instant now = start;
	struct catch_pace p = catch_pace_start(1000, DURATION_S(10), now);

	catch_pace_exhausted(&p, now);
	CHECK_INT(catch_pace_due(&p, instant_add(now, DURATION_S(1))), 0);
	CHECK(!catch_pace_is_over(&p, instant_add(now, DURATION_MS(9999))));
	CHECK_INT(catch_pace_deadline(&p).ns, instant_add(now, DURATION_S(10)).ns);
	/* said again, it waits no longer */
	catch_pace_exhausted(&p, instant_add(now, DURATION_S(5)));
	CHECK(catch_pace_is_over(&p, instant_add(now, DURATION_S(10))));
}

TEST(a_stop_stops_at_once)
{
	struct instant now = start;
	struct catch_pace p = catch_pace_start(1000, DURATION_S(10), now);

	CHECK(!catch_pace_is_over(&p, now));
	now = instant_add(now, DURATION_S(1));
	catch_pace_stop(&p, now);
	CHECK_INT(catch_pace_due(&p, now), 0);
	CHECK(catch_pace_is_over(&p, now));
	/* also while it waits */
	p = catch_pace_start(1000, DURATION_S(10), now);
	catch_pace_exhausted(&p, now);
	catch_pace_stop(&p, instant_add(now, DURATION_MS(1)));
	CHECK(catch_pace_is_over(&p, instant_add(now, DURATION_MS(1))));
}
