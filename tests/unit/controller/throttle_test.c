/* Tries to sign in, with a clock of our own. */
#include "controller/throttle.h"

#include "tap.h"

static struct throttle t;
static struct instant now = { 1000 * NS_PER_S };

static bool
take(const char *source)
{
	struct duration wait;
	struct ip ip;

	(void)ip_parse(source, &ip);
	return throttle_take(&t, ip, now, &wait);
}

static void
give(const char *source)
{
	struct ip ip;

	(void)ip_parse(source, &ip);
	throttle_give(&t, ip);
}

TEST(ten_at_once_and_then_one_each_half_minute)
{
	struct duration wait;
	struct ip ip;

	for (int i = 0; i < THROTTLE_TRIES; i++)
		CHECK(take("192.0.2.1"));
	CHECK(!take("192.0.2.1"));
	CHECK(take("192.0.2.2"));
	(void)ip_parse("192.0.2.1", &ip);
	now = instant_add(now, DURATION_S(10));
	CHECK(!throttle_take(&t, ip, now, &wait));
	CHECK_INT(wait.ns, 20 * NS_PER_S);
	now = instant_add(now, DURATION_S(20));
	CHECK(take("192.0.2.1"));
	CHECK(!take("192.0.2.1"));
	now = instant_add(now, DURATION_S(3600));
	for (int i = 0; i < THROTTLE_TRIES; i++)
		CHECK(take("192.0.2.1"));
	CHECK(!take("192.0.2.1"));
}

TEST(what_was_right_costs_nothing)
{
	for (int i = 0; i < 100; i++) {
		CHECK(take("198.51.100.1"));
		give("198.51.100.1");
	}
}

TEST(a_64_is_one_source)
{
	for (int i = 0; i < THROTTLE_TRIES; i++)
		CHECK(take(i % 2 ? "2001:db8::1" : "2001:db8::2"));
	CHECK(!take("2001:db8::3"));
	CHECK(take("2001:db8:0:1::3"));
}

TEST(its_memory_has_an_end)
{
	char text[32];

	for (int i = 0; i < THROTTLE_TRIES; i++)
		CHECK(take("203.0.113.1"));
	/* more sources than places, each with one try: the one that tried most is not forgotten */
	for (int i = 0; i < 2 * THROTTLE_PLACES; i++) {
		(void)snprintf(text, sizeof(text), "198.51.%d.%d", i / 250, i % 250 + 1);
		CHECK(take(text));
	}
	CHECK(!take("203.0.113.1"));
}
