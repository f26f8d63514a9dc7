/* Who failed to sign in, with a clock of our own. */
#include "controller/refusals.h"

#include "tap.h"

static struct refusals r, told;
static struct instant now;

static void
begin(void)
{
	r = (struct refusals){ 0 };
	now = (struct instant){ 1000 * NS_PER_S };
}

static void
note(struct ip source, bool was_throttled)
{
	refusals_note(&r, source, was_throttled, now, now.ns);
}

static struct ip
ip(const char *text)
{
	struct ip ip;

	CHECK(ip_parse(text, &ip) == 0);
	return ip;
}

static bool
take_after(struct duration d)
{
	now = instant_add(now, d);
	return refusals_take(&r, now, &told);
}

TEST(one_is_told_soon)
{
	begin();
	CHECK(!take_after(DURATION_S(10)));
	note(ip("192.0.2.1"), false);
	CHECK(!take_after(DURATION_MS(900)));
	CHECK(take_after(DURATION_MS(100)));
	CHECK_INT(told.count, 1);
	CHECK_INT(told.items[0].refused, 1);
	CHECK_INT(told.others.first_at, 0);
	CHECK(!take_after(DURATION_S(10)));
}

TEST(many_of_one_are_counted)
{
	begin();
	note(ip("2001:db8::1"), false);
	note(ip("2001:db8::2"), false);
	note(ip("2001:db8::3"), true);
	note(ip("192.0.2.1"), true);
	CHECK(take_after(DURATION_S(1)));
	CHECK_INT(told.count, 2);
	CHECK_INT(told.items[0].source.len, 64);
	CHECK_INT(told.items[0].refused, 2);
	CHECK_INT(told.items[0].throttled, 1);
	CHECK_INT(told.items[1].throttled, 1);
}

/* A day of one try each 100 ms, each from somewhere else. */
TEST(a_flood_makes_few_rows)
{
	size_t rows = 0, tries = 0;

	begin();
	for (int i = 0; i < 24 * 3600 * 10; i++) {
		struct ip source = { .family = IP_V4,
			.bytes = { 10, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i } };

		note(source, false);
		if (!take_after(DURATION_MS(100)))
			continue;
		rows += told.count + (told.others.first_at != 0);
		for (size_t k = 0; k < told.count; k++)
			tries += told.items[k].refused;
		tries += told.others.refused;
	}
	CHECK(rows < 400);
	CHECK(tries > 20 * 3600 * 10);
	/* when it is over, the next one is the first again */
	(void)take_after(DURATION_S(3600));
	now = instant_add(now, DURATION_S(3601));
	note(ip("192.0.2.1"), false);
	CHECK(take_after(DURATION_S(1)));
}

TEST(what_could_not_be_told_is_told_later)
{
	struct refusals untold;

	begin();
	for (uint8_t i = 0; i < REFUSALS_PLACES + 2; i++)
		note((struct ip){ .family = IP_V4, .bytes = { 10, 0, 0, i } }, false);
	CHECK(take_after(DURATION_S(1)));
	untold = told;
	refusals_give(&r, &untold);
	note(ip("10.0.0.0"), false);
	CHECK(take_after(DURATION_S(0)));
	CHECK_INT(told.count, REFUSALS_PLACES);
	CHECK_INT(told.items[0].refused, 2);
	CHECK_INT(told.others.refused, 2);
}
