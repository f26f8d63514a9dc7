/* How many there are of everything. */
#include "controller/census.h"

#include "places.h"

#include "tap.h"

TEST(how_a_service_stands)
{
	CHECK_INT(census_standing(3, 2, 3), CENSUS_WELL);
	CHECK_INT(census_standing(2, 2, 3), CENSUS_AT_MINIMUM);
	CHECK_INT(census_standing(1, 2, 3), CENSUS_BELOW_MINIMUM);
	CHECK_INT(census_standing(0, 0, 3), CENSUS_NOWHERE);
	CHECK_INT(census_standing(0, 2, 0), CENSUS_UNPLACED);
	CHECK_INT(census_standing(1, 0, 1), CENSUS_WELL);
}

static struct asker a;

static struct census
take(void)
{
	struct census c = { 0 };
	struct err e = { 0 };

	if (census_read(a.store, a.now, &c, &e) < 0)
		tap_fail(__FILE__, __LINE__, "%s", e.message);
	return c;
}

TEST(hosts_and_services)
{
	struct census c;

	REQUIRE(places_init(&a));
	c = take();
	CHECK_INT(c.hosts_not_joined, 3);
	CHECK_INT(c.services[CENSUS_UNPLACED], 1);
	CHECK_INT(c.named_count, 0);
	census_done(&c);
	places_sql(
	    &a, "UPDATE hosts SET credential_hash = name, applied_revision = desired_revision");
	places_report(&a, "am6-1", "preferred", "passing", NULL);
	places_report(&a, "ny5-1", "backup", "failing", NULL);
	c = take();
	CHECK_INT(c.hosts_present, 2);
	CHECK_INT(c.hosts_silent, 1);
	CHECK_INT(c.hosts_behind, 0);
	CHECK_INT(c.services[CENSUS_WELL], 1);
	CHECK_INT(c.named_count, 1);
	CHECK_STR(c.named[0].project, "alpha");
	CHECK_STR(c.named[0].name, "web");
	CHECK_INT(c.named[0].sites, 2);
	CHECK_INT(c.named[0].min_sites, 1);
	CHECK(c.event_number > 0);
	census_done(&c);
	/* who has left is not there, whenever that was */
	places_sql(&a, "UPDATE hosts SET left_at = seen_at WHERE name = 'ny5-1'");
	c = take();
	CHECK_INT(c.hosts_present, 1);
	CHECK_INT(c.hosts_silent, 2);
	CHECK_INT(c.services[CENSUS_AT_MINIMUM], 1);
	census_done(&c);
	a.now += 1000000000;
	places_report(&a, "ny5-1", "withdrawn", "failing", NULL);
	places_sql(&a, "UPDATE hosts SET applied_revision = 0 WHERE name = 'am6-1'");
	c = take();
	CHECK_INT(c.services[CENSUS_AT_MINIMUM], 1);
	CHECK_INT(c.hosts_behind, 1);
	census_done(&c);
	/* nobody was heard of since */
	a.now += INT64_C(60) * 1000000000;
	c = take();
	CHECK_INT(c.hosts_present, 0);
	CHECK_INT(c.hosts_silent, 3);
	CHECK_INT(c.services[CENSUS_NOWHERE], 1);
	census_done(&c);
	asker_done(&a);
}

TEST(addresses)
{
	struct census c;

	REQUIRE(asker_init(&a));
	ASK(&a, 201, ADMIN, "POST", "/api/v1/pools", "{'name': 'p', 'prefix': '192.0.2.0/24'}");
	ASK(&a, 201, OPERATOR, "POST", ALPHA "/global-ips", "{'quantity': 4}");
	ASK(&a, 201, OPERATOR, "POST", ALPHA "/global-ips", "{'quantity': 2}");
	c = take();
	CHECK_INT(c.addresses[0].active, 6);
	CHECK_INT(c.addresses[0].quarantined, 0);
	CHECK_INT(c.addresses[1].active, 0);
	census_done(&c);
	asker_done(&a);
}
