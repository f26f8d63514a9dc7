#include "controller/host_standing.h"

#include "tap.h"

#define S INT64_C(1000000000)
#define NOW (INT64_C(1000000) * S)

/* Somebody has listened for an hour, and it did not leave. */
static enum host_standing
standing(bool was_seen, int64_t seen_ago, bool reported, int64_t reported_ago, bool withdrawn)
{
	return host_standing(&(struct host_evidence){ .was_seen = was_seen,
				 .seen_at = NOW - seen_ago * S,
				 .left_at = INT64_MIN,
				 .listening_since = NOW - 3600 * S,
				 .reported = reported,
				 .reported_at = NOW - reported_ago * S,
				 .withdrawn = withdrawn },
	    NOW);
}

TEST(what_it_reports_is_what_counts)
{
	CHECK_INT(standing(true, 1, true, 60, false), HOST_ANSWERS);
	CHECK_INT(standing(true, 1, true, 60, true), HOST_DOWN);
}

/* It has joined, and that is all that is known of it. */
TEST(who_has_not_said_anything_is_expected)
{
	CHECK_INT(standing(false, 0, false, 0, false), HOST_EXPECTED);
	CHECK_INT(standing(true, 1, false, 0, false), HOST_EXPECTED);
}

TEST(what_was_said_grows_old)
{
	CHECK_INT(standing(true, 1, true, 150, false), HOST_ANSWERS);
	CHECK_INT(standing(true, 1, true, 151, false), HOST_UNSURE);
	/* and what was bad may be well now */
	CHECK_INT(standing(true, 1, true, 151, true), HOST_UNSURE);
}

/* An agent that no controller can reach goes on announcing what it announced. */
TEST(silence_is_no_withdraw)
{
	CHECK_INT(standing(true, 15, true, 20, false), HOST_ANSWERS);
	CHECK_INT(standing(true, 16, true, 20, false), HOST_UNSURE);
	CHECK_INT(standing(true, 150, true, 150, false), HOST_UNSURE);
	CHECK_INT(standing(true, 151, true, 151, false), HOST_UNSURE);
	CHECK_INT(standing(true, 86400, true, 86400, false), HOST_UNSURE);
	/* nothing was announced there when it was last heard of */
	CHECK_INT(standing(true, 151, true, 151, true), HOST_DOWN);
	CHECK_INT(standing(true, 151, false, 0, false), HOST_DOWN);
	/* what it said of itself holds until then */
	CHECK_INT(standing(true, 16, true, 20, true), HOST_DOWN);
	/* a clock was stepped back: seen when? */
	CHECK_INT(standing(true, -16, true, 1, false), HOST_UNSURE);
}

/* It may withdraw at any moment, and asks nobody any more. */
TEST(who_has_a_lease_stands_in_for_nobody)
{
	struct host_evidence e = { .was_seen = true,
		.seen_at = NOW - 1 * S,
		.left_at = INT64_MIN,
		.listening_since = NOW - 3600 * S,
		.reported = true,
		.reported_at = NOW - 1 * S };

	CHECK_INT(host_standing(&e, NOW), HOST_ANSWERS);
	e.leased = true;
	CHECK_INT(host_standing(&e, NOW), HOST_DOWN);
}

/* It withdrew, and said goodbye: not even a report that was on its way is asked. */
TEST(who_has_left_for_good_is_down)
{
	struct host_evidence e = { .was_seen = true,
		.seen_at = NOW - 1 * S,
		.left_at = NOW - 1 * S,
		.listening_since = NOW - 3600 * S,
		.gone = true };

	CHECK_INT(host_standing(&e, NOW), HOST_DOWN);
	e.reported = true;
	e.reported_at = NOW - 1 * S;
	CHECK_INT(host_standing(&e, NOW), HOST_DOWN);
}

/* Heard three seconds ago, and then its connection ended: an agent that lives would be back. */
TEST(who_left_is_not_counted_on)
{
	struct host_evidence e = { .was_seen = true,
		.seen_at = NOW - 3 * S,
		.left_at = NOW - 2 * S,
		.listening_since = NOW - 3600 * S,
		.reported = true,
		.reported_at = NOW - 3 * S };

	CHECK_INT(host_standing(&e, NOW), HOST_UNSURE);
	/* and came back */
	e.seen_at = NOW - 1 * S;
	CHECK_INT(host_standing(&e, NOW), HOST_ANSWERS);
}

/* The controller was restarted, or away: its hosts try again every half a minute. */
TEST(who_is_on_its_way_back_is_awaited)
{
	struct host_evidence e = { .was_seen = true,
		.seen_at = NOW - 20 * S,
		.left_at = INT64_MIN,
		.listening_since = NOW - 3600 * S,
		.started_at = NOW - 5 * S,
		.reported = true,
		.reported_at = NOW - 30 * S };

	CHECK_INT(host_standing(&e, NOW), HOST_AWAITED);
	CHECK_INT(host_standing(&e, NOW + 40 * S), HOST_AWAITED);
	/* it did not come */
	CHECK_INT(host_standing(&e, NOW + 41 * S), HOST_UNSURE);
	/* it came */
	e.seen_at = NOW;
	CHECK_INT(host_standing(&e, NOW), HOST_ANSWERS);
	/* after an hour without any, and without its report yet */
	e.started_at = e.listening_since = NOW - 5 * S;
	e.reported_at = NOW - 3600 * S;
	CHECK_INT(host_standing(&e, NOW), HOST_AWAITED);
	e.seen_at = NOW - 3600 * S;
	CHECK_INT(host_standing(&e, NOW), HOST_AWAITED);
	/* it came back, and went */
	e.started_at = e.listening_since = NOW - 40 * S;
	e.seen_at = NOW - 20 * S;
	CHECK_INT(host_standing(&e, NOW), HOST_UNSURE);
	e.started_at = e.listening_since = NOW - 5 * S;
	e.seen_at = NOW - 3600 * S;
	/* it announced nothing when it was heard of last, or left before */
	e.withdrawn = true;
	CHECK_INT(host_standing(&e, NOW), HOST_UNSURE);
	e.withdrawn = false;
	e.left_at = e.seen_at;
	CHECK_INT(host_standing(&e, NOW), HOST_UNSURE);
	/* silent while somebody listens */
	e.left_at = INT64_MIN;
	e.started_at = e.listening_since = NOW - 46 * S;
	CHECK_INT(host_standing(&e, NOW), HOST_UNSURE);
	/* a clock was stepped back */
	e.started_at = NOW + 10 * S;
	CHECK_INT(host_standing(&e, NOW), HOST_UNSURE);
}

/* No controller for an hour; one has started, and hosts come back within half a minute. */
TEST(silence_counts_while_somebody_listens)
{
	struct host_evidence e = { .was_seen = true,
		.seen_at = NOW - 3600 * S,
		.left_at = INT64_MIN,
		.listening_since = NOW - 20 * S,
		.reported = true,
		.reported_at = NOW - 3600 * S,
		.withdrawn = true };

	CHECK_INT(host_standing(&e, NOW), HOST_UNSURE);
	CHECK_INT(host_standing(&e, NOW + 131 * S), HOST_DOWN);
}
