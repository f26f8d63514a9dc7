#include "controller/intent.h"

#include "tap.h"

static const char *
why(size_t before, size_t after, size_t lost, uint32_t min_sites, uint32_t percent)
{
	static char text[INTENT_WHY_MAX];
	struct intent intent = { before, after, lost, min_sites, percent };
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
