#include "controller/departures.h"

#include "tap.h"

static struct instant
at(int64_t ms)
{
	return (struct instant){ ms * 1000000 };
}

TEST(who_comes_back_in_the_grace_has_not_left)
{
	struct departures d = { 0 };
	struct departure gone;

	departures_add(&d, "hst_a", at(0));
	departures_forget(&d, "hst_a");
	CHECK(!departures_take(&d, at(100000), &gone));
	departures_forget(&d, "hst_a");
	departures_done(&d);
}

TEST(who_does_not_has)
{
	struct departures d = { 0 };
	struct departure gone = { 0 };

	departures_add(&d, "hst_a", at(0));
	departures_add(&d, "hst_b", at(1000));
	CHECK(!departures_take(&d, at(3999), &gone));
	CHECK(departures_take(&d, at(4000), &gone));
	CHECK_STR(gone.host, "hst_a");
	CHECK_INT(gone.at.ns, 0);
	CHECK(!departures_take(&d, at(4999), &gone));
	CHECK(departures_take(&d, at(5000), &gone));
	CHECK_STR(gone.host, "hst_b");
	CHECK(!departures_take(&d, at(9000), &gone));
	departures_done(&d);
}

/* Cut off again and again: from the last time. */
TEST(each_connection_has_its_grace)
{
	struct departures d = { 0 };
	struct departure gone = { 0 };

	departures_add(&d, "hst_a", at(0));
	departures_add(&d, "hst_b", at(1000));
	departures_add(&d, "hst_a", at(2000));
	CHECK_INT(d.count, 2);
	CHECK(departures_take(&d, at(5500), &gone));
	CHECK_STR(gone.host, "hst_b");
	CHECK(!departures_take(&d, at(5500), &gone));
	CHECK(departures_take(&d, at(6000), &gone));
	CHECK_STR(gone.host, "hst_a");
	departures_done(&d);
}
