#include "controller/intent.h"

#include "tap.h"

static const char *
why(size_t before, size_t after, size_t lost, uint32_t min_sites, uint32_t percent)
{
	static char text[INTENT_WHY_MAX];
	struct intent intent = { .before = before,
		.after = after,
		.lost = lost,
		.min_sites = min_sites,
		.max_change_percent = percent };
	bool safe = intent_is_safe(&intent, text);

	CHECK_INT(safe, text[0] == '\0');
	return text;
}

TEST(what_loses_nothing_is_safe)
{
	CHECK_STR(why(0, 0, 0, 3, 0), "");
	CHECK_STR(why(2, 5, 0, 9, 0), "");
}

/* Cloudflare 2025: "all locations" became one, which was not there; Google 2016: none was left. */
TEST(the_last_site_is_not_lost_by_the_way)
{
	CHECK_STR(why(1, 0, 1, 0, 100), "no site would be left of 1");
	CHECK_STR(why(20, 0, 20, 1, 100), "no site would be left of 20");
	CHECK_STR(
	    why(20, 1, 20, 1, 50), "20 of 20 sites would lose it, more than max_change_percent 50");
	CHECK_STR(why(3, 1, 2, 2, 100), "1 of 3 sites would be left, fewer than min_sites 2");
}

TEST(a_share_may_go)
{
	CHECK_STR(why(4, 2, 2, 1, 50), "");
	CHECK_STR(
	    why(4, 1, 3, 1, 50), "3 of 4 sites would lose it, more than max_change_percent 50");
	/* another site instead is no smaller number, and yet a change */
	CHECK_STR(why(2, 2, 1, 2, 50), "");
	CHECK_STR(
	    why(2, 2, 2, 2, 50), "2 of 2 sites would lose it, more than max_change_percent 50");
}

static const char *
why_reach(size_t sites, size_t touched, uint32_t percent)
{
	static char text[INTENT_WHY_MAX];
	const struct reach reach = { sites, touched, percent };

	bool safe = reach_is_safe(&reach, text);

	CHECK_INT(safe, text[0] == '\0');
	return text;
}

/* A rule that is wrong is wrong everywhere within seconds. */
TEST(what_reaches_all_sites_is_meant)
{
	CHECK_STR(why_reach(3, 3, 50), "3 of 3 sites at once, more than max_change_percent 50");
	CHECK_STR(why_reach(2, 2, 99), "2 of 2 sites at once, more than max_change_percent 99");
	CHECK_STR(why_reach(2, 2, 100), "");
	CHECK_STR(why_reach(4, 2, 50), "");
	CHECK_STR(why_reach(4, 0, 0), "");
	/* site by site is all at once there */
	CHECK_STR(why_reach(1, 1, 0), "");
	CHECK_STR(why_reach(0, 0, 0), "");
}

TEST(one_may_always_be_touched)
{
	CHECK_INT(reach_most(6, 50), 3);
	CHECK_INT(reach_most(5, 50), 2);
	CHECK_INT(reach_most(5, 100), 5);
	CHECK_INT(reach_most(5, 0), 1);
	CHECK_INT(reach_most(0, 50), 1);
}

/* What is down comes back, and finds an order that stays. */
TEST(the_last_that_is_wanted_is_not_lost_while_down)
{
	struct intent intent = { .down = 3, .wanted_before = 3, .wanted_after = 1 };
	char text[INTENT_WHY_MAX];

	CHECK(intent_is_safe(&intent, text));
	intent.wanted_after = 0;
	CHECK(!intent_is_safe(&intent, text));
	CHECK_STR(text, "no site would be left of 3, though none of them answers now");
	/* drained everywhere already: there is nothing to take */
	intent.wanted_before = 0;
	CHECK(intent_is_safe(&intent, text));
}

/* What is drained or down already counts for the share, and is not there to be lost. */
TEST(what_is_down_already_is_not_counted_on)
{
	struct intent intent = {
		.before = 2, .after = 1, .lost = 1, .down = 2, .max_change_percent = 75
	};
	char text[INTENT_WHY_MAX];

	CHECK(intent_is_safe(&intent, text));
	intent.max_change_percent = 50;
	CHECK(!intent_is_safe(&intent, text));
	CHECK_STR(text, "3 of 4 sites would be without it, more than max_change_percent 50");
	intent.before = 1;
	intent.after = 0;
	CHECK(!intent_is_safe(&intent, text));
	CHECK_STR(text, "no site would be left of 1");
	/* one that was down anyway may always go */
	intent.lost = 0;
	CHECK(intent_is_safe(&intent, text));
}
