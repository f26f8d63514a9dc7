#include "proto/identity/limit.h"

#include "tap.h"

static struct identity_limit limit;

static struct ip
address(const char *text)
{
	struct ip ip = { 0 };

	if (ip_parse(text, &ip) < 0)
		tap_fail(__FILE__, __LINE__, "%s", text);
	return ip;
}

static unsigned
take(struct ip from, unsigned times, struct instant now)
{
	unsigned taken = 0;

	for (unsigned i = 0; i < times; i++)
		taken += identity_limit_take(&limit, from, now);
	return taken;
}

TEST(a_source_has_its_rate)
{
	struct instant now = { 1000 * NS_PER_S };
	struct ip one = address("192.0.2.1"), two = address("192.0.2.2");

	identity_limit_init(&limit, 7);
	CHECK_INT(take(one, 2 * IDENTITY_PER_SOURCE, now), IDENTITY_PER_SOURCE);
	CHECK_INT(take(two, IDENTITY_PER_SOURCE, now), IDENTITY_PER_SOURCE);
	now = instant_add(now, DURATION_MS(100));
	CHECK_INT(take(one, IDENTITY_PER_SOURCE, now), IDENTITY_PER_SOURCE / 10);
	/* what is not used does not add up */
	now = instant_add(now, DURATION_S(3600));
	CHECK_INT(take(one, 2 * IDENTITY_PER_SOURCE, now), IDENTITY_PER_SOURCE);
}

TEST(a_network_of_ipv6_is_one_source)
{
	struct instant now = { 0 };

	identity_limit_init(&limit, 7);
	CHECK_INT(take(address("2001:db8::1"), 150, now), 150);
	CHECK_INT(take(address("2001:db8::ffff:1"), 150, now), IDENTITY_PER_SOURCE - 150);
	CHECK_INT(take(address("2001:db8:0:1::1"), 150, now), 150);
}

TEST(all_sources_have_theirs)
{
	struct instant now = { 0 };
	struct ip from = address("10.0.0.0");
	unsigned taken = 0;

	identity_limit_init(&limit, 7);
	for (unsigned i = 0; i < 100000; i++)
		taken += identity_limit_take(&limit, ip_add(from, i), now);
	CHECK_INT(taken, IDENTITY_IN_ALL);
	/* one that is refused by itself took nothing from the others */
	identity_limit_init(&limit, 7);
	(void)take(from, 100000, now);
	taken = 0;
	for (unsigned i = 1; i < 100000; i++)
		taken += identity_limit_take(&limit, ip_add(from, i), now);
	CHECK_INT(taken, IDENTITY_IN_ALL - IDENTITY_PER_SOURCE);
}

/* The same secret shares the same buckets, another one others. */
TEST(the_secret_says_who_shares)
{
	struct instant now = { 0 };
	struct ip from = address("10.0.0.0"), victim = address("192.0.2.1");
	unsigned shares[2] = { 0 };

	for (uint64_t secret = 1; secret <= 2; secret++) {
		for (unsigned i = 0; i < 10000; i++) {
			identity_limit_init(&limit, secret);
			(void)take(victim, IDENTITY_PER_SOURCE, now);
			if (!identity_limit_take(&limit, ip_add(from, i), now))
				shares[secret - 1] += i;
		}
	}
	CHECK(shares[0] > 0 && shares[1] > 0 && shares[0] != shares[1]);
}
