#include "report/spots.h"

#include <math.h>

#include "tap.h"

/* A client of a network in a place that lands at the first site. */
static struct report_client *
add(struct report *r, uint32_t asn, double latitude, double longitude, double rtt)
{
	struct report_client *c = report_add_client(r, "192.0.2.1");

	c->asn = asn;
	c->place = (struct report_place){
		.country = "NL", .has_point = true, .point = { latitude, longitude }
	};
	c->after.heard = true;
	c->after.site = 0;
	c->after.rtt = rtt;
	return c;
}

static void
begin(struct report *r)
{
	report_init(r);
	(void)report_add_site(r, "am6");
	(void)report_add_site(r, "ny5");
}

TEST(those_of_a_network_in_a_place_are_one)
{
	struct report r;
	struct spots s;

	begin(&r);
	(void)add(&r, 64500, 52.37, 4.90, 10);
	(void)add(&r, 64500, 52.37, 4.90, 20);
	(void)add(&r, 64501, 52.37, 4.90, 30);                  /* another network */
	(void)add(&r, 64500, 52.37, 4.91, 40);                  /* another place */
	add(&r, 64500, 52.37, 4.90, 50)->after.site = 1;        /* another site */
	add(&r, 64500, 52.37, 4.90, NAN)->place.country = "BE"; /* what a file says of a place */
	report_compute(&r);
	s = spots_of(&r, 10);
	CHECK(s.by_network);
	CHECK_INT(s.degrees, 0);
	REQUIRE(s.count == 5);
	CHECK_INT(s.items[0].clients, 2);
	CHECK_INT(s.items[0].networks, 1);
	CHECK_INT(s.items[0].client, 0);
	CHECK(fabs(s.items[0].rtt - 15) < 1e-9);
	CHECK(fabs(s.items[0].weight - 2) < 1e-9);
	CHECK(isnan(s.items[4].rtt));
	CHECK_INT(s.left_out, 0);
	spots_done(&s);
	report_done(&r);
}

TEST(who_is_served_badly_is_apart_by_the_better_site)
{
	struct report r;
	struct spots s;

	begin(&r);
	(void)report_add_site(&r, "sg1");
	for (uint32_t best = 0; best < 3; best++) {
		struct report_client *c = add(&r, 64500, 52.37, 4.90, 100);

		c->after.best_site = best;
		c->after.best_rtt = best == 0 ? 100 : 20;
	}
	add(&r, 64500, 52.37, 4.90, 100)->after.best_site = 0;
	report_compute(&r);
	s = spots_of(&r, 10);
	REQUIRE(s.count == 3);
	CHECK_INT(s.items[0].clients, 2);
	CHECK_INT(s.items[0].better_site, REPORT_NONE);
	CHECK_INT(s.items[1].better_site, 1);
	CHECK(fabs(s.items[1].ms - 80) < 1e-9);
	CHECK_INT(s.items[2].better_site, 2);
	spots_done(&s);
	report_done(&r);
}

TEST(what_would_be_too_many_is_told_less_finely)
{
	struct report r;
	struct spots s;

	begin(&r);
	for (uint32_t i = 0; i < 40;
	     i++) /* two networks in each of twenty places, in four degrees */
		(void)add(
		    &r, 64500 + i % 2, 10.01 + i / 2 % 2 + 0.001 * (i / 4), 20.5 + i / 4 % 2, 10);
	report_compute(&r);
	s = spots_of(&r, 40);
	CHECK(s.by_network && s.degrees == 0);
	CHECK_INT(s.count, 40);
	spots_done(&s);
	s = spots_of(&r, 39);
	CHECK(!s.by_network && s.degrees == 0);
	CHECK_INT(s.count, 20);
	CHECK_INT(s.items[0].networks, 2);
	spots_done(&s);
	s = spots_of(&r, 19);
	CHECK_INT(s.degrees, 1);
	CHECK_INT(s.count, 4);
	spots_done(&s);
	s = spots_of(&r, 3);
	CHECK_INT(s.degrees, 3);
	CHECK_INT(s.left_out, 0);
	spots_done(&s);
	report_done(&r);
}

TEST(what_is_left_out_is_counted)
{
	struct report r;
	struct spots s;

	begin(&r);
	for (uint32_t i = 0; i < 6; i++)
		(void)add(&r, 0, 40.0 * (i % 3) - 40, 100.0 * (i / 3), 10);
	(void)add(&r, 0, 0, 0, 10);
	add(&r, 0, 0, 0, 10)->place.has_point = false;
	report_compute(&r);
	s = spots_of(&r, 2);
	CHECK_INT(s.degrees, 10);
	REQUIRE(s.count == 2);
	CHECK_INT(s.items[0].clients, 2);
	CHECK_INT(s.left_out, 5);
	CHECK(fabs(s.left_out_weight - 5) < 1e-9);
	CHECK_INT(s.unplaced, 1);
	spots_done(&s);
	report_done(&r);
}

TEST(of_no_clients_there_are_none)
{
	struct report r;
	struct spots s;

	report_init(&r);
	report_compute(&r);
	s = spots_of(&r, 10);
	CHECK_INT(s.count, 0);
	spots_done(&s);
	report_done(&r);
}
