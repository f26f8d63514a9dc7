#include "controller/sightings.h"

#include "tap.h"

static struct instant
at(int64_t ms)
{
	return (struct instant){ ms * 1000000 };
}

TEST(the_last_time_of_each_host_counts)
{
	struct sightings s = { 0 };

	sightings_add(&s, "hst_b", at(1000));
	sightings_add(&s, "hst_a", at(3000));
	sightings_add(&s, "hst_b", at(4000));
	/* a poll that came before, and is known later */
	sightings_add(&s, "hst_b", at(2000));
	sightings_unite(&s);
	REQUIRE(s.count == 2);
	CHECK_STR(s.items[0].host, "hst_a");
	CHECK_INT(s.items[0].at.ns, at(3000).ns);
	CHECK_STR(s.items[1].host, "hst_b");
	CHECK_INT(s.items[1].at.ns, at(4000).ns);
	sightings_shift(&s, 5);
	CHECK_INT(s.items[1].at.ns, at(4000).ns + 5);
	sightings_done(&s);
	CHECK_INT(s.count, 0);
	sightings_unite(&s);
	CHECK_INT(s.count, 0);
}
